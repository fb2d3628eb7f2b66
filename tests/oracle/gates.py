"""scoring.md, "Gates": every line of the shop's table, from the totals of the days and the figures of the day."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

TOTAL_LINES = {"alliance_shop": 70, "super_lucky_bag": 80}
OTHER_LINES = {
    "alliance_shop": {"goods": 65},
    "super_lucky_bag": {"goods": 75, "logistics": 75, "service": 70},
    "activity": {"consumer_score": 4.6},
    "traffic_priority": {"consumer_score": 4.8},
}
MEANS = {"promotion": (70, 7), "brand_mark": (80, 30), "flagship_mark": (83, 30)}
EVICTION = (60, 14)
Gate = tuple[bool | None, dict[str, float | None], int | None, int | None]
"""Open, missing, days until it opens, days until it closes."""


def simple(key: str, figures: Mapping[str, float | None]) -> Gate:
    lines = ({"total": TOTAL_LINES[key]} if key in TOTAL_LINES else {}) | OTHER_LINES.get(key, {})
    missing: dict[str, float | None] = {}
    for name, line in lines.items():
        level = figures.get(name)
        missing[name] = None if level is None else float(max(Fraction(line) - Fraction(level), 0))
    if any(missing.values()):
        return False, missing, None, None
    return (None if None in missing.values() else True), missing, None, None


def mean_of(totals: Mapping[dt.date, Any], last: dt.date, days: int) -> Fraction | None:
    own = [Fraction(totals[last - dt.timedelta(back)]) for back in range(days) if last - dt.timedelta(back) in totals]
    return sum(own, Fraction()) / len(own) if own else None


def mean_gate(key: str, totals: Mapping[dt.date, Any], day: dt.date) -> Gate:
    """Day after day is added at today's level, until the mean crosses the line or no older day is left in it."""
    line, days = MEANS[key]
    mean = mean_of(totals, day, days)
    if mean is None:
        return None, {"total": None}, None, None
    is_open = mean >= line
    crossing = None
    if day in totals:
        ahead = dict(totals)
        for more in range(1, days + 1):
            ahead[day + dt.timedelta(more)] = totals[day]
            later = mean_of(ahead, day + dt.timedelta(more), days)
            assert later is not None
            if (later >= line) != is_open:
                crossing = more
                break
    return (
        is_open,
        {"total": float(max(line - mean, Fraction()))},
        None if is_open else crossing,
        crossing if is_open else None,
    )


def eviction(totals: Mapping[dt.date, Any], day: dt.date) -> Gate:
    """Evicted when each of 14 days lies below; what would have to follow for that is counted out."""
    line, days = EVICTION
    own = {back: totals.get(day - dt.timedelta(back)) for back in range(days)}
    below = {back for back, one in own.items() if one is not None and one < line}
    above = {back for back, one in own.items() if one is not None and one >= line}
    if len(below) == days:
        return False, {"total": float(line - Fraction(totals[day]))}, None, None
    streak = next(back for back in range(days) if back not in below)
    to_close = days - streak if streak else None
    return (True if above else None), {"total": 0.0 if above else None}, None, to_close
