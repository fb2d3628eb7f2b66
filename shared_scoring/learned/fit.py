"""One dimension's score as a sum of rising functions of its values, beside a level that wanders.

    score(t) = level(t) + Σ f_i(points_i(t)),   level a random walk, f_i piecewise linear, every slope ≥ 0

`points_i` is the value on the pack's default curve, so that a slope equal to the indicator's share is the default. What
the days do not say is shrunk to it, and a function to a straight line. The walk's step and the noise of rounded figures
are found by likelihood; a jump of the industry counts less than it would in squares (Student's t). Scores come
straightened (link.py). Even so no true response is such a sum, so days lose half their weight in 45 days.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import nnls
from scipy.special import log_ndtr

from shared_scoring.learned.figures import Floats

_LOOSE_LEVEL = 0.9  # how far an indicator's mean slope may lie from its share, in shares
_LOOSE_BEND = 0.5  # how far neighbouring slopes may lie from each other, in shares
_ROUNDING = 0.004  # of a score with two decimals: it is never known better
_RATIOS = (0.0, 0.2, 1.0, 4.0)  # noise of a figure ÷ step of the walk, both variances
_TAIL = 3.0  # degrees of freedom
_ROUNDS = 4
_PIECES = 10
_NARROW = 0.5  # points; a piece spans no less
_HALF_LIFE = 45.0  # days
_SWEEPS = 8
_LOG_ROOT_TWO_PI = 0.5 * float(np.log(2 * np.pi))
_SURE = 6.0  # standard deviations above 0: there the bound moves nothing


class Fit(NamedTuple):
    """`knots[i]` and `slopes[i]` of each indicator; the first and last piece go on beyond their ends.

    `covariance` is of all slopes, in that order. `step` is the walk's variance a day, `noise` that of a shown figure.
    """

    knots: list[Floats]
    slopes: list[Floats]
    covariance: Floats
    step: float
    noise: float

    def of(self, points: Floats) -> Floats:
        """Σ f_i without the level, for points in columns."""
        rows = np.atleast_2d(points)
        total: Floats = sum(
            (
                spread(rows[:, i], knots) @ slopes
                for i, (knots, slopes) in enumerate(zip(self.knots, self.slopes, strict=True))
            ),
            np.zeros(len(rows)),
        )
        return total

    def gradient(self, points: Floats) -> Floats:
        """What each slope is multiplied with, in columns of the covariance."""
        rows = np.atleast_2d(points)
        return np.hstack([spread(rows[:, i], knots) for i, knots in enumerate(self.knots)])

    def beyond(self, points: Floats) -> Floats:
        """What is added of one day's points below the first and above the last knot of each indicator."""
        ends = zip(points, self.knots, self.slopes, strict=True)
        found: Floats = np.array(
            [(min(at - knots[0], 0.0) * slopes[0], max(at - knots[-1], 0.0) * slopes[-1]) for at, knots, slopes in ends]
        )
        return found


def spread(points: Floats, knots: Floats) -> Floats:
    """How much of each piece lies below the points: what its slope is multiplied with."""
    starts = np.concatenate([[-np.inf], knots[1:-1]])
    ends = np.concatenate([knots[1:-1], [np.inf]])
    base = np.concatenate([[knots[0]], knots[1:-1]])
    found: Floats = np.minimum(np.maximum(points[:, None], starts), ends) - base
    return found


def default(shares: Floats, step: float, noise: float) -> Fit:
    """The pack's own curves, each by its share."""
    knots = [np.array([0.0, 100.0]) for _ in shares]
    return Fit(knots, [np.array([share]) for share in shares], np.diag((_LOOSE_LEVEL * shares) ** 2), step, noise)


def fit(days: Floats, scores: Floats, points: Floats, shares: Floats) -> Fit:
    """Needs two days at least. `shares` are the weights of the indicators, together 1."""
    knots = [_knots(points[:, i]) for i in range(points.shape[1])]
    design = np.hstack([spread(points[:, i], one) for i, one in enumerate(knots)])
    gaps, moved, changed = np.diff(days), np.diff(scores), np.diff(design, axis=0)
    prior, wanted = _prior(knots, shares)
    size = [len(one) - 1 for one in knots]
    start = np.concatenate([np.full(n, share) for n, share in zip(size, shares, strict=True)])
    data = _Data(gaps, moved, changed, 0.5 ** ((days[-1] - days[1:]) / _HALF_LIFE), prior, wanted)
    best = max((_at_ratio(ratio, data, start) for ratio in _RATIOS), key=lambda one: one.likelihood)
    covariance = np.asarray(np.linalg.inv(best.precise), np.float64)
    slopes = _mean(best.slopes, best.precise, best.told)
    return Fit(knots, list(np.split(slopes, np.cumsum(size)[:-1])), covariance, best.step, best.noise)


