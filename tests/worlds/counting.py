"""What each case adds to the indicators of 2026-09-08, from records as plain dicts, and by which day it is known.

A row is (indicator, day, known, numerator, denominator): from as-of `known` on, it counts on `day`. Rules:
spec/scoring.md, "Indicators", as far as the worlds go: one review and one after-sale an order, no two questions of one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tests.worlds.clock import DAY, HOUR, day_of, seconds

Record = dict[str, Any]
Row = tuple[str, int, int, float, float]
Told = tuple[str, str]
"""A record's id and one of its fields."""
CASE_KINDS = ("order", "review", "after_sale", "chat", "platform_help")


def case_of(record: Record) -> str:
    if record["kind"] == "order":
        return str(record["id"])
    return str(record.get("order_id") or f"{record['kind']} {record['id']}")


def cases(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record["kind"] in CASE_KINDS:
            found[case_of(record)].append(record)
    return found


def rows(case: Iterable[Record], certain: Collection[Told] = ()) -> Iterator[Row]:
    """Of one case; the fields `certain` of records count as known at any time."""
    by_kind: defaultdict[str, list[Record]] = defaultdict(list)
    for record in case:
        by_kind[record["kind"]].append(record)
    order = next(iter(by_kind["order"]), None)
    if order is not None and (order.get("excluded") or not order.get("paid_at")):
        return
    after_sale = next((one for one in by_kind["after_sale"] if not one.get("exempt")), None)
    if order is not None:
        yield from _order(order, by_kind["review"], after_sale, certain)
    for one in by_kind["chat"]:
        yield from _chat(one)
    if after_sale is not None and after_sale["type"] in ("refund_shipped", "return_refund"):
        yield from _audit(after_sale, certain)
    yield from _help(by_kind, after_sale, certain)


def _known(record: Record, field: str, certain: Collection[Told]) -> int:
    return 0 if (record["id"], field) in certain else day_of(record[field]) + 1


def _order(order: Record, reviews: list[Record], after_sale: Record | None, certain: Collection[Told]) -> Iterator[Row]:
    reason = None if after_sale is None else after_sale["reason"]["class"]
    paid = day_of(order["paid_at"])
    yield "valid", paid, _known(order, "paid_at", certain), 1, 1
    for service in order.get("services", ()):
        if service != "next_day":
            yield service, paid, _known(order, "paid_at", certain), 1, 0
    yield "logistics.damage_return", paid, _known(order, "paid_at", certain), 0, 1
    if after_sale is not None and reason == "damage":
        yield "logistics.damage_return", paid, _known(after_sale, "applied_at", certain), 1, 0
    picked, delivered, due = order.get("picked_up_at"), order.get("delivered_at"), order.get("deliver_by")
    if picked:
        wait = max(0, seconds(picked) - _pickup_clock(seconds(order["paid_at"])))
        yield "logistics.pickup_seconds", day_of(picked), _known(order, "picked_up_at", certain), wait, 1
    if due and not order.get("cancelled_at"):
        yield "logistics.delivery_rate", day_of(due), 0, 0, 1
        if delivered and seconds(delivered) <= seconds(due):
            yield "logistics.delivery_rate", day_of(due), _known(order, "delivered_at", certain), 1, 0
    if delivered:
        day, known = day_of(delivered), _known(order, "delivered_at", certain)
        yield "goods.quality_return", day, known, 0, 1
        yield "next_day", day, known, int("next_day" in order.get("services", ())), 1
        if after_sale is not None and reason == "quality":
            known = max(known, _known(after_sale, "applied_at", certain))
            yield "goods.quality_return", day, known, 1, 0
        yield from _rating(order, reviews, certain)


def _rating(order: Record, reviews: list[Record], certain: Collection[Told]) -> Iterator[Row]:
    """The copies of the one review, each from its time on."""
    day = day_of(order["delivered_at"])
    before = (0, 0)
    arrived = _known(order, "delivered_at", certain)
    changed = {id_ for id_, _ in certain}
    for review in reviews:
        if review["id"] in changed and review is not reviews[-1]:
            continue
        now = (review["stars"], 1) if review.get("counts", True) else (0, 0)
        edited = "created_at" if review["id"] in changed else "updated_at"
        known = max(arrived, _known(review, edited, certain))
        yield "goods.rating", day, known, now[0] - before[0], now[1] - before[1]
        before = now


def _pickup_clock(paid: int) -> int:
    hour = paid % DAY // HOUR
    if hour >= 18:
        return paid - paid % DAY + DAY + 6 * HOUR
    return max(paid, paid - paid % DAY + 6 * HOUR)


def _audit(after_sale: Record, certain: Collection[Told]) -> Iterator[Row]:
    if (refunded := after_sale.get("refunded_at")) is None:
        return
    applied = seconds(after_sale["applied_at"])
    hour = applied % DAY // HOUR
    start = applied - applied % DAY + 8 * HOUR + (DAY if hour >= 23 else 0)
    clock = start if hour >= 23 or hour < 8 else applied
    wait = max(0, seconds(after_sale.get("agreed_at") or refunded) - clock)
    yield "service.audit_seconds", day_of(refunded), _known(after_sale, "refunded_at", certain), wait, 1


def _chat(chat: Record) -> Iterator[Row]:
    started = chat["started_at"]
    if not 8 <= int(started[11:13]) < 23:
        return
    day = day_of(started)
    yield "service.reply_seconds", day, day + 1, chat["reply_seconds"] + 600 * chat["unanswered_rounds"], chat["rounds"]
    if "stars" in chat:
        yield "service.dissatisfied", day, day + 1, int(chat["stars"] <= 3), 1


def _help(by_kind: dict[str, list[Record]], after_sale: Record | None, certain: Collection[Told]) -> Iterator[Row]:
    """The orders that asked in the window below, those taken to the platform in it above."""
    asked = [
        (day_of(chat["started_at"]), day_of(chat["started_at"]) + 1) for chat in by_kind["chat"] if chat.get("order_id")
    ]
    if after_sale is not None:
        asked.append((day_of(after_sale["applied_at"]), _known(after_sale, "applied_at", certain)))
    for day, known in asked[:1]:
        yield "service.help_rate", day, known, 0, 1
    for opened in by_kind["platform_help"][:1]:
        yield "service.help_rate", day_of(opened["opened_at"]), _known(opened, "opened_at", certain), 1, 0
