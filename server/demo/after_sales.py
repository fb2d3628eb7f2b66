"""After-sales of the demo shop: cancellations, lost parcels, returns; some exempted, some taken to arbitration."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from server.demo.catalog import PRODUCT_BY_ID
from server.demo.life import Record, Season, at, later, pick
from server.demo.orders import is_late

REASONS: Final = {
    "quality": "质量问题",
    "logistics_quality": "物流问题",
    "damage": "商品破损",
    "size": "尺寸不合适",
    "not_as_described": "与商品描述不符",
    "no_reason": "七天无理由退货",
    "other": "其他原因",
}


def after_sales(season: Season, orders: Iterable[Record]) -> Iterator[Record]:
    chance = season.chance("after_sales")
    for order in orders:
        if "paid_at" not in order:
            continue
        if order.get("cancelled_by") == "buyer":
            yield _cancellation(chance, order)
        elif "delivered_at" in order:
            yield from _after_delivery(chance, order)
        elif "cancelled_at" not in order:
            yield _lost_parcel(chance, order)


def _case(order: Record, number: int, kind: str, applied: datetime, reason: str) -> Record:
    return {
        "kind": "after_sale",
        "id": f"14{order['id'][2:]}{number}",
        "order_id": order["id"],
        "line_id": order["lines"][0]["id"],
        "type": kind,
        "applied_at": applied,
        "audit_by": later(applied, 48),
        "reason": {"class": reason, "label": REASONS[reason]},
        "handled_by": "merchant",
        "exempt": False,
        "amount": order["amount"],
    }


def _cancellation(chance: random.Random, order: Record) -> Record:
    case = _case(order, 0, "refund_unshipped", later(order["cancelled_at"], -chance.uniform(0.02, 0.15)), "other")
    return case | {"handled_by": "system", "agreed_at": order["cancelled_at"], "refunded_at": order["cancelled_at"]}


def _lost_parcel(chance: random.Random, order: Record) -> Record:
    applied = later(order["deliver_by"], 24 * chance.uniform(0.3, 3))
    case = _case(order, 0, "refund_shipped", applied, "logistics_quality") | {"ruling": ["trace_timeout"]}
    agreed = _answered(chance, applied)
    return case | {"agreed_at": agreed, "refunded_at": later(agreed, 0.1), "closed_at": later(agreed, 0.1)}


def _after_delivery(chance: random.Random, order: Record) -> Iterator[Record]:
    product = PRODUCT_BY_ID[order["lines"][0]["product_id"]]
    rates = {
        "quality": product.quality,
        "damage": product.damage,
        "logistics_quality": 0.12 if is_late(order) else 0.002,
        "size": product.size,
        "not_as_described": 0.004,
        "no_reason": 0.03,
        "other": 0.006,
    }
    reason = pick(chance, [*rates, ""], [*rates.values(), 1 - sum(rates.values())])
    if not reason:
        return
    applied = later(order["delivered_at"], 24 * chance.uniform(0.05, 6))
    if reason == "logistics_quality":  # the buyer gives up waiting while the parcel is still on its way
        applied = later(order["deliver_by"] if is_late(order) else order["picked_up_at"], chance.uniform(1, 12))
    shipped_only = reason == "logistics_quality" or chance.random() < 0.25
    kind = "refund_shipped" if shipped_only else pick(chance, ("return_refund", "exchange", "resend"), (88, 6, 6))
    case = _case(order, 0, kind, applied, reason)
    if reason == "logistics_quality" and chance.random() < 0.5:
        case["ruling"] = ["trace_timeout"]
    yield from _answer(chance, order, case)


def _answered(chance: random.Random, applied: datetime) -> datetime:
    """Nobody answers at night, and some cases lie until their deadline is near."""
    slow = chance.random() < 0.25
    agreed = later(applied, chance.uniform(18, 44) if slow else chance.lognormvariate(0.4, 0.9))
    if agreed.hour < 9 or agreed.hour >= 22:
        agreed = at(agreed.date() + timedelta(days=agreed.hour >= 22), chance.uniform(9, 12))
    return agreed


def _answer(chance: random.Random, order: Record, case: Record) -> Iterator[Record]:
    if chance.random() < 0.05:
        yield case | {"closed_at": later(case["applied_at"], chance.uniform(0.5, 20))}  # the buyer withdrew it
        return
    agreed = _answered(chance, case["applied_at"])
    reason = case["reason"]["class"]
    if reason in {"quality", "not_as_described"} and chance.random() < 0.12:
        opened = later(agreed, chance.uniform(2, 30))
        closed = later(opened, 24 * chance.uniform(1, 4))
        blame = pick(chance, ("merchant", "buyer", "both"), (55, 30, 15))
        case["arbitration"] = {"opened_at": opened, "closed_at": closed, "blame": blame}
        case["handled_by"] = "platform"
        yield case | ({"closed_at": closed} if blame == "buyer" else {"refunded_at": closed})
        return
    case["agreed_at"] = agreed
    if case["type"] == "refund_shipped":
        case |= {"refunded_at": later(agreed, 0.05)}
    elif case["type"] == "return_refund":
        returned = later(agreed, 24 * chance.uniform(2.5, 6))
        confirmed = later(returned, chance.uniform(2, 40))
        case |= {"return_received_at": returned, "confirmed_at": confirmed, "refunded_at": later(confirmed, 0.05)}
    else:
        case |= {"closed_at": later(agreed, 24 * chance.uniform(3, 6))}
    yield case
    if reason in {"quality", "damage"} and "refunded_at" in case and chance.random() < 0.06:
        yield case | {"exempt": True, "updated_at": later(case["refunded_at"], 24 * chance.uniform(1, 4))}
    elif reason == "size" and chance.random() < 0.25:
        second = _case(order, 1, "return_refund", later(agreed, 24 * chance.uniform(7, 9)), "quality")
        again = _answered(chance, second["applied_at"])
        yield second | {"agreed_at": again, "refunded_at": later(again, 24 * 4)}