class _Data(NamedTuple):
    """Differences from day to day, how much each counts, and the rows of the prior."""

    gaps: Floats
    moved: Floats
    changed: Floats
    weight: Floats
    prior: Floats
    wanted: Floats


class _Found(NamedTuple):
    """`precise` is the inverse of the slopes' covariance, `told` what it makes of their middle without the bound."""

    likelihood: float
    slopes: Floats
    precise: Floats
    told: Floats
    step: float
    noise: float


def _knots(points: Floats) -> Floats:
    """Ends of pieces that hold about as many days each."""
    inner: list[float] = []
    low, high = float(points.min()), float(points.max())
    for cut in np.quantile(points, np.linspace(0, 1, _PIECES + 1)[1:-1]):
        if cut - (inner[-1] if inner else low) >= _NARROW and high - cut >= _NARROW:
            inner.append(float(cut))
    return np.array([low, *inner, high])


def _prior(knots: list[Floats], shares: Floats) -> tuple[Floats, Floats]:
    """Rows that hold the slopes to their shares and to each other, in standard deviations."""
    rows, wanted = [], []
    place, whole = 0, sum(len(one) - 1 for one in knots)
    for one, share in zip(knots, shares, strict=True):
        count = len(one) - 1
        mean = np.zeros(whole)
        mean[place : place + count] = 1 / count
        rows.append(mean / (_LOOSE_LEVEL * share))
        wanted.append(1 / _LOOSE_LEVEL)
        for piece in range(count - 1):
            bend = np.zeros(whole)
            bend[place + piece], bend[place + piece + 1] = 1, -1
            rows.append(bend / (_LOOSE_BEND * share))
            wanted.append(0.0)
        place += count
    return np.array(rows), np.array(wanted)


def _at_ratio(ratio: float, data: _Data, start: Floats) -> _Found:
    """With the noise so many times the step."""
    gaps, moved, changed, weight, prior, wanted = data
    slopes, calm = start, np.ones(len(gaps))
    whole, root_weight = float(weight.sum()), np.sqrt(weight)[:, None]
    step = _ROUNDING**2
    for _ in range(_ROUNDS):
        covariance = np.diag(gaps / calm + 2 * ratio)
        below = np.arange(len(gaps) - 1)
        covariance[below, below + 1] = covariance[below + 1, below] = -ratio
        root = np.linalg.cholesky(covariance)
        left = solve_triangular(root, np.column_stack([changed, moved]), lower=True) * root_weight
        rows, target = left[:, :-1], left[:, -1]
        rest = target - rows @ slopes
        step = max(float(rest @ rest) / whole, _ROUNDING**2)
        scale = np.sqrt(step)
        slopes, _ = nnls(np.vstack([rows / scale, prior]), np.concatenate([target / scale, wanted]))
        plain = moved - changed @ slopes
        calm = (_TAIL + 1) / (_TAIL + plain**2 / (step * (gaps + 2 * ratio)))
    rest = target - rows @ slopes
    step = max(float(rest @ rest) / whole, _ROUNDING**2)
    likelihood = -0.5 * whole * np.log(step) - float(weight @ np.log(np.diag(root)))
    precise = rows.T @ rows / step + prior.T @ prior
    told = rows.T @ target / step + prior.T @ wanted
    return _Found(likelihood, slopes, precise, told, step, ratio * step)


def _mean(slopes: Floats, precise: Floats, told: Floats) -> Floats:
    """The mean of slopes that are normally spread but never negative, each by what the others are (mean field).

    The likeliest slope is often exactly 0, as if a better value were worth nothing; the mean never is.
    """
    found = slopes.copy()
    own = np.diag(precise)
    wide = own**-0.5
    for _ in range(_SWEEPS):
        for at in range(len(found)):
            mid = found[at] + (told[at] - float(precise[at] @ found)) / own[at]
            high = mid / wide[at]
            bound = 0.0
            if high < _SURE:
                bound = wide[at] * float(np.exp(-0.5 * high * high - _LOG_ROOT_TWO_PI - log_ndtr(high)))
            found[at] = mid + bound
    return found
