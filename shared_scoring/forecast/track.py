"""The track record: what would have been said on past days, held against the official figures that came.

Every past answer is made of what its own as-of day knew. Errors are official less said, in points.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shared_scoring.estimate import figure
from shared_scoring.facts import Facts
from shared_scoring.forecast.baselines import slope, stays
from shared_scoring.forecast.model import Model
from shared_scoring.forecast.triangle import Floats

METHODS = ("learned", "stays", "trend")
KEYS = ("total", "goods", "logistics", "service")
MOST_DAYS = 60  # past as-of days that are looked back on


class Track(NamedTuple):
    """`said` and `came` per past as-of day: shapes (days, horizon, keys, methods) and (days, horizon, keys).

    NaN where nothing was said, or no official figure came. `days` are the as-of days, oldest first.
    """

    days: list[int]
    said: Floats
    came: Floats

    @property
    def errors(self) -> Floats:
        """Shape (days, horizon, keys, methods)."""
        return self.came[..., None] - self.said


def look_back(model: Model, known: Facts, as_of_days: Sequence[int], horizon: int) -> Track:
    """Ask the model on each past day; `known` holds the official days that came."""
    shape = (len(as_of_days), horizon, len(KEYS))
    said = np.full((*shape, len(METHODS)), np.nan)
    came = np.full(shape, np.nan)
    for row, day in enumerate(as_of_days):
        flat, steep = stays(known, day, KEYS), slope(known, day, KEYS)
        for column, key in enumerate(KEYS):
            level, step = flat[key], steep[key]
            if level is not None:
                said[row, :, column, 1] = level
                if step is not None:
                    said[row, :, column, 2] = level + step * np.arange(1, horizon + 1)
        for at, outlook in enumerate(model.outlook(day, horizon)):
            page = known.officials.get(outlook.day)
            for column, key in enumerate(KEYS):
                mid = outlook.figures.get(key)
                if mid is not None:
                    said[row, at, column, 0] = mid
                shown = None if page is None else figure(page, key)
                if shown is not None:
                    came[row, at, column] = shown
    return Track(list(as_of_days), said, came)


def days_to_ask(known: Facts, as_of: int, first: int) -> list[int]:
    """The newest past days with an official total of their own, from `first` on, that something came after."""
    days = [day for day, page in sorted(known.officials.items()) if first <= day < as_of and page.total is not None]
    return days[-MOST_DAYS:]
