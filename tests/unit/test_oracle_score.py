"""The engine and the oracle agree on any shop, and an answer depends on the set of copies only."""

import datetime as dt
import json
import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.case import case_id
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.ledger import timeline
from shared_scoring.pack import bundled
from shared_scoring.score import score_history
from tests.oracle import score as oracle
from tests.oracle.known import Known
from tests.oracle.shop import shop_sums
from tests.unit.strategies import Fields, examples, shops

PACK = bundled()["douyin-shop/2026-09-08"]
Shop = tuple[dt.date, list[Fields]]


def history_of(records: list[Fields]) -> History:
    return History(decode_record(json.dumps(record).encode()) for record in records)


def answer_of(records: list[Fields], day: dt.date) -> dict[str, Any]:
    score = score_history(history_of(records), PACK, day.toordinal(), "shop-1")
    answer: dict[str, Any] = json.loads(msgspec.json.encode(score))
    return answer


def plain(exact: Any) -> int | float:
    return exact.numerator if exact.denominator == 1 else float(exact)


def expected_indicators(known: Known) -> dict[str, Any]:
    sums = shop_sums(known)
    weights = oracle.weights(known, "indicators", oracle.EQUAL)
    official = oracle.official_of_day(known).get("indicators", {})
    expected = {}
    for key in oracle.EQUAL:
        numerator, denominator = sums[key]
        page = official.get(key, {}).get("denominator")
        expected[key] = {
            "value": float(numerator / denominator) if denominator else None,
            "numerator": plain(numerator) if denominator else 0,
            "denominator": denominator,
            "weight": weights[key],
            "coverage": denominator / page if page else 1.0,
        }
    return expected


def expected_total(known: Known) -> dict[str, Any]:
    """What follows without an estimate: total, consumer score and stars; nothing where the total is an estimate."""
    official, stage = oracle.official_of_day(known), oracle.stage(known)
    if stage == "growth":
        return {"total": official.get("total", oracle.growth_total(known)), "consumer_score": None, "stars": None}
    if stage == "hidden":
        return {"total": None}
    if "total" not in official:
        return {}
    consumer = official.get("consumer_score", float(oracle.consumer_score(official["total"])))
    return {"total": official["total"], "consumer_score": consumer, "stars": oracle.stars(consumer)}


@examples(400)
@given(shop=shops())
def test_engine_and_oracle_agree(shop: Shop) -> None:
    day, records = shop
    answer, known = answer_of(records, day), Known(records, day)
    for key, expected in expected_indicators(known).items():
        given = answer["indicators"][key]
        assert math.isclose(given["value"] or 0, expected["value"] or 0, rel_tol=1e-12, abs_tol=0), key
        assert (given["value"] is None) == (expected.pop("value") is None), key
        assert {name: given[name] for name in expected} == expected, key
    assert answer["indicators"].keys() == oracle.EQUAL.keys()
    assert answer["window"] == oracle.window(day)
    assert answer["valid_orders"] == len(oracle.paid_in_window(known))
    deducted = oracle.deductions(known)
    assert {one["scene"]: (one["count"], one["points"]) for one in answer["deductions"]} == deducted
    assert answer["deduction"] == sum(points for _, points in deducted.values())
    held = oracle.bonuses(known)
    assert {one["key"]: one["points"] for one in answer["bonuses"]} == held
    assert answer["bonus"] == sum(held.values())
    assert answer["stage"] == oracle.stage(known)
    weights = {} if answer["stage"] == "growth" else oracle.weights(known, "dimensions", oracle.WEIGHTS)
    assert {name: one["weight"] for name, one in answer["dimensions"].items()} == weights
    expected = expected_total(known)
    assert {name: answer[name] for name in expected} == expected


@examples(120)
@given(shop=shops(), data=st.data())
def test_order_repeats_and_stale_copies_change_nothing(shop: Shop, data: st.DataObject) -> None:
    day, records = shop
    shuffled = data.draw(st.permutations(records[:40])) + records[40:]
    repeated = shuffled + data.draw(st.lists(st.sampled_from(records), max_size=5))
    assert answer_of(repeated, day) == answer_of(records, day)


@examples(80)
@given(shop=shops(), data=st.data())
def test_a_stale_copy_of_known_words_changes_nothing(shop: Shop, data: st.DataObject) -> None:
    """A copy older than all that only repeats what a younger one of before as-of says."""
    day, records = shop
    long_ago = f"{day - dt.timedelta(400)}T00:00:00Z"
    dated = [{"seen_at": f"{day - dt.timedelta(300)}T00:00:00Z"} | one for one in records]
    if not dated:
        return
    one = {k: v for k, v in data.draw(st.sampled_from(dated)).items() if k not in {"updated_at", "clear"}}
    words = {
        name
        for other in dated
        if (other["kind"], other["id"]) == (one["kind"], one["id"])
        for name in _words_before(other, day)
    }
    if not words:  # with no copy from before as-of, the stale one would be the first that was known
        return
    stale = {k: v for k, v in one.items() if k in words | {"kind", "id"}} | {"seen_at": long_ago}
    assert answer_of([*dated, stale], day) == answer_of(dated, day)


