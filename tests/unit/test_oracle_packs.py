"""Every pack's indicators equal the oracle's, to the last digit; and one real shop scores what its page showed."""

import datetime as dt
import json
import math
from typing import Any

import pytest
from hypothesis import given

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import Score, score_history
from tests.oracle.creator import creator_sums
from tests.oracle.known import Known
from tests.oracle.shop import shop_sums
from tests.unit.strategies import Fields, examples, shops

SHOP_PACKS = [pack for pack in bundled().values() if pack.id.startswith("douyin-shop/")]
CREATOR = bundled()["douyin-creator/2021"]


def score_of(records: list[Fields], day: dt.date, rules: str) -> Score:
    history = History(decode_record(json.dumps(record).encode()) for record in records)
    return score_history(history, bundled()[rules], day.toordinal(), "shop-1")


@examples(200)
@given(shop=shops())
def test_every_shop_pack_counts_as_the_oracle_does(shop: tuple[dt.date, list[Fields]]) -> None:
    day, records = shop
    sums = shop_sums(Known(records, day))
    for pack in SHOP_PACKS:
        for key, one in score_of(records, day, pack.id).indicators.items():
            numerator, denominator = sums[key]
            assert one.denominator == denominator, (pack.id, key)
            if denominator:
                assert one.numerator == (numerator if numerator.denominator == 1 else float(numerator)), (pack.id, key)
                assert math.isclose(one.value or 0, numerator / denominator, rel_tol=1e-12), (pack.id, key)


@examples(200)
@given(shop=shops())
def test_the_creators_pack_counts_as_the_oracle_does(shop: tuple[dt.date, list[Fields]]) -> None:
    day, plain = shop
    records = [_as_creators(record) for record in plain if record["kind"] != "subject"]
    zone = next((one.get("time_zone") for one in plain if one["kind"] == "subject"), None) or "Asia/Shanghai"
    records.append({"kind": "subject", "id": "c1", "type": "creator", "time_zone": zone})
    sums = creator_sums(Known(records, day), "c1")
    shown = score_of(records, day, CREATOR.id).indicators
    assert shown.keys() == sums.keys()
    for key, (numerator, denominator) in sums.items():
        assert shown[key].denominator == denominator, key
        if denominator:
            assert shown[key].numerator == (numerator if numerator.denominator == 1 else float(numerator)), key


class OnDay(Known):
    """The same knowledge; the window is one day."""

    def only(self, day: dt.date) -> "OnDay":
        self.one = day
        return self

    def within(self, text: str | None, days: int) -> bool:
        return super().within(text, days) and text is not None and self.local_day(text) == self.one


@examples(40)
@given(shop=shops())
def test_a_creators_values_weigh_each_day_by_its_age(shop: tuple[dt.date, list[Fields]]) -> None:
    """Half-life of 30 days: every day of the window is counted by itself and weighed."""
    day, plain = shop
    records = [_as_creators(record) for record in plain if record["kind"] != "subject"]
    records.append({"kind": "subject", "id": "c1", "type": "creator"})
    known = OnDay(records, day)
    tops: dict[str, float] = dict.fromkeys((one.key for one in CREATOR.indicators), 0.0)
    bottoms = dict(tops)
    for age in range(90):
        for key, (top, bottom) in creator_sums(known.only(day - dt.timedelta(age + 1)), "c1").items():
            tops[key] += 0.5 ** (age / 30) * float(top)
            bottoms[key] += 0.5 ** (age / 30) * bottom
    for key, one in score_of(records, day, CREATOR.id).indicators.items():
        # Times may run backwards and cancel out, which costs digits.
        nearly = 1e-6 if key.endswith("_seconds") else 0
        expected = pytest.approx(tops[key] / bottoms[key], rel=1e-12, abs=nearly) if bottoms[key] else None
        assert one.value == expected, key


def _as_creators(record: Fields) -> Fields:
    """Orders of this creator, of another and of nobody; reviews with all three kinds of stars."""
    if record["kind"] == "order":
        turn = sum(map(ord, record["id"])) % 4
        return record | {"lines": [{"creator_id": "c1"}, {}][: turn + 1] if turn < 3 else [{"creator_id": "c2"}]}
    if record["kind"] == "review" and "stars" in record:
        stars = record["stars"]
        return record | {"logistics_stars": 6 - stars, "service_stars": max(stars - 1, 1)}
    return record


