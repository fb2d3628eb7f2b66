"""The demo shop's official figures, day by day: what a platform with a hidden response would show.

The rules are those of 2026-09-08. The indicators are counted here by plain loops over the generator's own events, on
purpose without shared_scoring, so that the engine can be checked against them.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from server.demo.catalog import SHOP_CATEGORY
from server.demo.life import Record, Season, at, midnight

WINDOW: Final = timedelta(days=30)
WEIGHTS: Final = {"goods": 0.45, "logistics": 0.25, "service": 0.3}
DEDUCTION_EACH: Final = {"abnormal_return_address": (2, 10), "invoice_refused": (2, 10)}
DEDUCTION_ONCE: Final = 10
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


def _within(timeline: Sequence[Record], field: str, start: datetime, cut: datetime) -> Sequence[Record]:
    def moment(record: Record) -> datetime:
        found: datetime = record[field]
        return found

    return timeline[bisect_left(timeline, start, key=moment) : bisect_left(timeline, cut, key=moment)]


def goods(evidence: Evidence, start: datetime, cut: datetime) -> Sums:
    orders = _within(evidence.delivered, "delivered_at", start, cut)
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
    picked = _within(evidence.picked, "picked_up_at", start, cut)
    waits = [_seconds(order["picked_up_at"] - _pickup_clock(order["paid_at"])) for order in picked]
    parcels = _within(evidence.parcels, "deliver_by", start, cut)
    in_time = sum(
        "delivered_at" in parcel
        and parcel["delivered_at"] <= parcel["deliver_by"]
        and not parcel.get("trace_abnormal", False)
        for parcel in parcels
    )
    paid = _within(evidence.paid, "paid_at", start, cut)
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
    refunds = _within(evidence.refunded, "refunded_at", start, cut)
    refunds = [case for case in refunds if not evidence.newest(case, cut)["exempt"]]
    waits = [
        _seconds((case.get("agreed_at") or case["refunded_at"]) - _audit_clock(case["applied_at"])) for case in refunds
    ]
    sessions = _within(evidence.chats, "started_at", start, cut)
    daytime = [chat for chat in sessions if 8 <= chat["started_at"].hour < 23]
    rated = [chat for chat in daytime if "stars" in chat]
    filed = _within(evidence.applied, "applied_at", start, cut)
    asked = {case["order_id"] for case in filed if not evidence.newest(case, cut)["exempt"]}
    asked |= {chat["order_id"] for chat in sessions if chat.get("order_id") in evidence.orders}
    opened = _within(evidence.helps, "opened_at", start, cut)
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


def _up(low: float, high: float) -> Callable[[float], float]:
    """0 at `low`, 1 at `high`, smooth and monotone between; `low` > `high` turns it round."""

    def quality(value: float) -> float:
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return share * share * (3 - 2 * share)

    return quality


RESPONSE: Final[dict[str, tuple[float, Callable[[float], float]]]] = {
    "goods.rating": (0.6, _up(4.2, 4.98)),
    "goods.quality_return": (0.4, _up(0.045, 0.0)),
    "logistics.pickup_seconds": (0.35, _up(40 * 3600, 4 * 3600)),
    "logistics.delivery_rate": (0.4, _up(0.85, 1.0)),
    "logistics.damage_return": (0.25, _up(0.03, 0.0)),
    "service.audit_seconds": (0.25, _up(20 * 3600, 0.0)),
    "service.reply_seconds": (0.25, _up(240, 0.0)),
    "service.dissatisfied": (0.25, _up(0.35, 0.0)),
    "service.help_rate": (0.25, _up(0.12, 0.0)),
}


def dimension_score(name: str, sums: Sums, industry: float) -> float:
    """50..100, monotone in each value; a value that is not there leaves its weight to the others.

    `industry` is what the peers gained, in points.
    """
    parts = [
        (RESPONSE[key][0], RESPONSE[key][1](top / bottom))
        for key, (top, bottom) in sums.items()
        if key.startswith(f"{name}.") and bottom
    ]
    quality = sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts)
    return round(min(100.0, max(50.0, 50 + 50 * quality - industry)), 2)


def industry_drift(name: str, day: date) -> float:
    """Points the peers gain: a slow wave around a slow rise, the same for every shop."""
    phase = {"goods": 0.0, "logistics": 2.1, "service": 4.2}[name]
    return 2.0 + 1.2 * math.sin(day.toordinal() / 23 + phase)


def bonus(evidence: Evidence, start: datetime, cut: datetime) -> float:
    delivered = _within(evidence.delivered, "delivered_at", start, cut)
    next_day = sum("next_day" in order.get("services", []) for order in delivered)
    points = 5.0 if delivered and next_day >= 0.2 * len(delivered) else 0.0
    before = [switch for switch in evidence.switches if switch["at"] < cut]
    on = bool(before) and before[-1]["on"] and before[-1]["at"] <= cut - timedelta(days=2)
    insured = any(
        "freight_insurance" in order.get("services", []) for order in _within(evidence.paid, "paid_at", start, cut)
    )
    return points + (2.0 if on and insured else 0.0)


def deduction(evidence: Evidence, start: datetime, cut: datetime) -> float:
    counts: dict[str, int] = defaultdict(int)
    for conduct in _within(evidence.conduct, "at", start, cut):
        counts[conduct["scene"]] += conduct.get("count", 1)
    points = 0
    for scene, count in counts.items():
        each, cap = DEDUCTION_EACH.get(scene, (DEDUCTION_ONCE, DEDUCTION_ONCE))
        points += min(cap, each * count)
    return float(points)


def consumer_score(total: float) -> float:
    """The 3.0-5.0 figure beside a total; a fraction counts as the whole point half up."""
    points = math.floor(total + 0.5)
    if points <= 60:
        return round(3 + max(0, points - 50) / 10, 1)
    return round(4 + math.ceil((points - 60) / 4) / 10, 1)


def official_days(season: Season, evidence: Evidence, count: int) -> list[Record]:
    """The last `count` days that have a whole window behind them, the season's last day included."""
    chance = season.chance("official")
    possible = min(count, season.days - WINDOW.days + 1)
    return [_official_day(evidence, season.day(back), chance.random()) for back in range(possible - 1, -1, -1)]


def _official_day(evidence: Evidence, day: date, minute: float) -> Record:
    cut = midnight(day)
    start = cut - WINDOW
    valid = len(_within(evidence.paid, "paid_at", start, cut))
    minus, plus = deduction(evidence, start, cut), bonus(evidence, start, cut)
    sums = goods(evidence, start, cut) | logistics(evidence, start, cut) | service(evidence, start, cut)
    record: Record = {
        "kind": "official",
        "id": day.isoformat(),
        "updated_at": at(day, 8.5 + 2 * minute),
        "indicators": {
            key: {"value": top / bottom, "numerator": top, "denominator": bottom}
            for key, (top, bottom) in sums.items()
            if bottom
        },
        "deduction": minus,
        "bonus": plus,
        "valid_orders_30d": valid,
        "industry": SHOP_CATEGORY,
    }
    if valid < 30:
        return record | {"stage": "growth", "total": 60.0 if minus else 70.0}
    scores = {name: dimension_score(name, sums, industry_drift(name, day)) for name in WEIGHTS}
    total = sum(scores[name] * weight for name, weight in WEIGHTS.items()) + plus - minus
    total = round(min(100.0, max(0.0, total)), 2)
    return record | {
        "stage": "formal",
        "total": total,
        "consumer_score": consumer_score(total),
        "dimensions": {name: {"score": scores[name], "weight": weight} for name, weight in WEIGHTS.items()},
    }
