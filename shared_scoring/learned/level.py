"""The level that wanders: what is left of the scores when the response is taken away, day after day."""

from typing import NamedTuple

import numpy as np

from shared_scoring.learned.figures import Floats
from shared_scoring.learned.fit import Fit


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
