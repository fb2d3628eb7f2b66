"""What happened before with the same goods counts beyond what their lateness explains, and only what was known."""

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.risk.happening import HAPPENINGS, happening
from shared_scoring.risk.table import OrderTable, order_table

ZONE = dt.timezone(dt.timedelta(hours=8))
AS_OF = dt.date(2026, 11, 6)
REVIEW = HAPPENINGS[0]
Fields = dict[str, Any]


def at(days_ago: float) -> str:
    return (dt.datetime.combine(AS_OF, dt.time(), ZONE) - dt.timedelta(days=days_ago)).isoformat(timespec="seconds")


def rated(id_: str, product: str, stars: int, *, late: bool, days_ago: float = 40) -> list[Fields]:
    order = {"kind": "order", "id": id_, "created_at": at(days_ago), "paid_at": at(days_ago)}
    order |= {"deliver_by": at(days_ago - 5), "delivered_at": at(days_ago - (8 if late else 3))}
    order |= {"finished_at": at(days_ago - 15), "lines": [{"product_id": product, "merchant_id": "m"}]}
    review = {"kind": "review", "id": f"r{id_}", "order_id": id_, "created_at": at(days_ago - 9), "stars": stars}
    return [order, review]


def asked(product: str) -> Fields:
    fields = {"kind": "order", "id": f"open-{product}", "created_at": at(4), "paid_at": at(4), "delivered_at": at(1)}
    return fields | {"deliver_by": at(0), "lines": [{"product_id": product, "merchant_id": "m"}]}


def table_of(records: list[Fields]) -> OrderTable:
    history = History(decode_record(json.dumps(one).encode()) for one in records)
    _, cases = history.known(AS_OF.toordinal())
    return order_table(cases, {}, AS_OF.toordinal(), history.viewpoint().calendar)


def excess(table: OrderTable, moment: float, name: str = "excess_product") -> dict[str, float]:
    found = happening(table, REVIEW, moment, np.full(len(table), np.nan))
    return {table.ids[row]: float(one) for row, one in zip(found.orders, found[name], strict=True)}


def shop() -> list[Fields]:
    """Late orders are rated low whatever they hold; of those in time only the poor goods are."""
    told: list[Fields] = []
    for number in range(60):
        told += rated(f"u{number}", f"p{number % 6}", 5, late=False)
        told += rated(f"l{number}", f"p{number % 6}", 1 if number % 4 else 5, late=True)
    for number in range(8):
        told += rated(f"s{number}", "slow", 1, late=True)
        told += rated(f"b{number}", "poor", 1 if number % 2 else 5, late=False)
    return [*told, *(asked(product) for product in ("slow", "poor", "p1", "new"))]


def test_goods_that_came_late_are_not_bad_goods() -> None:
    table = table_of(shop())
    found = excess(table, table.start)
    # Twice as many of the slow goods were rated low, but late ones are; of the poor ones each was more than is usual.
    assert found["open-poor"] > found["open-slow"] + 0.5
    assert found["open-poor"] > found["open-p1"] + 0.5
    assert found["open-new"] == pytest.approx(excess(table, table.start, "excess_merchant")["open-new"])


def test_a_past_moment_knows_nothing_of_what_came_later() -> None:
    """The same landmark, with and without the reviews and orders that came after it."""
    records = shop()
    later = [one for number in range(20) for one in rated(f"z{number}", "slow", 5, late=False, days_ago=14)]
    moment = table_of(records).start - 6
    early = {"kind": "order", "id": "then", "created_at": at(9), "paid_at": at(9), "deliver_by": at(3)}
    early |= {"lines": [{"product_id": "slow", "merchant_id": "m"}]}
    for name in ("excess_product", "excess_merchant"):
        without, with_ = (excess(table_of([*records, early, *more]), moment, name)["then"] for more in ([], later))
        assert with_ == pytest.approx(without)
