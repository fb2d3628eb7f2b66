"""Scores of other platforms, by hand: their packs are files, and each line of scoring.md's last section is counted."""

import datetime as dt
import json
from typing import Any

import pytest

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import Score, score_history
from tests.unit.strategies import Fields

DAY = dt.date(2026, 11, 6)


def at(back: int, time: str = "10:00:00") -> str:
    return f"{DAY - dt.timedelta(back)}T{time}+08:00"


def score_of(rules: str, *records: Fields) -> Score:
    history = History(decode_record(json.dumps(one).encode()) for one in records)
    return score_history(history, bundled()[rules], DAY.toordinal(), "s")


def counted(rules: str, *records: Fields) -> dict[str, tuple[Any, int]]:
    return {key: (one.numerator, one.denominator) for key, one in score_of(rules, *records).indicators.items()}


def order(id_: str, **fields: Any) -> Fields:
    return {"kind": "order", "id": id_, "paid_at": at(5), **fields}


def hanging(kind: str, id_: str, order_id: str, **fields: Any) -> Fields:
    return {"kind": kind, "id": id_, "order_id": order_id, **fields}


def test_an_order_defect_counts_once_whatever_happened() -> None:
    found = counted(
        "amazon/account-health",
        *(order("rated"), order("claimed"), order("both"), order("won"), order("fine"), order("old", paid_at=at(61))),
        hanging("review", "1", "rated", created_at=at(3), stars=2),
        hanging("after_sale", "2", "claimed", applied_at=at(3), arbitration={"opened_at": at(2), "blame": "merchant"}),
        hanging("review", "3", "both", created_at=at(3), stars=1),
        hanging("after_sale", "4", "both", applied_at=at(3), arbitration={"opened_at": at(2)}),
        hanging("after_sale", "5", "won", applied_at=at(3), arbitration={"opened_at": at(2), "blame": "buyer"}),
        hanging("review", "6", "fine", created_at=at(3), stars=3),
        hanging("review", "7", "old", created_at=at(3), stars=1),
    )
    assert found["goods.order_defect"] == (3, 5)


def test_dispatch_is_late_by_the_day_and_in_two_windows() -> None:
    found = counted(
        "amazon/account-health",
        order("same-day", ship_by=at(4, "09:00:00"), shipped_at=at(4, "23:00:00")),
        order("late", ship_by=at(4, "23:59:59"), shipped_at=at(3, "00:00:00")),
        order("long-ago", paid_at=at(20), ship_by=at(19), shipped_at=at(15)),
        order("not-yet", ship_by=at(4)),
    )
    assert (found["logistics.late_dispatch"], found["logistics.late_dispatch_10d"]) == ((2, 3), (1, 2))


def test_tracking_is_counted_by_parcels() -> None:
    found = counted(
        "amazon/account-health",
        order("two", shipped_at=at(4), waybills=[{"id": "w1"}, {"id": "w2", "trace_abnormal": True}]),
        order("numberless", shipped_at=at(4), waybills=[{"delivered_at": at(2)}]),
        order("bare", shipped_at=at(4)),
        order("waiting", waybills=[{"id": "w3"}]),
    )
    assert found["logistics.valid_tracking"] == (1, 4)


def test_cancellations_by_the_merchant_in_seven_days() -> None:
    found = counted(
        "amazon/account-health",
        order("ours", cancelled_at=at(4), cancelled_by="merchant"),
        order("theirs", cancelled_at=at(4), cancelled_by="buyer"),
        order("too-late", shipped_at=at(4), cancelled_at=at(3), cancelled_by="merchant"),
        order("earlier", paid_at=at(8), cancelled_at=at(4), cancelled_by="merchant"),
    )
    assert found["logistics.cancellation"] == (1, 3)


def test_the_first_rating_counts_and_later_edits_do_not() -> None:
    review = hanging("review", "1", "1", created_at=at(4))
    found = counted(
        "tiktok-shop/sps",
        *(order("1", delivered_at=at(4)), order("2", delivered_at=at(4)), order("3", delivered_at=at(61))),
        {**review, "stars": 2, "seen_at": at(3)},
        {**review, "stars": 5, "seen_at": at(2)},
        hanging("review", "2", "2", created_at=at(4), stars=5, seen_at=at(3)),
        hanging("review", "2", "2", created_at=at(4), stars=1, seen_at=at(2)),
    )
    assert found["goods.negative_review"] == (1, 2)


def test_returns_by_fault_and_arrivals() -> None:
    delivered = [order(str(n), delivered_at=at(4), deliver_by=at(4 + n % 2, "12:00:00")) for n in range(4)]
    reasons = ["quality", "damage", "no_reason"]
    returns = [
        hanging("after_sale", str(n), str(n), applied_at=at(3), reason={"class": one}) for n, one in enumerate(reasons)
    ]
    found = counted("tiktok-shop/sps", *delivered, *returns)
    assert found["goods.seller_fault_return"] == (2, 4)
    assert found["logistics.delivery_rate"] == (2, 4)


@pytest.mark.parametrize(("count", "stage"), [(29, "hidden"), (30, "formal")])
def test_a_shop_is_shown_from_thirty_deliveries_without_gifts(count: int, stage: str) -> None:
    orders = [order(str(n), delivered_at=at(4)) for n in range(count)]
    score = score_of("tiktok-shop/sps", *orders, order("gift", delivered_at=at(4), excluded=["gift"]))
    assert (score.stage, score.valid_orders, score.total) == (stage, count, None)


def test_a_page_opens_its_gates() -> None:
    page = {"kind": "official", "id": str(DAY), "stage": "formal", "total": 4.1}
    assert [one.open for one in score_of("tiktok-shop/sps", page).gates] == [True]
    health = score_of("amazon/account-health", page | {"total": 150}).gates
    assert [(one.open, one.consequence) for one in health] == [(False, "account_closed"), (True, "account_danger_open")]
