"""What-if against the oracle: the records as they are and as a change would have them, each counted the slow way."""

import datetime as dt
import json
import math
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.changed import ChangeError
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.records import Review
from shared_scoring.score import score_history
from shared_scoring.what_if import what_if_history
from tests.oracle import score as oracle
from tests.oracle.creator import creator_sums
from tests.oracle.known import BEGAN, EVENTS, Known, begin, merged, moment, seen
from tests.oracle.shop import shop_sums
from tests.unit import acting
from tests.unit.strategies import Fields, copies_of, examples, shops

NEWEST = "douyin-shop/2026-09-08"
STEPS = ["douyin-shop/2026-01", "douyin-shop/2026-05-07", "douyin-shop/2026-07-14"]
CHANGEABLE = ("order", "review", "after_sale", "chat", "platform_help", "conduct", "service_switch")


def decoded(records: list[Fields]) -> list[Any]:
    return [decode_record(json.dumps(record).encode()) for record in records]


def asked(records: list[Fields], change: list[Fields], day: dt.date, rules: str = NEWEST) -> dict[str, Any]:
    answer = what_if_history(History(decoded(records)), bundled()[rules], day.toordinal(), decoded(change), "shop-1")
    found: dict[str, Any] = json.loads(msgspec.json.encode(answer))
    return found


@st.composite
def changes(draw: st.DrawFn) -> tuple[dt.date, list[Fields], list[Fields]]:
    """A shop, and records as they would be: each thing once, of known ids and of new ones."""
    day, records = draw(shops())
    zone = next((one.get("time_zone") for one in records if one["kind"] == "subject"), None)
    by_kind = copies_of(zone, day)
    drawn = draw(st.lists(st.sampled_from(CHANGEABLE).flatmap(by_kind.__getitem__), min_size=1, max_size=4))
    return day, records, list({(one["kind"], one["id"]): one for one in drawn}.values())


def changed(records: list[Fields], change: list[Fields], day: dt.date) -> Known:
    """What was known, with the words of the change over it."""
    known = Known(records, day)
    limit = begin(day, known.zone)
    for one in change:
        kind, id_ = one["kind"], one["id"]
        began = BEGAN[kind]
        view = known.all[kind].get(id_)
        copies = [copy for copy in records if (copy["kind"], copy["id"]) == (kind, id_)]
        says_when = began in one or began in one.get("clear", [])
        if view is None and copies:
            if not says_when:
                continue  # it has not begun, and nothing says that it would have
            unbegun = [
                {name: value for name, value in copy.items() if name != began}
                | {"clear": [name for name in copy.get("clear", []) if name != began]}
                for copy in copies
            ]
            view = seen(unbegun, limit)
        spoken = {name for name, value in one.items() if value is not None} | set(one.get("clear", []))
        kept = {name: value for name, value in (view or {}).items() if name not in spoken}
        known.all[kind][id_] = kept | merged([one])
    return known


def newest_page(known: Known, key: str) -> tuple[Fraction, int] | None:
    for id_ in sorted(known.all["official"], reverse=True):
        page = known.all["official"][id_].get("indicators", {}).get(key, {})
        if page.get("numerator") is not None and page.get("denominator"):
            return Fraction(page["numerator"]), page["denominator"]
    return None


def quotient(sums: tuple[Fraction, int]) -> float | None:
    return float(sums[0] / sums[1]) if sums[1] > 0 else None


