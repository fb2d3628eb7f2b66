"""Totals, shields, stages and gates of generated shops equal the oracle's."""

import datetime as dt
import json
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import score_history
from tests.oracle import gates, score, total
from tests.oracle.creator import creator_sums
from tests.oracle.known import Known
from tests.oracle.shop import shop_sums
from tests.unit.paged import histories, paged_shops
from tests.unit.strategies import Fields, examples
from tests.unit.test_oracle_packs import _as_creators as as_creators

NEWEST = "douyin-shop/2026-09-08"


def answer_of(records: list[Fields], day: dt.date, rules: str) -> dict[str, Any]:
    history = History(decode_record(json.dumps(record).encode()) for record in records)
    answer: dict[str, Any] = json.loads(
        msgspec.json.encode(score_history(history, bundled()[rules], day.toordinal(), "shop-1"))
    )
    return answer


def close(exact: Fraction | None) -> Any:
    return None if exact is None else pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("rules", total.RULES)
def test_step_packs_score_as_the_oracle_does(rules: str) -> None:
    own = total.RULES[rules]

    @examples(60)
    @given(paged_shops(rules, list(own.indicators)))
    def check(shop: tuple[dt.date, list[Fields]]) -> None:
        day, records = shop
        known = Known(records, day)
        sums, answer = shop_sums(known), answer_of(records, day, rules)
        assert answer["stage"] == score.stage(known)
        official = score.official_of_day(known)
        tomorrow = day + dt.timedelta(days=1)
        of_page = {key: one["value"] for key, one in official.get("indicators", {}).items() if "value" in one}
        today = total.made(own, known, sums, tomorrow)
        assert {key for key, one in answer["indicators"].items() if one["shielded"]} == today.shielded
        assert {key: one["score"] for key, one in answer["indicators"].items()} == {
            key: close(one) for key, one in today.scores.items()
        }
        if answer["stage"] == "growth":
            assert answer["estimate"]["total"] == (60 if total.deducted(own, known) else 70)
            return
        ahead = total.made(own, known, sums, day)
        if ahead.total is not None:
            assert answer["estimate"]["method"] == "steps"
            assert answer["estimate"]["dimensions"] == {key: close(one) for key, one in ahead.dimensions.items()}
            assert answer["estimate"]["total"] == close(ahead.total)
        else:
            assert answer["estimate"]["method"] != "steps"
        seen = total.made(own, known, sums, tomorrow, of_page)
        if seen.total is not None and "total" not in official:
            assert answer["total"] == close(seen.total)
            consumer = float(score.consumer_score(round(seen.total, 9)))
            assert answer["consumer_score"] == (None if answer["stage"] != "formal" else consumer)

    check()


@examples(80)
@given(paged_shops("douyin-creator/2021", [one.key for one in bundled()["douyin-creator/2021"].indicators]))
def test_a_creators_rank_is_the_oracles(shop: tuple[dt.date, list[Fields]]) -> None:
    day, plain = shop
    records = [as_creators(record) for record in plain if record["kind"] != "subject"]
    records.append({"kind": "subject", "id": "c1", "type": "creator"})
    known = Known(records, day)
    answer = answer_of(records, day, "douyin-creator/2021")
    own = [one for one in score.paid_in_window(known, 90) if any(x.get("creator_id") == "c1" for x in one["lines"])]
    page = score.official_of_day(known)
    stage = "hidden" if max(len(own), page.get("valid_orders_30d", 0)) < 30 else "formal"
    assert answer["stage"] == page.get("stage", stage)
    sums = creator_sums(known, "c1")
    expected = total.creator_total(known, {key: bool(one[1]) for key, one in sums.items()}, day)
    if expected is not None:
        assert answer["estimate"]["total"] == close(expected)
    else:
        assert answer["estimate"]["method"] != "rank"
    if answer["stage"] == "hidden":
        assert (answer["total"], answer["consumer_score"]) == (None, None)
        assert answer["gates"][0]["open"] is False, "no score at all: no ads"


@examples(200)
@given(histories(), st.sampled_from([None, 60, 65, 74.5, 75, 80]), st.sampled_from([None, 4.5, 4.6, 4.8]))
def test_gates_are_the_oracles(totals: dict[dt.date, float], dimension: float | None, consumer: float | None) -> None:
    day = dt.date(2026, 11, 30)
    records: list[Fields] = [
        {"kind": "official", "id": str(when), "total": value, "stage": "formal"} for when, value in totals.items()
    ]
    page = next((one for one in records if one["id"] == str(day)), None)
    if page is not None and dimension is not None:
        page["dimensions"] = {
            "goods": {"score": dimension},
            "logistics": {"score": dimension},
            "service": {"score": 70},
        }
    if page is not None and consumer is not None:
        page["consumer_score"] = consumer
    if page is None:  # without a page of the day the stage is that of few orders: fixed at 70
        totals = totals | {day: 70}
        records.append({"kind": "order", "id": "1", "paid_at": "2026-11-20T10:00:00+08:00"})
    answer = answer_of(records, day, NEWEST)
    figures = {"total": answer["total"], "consumer_score": answer["consumer_score"]} | {
        key: one["score"] for key, one in answer["dimensions"].items()
    }
    for gate in answer["gates"]:
        key = gate["key"]
        if key in {"ads", "alliance_product"}:
            assert gate["open"] is None
            assert gate["reason"] in {"line_not_published", "no_products_seen"}
            continue
        if key in gates.MEANS:
            expected = gates.mean_gate(key, totals, day)
        elif key == "category_eviction":
            expected = gates.eviction(totals, day)
        else:
            expected = gates.simple(key, figures)
        is_open, missing, to_open, to_close = expected
        near = {name: None if gap is None else pytest.approx(gap, abs=1e-9) for name, gap in missing.items()}
        found = gate["open"], gate["missing"], gate["days_to_open"], gate["days_to_close"]
        assert found == (is_open, near, to_open, to_close), key
        of = gates.MEANS[key][1] if key in gates.MEANS else (14 if key == "category_eviction" else None)
        days = None if of is None else sum(day - dt.timedelta(back) in totals for back in range(of))
        assert (gate["known"], gate["of"]) == (days, of), key
        assert (
            gate["consequence"] is None
            if is_open is None
            else gate["consequence"].endswith("open" if is_open else "closed")
        )
