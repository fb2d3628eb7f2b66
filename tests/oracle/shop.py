"""scoring.md, "Indicators": each line of the shop's table, numerator and denominator of a window."""

import datetime as dt
from fractions import Fraction

from tests.oracle.cases import (
    Sums,
    after_sales,
    asked_platform,
    chats_in_service_hours,
    first_after_sale,
    first_reason,
    later_clock,
    mean,
    named_is_valid,
    reply_seconds,
    seconds,
    share,
    valid_orders,
)
from tests.oracle.known import Fields, Known, begin, moment

DAY = dt.timedelta(days=1)
FLOWERS = {"花卉/绿植盆栽", "多肉植物"}  # as the rule of 2026-05-07 names the industries with 48 hours
SCORE_BY_HOURS = [(12, 100), (24, 90), (36, 80), (48, 70), (72, 60)]


def shop_sums(known: Known, days: int = 30, *, after_sale_limit: int = 48 * 3600) -> Sums:
    """Every indicator of the shop. The limit is the category's."""
    due_in_48h = any(one.get("industry") in FLOWERS for one in known.of("subject"))
    orders = valid_orders(known)
    delivered = [order for order in orders if known.within(order.get("delivered_at"), days)]
    picked_up = [order for order in orders if known.within(order.get("picked_up_at"), days)]
    paid = [order for order in orders if known.within(order["paid_at"], days)]
    chats = chats_in_service_hours(known, days)
    rated = [chat for chat in chats if "stars" in chat]
    reasons = {order["id"]: first_reason(known, order) for order in orders}
    waits = [pickup_wait(known, order) for order in picked_up]
    return {
        "goods.rating": goods_rating(known, delivered),
        "goods.quality_return": share([reasons[order["id"]] == "quality" for order in delivered]),
        "logistics.pickup_seconds": mean(waits),
        "logistics.pickup_score": mean(
            [pickup_score(order, wait) for order, wait in zip(picked_up, waits, strict=True)]
        ),
        "logistics.pickup_rate": pickup_rate(known, orders, days, due_in_48h=due_in_48h),
        "logistics.delivery_rate": delivery_rate(known, orders, days),
        "logistics.quality_return": share(
            [
                reasons[order["id"]] == "logistics_quality" and bool(first_after_sale(known, order).get("ruling"))
                for order in paid
            ]
        ),
        "logistics.damage_return": share([reasons[order["id"]] == "damage" for order in paid]),
        "service.audit_seconds": audit_seconds(known, days),
        "service.after_sale_rate": after_sale_rate(known, days, after_sale_limit),
        "service.reply_seconds": reply_seconds(chats),
        "service.dissatisfied": share([chat["stars"] <= 3 for chat in rated]),
        "service.help_rate": help_rate(known, days),
    }


def goods_rating(known: Known, delivered: list[Fields]) -> tuple[Fraction, int]:
    means = []
    for order in delivered:
        stars = [
            review["stars"]
            for review in known.of("review")
            if review.get("order_id") == order["id"] and review.get("counts") is not False and "stars" in review
        ]
        if stars:
            means.append(Fraction(sum(stars), len(stars)))
    return mean(means)


def pickup_wait(known: Known, order: Fields) -> Fraction:
    start = later_clock(known, order["paid_at"], closes=18, opens=6)
    return max(Fraction(), seconds(moment(order["picked_up_at"]) - start))


def spoilt(order: Fields) -> bool:
    return bool(order.get("fraud_shipping")) or any(one.get("trace_abnormal") for one in order.get("waybills", []))


def pickup_score(order: Fields, wait: Fraction) -> Fraction:
    if spoilt(order):
        return Fraction(50)
    return Fraction(next((score for hours, score in SCORE_BY_HOURS if wait <= hours * 3600), 50))


def pickup_rate(known: Known, orders: list[Fields], days: int, *, due_in_48h: bool) -> tuple[Fraction, int]:
    hits = []
    for order in orders:
        # A deadline is the last moment that is still in time; the end of a day is the moment before the next one.
        tick = dt.timedelta(microseconds=1)
        if order.get("presale"):
            if "ship_by" not in order:
                continue
            due = moment(order["ship_by"])
        elif due_in_48h or "qic" in order.get("services", []):
            due = moment(order["paid_at"]) + 2 * DAY
        else:
            due = begin(known.local_day(order["paid_at"]) + 2 * DAY, known.zone) - tick
        cancelled = "cancelled_at" in order and moment(order["cancelled_at"]) <= due
        if known.within(due.isoformat(), days) and not cancelled:
            hits.append("picked_up_at" in order and moment(order["picked_up_at"]) <= due and not spoilt(order))
    return share(hits)


def cancelled_before_dispatch(order: Fields) -> bool:
    if "cancelled_at" not in order:
        return False
    dispatch = order.get("shipped_at") or order.get("picked_up_at") or order.get("delivered_at")
    return dispatch is None or moment(order["cancelled_at"]) < moment(dispatch)


def delivery_rate(known: Known, orders: list[Fields], days: int) -> tuple[Fraction, int]:
    hits = []
    for order in orders:
        parcels = order.get("waybills") or ([] if cancelled_before_dispatch(order) else [order])
        for parcel in parcels:
            due = parcel.get("deliver_by") or order.get("deliver_by")
            if known.within(due, days):
                arrived = parcel.get("delivered_at")
                hits.append(arrived is not None and moment(arrived) <= moment(due) and not parcel.get("trace_abnormal"))
    return share(hits)


def refunds(known: Known, days: int) -> list[Fields]:
    """Those of an order that was never seen paid are left out with their order."""
    return [
        one
        for one in after_sales(known)
        if one.get("type") in {"refund_shipped", "return_refund"}
        and known.within(one.get("refunded_at"), days)
        and named_is_valid(known, one.get("order_id", ""))
    ]


def handling(known: Known, one: Fields) -> Fraction:
    start = later_clock(known, one["applied_at"], closes=23, opens=8)
    return max(Fraction(), seconds(moment(one.get("agreed_at") or one["refunded_at"]) - start))


def audit_seconds(known: Known, days: int) -> tuple[Fraction, int]:
    """Left out: an after-sale whose filing was not seen."""
    return mean([handling(known, one) for one in refunds(known, days) if "applied_at" in one])


def after_sale_rate(known: Known, days: int, limit: int) -> tuple[Fraction, int]:
    hits = []
    for one in refunds(known, days):
        if one.get("handled_by") == "platform" or "applied_at" not in one:
            continue
        took = handling(known, one)
        if one["type"] == "return_refund" and "return_received_at" in one and "confirmed_at" in one:
            took += seconds(moment(one["confirmed_at"]) - moment(one["return_received_at"]))
        hits.append(took <= limit)
    return share(hits)


def help_rate(known: Known, days: int) -> tuple[Fraction, int]:
    """Orders taken to the platform over orders that asked the merchant; the former need not be among the latter."""
    asked = {one.get("order_id") for one in after_sales(known) if known.within(one.get("applied_at"), days)}
    asked |= {one.get("order_id") for one in known.of("chat") if known.within(one.get("started_at"), days)}
    cohort = [order for order in asked if order is not None and named_is_valid(known, order)]
    helped = [order for order in asked_platform(known, days) if named_is_valid(known, order)]
    return Fraction(len(helped)), len(cohort)