@examples(300)
@given(case=changes())
def test_indicators_deductions_and_bonuses_are_the_oracles(case: tuple[dt.date, list[Fields], list[Fields]]) -> None:
    day, records, change = case
    known, would = Known(records, day), changed(records, change, day)
    was, is_ = shop_sums(known), shop_sums(would)
    answer = asked(records, change, day)
    for key in oracle.EQUAL:
        page = newest_page(known, key)
        before, after = was[key], is_[key]
        if page is not None:
            before, after = page, (page[0] + after[0] - before[0], page[1] + after[1] - before[1])
        before_value, after_value = quotient(before), quotient(after)
        if before_value == after_value:
            assert key not in answer["indicators"], key
            continue
        moved = answer["indicators"][key]
        assert moved["basis"] == ("own" if page is None else "official")
        for given_, expected in ((moved["before"], before_value), (moved["after"], after_value)):
            assert (given_ is None) == (expected is None), key
            assert math.isclose(given_ or 0, expected or 0, rel_tol=1e-12), key
    for name, count in (("deduction", _deducted), ("bonus", _held)):
        assert answer[name] == {"before": count(known), "after": count(would)}
    _check_levels(answer)


def _deducted(known: Known) -> int:
    return sum(points for _, points in oracle.deductions(known).values())


def _held(known: Known) -> int:
    return sum(oracle.bonuses(known).values())


def _check_levels(answer: dict[str, Any]) -> None:
    before, after, delta = answer["before"], answer["after"], answer["delta"]
    for name in ("total", "consumer_score"):
        if before[name] is not None and after[name] is not None:
            assert delta[name] == after[name] - before[name]
    if answer["stage"] != {"before": "formal", "after": "formal"}:
        return
    moved = {key.partition(".")[0] for key in answer["indicators"]}
    assert set(delta["reasons"]) == moved
    assert set(delta["reasons"].values()) <= {"response_unpublished", "few_days"}
    adjustment = (answer["bonus"]["after"] - answer["deduction"]["after"]) - (
        answer["bonus"]["before"] - answer["deduction"]["before"]
    )
    if moved:
        assert (delta["total"], after["total"]) == (None, None)
        assert delta["reason"] in ("response_unpublished", "few_days")
    elif before["total"] is None:
        assert delta["total"] == adjustment
    elif 0 < before["total"] < 100:
        assert after["total"] == min(max(before["total"] + adjustment, 0), 100)
    for name in oracle.WEIGHTS:
        assert (delta["dimensions"][name], after["dimensions"][name]) == (
            (None, None) if name in moved else (0, before["dimensions"][name])
        )


@examples(60)
@given(case=changes(), data=st.data())
def test_points_by_steps_are_those_of_the_changed_records_scored_anew(
    case: tuple[dt.date, list[Fields], list[Fields]], data: st.DataObject
) -> None:
    """No official total: both sides are computed, so the answer must be the difference of two scores."""
    day, records, change = case
    rules = data.draw(st.sampled_from(STEPS))
    records = [one for one in records if one["kind"] != "official"]
    day_in_force = bundled()[rules].in_force.since
    zone = Known(records, day).zone
    page_day = day_in_force.isoformat()
    steps = {
        one.key: {"steps": [[0.1, 60], [0.5, 80], [4.5, 90], [3600, 100]], "weight": 0.5}
        for one in bundled()[rules].indicators
    }
    if day_in_force >= day:
        return  # the page of a later day is not known yet
    page = {"kind": "official", "id": page_day, "indicators": steps, "valid_orders_30d": 30}
    change = [_without_ahead(one, begin(day, zone)) for one in change]
    would = changed(records, change, day)
    views = [view for kind in would.all for view in would.all[kind].values()]
    known = [view for by_id in Known(records, day).all.values() for view in by_id.values()]
    answer = asked([*records, page], change, day, rules)
    pack = bundled()[rules]
    before, after = (
        score_history(History(decoded([*some, page])), pack, day.toordinal(), "shop-1") for some in (known, views)
    )
    assert answer["before"]["total"] == before.total
    if before.total is None or after.total is None:
        return
    assert answer["after"]["total"] == pytest.approx(after.total, abs=1e-9)
    assert answer["delta"]["total"] == pytest.approx(after.total - before.total, abs=1e-9)
    assert answer["after"]["consumer_score"] == after.consumer_score
    for key, one in after.dimensions.items():
        assert answer["after"]["dimensions"][key] == pytest.approx(one.score, abs=1e-9)


