"""What a seller sold on the same days tells of an order on its way, and only what was known."""

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest

from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.risk.frame import Frame
from shared_scoring.risk.lateness import lateness
from shared_scoring.risk.survival import DELIVERY
from shared_scoring.risk.table import OrderTable, order_table

ZONE = dt.timezone(dt.timedelta(hours=8))
AS_OF = dt.date(2026, 11, 6)
Fields = dict[str, Any]


def at(days_ago: float) -> str:
    return (dt.datetime.combine(AS_OF, dt.time(), ZONE) - dt.timedelta(days=days_ago)).isoformat(timespec="seconds")


def sold(id_: str, seller: str | None, days_ago: float, took: float | None) -> Fields:
    order: Fields = {"kind": "order", "id": id_, "created_at": at(days_ago), "paid_at": at(days_ago)}
    line = {"product_id": f"p-{seller}"} | ({} if seller is None else {"merchant_id": seller})
    order |= {"deliver_by": at(days_ago - 12), "lines": [line]}
    return order | ({} if took is None else {"delivered_at": at(days_ago - took)})


def shop() -> list[Fields]:
    """For months all sellers were alike; of what was bought nine days ago only `brisk`'s came, nothing of `stuck`'s."""
    told = [
        sold(f"{seller}{number}", seller, 20 + number * 0.5, 4 + number % 3)
        for seller in ("brisk", "stuck", "idle")
        for number in range(80)
    ]
    for number in range(8):
        told += [sold(f"b{number}", "brisk", 9, 4.5), sold(f"s{number}", "stuck", 9, None)]
    return [*told, sold("of-brisk", "brisk", 9, None), sold("of-idle", "idle", 9, None), sold("of-none", None, 9, None)]


def table_of(records: list[Fields]) -> OrderTable:
    history = History(decode_record(json.dumps(one).encode()) for one in records)
    _, cases = history.known(AS_OF.toordinal())
    return order_table(cases, {}, AS_OF.toordinal(), history.viewpoint().calendar)


def told_of(table: OrderTable, moment: float, name: str) -> dict[str, float]:
    found: Frame = lateness(table, DELIVERY, moment)
    return {table.ids[row]: float(one) for row, one in zip(found.orders, found[name], strict=True)}


@pytest.mark.parametrize("name", ["cohort_merchant", "cohort_product"])
def test_what_the_same_seller_sold_on_the_same_days_lies_there_together(name: str) -> None:
    table = table_of(shop())
    found = told_of(table, table.start, name)
    assert found["s0"] < found["of-idle"] - 0.3
    assert found["of-idle"] == pytest.approx(found["of-brisk"], abs=0.5)
    assert found["s0"] == pytest.approx(found["s7"])


def test_of_an_unknown_seller_nothing_is_told() -> None:
    table = table_of(shop())
    assert told_of(table, table.start, "cohort_merchant")["of-none"] == 0
    assert np.isnan(told_of(table, table.start, "out_share")["of-none"])


def test_the_share_still_out_is_of_what_was_sold_in_two_months() -> None:
    table = table_of([*shop(), *(sold(f"old{number}", "idle", 90, None) for number in range(5))])
    # Within 60 days `idle` sold 80 and one more, `stuck` 80 and eight.
    found = told_of(table, table.start, "out_share")
    assert found["of-idle"] == pytest.approx(1 / 81)
    assert found["s0"] == pytest.approx(8 / 88)


@pytest.mark.parametrize("name", ["cohort_merchant", "cohort_product", "out_share"])
def test_a_past_moment_knows_nothing_of_what_came_later(name: str) -> None:
    """The same landmark, with and without what was bought and what arrived after it."""
    moment = table_of(shop()).start - 2
    kept = shop()
    cut = [
        {key: value for key, value in one.items() if key != "delivered_at" or value < at(2)}
        for one in [*kept, sold("later", "stuck", 6, 3)]
        if one["paid_at"] < at(2)
    ]
    whole = [*kept, sold("later", "stuck", 6, 3), *(sold(f"new{number}", "stuck", 1, 0.5) for number in range(20))]
    with_, without = (told_of(table_of(records), moment, name) for records in (whole, cut))
    assert with_ == pytest.approx(without, nan_ok=True)
