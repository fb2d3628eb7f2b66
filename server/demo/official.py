"""The demo shop's official figures, day by day: what a platform with a hidden response would show.

The rules are those of 2026-09-08; the indicators are counted in counting.py.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from server.demo.catalog import SHOP_CATEGORY
from server.demo.counting import Evidence, Sums, goods, logistics, service, within
from server.demo.life import Record, Season, at, midnight

WINDOW: Final = timedelta(days=30)
WEIGHTS: Final = {"goods": 0.45, "logistics": 0.25, "service": 0.3}
DEDUCTION_EACH: Final = {"abnormal_return_address": (2, 10), "invoice_refused": (2, 10)}
DEDUCTION_ONCE: Final = 10


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
    delivered = within(evidence.delivered, "delivered_at", start, cut)
    next_day = sum("next_day" in order.get("services", []) for order in delivered)
    points = 5.0 if delivered and next_day >= 0.2 * len(delivered) else 0.0
    before = [switch for switch in evidence.switches if switch["at"] < cut]
    on = bool(before) and before[-1]["on"] and before[-1]["at"] <= cut - timedelta(days=2)
    insured = any(
        "freight_insurance" in order.get("services", []) for order in within(evidence.paid, "paid_at", start, cut)
    )
    return points + (2.0 if on and insured else 0.0)


def deduction(evidence: Evidence, start: datetime, cut: datetime) -> float:
    counts: dict[str, int] = defaultdict(int)
    for conduct in within(evidence.conduct, "at", start, cut):
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
    valid = len(within(evidence.paid, "paid_at", start, cut))
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
