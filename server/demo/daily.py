"""Daily figures that pages show instead of single events, counted by plain loops over the shop's own events."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from server.demo.catalog import PRODUCTS
from server.demo.counting import Evidence, within
from server.demo.life import Record, Season, day_end, midnight

DESK_HOURS: Final = range(8, 23)
PRODUCT_DAYS: Final = 7
PRODUCT_LIMIT: Final = 0.05  # invented; the platform publishes none for single products
WINDOW: Final = timedelta(days=30)


def service_days(chats: Iterable[Record]) -> Iterator[Record]:
    """One record an agent and day; sessions outside the desk's hours belong to nobody's day."""
    sessions: dict[tuple[str, date], list[Record]] = defaultdict(list)
    for chat in chats:
        if chat["started_at"].hour in DESK_HOURS:
            sessions[chat["agent_id"], chat["started_at"].date()].append(chat)
    for (agent, day), held in sorted(sessions.items()):
        stars = [chat["stars"] for chat in held if "stars" in chat]
        yield {
            "kind": "service_day",
            "id": f"{agent}|{day}",
            "agent_id": agent,
            "date": day.isoformat(),
            "sessions": len(held),
            "rated": len(stars),
            "dissatisfied": sum(given <= 3 for given in stars),
            "reply_seconds_mean": round(mean_reply(held), 1),
            "updated_at": max(day_end(day), *(chat["ended_at"] for chat in held)),
        }


def mean_reply(chats: Iterable[Record]) -> float:
    """Seconds a round; one without an answer counts ten minutes, as in the shop's own indicator."""
    held = list(chats)
    return float(
        sum(chat["reply_seconds"] + 600 * chat["unanswered_rounds"] for chat in held)
        / sum(chat["rounds"] for chat in held)
    )


def product_days(season: Season, evidence: Evidence) -> Iterator[Record]:
    """Each product's 30-day rates on each of the last days, as known when that day began."""
    for back in range(PRODUCT_DAYS, 0, -1):
        day = season.day(back)
        cut = midnight(day)
        delivered = within(evidence.delivered, "delivered_at", cut - WINDOW, cut)
        for product in PRODUCTS:
            orders = [order for order in delivered if any(line["product_id"] == product.id for line in order["lines"])]
            if orders:
                yield _product_day(evidence, product.id, day, orders)


def _product_day(evidence: Evidence, product: str, day: date, orders: list[Record]) -> Record:
    cut = midnight(day)
    cases = [evidence.first_reason(order["id"], cut) for order in orders]
    written = [review for order in orders for review in evidence.reviews[order["id"]] if review["created_at"] < cut]
    stars = [evidence.newest(review, cut)["stars"] for review in written if review["product_id"] == product]
    record: dict[str, Any] = {
        "kind": "product_day",
        "id": f"{product}|{day}",
        "product_id": product,
        "date": day.isoformat(),
        "quality_return": sum(case is not None and case["reason"]["class"] == "quality" for case in cases)
        / len(orders),
        "limit": PRODUCT_LIMIT,
        "updated_at": cut + timedelta(hours=6),
    }
    return record | ({"praise": sum(given >= 4 for given in stars) / len(stars)} if stars else {})
