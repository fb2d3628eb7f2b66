"""Indicators pushed by hand: what a push says is what records that bring it about would say."""

import datetime as dt
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from server.demo.creator import generate_creator
from server.demo.generator import generate
from shared_scoring.actions.levers import Lever, LeverError, levers, pushed
from shared_scoring.decode import decode_record
from shared_scoring.facts import Facts
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.what_if import Ground, WhatIf, what_if_history

DAY = dt.date(2026, 11, 22)
SHOP, CREATOR = "douyin-shop/2026-09-08", "douyin-creator/2021"
PACKS = [SHOP, "douyin-shop/2026-07-14", "douyin-shop/2026-05-07", CREATOR]
Stood = tuple[Ground, Facts, list[dict[str, Any]], History]


def stood(rules: str, *, official: bool) -> Stood:
    made = list(generate_creator(3, DAY, 95, 12) if rules == CREATOR else generate(3, DAY, 45, 12, 45))
    records = [one for one in made if official or one["kind"] != "official"]
    history = History(decode_record(json.dumps(one).encode()) for one in records)
    pack = bundled()[rules]
    known, sums = history.counted(pack.plan, DAY.toordinal())
    return Ground(pack, DAY.toordinal(), sums, known, history.viewpoint(), "s"), known, records, history


@pytest.fixture(scope="module")
def grounds() -> Mapping[tuple[str, bool], Stood]:
    return {(rules, official): stood(rules, official=official) for rules in PACKS for official in (True, False)}


def expected(lever: Lever, position: int) -> float:
    """The value by plain counting; only where every day weighs the same."""
    top, bottom, size = Fraction(lever.numerator), lever.denominator, abs(position)
    code = lever.better_event if position > 0 else lever.worse_event
    added = {
        "more_five_stars": (5 * size, size),
        "more_one_stars": (size, size),
        "fewer": (-size, 0),
        "more": (size, 0),
        "fewer_missed": (size, 0),
        "more_missed": (-size, 0),
        "more_good": (size, size),
        "more_bad": (0, size),
        "mean_of": (-position * bottom, 0),
        "mean_score": (position * bottom, 0),
    }[code]
    return float((top + added[0]) / (bottom + added[1]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_push_of_any_indicator(grounds: Mapping[tuple[str, bool], Stood], data: st.DataObject) -> None:
    rules, official = data.draw(st.sampled_from(list(grounds)))
    ground, _, _, _ = grounds[rules, official]
    lever = data.draw(st.sampled_from(levers(ground, "en")))
    position = data.draw(st.integers(lever.least, lever.most)) // lever.step * lever.step
    assume(position != 0)
    answer = pushed(ground, {lever.indicator: position})
    assert set(answer.indicators) == {lever.indicator}
    moved = answer.indicators[lever.indicator]
    assert moved.before == lever.value
    assert moved.before is not None
    assert moved.after is not None
    is_up = (position > 0) == (lever.better == "higher")
    assert moved.after > moved.before if is_up else moved.after < moved.before
    assert moved.after >= 0
    if ground.pack.half_life_days is None:
        assert moved.after == pytest.approx(expected(lever, position), rel=1e-12)
    elif lever.better_event == "mean_of":
        assert moved.after == pytest.approx(moved.before - position, abs=1e-6)


@pytest.mark.parametrize("rules", PACKS)
def test_nothing_pushed_changes_nothing(grounds: Mapping[tuple[str, bool], Stood], rules: str) -> None:
    ground, _, _, _ = grounds[rules, True]
    answer = pushed(ground, {})
    assert answer.indicators == {}
    assert answer.after == answer.before
    assert answer.delta.total == 0


def by_records(of: Stood, rules: str, change: list[dict[str, Any]]) -> WhatIf:
    words = [decode_record(json.dumps(one).encode()) for one in change]
    return what_if_history(of[3], bundled()[rules], DAY.toordinal(), words, "s")


@pytest.mark.parametrize(("stars", "position"), [(5, 3), (1, -3)])
def test_as_many_reviews_say_the_same(grounds: Mapping[tuple[str, bool], Stood], stars: int, position: int) -> None:
    of = grounds[SHOP, True]
    reviewed = {one.get("order_id") for one in of[2] if one["kind"] == "review"}
    yesterday = f"{DAY - dt.timedelta(days=1)}T12:00:00+08:00"
    orders = [
        one
        for one in of[2]
        if one["kind"] == "order" and one.get("delivered_at") and one["id"] not in reviewed and not one.get("excluded")
    ]
    change = [
        {"kind": "review", "id": f"r{n}", "order_id": one["id"], "created_at": yesterday, "stars": stars}
        for n, one in enumerate(orders[-3:])
    ]
    mine, theirs = pushed(of[0], {"goods.rating": position}), by_records(of, SHOP, change)
    assert mine.indicators["goods.rating"] == theirs.indicators["goods.rating"]
    assert mine.delta.total == pytest.approx(theirs.delta.total)


def test_an_exempted_return_says_the_same_as_one_fewer(grounds: Mapping[tuple[str, bool], Stood]) -> None:
    of = grounds[SHOP, True]
    found = 0
    for one in of[2]:
        if one["kind"] != "after_sale":
            continue
        theirs = by_records(of, SHOP, [{"kind": "after_sale", "id": one["id"], "exempt": True}])
        if set(theirs.indicators) == {"goods.quality_return"}:
            mine = pushed(of[0], {"goods.quality_return": 1})
            assert mine.indicators == theirs.indicators
            assert mine.delta.total == pytest.approx(theirs.delta.total)
            found += 1
        if found == 3:
            break
    assert found, "the shop has a quality return"


def test_a_position_that_nothing_has(grounds: Mapping[tuple[str, bool], Stood]) -> None:
    ground, _, _, _ = grounds[SHOP, True]
    lever = next(one for one in levers(ground, "zh") if one.indicator == "goods.quality_return")
    with pytest.raises(LeverError, match="beyond"):
        pushed(ground, {lever.indicator: int(lever.numerator) + 1})
    with pytest.raises(LeverError, match="no indicator"):
        pushed(ground, {"goods.nothing": 1})