DAY = dt.date(2026, 2, 7)
REAL = {  # scoring.md, "One real shop, for a test": numerator, denominator, weight, steps
    "goods.rating": (750, 154, 0.9, [[4.568, 50], [4.640, 70], [4.791, 100]]),
    "goods.quality_return": (6, 3067, 0.1, [[0.0131, 60], [0.0026, 100]]),
    "logistics.pickup_rate": (3196, 3196, 0.15, [[0.7580, 70], [0.9684, 100]]),
    "logistics.delivery_rate": (2889, 3016, 0.70, [[0.8656, 70], [0.9334, 100]]),
    "logistics.quality_return": (1, 4212, 0.15, [[0.00180, 70], [0.00026, 100]]),
    "service.reply_seconds": (106823, 10063, 0.7, [[120, 70], [15, 100]]),
    "service.after_sale_rate": (1563, 1635, 0.3, [[0.8549, 70], [0.8904, 100]]),
}


def _page(day: dt.date, **more: Any) -> Fields:
    shown = {
        key: {"value": top / bottom, "numerator": top, "denominator": bottom, "weight": weight, "steps": steps}
        for key, (top, bottom, weight, steps) in REAL.items()
    }
    return {"kind": "official", "id": str(day), "valid_orders_30d": 4212, "indicators": shown, **more}


def test_the_real_shop_scores_100_by_its_steps() -> None:
    """The page of the day shows values, weights and steps, and no score: it follows."""
    score = score_of([_page(DAY)], DAY, "douyin-shop/2026-01")
    assert score.total == pytest.approx(100, abs=0.002)
    assert {key: one.score for key, one in score.dimensions.items()} == {"goods": 100, "logistics": 100, "service": 100}
    assert score.consumer_score == 5.0


@pytest.mark.parametrize(
    ("change", "dimension", "expected"),
    [
        ({"goods.rating": (700, 154)}, "goods", 0.9 * 50 + 0.1 * 100),  # 4.545 is below every step
        ({"goods.rating": (720, 154)}, "goods", 0.9 * 70 + 0.1 * 100),  # 4.675 reaches the second
        ({"goods.quality_return": (40, 3067)}, "goods", 0.9 * 100 + 0.1 * 60),  # 1.304 % is the lower step
        ({"logistics.delivery_rate": (2700, 3016)}, "logistics", 0.15 * 100 + 0.7 * 70 + 0.15 * 100),
        ({"service.reply_seconds": (16 * 10063, 10063)}, "service", 0.7 * 70 + 0.3 * 100),
        ({"service.reply_seconds": (15 * 10063, 10063)}, "service", 100),  # the threshold itself is reached
    ],
)
def test_a_worse_value_costs_its_step(change: dict[str, tuple[int, int]], dimension: str, expected: float) -> None:
    page = _page(DAY)
    for key, (top, bottom) in change.items():
        page["indicators"][key] |= {"value": top / bottom, "numerator": top}
    assert score_of([page], DAY, "douyin-shop/2026-01").dimensions[dimension].score == pytest.approx(expected)