def _without_ahead(one: Fields, limit: dt.datetime) -> Fields:
    """Without what lies ahead of the day: a score made anew would not know it."""
    kept = {k: v for k, v in one.items() if k not in EVENTS[one["kind"]] or (v is not None and moment(v) < limit)}
    return {k: v for k, v in kept.items() if k not in {"waybills", "arbitration"}}


@examples(120)
@given(case=changes())
def test_creators_indicators_are_the_oracles(case: tuple[dt.date, list[Fields], list[Fields]]) -> None:
    day, records, change = case
    lines = [{"creator_id": "c1"}]
    records, change = (
        [one | {"lines": lines} if one["kind"] == "order" else one for one in some if one["kind"] != "official"]
        for some in (records, change)
    )
    records = [one for one in records if one["kind"] != "subject"] + [
        {"kind": "subject", "id": "c1", "type": "creator", "time_zone": str(Known(records, day).zone)}
    ]
    was, is_ = creator_sums(Known(records, day), "c1"), creator_sums(changed(records, change, day), "c1")
    answer = asked(records, change, day, "douyin-creator/2021")
    for key, moved in answer["indicators"].items():
        assert was[key] != is_[key] or moved["before"] != moved["after"], key
    for key in was:
        if was[key] == is_[key] and key in answer["indicators"]:
            assert was[key][1], key  # the same sums on other days weigh otherwise
        if (was[key][1] == 0) != (is_[key][1] == 0):
            assert key in answer["indicators"], key


DAY = dt.date(2026, 11, 6)


def at(day: int, hour: int = 12) -> str:
    return f"2026-11-{day:02}T{hour:02}:00:00+08:00"


ORDERS: list[Fields] = [
    {"kind": "order", "id": str(number), "created_at": at(1), "paid_at": at(1), "delivered_at": at(3)}
    for number in range(1, 41)
]
RETURN = {"kind": "after_sale", "id": "a1", "order_id": "1", "applied_at": at(4), "reason": {"class": "quality"}}
REVIEW = {"kind": "review", "id": "r1", "order_id": "1", "created_at": at(4), "stars": 1}


def test_undoing_an_after_sale() -> None:
    answer = asked([*ORDERS, RETURN], [{"kind": "after_sale", "id": "a1", "exempt": True}], DAY)
    moved = answer["indicators"]["goods.quality_return"]
    assert (moved["before"], moved["after"]) == (1 / 40, 0)


def test_a_review_moves_to_another_order_and_to_none() -> None:
    other = {"kind": "review", "id": "r2", "order_id": "2", "created_at": at(4), "stars": 5}
    moved = asked([*ORDERS, REVIEW, other], [{"kind": "review", "id": "r1", "order_id": "2"}], DAY)["indicators"]
    assert moved == {}  # two orders of 1 and 5 stars become one of 3
    alone = asked([*ORDERS, REVIEW, other], [{"kind": "review", "id": "r1", "clear": ["order_id"]}], DAY)
    assert alone["indicators"]["goods.rating"]["after"] == 5.0


def test_official_sums_carry_a_fragment() -> None:
    page = {
        "kind": "official",
        "id": "2026-11-06",
        "stage": "formal",
        "total": 85.31,
        "indicators": {"goods.quality_return": {"numerator": 6, "denominator": 3067}},
    }
    answer = asked([*ORDERS[:2], RETURN, page], [{"kind": "after_sale", "id": "a1", "exempt": True}], DAY)
    moved = answer["indicators"]["goods.quality_return"]
    assert (moved["before"], moved["after"], moved["basis"]) == (6 / 3067, 5 / 3067, "official")


def test_deductions_move_the_official_total() -> None:
    page = {"kind": "official", "id": "2026-11-06", "stage": "formal", "total": 88.6, "consumer_score": 4.7}
    conduct = {"kind": "conduct", "id": "c1", "at": at(1), "scene": "invoice_refused"}
    answer = asked([*ORDERS, page, conduct], [{"kind": "conduct", "id": "c1", "count": 0}], DAY)
    assert answer["deduction"] == {"before": 2, "after": 0}
    assert (answer["before"]["total"], answer["after"]["total"]) == (88.6, 90.6)
    assert (answer["after"]["consumer_score"], answer["delta"]["reason"]) == (4.8, None)