def _words_before(copy: Fields, day: dt.date) -> set[str]:
    at = dt.datetime.fromisoformat(copy.get("updated_at") or copy["seen_at"])
    return set(copy) | set(copy.get("clear", [])) if at.date() < day - dt.timedelta(1) else set()


@examples(60)
@given(shop=shops(), data=st.data())
def test_taking_a_record_out_and_putting_it_in_again(shop: Shop, data: st.DataObject) -> None:
    """Contribution by contribution: the others' sums and the record's case give back the whole."""
    day, records = shop
    gone = data.draw(st.sampled_from(records))
    rest = [one for one in records if (one["kind"], one["id"]) != (gone["kind"], gone["id"])]
    back = [one for one in records if (one["kind"], one["id"]) == (gone["kind"], gone["id"])]
    assert answer_of(rest + back, day) == answer_of(records, day)


@examples(60)
@given(shop=shops(), data=st.data())
def test_an_order_excluded_and_let_in_again_changes_nothing(shop: Shop, data: st.DataObject) -> None:
    """By later copies, as a page would show it: the ledger on the day is what it was without either of them."""
    day, dated = shop
    records = [{k: v for k, v in one.items() if k not in {"seen_at", "updated_at", "clear"}} for one in dated]
    orders = [one for one in records if one["kind"] == "order"]
    if not orders:
        return
    known = Known(records, day).all["order"]
    id_ = data.draw(st.sampled_from(orders))["id"]
    was = known.get(id_, {}).get("excluded")
    out = {"kind": "order", "id": id_, "excluded": ["gift"], "seen_at": f"{day - dt.timedelta(9)}T00:00:00Z"}
    back = {"kind": "order", "id": id_, "seen_at": f"{day - dt.timedelta(5)}T00:00:00Z"}
    back |= {"clear": ["excluded"]} if was is None else {"excluded": was}
    assert answer_of([*records, out, back], day) == answer_of(records, day)
    assert ledger_of([back, *records, out], day) == ledger_of(records, day)


def ledger_of(records: list[Fields], day: dt.date) -> dict[Any, tuple[int, int]]:
    history = history_of(records)
    cases: defaultdict[str, list[Any]] = defaultdict(list)
    for told in history:
        if (key := case_id(told.merged)) is not None:
            cases[key].append(told)
    rows = [row for case in cases.values() for row in timeline(case, PACK.plan, history.viewpoint())]
    known = (row for row in rows if row.known_on <= day.toordinal())
    return total_state(((row.series, row.day, row.parts), (row.numerator, row.denominator)) for row in known)


@examples(150)
@given(shop=shops(), data=st.data())
def test_the_timeline_adds_up_on_any_day(shop: Shop, data: st.DataObject) -> None:
    """The rows known by a day, summed, are the sums of that day evaluated directly."""
    day, records = shop
    history = history_of(records)
    viewpoint = history.viewpoint()
    cases: defaultdict[str, list[Any]] = defaultdict(list)
    for told in history:
        if (key := case_id(told.merged)) is not None:
            cases[key].append(told)
    rows = [row for case in cases.values() for row in timeline(case, PACK.plan, viewpoint)]
    for back in data.draw(st.lists(st.integers(-35, 5), min_size=1, max_size=3)):
        as_of = day.toordinal() + back
        summed = total_state(
            ((row.series, row.day, row.parts), (row.numerator, row.denominator))
            for row in rows
            if row.known_on <= as_of
        )
        _, known = history.known(as_of)
        direct = [PACK.plan.contributions(case, viewpoint.calendar).items() for case in known.values()]
        assert summed == total_state(chain.from_iterable(direct))


def total_state(states: Iterable[tuple[Any, tuple[int, int]]]) -> dict[Any, tuple[int, int]]:
    total: defaultdict[Any, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for key, (numerator, denominator) in states:
        total[key] = (total[key][0] + numerator, total[key][1] + denominator)
    return {key: value for key, value in total.items() if value != (0, 0)}


@pytest.mark.parametrize(
    "total", [0, 40, 49.5, 50, 59.49, 60.49, 60.5, 64.49, 64.5, 80.49, 80.5, 88.5, 96.49, 96.5, 100]
)
def test_consumer_score_and_stars_of_a_total(total: float) -> None:
    day = dt.date(2026, 11, 6)
    answer = answer_of([{"kind": "official", "id": str(day), "stage": "formal", "total": total}], day)
    consumer = float(oracle.consumer_score(total))
    assert (answer["consumer_score"], answer["stars"]) == (consumer, oracle.stars(consumer))
