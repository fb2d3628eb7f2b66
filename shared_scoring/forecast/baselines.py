"""What anyone could say without a model: it stays as it is, or goes on like the last 7 days."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shared_scoring.estimate import figure
from shared_scoring.facts import Facts

TREND_DAYS = 7
_FEWEST = 4  # official days that make a trend


class Shown(NamedTuple):
    """An official figure and its day."""

    day: int
    shown: float


def stays(known: Facts, as_of: int, keys: Sequence[str]) -> dict[str, Shown | None]:
    """The newest official figure up to the as-of day."""
    return {key: (found[-1] if (found := _days(known, as_of, key)) else None) for key in keys}


def slope(known: Facts, as_of: int, keys: Sequence[str]) -> dict[str, float | None]:
    """Points a day by least squares over the last 7 days before the newest official one; None where too few."""
    return {key: _slope(_days(known, as_of, key)) for key in keys}


def _days(known: Facts, as_of: int, key: str) -> list[Shown]:
    found = [(day, figure(page, key)) for day, page in sorted(known.officials.items()) if day <= as_of]
    return [Shown(day, shown) for day, shown in found if shown is not None]


def _slope(days: Sequence[Shown]) -> float | None:
    recent = [one for one in days if one.day >= days[-1].day - TREND_DAYS]
    if len(recent) < _FEWEST:
        return None
    x = np.array([one.day for one in recent], dtype=float)
    y = np.array([one.shown for one in recent])
    x -= x.mean()
    return float(x @ (y - y.mean()) / (x @ x))