def test_steps_seen_earlier_serve_the_estimate_of_today() -> None:
    """The estimate is made without the day's own page, from own records and the steps of the day before."""
    paid = DAY - dt.timedelta(days=10)
    orders = [
        {
            "kind": "order",
            "id": str(number),
            "paid_at": f"{paid}T10:00:00+08:00",
            "picked_up_at": f"{paid}T15:00:00+08:00",
            "delivered_at": f"{paid + dt.timedelta(days=2)}T10:00:00+08:00",
            "deliver_by": f"{paid + dt.timedelta(days=3)}T10:00:00+08:00",
        }
        for number in range(600)
    ]
    reviews = [
        {
            "kind": "review",
            "id": f"r{n}",
            "order_id": str(n),
            "created_at": f"{paid + dt.timedelta(days=4)}T10:00:00+08:00",
        }
        | {"stars": 5}
        for n in range(50)
    ]
    chats = [
        {"kind": "chat", "id": f"c{n}", "started_at": f"{paid}T12:00:00+08:00", "rounds": 2, "reply_seconds": 20}
        for n in range(9)
    ]
    returns = [
        {
            "kind": "after_sale",
            "id": f"a{n}",
            "order_id": str(n),
            "type": "refund_shipped",
            "applied_at": f"{paid + dt.timedelta(days=3)}T10:00:00+08:00",
            "refunded_at": f"{paid + dt.timedelta(days=3)}T12:00:00+08:00",
        }
        for n in range(3)
    ]
    yesterday = _page(DAY - dt.timedelta(days=1), dimensions={"goods": {"weight": 0.5}, "logistics": {"weight": 0.25}})
    yesterday["dimensions"]["service"] = {"weight": 0.25}
    score = score_of([*orders, *reviews, *chats, *returns, yesterday], DAY, "douyin-shop/2026-01")
    assert score.estimate.method == "steps"
    assert score.estimate.total == pytest.approx(100)
    assert (score.low, score.high) == (score.total, score.total), "weights came from the page: nothing is guessed"
    assert score.official is None


def test_few_orders_are_shielded() -> None:
    """40 orders with two bad ratings: the rating would be at the bottom, the shield says 80."""
    paid = DAY - dt.timedelta(days=10)
    orders = [
        {"kind": "order", "id": str(n), "paid_at": f"{paid}T10:00:00+08:00", "delivered_at": f"{paid}T20:00:00+08:00"}
        for n in range(40)
    ]
    reviews = [
        {"kind": "review", "id": f"r{n}", "order_id": str(n), "created_at": f"{paid}T21:00:00+08:00", "stars": 1}
        for n in range(2)
    ]
    page = _page(DAY - dt.timedelta(days=1)) | {"valid_orders_30d": 40}
    score = score_of([*orders, *reviews, page], DAY, "douyin-shop/2026-01")
    assert (score.indicators["goods.rating"].score, score.indicators["goods.rating"].shielded) == (80, True)
    more = [r | {"id": f"s{r['id']}", "order_id": str(n + 2)} for n, r in enumerate(reviews)]
    score = score_of([*orders, *reviews, *more, page], DAY, "douyin-shop/2026-01")
    assert (score.indicators["goods.rating"].score, score.indicators["goods.rating"].shielded) == (50, False)
    whole = page | {"valid_orders_30d": 600}
    score = score_of([*orders, *reviews, whole], DAY, "douyin-shop/2026-01")
    assert not score.indicators["goods.rating"].shielded, "the records are a fragment of a larger shop"


def test_group_caps_fill_in_order() -> None:
    """2026-05-07: three points each, together at most 15; fake orders stand outside."""
    at = "2026-05-20T10:00:00+08:00"
    conducts = [
        {"kind": "conduct", "id": "1", "at": at, "scene": "abnormal_return_address", "count": 2},
        {"kind": "conduct", "id": "2", "at": at, "scene": "mocking_buyer", "count": 4},
        {"kind": "conduct", "id": "3", "at": at, "scene": "fake_orders", "count": 3},
        {"kind": "conduct", "id": "4", "at": at, "scene": "brand_confusion"},
    ]
    score = score_of(conducts, dt.date(2026, 6, 1), "douyin-shop/2026-05-07")
    held = {one.scene: one.points for one in score.deductions}
    assert held == {"abnormal_return_address": 6, "mocking_buyer": 9, "fake_orders": 15}
    assert (score.stage, score.total) == ("growth", 60)


def test_a_rank_is_three_to_five() -> None:
    shown = {one.key: {"value": 0.5, "better_than": 0.75} for one in CREATOR.indicators}
    page = {"kind": "official", "id": str(DAY), "stage": "formal", "indicators": shown}
    creator = {"kind": "subject", "id": "c1", "type": "creator"}
    score = score_of([creator, page], DAY, CREATOR.id)
    assert score.total == pytest.approx(3 + 2 * 0.75)
    assert score.estimate.total is None, "without the day's own page nothing is known"


def test_a_creator_with_few_orders_is_hidden() -> None:
    score = score_of([{"kind": "subject", "id": "c1", "type": "creator"}], DAY, CREATOR.id)
    assert (score.stage, score.total, score.consumer_score) == ("hidden", None, None)