def test_a_switch_turned_on_earns_its_bonus() -> None:
    insured = [order | {"services": ["freight_insurance"]} for order in ORDERS]
    on = {"kind": "service_switch", "id": "s1", "service": "freight_insurance", "on": True, "at": at(1)}
    page = {"kind": "official", "id": "2026-11-06", "stage": "formal", "total": 80}
    answer = asked([*insured, page], [on], DAY)
    assert (answer["bonus"], answer["delta"]["total"]) == ({"before": 0, "after": 2}, 2)


def test_times_ahead_count_as_known() -> None:
    late = {"kind": "order", "id": "90", "created_at": at(3), "paid_at": at(3), "deliver_by": at(5)}
    review = {"kind": "review", "id": "new", "order_id": "1", "created_at": at(20), "stars": 5}
    answer = asked([*ORDERS, late], [review, {"kind": "order", "id": "90", "delivered_at": at(9)}], DAY)
    assert answer["indicators"].keys() == {"goods.rating"}  # delivered after the window, and too late
    in_time = asked([*ORDERS, late], [{"kind": "order", "id": "90", "delivered_at": at(5, 11)}], DAY)
    assert in_time["indicators"]["logistics.delivery_rate"] == {"before": 0.0, "after": 1.0, "basis": "own"}


def test_growth_and_the_way_out_of_it() -> None:
    conduct = {"kind": "conduct", "id": "c1", "at": at(1), "scene": "invoice_refused"}
    answer = asked([*ORDERS[:29], conduct], [{"kind": "conduct", "id": "c1", "scene": "mocking_buyer"}], DAY)
    assert (answer["before"]["total"], answer["after"]["total"], answer["delta"]["total"]) == (60, 70, 10)
    out = asked(ORDERS[:29], [ORDERS[29]], DAY)
    assert out["stage"] == {"before": "growth", "after": "formal"}
    assert (out["before"]["total"], out["after"]["total"]) == (70, None)
    assert out["delta"]["reason"] == "response_unpublished"


@pytest.mark.parametrize("field", ["time_zone", "type", "platform"])
def test_another_viewpoint_is_refused(field: str) -> None:
    value = {"time_zone": "UTC", "type": "creator", "platform": "tiktok"}[field]
    with pytest.raises(ChangeError) as error:
        asked(ORDERS, [{"kind": "subject", "id": "shop-1", field: value}], DAY)
    assert error.value.field == field
    assert asked(ORDERS, [{"kind": "subject", "id": "shop-1", "industry": "服装"}], DAY)["indicators"] == {}


def test_an_industry_whose_orders_are_counted_otherwise_is_refused() -> None:
    flowers = {"kind": "subject", "id": "shop-1", "industry": "多肉植物"}
    with pytest.raises(ChangeError) as error:
        asked(ORDERS, [flowers], DAY, "douyin-shop/2026-01")
    assert error.value.field == "industry"
    assert asked(ORDERS, [flowers], DAY)["indicators"] == {}, "the pack of the day has no such industry"


def test_a_dimension_at_the_end_of_its_scale_adds_no_more_to_the_total() -> None:
    low = [acting.review(number, 1) for number in range(0, 60, 2)]
    page = acting.official(id=str(acting.DAY), total=79.0, deduction=1)
    pack = bundled()[acting.RULES]
    records = acting.history(acting.shop(page, *low))
    better = [Review(id=f"r{number}", stars=5) for number in range(0, 60, 2)]
    answer = what_if_history(records, pack, acting.DAY.toordinal(), better)
    assert answer.after.dimensions["goods"] == 100
    assert answer.after.total == pytest.approx(79 + 0.5 * (100 - 80))
