"""What an outcome costs is what `what-if` says of one more order that ends well, had it ended with the outcome."""

import datetime as dt
import json
from functools import cache
from typing import Any

import pytest

from server.demo.generator import generate
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.records import Record
from shared_scoring.risk.at_risk import AtRisk, at_risk_history
from shared_scoring.what_if import what_if_history

DAY = dt.date(2026, 11, 20)
PACK = bundled()["douyin-shop/2026-09-08"]


@cache
def history(*, with_one_more: bool = False) -> History:
    records: list[Record] = [
        decode_record(json.dumps(one).encode())
        for one in generate(seed=11, last_day=DAY, days=50, orders_per_day=8, official=45)
    ]
    return History([*records, *([record(ONE_MORE)] if with_one_more else [])])


@cache
def answer() -> AtRisk:
    return at_risk_history(history(), PACK, DAY.toordinal())


def record(fields: dict[str, Any]) -> Record:
    return decode_record(json.dumps(fields).encode())


def at(days: int, hour: int) -> str:
    return f"{DAY - dt.timedelta(days=days)}T{hour:02d}:00:00+08:00"


ONE_MORE = {
    "kind": "order",
    "id": "x",
    "created_at": at(4, 10),
    "paid_at": at(4, 10),
    "shipped_at": at(3, 12),
    "picked_up_at": at(3, 12),
    "deliver_by": at(2, 12),
    "delivered_at": at(2, 12),
}
BADLY: dict[str, dict[str, Any]] = {
    "late_delivery": {"kind": "order", "id": "x", "delivered_at": at(1, 12)},
    "bad_review": {"kind": "review", "id": "y", "order_id": "x", "created_at": at(1, 12), "stars": 1},
    "quality_return": {
        "kind": "after_sale",
        "id": "y",
        "order_id": "x",
        "applied_at": at(1, 12),
        "type": "return_refund",
        "reason": {"class": "quality"},
    },
    "platform_help": {
        "kind": "platform_help",
        "id": "y",
        "order_id": "x",
        "opened_at": at(1, 12),
        "via": "arbitration",
    },
}


@pytest.mark.parametrize("outcome", BADLY)
def test_a_loss_is_the_what_if_of_the_outcome(outcome: str) -> None:
    change = [record(BADLY[outcome])]
    expected = what_if_history(history(with_one_more=True), PACK, DAY.toordinal(), change).delta.total
    given = [risk for one in answer().orders if (risk := one.outcomes[outcome]) is not None]
    assert given
    assert expected is not None
    assert expected < 0
    assert {round(risk.loss or 0.0, 9) for risk in given} == {round(-expected, 9)}


def test_expected_loss_is_the_sum_and_orders_the_list() -> None:
    orders = answer().orders
    for one in orders:
        given = [risk for risk in one.outcomes.values() if risk is not None]
        assert one.expected_loss == pytest.approx(sum(risk.probability * (risk.loss or 0.0) for risk in given))
    losses = [one.expected_loss or 0.0 for one in orders]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 0
