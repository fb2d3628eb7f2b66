"""scoring.md from "Stages" to "Consumer table", for the shop's pack of 2026-09-08."""

import datetime as dt
import math
from fractions import Fraction
from typing import Any

from tests.oracle.cases import valid_orders
from tests.oracle.known import Fields, Known, begin, moment

SINCE = dt.date(2026, 9, 8)
DEDUCTED = {  # points each, points at most
    "abnormal_return_address": (2, 10),
    "invoice_refused": (2, 10),
    "fake_orders": (10, 10),
    "false_advertising": (10, 10),
    "fraud_shipping": (10, 10),
    "brand_confusion": (10, 10),
}
WEIGHTS = {"goods": 0.4, "logistics": 0.3, "service": 0.3}
INDICATORS = {
    "goods": ("rating", "quality_return"),
    "logistics": ("pickup_seconds", "delivery_rate", "damage_return"),
    "service": ("audit_seconds", "reply_seconds", "dissatisfied", "help_rate"),
}
EQUAL = {f"{name}.{key}": 1 / len(keys) for name, keys in INDICATORS.items() for key in keys}
# The first total of each tenth above 4.0; below, a tenth is a point.
TENTHS = {61: "4.1", 65: "4.2", 69: "4.3", 73: "4.4", 77: "4.5", 81: "4.6", 85: "4.7", 89: "4.8", 93: "4.9", 97: "5.0"}


def window(day: dt.date, days: int = 30) -> dict[str, str]:
    return {"from": str(day - dt.timedelta(days)), "to": str(day - dt.timedelta(1))}


def paid_in_window(known: Known, days: int = 30) -> list[Fields]:
    return [order for order in valid_orders(known) if known.within(order["paid_at"], days)]


def deductions(known: Known, days: int = 30) -> dict[str, tuple[int, int]]:
    """Of each scene that happened: how often, and the points after its cap."""
    counts: dict[str, int] = {}
    for one in known.of("conduct"):
        if one.get("scene") in DEDUCTED and known.within(one.get("at"), days):
            counts[one["scene"]] = counts.get(one["scene"], 0) + one.get("count", 1)
    return {
        scene: (count, min(DEDUCTED[scene][0] * count, DEDUCTED[scene][1])) for scene, count in counts.items() if count
    }


def has_service(order: Fields, service: str) -> bool:
    return service in order.get("services", [])


def on_throughout(known: Known, service: str, days: int = 2) -> bool:
    start = begin(known.day - dt.timedelta(days), known.zone)
    # Of two words at one moment `true` wins, as in merging; a switch that does not say is off.
    turns = sorted(
        (moment(one["at"]), bool(one.get("on")))
        for one in known.of("service_switch")
        if one.get("service") == service and "at" in one
    )
    before = [on for at, on in turns if at <= start]
    return bool(before) and before[-1] and all(on for at, on in turns if at > start)


def bonuses(known: Known, days: int = 30) -> dict[str, int]:
    paid = paid_in_window(known, days)
    delivered = [order for order in valid_orders(known) if known.within(order.get("delivered_at"), days)]
    held = {}
    next_day = sum(has_service(order, "next_day") for order in delivered)
    if delivered and Fraction(next_day, len(delivered)) >= Fraction(1, 5):
        held["next_day"] = 5
    for insurance in ("freight_insurance", "bulky_freight_insurance"):
        if on_throughout(known, insurance) and any(has_service(order, insurance) for order in paid):
            held[insurance] = 2
    installed = sum(has_service(order, "install") for order in paid)
    if installed >= 50 and Fraction(installed, len(paid)) >= Fraction(3, 10):
        held["install"] = 2
    return held


def weights(known: Known, part: str, default: dict[str, float]) -> dict[str, float]:
    """Of `dimensions` or `indicators`: each as the newest official record of this pack's time shows it."""
    found = dict(default)
    for official in known.of("official"):  # by day, so that the newest has the last word
        if dt.date.fromisoformat(official["id"]) >= SINCE:
            for name, one in official.get(part, {}).items():
                if one.get("weight") is not None:
                    found[name] = one["weight"]
    return found


def official_of_day(known: Known) -> Fields:
    return known.all["official"].get(str(known.day), {})


def stage(known: Known) -> str:
    """Without an official stage the page's own count of orders is taken where it is larger than ours."""
    official = official_of_day(known)
    shown: str | None = official.get("stage")
    count = max(len(paid_in_window(known)), official.get("valid_orders_30d", 0))
    return shown or ("growth" if count < 30 else "formal")


def growth_total(known: Known) -> int:
    return 60 if deductions(known) else 70


def consumer_score(total: Any) -> Fraction:
    whole = math.floor(Fraction(total) + Fraction(1, 2))
    if whole <= 60:
        return Fraction("3.0") + Fraction(max(whole - 50, 0), 10)
    return Fraction(TENTHS[max(first for first in TENTHS if first <= whole)])


def stars(consumer: Any) -> float:
    return next((shown for least, shown in ((4.8, 5), (4.5, 4.5), (4.0, 4), (3.5, 3.5)) if consumer >= least), 3)
