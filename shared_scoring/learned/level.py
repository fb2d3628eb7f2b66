"""The level that wanders: what is left of the scores when the response is taken away, day after day.

It moves with the industry, and it seems to move where the own values do and the slopes are a little wrong. The days
tell the two apart: what grows with the own moves is not the industry's.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from shared_scoring.learned.figures import Floats
from shared_scoring.learned.fit import Fit

_HALF_LIFE = 90.0  # days
_ROUNDS = 4
_JUMP = 3.0  # deviations
_SMALLEST = 1e-6


class Level(NamedTuple):
    """After the last day. `ahead` are each later day's score less what was expected of it, `spread` its deviation."""

    mean: float
    variance: float
    ahead: Floats
    spread: Floats
    path: Floats


def level(fit: Fit, days: Floats, scores: Floats, points: Floats) -> Level:
    """A local level by Kalman's filter, with the response fixed."""
    rest = scores - fit.of(points)
    mean, variance = float(rest[0]), fit.noise
    ahead, spread, path = [], [], [mean]
    for gap, own in zip(np.diff(days), rest[1:], strict=True):
        expected = variance + fit.step * float(gap)
        whole = expected + fit.noise
        surprise = float(own) - mean
        ahead.append(surprise)
        spread.append(whole**0.5)
        gain = expected / whole
        mean, variance = mean + gain * surprise, (1 - gain) * expected
        path.append(mean)
    return Level(mean, variance, np.array(ahead), np.array(spread), np.array(path))


def industry_step(fit: Fit, found: Level, days: Floats, points: Floats) -> float:
    """The variance a day of the industry's walk alone: of days on which the own values stood still, so to speak.

    Squared surprises = step × days since + a share of the own moves' squares + noise, in weighted least squares; newer
    days weigh more, and a jump counts as three deviations.
    """
    gaps = np.diff(days)
    slopes = np.concatenate(fit.slopes)
    moved = ((np.diff(fit.gradient(points), axis=0) * slopes) ** 2).sum(axis=1)
    surprise, noise = found.ahead**2, 2 * fit.noise
    weight = 0.5 ** ((days[-1] - days[1:]) / _HALF_LIFE / 2)  # of a square root
    expected = np.full(len(gaps), max(float(surprise.mean()), _SMALLEST))
    step = fit.step
    for _ in range(_ROUNDS):
        rows = np.column_stack([gaps, moved]) * (weight / expected)[:, None]
        parts, _ = nnls(rows, (np.minimum(surprise, _JUMP**2 * expected) - noise) * weight / expected)
        step = float(parts[0])
        expected = np.maximum(parts[0] * gaps + parts[1] * moved + noise, _SMALLEST)
    return step
