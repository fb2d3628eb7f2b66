"""The demo shop's indicators, counted by plain loops over the generator's own events.

On purpose without shared_scoring, so that the engine can be checked against them. Rules: spec/scoring.md, 2026-09-08.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from server.demo.life import Record, at

HANDLED_TYPES: Final = ("refund_shipped", "return_refund")
Sums = dict[str, tuple[float, int]]


class Evidence:
    """The shop's events, sorted by the moment that puts them into a window."""

    def __init__(self, records: Iterable[Record]) -> None:
        copies: dict[str, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
        for record in records:
            copies[record["kind"]][record["id"]].append(record)
        kinds = {kind: [versions[-1] for versions in by_id.values()] for kind, by_id in copies.items()}
        self.orders = {
            order["id"]: order for order in kinds["order"] if "paid_at" in order and not order.get("excluded")
        }
        self._versions = copies
        self.reviews = _grouped(kinds.get("review", []))
        self.after_sales = _grouped(kinds.get("after_sale", []))
        valid = list(self.orders.values())
        self.paid = _timeline(valid, "paid_at")
        self.picked = _timeline(valid, "picked_up_at")
        self.delivered = _timeline(valid, "delivered_at")
        self.parcels = _timeline([parcel for order in valid for parcel in _parcels(order)], "deliver_by")
        self.applied = _timeline([c for c in kinds.get("after_sale", []) if c["order_id"] in self.orders], "applied_at")
        self.refunded = _timeline([c for c in self.applied if c["type"] in HANDLED_TYPES], "refunded_at")
        self.chats = _timeline(kinds.get("chat", []), "started_at")
        self.helps = _timeline([h for h in kinds.get("platform_help", []) if h["order_id"] in self.orders], "opened_at")
        self.conduct = _timeline(kinds.get("conduct", []), "at")
        self.switches = _timeline(kinds.get("service_switch", []), "at")

    def newest(self, record: Record, cut: datetime) -> Record:
        """The copy a page showed just before `cut`."""
        versions = self._versions[record["kind"]][record["id"]]
        return [versions[0], *(copy for copy in versions if copy["updated_at"] < cut)][-1]

    def first_reason(self, order_id: str, cut: datetime) -> Record | None:
        cases = [case for case in self.after_sales[order_id] if case["applied_at"] < cut]
        cases = [case for case in cases if not self.newest(case, cut)["exempt"]]
        return min(cases, key=lambda case: case["applied_at"], default=None)


def _grouped(records: Iterable[Record]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record["order_id"]].append(record)
    return groups


def _timeline(records: Iterable[Record], field: str) -> list[Record]:
    return sorted((record for record in records if field in record), key=lambda record: record[field])


def _parcels(order: Record) -> list[Record]:
    """An order without waybills counts as one parcel, unless it was cancelled before dispatch."""
    if order.get("waybills"):
        return list(order["waybills"])
    return [] if "cancelled_at" in order else [order]


def within(timeline: Sequence[Record], field: str, start: datetime, cut: datetime) -> Sequence[Record]:
    def moment(record: Record) -> datetime:
        found: datetime = record[field]
        return found

    return timeline[bisect_left(timeline, start, key=moment) : bisect_left(timeline, cut, key=moment)]


def goods(evidence: Evidence, start: datetime, cut: datetime) -> Sums:
    orders = within(evidence.delivered, "delivered_at", start, cut)
    means = []
    bad = 0
    for order in orders:
        written = [r for r in evidence.reviews[order["id"]] if r["created_at"] < cut and r["counts"]]
        stars = [evidence.newest(review, cut)["stars"] for review in written]
        if stars:
            means.append(sum(stars) / len(stars))
        case = evidence.first_reason(order["id"], cut)
        bad += case is not None and case["reason"]["class"] == "quality"
    return {"goods.rating": (sum(means), len(means)), "goods.quality_return": (bad, len(orders))}


def logistics(evidence: Evidence, start: datetime, cut: datetime) -> Sums:
    picked = within(evidence.picked, "picked_up_at", start, cut)
    waits = [_seconds(order["picked_up_at"] - _pickup_clock(order["paid_at"])) for order in picked]
    parcels = within(evidence.parcels, "deliver_by", start, cut)
    in_time = sum(
        "delivered_at" in parcel
        and parcel["delivered_at"] <= parcel["deliver_by"]
        and not parcel.get("trace_abnormal", False)
        for parcel in parcels
    )
    paid = within(evidence.paid, "paid_at", start, cut)
    cases = [evidence.first_reason(order["id"], cut) for order in paid]
    damaged = sum(case is not None and case["reason"]["class"] == "damage" for case in cases)
    return {
        "logistics.pickup_seconds": (sum(waits), len(waits)),
        "logistics.delivery_rate": (in_time, len(parcels)),
        "logistics.damage_return": (damaged, len(paid)),
    }


def _seconds(wait: timedelta) -> int:
    return max(0, int(wait.total_seconds()))


def _pickup_clock(paid: datetime) -> datetime:
    if paid.hour >= 18:
        return at(paid.date() + timedelta(days=1), 6)
    return max(paid, at(paid.date(), 6))


def _audit_clock(applied: datetime) -> datetime:
    if applied.hour >= 23:
        return at(applied.date() + timedelta(days=1), 8)
    return max(applied, at(applied.date(), 8))


def service(evidence: Evidence, start: datetime, cut: datetime) -> Sums:
    refunds = within(evidence.refunded, "refunded_at", start, cut)
    refunds = [case for case in refunds if not evidence.newest(case, cut)["exempt"]]
    waits = [
        _seconds((case.get("agreed_at") or case["refunded_at"]) - _audit_clock(case["applied_at"])) for case in refunds
    ]
    sessions = within(evidence.chats, "started_at", start, cut)
    daytime = [chat for chat in sessions if 8 <= chat["started_at"].hour < 23]
    rated = [chat for chat in daytime if "stars" in chat]
    filed = within(evidence.applied, "applied_at", start, cut)
    asked = {case["order_id"] for case in filed if not evidence.newest(case, cut)["exempt"]}
    asked |= {chat["order_id"] for chat in sessions if chat.get("order_id") in evidence.orders}
    opened = within(evidence.helps, "opened_at", start, cut)
    helped = {entry["order_id"] for entry in opened if entry["via"] == "arbitration" or entry["same_issue_as_chat"]}
    return {
        "service.audit_seconds": (sum(waits), len(waits)),
        "service.reply_seconds": (
            sum(chat["reply_seconds"] + 600 * chat["unanswered_rounds"] for chat in daytime),
            sum(chat["rounds"] for chat in daytime),
        ),
        "service.dissatisfied": (sum(chat["stars"] <= 3 for chat in rated), len(rated)),
        "service.help_rate": (len(helped), len(asked)),
    }
