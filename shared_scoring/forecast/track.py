"""The track record: what would have been said on past days, held against the official figures that came.

Every past answer is made of what its own as-of day knew. Errors are official less said, in points.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shared_scoring.estimate import figure
from shared_scoring.facts import Facts
from shared_scoring.forecast.baselines import slope, stays
from shared_scoring.forecast.choice import LEARNED, METHODS, STAYS, TREND
from shared_scoring.forecast.model import TOTAL, Model, Outlook
from shared_scoring.forecast.triangle import Floats

KEYS = (TOTAL, "goods", "logistics", "service")
MOST_DAYS = 60  # past as-of days that are looked back on


class Answers(NamedTuple):
    """What each method says on one as-of day; `said` has shape (horizon, keys, methods), NaN where nothing.

    `ruled` are the points of the total that rules alone move by each day (horizon): every method counts them.
    """

    outlooks: list[Outlook]
    said: Floats
    ruled: Floats


class Track(NamedTuple):
    """Of past as-of days: shapes (days, horizon, keys, methods), (days, horizon, keys) and (days, horizon).

    NaN where nothing was said, or no official figure came. `days` are the as-of days, oldest first.
    """

    days: list[int]
    said: Floats
    came: Floats
    ruled: Floats

    @property
    def errors(self) -> Floats:
        """Shape (days, horizon, keys, methods)."""
        return self.came[..., None] - self.said

    def known_by(self, as_of: int) -> "Track":
        """What this record held on an earlier day: the newest answers, and of what came only what had come."""
        rows = [row for row, day in enumerate(self.days) if day < as_of][-MOST_DAYS:]
        days = np.array([self.days[row] for row in rows], dtype=np.int64)
        coming = days[:, None] + 1 + np.arange(self.came.shape[1])[None, :] > as_of
        came = np.where(coming[..., None], np.nan, self.came[rows])
        return Track([self.days[row] for row in rows], self.said[rows], came, self.ruled[rows])


def ask(model: Model, as_of: int, first: int, last: int) -> Answers:
    """Ask the model and the baselines on one day, of the days `first` … `last` ahead."""
    known = model.facts(as_of)
    said = np.full((last - first + 1, len(KEYS), len(METHODS)), np.nan)
    flat, steep = stays(known, as_of, KEYS), slope(known, as_of, KEYS)
    outlooks = model.outlook(as_of, first, last)
    days = np.arange(as_of + first, as_of + last + 1)
    ruled = np.array([outlook.ruled for outlook in outlooks])
    for column, key in enumerate(KEYS):
        if (newest := flat[key]) is not None:
            said[:, column, METHODS.index(STAYS)] = newest.shown
            if (step := steep[key]) is not None:
                said[:, column, METHODS.index(TREND)] = newest.shown + step * (days - newest.day)
            if key == TOTAL:
                said[:, column] += ruled[:, None]
        for at, outlook in enumerate(outlooks):
            if (mid := outlook.figures.get(key)) is not None:
                said[at, column, METHODS.index(LEARNED)] = mid
    return Answers(outlooks, said, ruled)


def look_back(model: Model, known: Facts, as_of_days: Sequence[int], horizon: int) -> Track:
    """Ask on each past day; `known` holds the official days that came."""
    said = np.full((len(as_of_days), horizon, len(KEYS), len(METHODS)), np.nan)
    came = np.full((len(as_of_days), horizon, len(KEYS)), np.nan)
    ruled = np.zeros((len(as_of_days), horizon))
    for row, day in enumerate(as_of_days):
        _, said[row], ruled[row] = ask(model, day, 1, horizon)
        for at in range(horizon):
            if (page := known.officials.get(day + 1 + at)) is not None:
                shown = [figure(page, key) for key in KEYS]
                came[row, at] = [np.nan if one is None else one for one in shown]
    return Track(list(as_of_days), said, came, ruled)


def days_to_ask(known: Facts, as_of: int) -> list[int]:
    """Past days with an official total of their own: what an answer is measured from."""
    return [day for day, page in sorted(known.officials.items()) if day < as_of and page.total is not None]
