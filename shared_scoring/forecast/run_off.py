"""What is still to come of each day, read off what earlier days showed at the same lags.

Arrays over days and lags are those of triangle.py. "Cell" is one day at one lag; a cell is over once the as-of day it
became known on is not later than `as_of`. Methods are those of claims reserving: chain ladder where a day has shown
most of itself, Bornhuetter and Ferguson where it has not, and a level of the latest diagonals that fades.
"""

import numpy as np

from shared_scoring.forecast.triangle import EARLIEST_LAG, Floats

_PROFILE_HALF_LIFE = 40.0  # days; how lags follow each other changes slowly
_HALF_LIVES = {3.0: 0.05, 6.0: 0.1, 12.0: 0.15, 24.0: 0.2, 48.0: 0.2, 1e6: 0.3}
"""Of a level, in days, and how far each is believed before it has foretold anything."""
_FADING = 0.95  # of a level's distance from the long run, a day
_WEEKS_OF_DOUBT = 3.0  # a weekday's own share of the truth is n / (n + this)


class Frame:
    """The cells of a triangle as one as-of day sees them."""

    def __init__(self, shape: tuple[int, int], first: int, as_of: int, began: int) -> None:
        days, lags = shape
        self.as_of = as_of
        self.days = first + np.arange(days)
        self.lags = EARLIEST_LAG + np.arange(lags)
        self.known_on = self.days[:, None] + self.lags[None, :]
        # The first as-of day holds all that went before it; no later one is like it.
        self.over = (self.known_on <= as_of) & (self.known_on > began)
        self.began = began
        age = np.where(self.over, as_of - self.known_on, 0)
        self.weight = np.where(self.over, 0.5 ** (age / _PROFILE_HALF_LIFE), 0.0)

    def profile(self, amounts: Floats, exposure: Floats) -> Floats:
        """Amount per exposure at each lag; `exposure` per day or per cell."""
        spread = exposure if exposure.ndim == 2 else exposure[:, None]
        bottom = (self.weight * spread).sum(axis=0)
        top = (self.weight * amounts).sum(axis=0)
        rates: Floats = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
        return rates

    def diagonals(self, cells: Floats, since: int) -> Floats:
        """The sum of all cells that became known on each day `since`..`as_of`."""
        inside = self.over & (self.known_on >= since)
        days = self.known_on[inside] - since
        return np.bincount(days, weights=cells[inside], minlength=self.as_of - since + 1).astype(np.float64)


def development(frame: Frame, counts: Floats) -> Floats:
    """The share of a day's final count that is known at each lag, by link ratios from the last lag backwards."""
    summed = counts.cumsum(axis=1)
    before, after = summed[:, :-1], summed[:, 1:]
    whole_rows = frame.over[:, 1:] & (frame.days > frame.began)[:, None]
    weight = np.where(whole_rows, frame.weight[:, 1:], 0.0)
    top, bottom = (weight * after).sum(axis=0), (weight * before).sum(axis=0)
    # Where nothing was known before, all that comes later is new: the share before is 0.
    link = np.divide(bottom, top, out=np.where(top > 0, 0.0, 1.0), where=(bottom > 0) & (top > 0))
    shares = np.ones(counts.shape[1])
    shares[:-1] = np.cumprod(link[::-1])[::-1]
    return np.clip(shares, 0.0, 1.5)


class Level:
    """How far the latest days stand from what the long run expected of them, and how that fades.

    `factors(days)` multiplies what the long run expects to become known on coming days: the level, times a weekday's
    own factor.
    """

    def __init__(self, actual: Floats, expected: Floats, as_of: int, doubt: float) -> None:
        """`actual` and `expected` per day, the last of them `as_of`; `doubt` is worth so much of what is expected."""
        weekday = (as_of - np.arange(len(actual))[::-1]) % 7
        self._weekdays = np.ones(7)
        if expected.sum() > 0:
            ratio = actual.sum() / expected.sum() or 1.0
            for one in range(7):
                mine = weekday == one
                share = expected[mine].sum() * ratio
                if share > 0:
                    weeks = mine.sum() * min(share / mine.sum() / max(doubt / 7, 1e-12), 1.0)
                    self._weekdays[one] += (actual[mine].sum() / share - 1) * weeks / (weeks + _WEEKS_OF_DOUBT)
        expected = expected * self._weekdays[weekday]
        trails = [_trail(actual, expected, half_life, doubt) for half_life in _HALF_LIVES]
        # The mean of the half-lives, each believed as far as it foretold the days it had not seen.
        skip = min(14, len(actual) // 2)
        size = np.maximum(expected[skip:], 1e-12)
        errors = np.array([((actual[skip:] - trail[skip:-1] * size) ** 2 / size).sum() for trail in trails])
        spread = max(errors.min() / max(len(size) - 1, 1), 1e-12)
        belief = np.array(list(_HALF_LIVES.values())) * np.exp(-(errors - errors.min()) / (2 * spread))
        self.now = float(sum(belief * [trail[-1] for trail in trails]) / belief.sum())
        self._as_of = as_of

    def factors(self, days: Floats) -> Floats:
        ahead = np.maximum(days - self._as_of, 0)
        weekdays: Floats = self._weekdays[(days % 7).astype(int)]
        return (1 + (self.now - 1) * _FADING**ahead) * weekdays


def _trail(actual: Floats, expected: Floats, half_life: float, doubt: float) -> Floats:
    """The level as each day's morning knew it, and after the last day; drawn to 1 where little was expected."""
    keep = 0.5 ** (1 / half_life)
    trail = np.ones(len(actual) + 1)
    top = bottom = doubt
    for at in range(len(actual)):
        top = keep * top + (1 - keep) * doubt + actual[at]
        bottom = keep * bottom + (1 - keep) * doubt + expected[at]
        trail[at + 1] = max(top, 0.0) / bottom if bottom > 0 else 1.0
    return trail
