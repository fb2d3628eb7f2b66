"""scoring.md, the creator's table, before decay: plain numerators and denominators of a window."""

from fractions import Fraction

from tests.oracle.cases import (
    Sums,
    after_sales,
    chats_in_service_hours,
    first_reason,
    mean,
    reply_seconds,
    seconds,
    share,
    valid_orders,
)
from tests.oracle.known import Fields, Known, moment


def creator_sums(known: Known, creator: str, days: int = 90) -> Sums:
    own = [
        order
        for order in valid_orders(known)
        if any(line.get("creator_id") == creator for line in order.get("lines", []))
    ]
    # An order that is named but not in the records counts as valid.
    ids = {order["id"] for order in own} | {
        one["order_id"]
        for kind in ("review", "after_sale", "chat")
        for one in known.of(kind)
        if one.get("order_id") and one["order_id"] not in known.all["order"]
    }
    delivered = [order for order in own if known.within(order.get("delivered_at"), days)]
    paid = [order for order in own if known.within(order["paid_at"], days)]
    reviews = [
        one
        for one in known.of("review")
        if one.get("order_id") in ids | {None}
        and one.get("counts") is not False
        and known.within(one.get("created_at"), days)
    ]
    returns = [one for one in after_sales(known) if one.get("order_id") in ids | {None}]
    complaints = {one.get("order_id") for one in known.of("platform_help") if one.get("via") == "complaint"}
    blamed = {
        one.get("order_id") for one in returns if (one.get("arbitration") or {}).get("blame") in {"merchant", "both"}
    }
    # Chats count whether or not they name an order, but not on another creator's.
    foreign = {
        order["id"]
        for order in known.of("order")
        if not any(line.get("creator_id") == creator for line in order.get("lines", []))
    }
    chats = [one for one in chats_in_service_hours(known, days) if one.get("order_id") not in foreign]
    return {
        "goods.praise": praise(reviews, "stars"),
        "goods.quality_return": share([first_reason(known, order) == "quality" for order in delivered]),
        "logistics.praise": praise(reviews, "logistics_stars"),
        "logistics.transit_seconds": mean(
            [seconds(moment(order["delivered_at"]) - moment(order["paid_at"])) for order in delivered]
        ),
        "service.praise": praise(reviews, "service_stars"),
        "service.complaint": share([order["id"] in complaints for order in paid]),
        "service.dispute": share([order["id"] in blamed for order in paid]),
        "service.reply_seconds": reply_seconds(chats),
        "service.refund_only_seconds": completion(known, returns, {"refund_shipped", "refund_unshipped"}, days),
        "service.return_refund_seconds": completion(known, returns, {"return_refund"}, days),
    }


def praise(reviews: list[Fields], name: str) -> tuple[Fraction, int]:
    return share([review[name] >= 4 for review in reviews if name in review])


def completion(known: Known, returns: list[Fields], types: set[str], days: int) -> tuple[Fraction, int]:
    return mean(
        [
            seconds(moment(one["refunded_at"]) - moment(one["applied_at"]))
            for one in returns
            if one.get("type") in types
            and one.get("handled_by") != "platform"
            and "applied_at" in one
            and known.within(one.get("refunded_at"), days)
        ]
    )
