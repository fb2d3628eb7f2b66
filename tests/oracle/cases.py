"""scoring.md, "Valid orders" and the clocks that start later: what both tables of indicators share."""

import datetime as dt
from fractions import Fraction

from tests.oracle.known import Fields, Known, moment

Sums = dict[str, tuple[Fraction, int]]


def seconds(span: dt.timedelta) -> Fraction:
    return Fraction(span // dt.timedelta(microseconds=1), 1_000_000)


def is_valid(order: Fields) -> bool:
    return order.get("paid_at") is not None and not order.get("excluded")


def valid_orders(known: Known) -> list[Fields]:
    return [order for order in known.of("order") if is_valid(order)]


def named_is_valid(known: Known, order_id: str) -> bool:
    """An order that is named but not in the records counts as valid."""
    order = known.all["order"].get(order_id)
    return order is None or is_valid(order)


def hangs_on_excluded(known: Known, record: Fields) -> bool:
    return bool(known.all["order"].get(record.get("order_id", ""), {}).get("excluded"))


def after_sales(known: Known) -> list[Fields]:
    """Those that are treated as if they had happened."""
    return [one for one in known.of("after_sale") if not one.get("exempt") and not hangs_on_excluded(known, one)]


def first_after_sale(known: Known, order: Fields) -> Fields:
    """The first by `applied_at`; one without sorts last; of several at one time the lowest id."""
    own = [one for one in after_sales(known) if one.get("order_id") == order["id"]]
    return min(
        own,
        key=lambda one: ("applied_at" not in one, moment(one.get("applied_at", "1970-01-01T00:00:00Z"))),
        default={},
    )


def first_reason(known: Known, order: Fields) -> str | None:
    reason: str | None = (first_after_sale(known, order).get("reason") or {}).get("class")
    return reason


def later_clock(known: Known, text: str, closes: int, opens: int) -> dt.datetime:
    """The moment itself, or `opens` o'clock where it falls from `closes` o'clock to `opens` o'clock."""
    local = moment(text).astimezone(known.zone)
    if closes > local.hour >= opens:
        return moment(text)
    day = local.date() + dt.timedelta(days=1 if local.hour >= closes else 0)
    return dt.datetime(day.year, day.month, day.day, opens, tzinfo=known.zone).astimezone(dt.UTC)


def share(hits: list[bool]) -> tuple[Fraction, int]:
    return Fraction(sum(hits)), len(hits)


def mean(values: list[Fraction]) -> tuple[Fraction, int]:
    return sum(values, Fraction()), len(values)


def chats_in_service_hours(known: Known, days: int) -> list[Fields]:
    return [
        one
        for one in known.of("chat")
        if known.within(one.get("started_at"), days)
        and 8 <= moment(one["started_at"]).astimezone(known.zone).hour < 23
        and not hangs_on_excluded(known, one)
    ]


def reply_seconds(chats: list[Fields]) -> tuple[Fraction, int]:
    """Left out: a chat without rounds, and one whose answered rounds have no known seconds."""
    total, rounds = Fraction(), 0
    for chat in chats:
        asked, unanswered = chat.get("rounds") or 0, chat.get("unanswered_rounds") or 0
        if asked == 0 or ("reply_seconds" not in chat and asked > unanswered):
            continue
        total += Fraction(chat.get("reply_seconds", 0)) + 600 * unanswered
        rounds += asked
    return total, rounds


def asked_platform(known: Known, days: int) -> set[str]:
    """Orders taken to the platform in the window."""
    found = set()
    for one in after_sales(known):
        opened = (one.get("arbitration") or {}).get("opened_at")
        if "order_id" in one and known.within(opened, days):
            found.add(one["order_id"])
    for one in known.of("platform_help"):
        counts = one.get("via") == "arbitration" or one.get("same_issue_as_chat")
        if counts and "order_id" in one and known.within(one.get("opened_at"), days):
            found.add(one["order_id"])
    return found
