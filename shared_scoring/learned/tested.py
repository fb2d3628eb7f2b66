"""What is believed of a dimension: a fit is tested on the last days before anyone relies on it.

On them, one day ahead, stand against each other: the fit of the earlier days, the pack's default curves beside a level,
and "stays as it is". Who does best is used; where that is "stays as it is", nothing is believed.
"""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from shared_scoring.learned.days import FEWEST_DAYS
from shared_scoring.learned.figures import DEFAULT_CURVE, LEARNED, NORMAL_80, Floats
from shared_scoring.learned.fit import Fit, default, fit
from shared_scoring.learned.level import Level, industry_step, level

_FEWEST_HELD, _MOST_HELD = 4, 40
_HELD_SHARE = 0.3
_TRUST = 12  # days a band of theory counts beside the held-out ones


class Tested(NamedTuple):
    """`method` is None where nothing is believed, and `reason` then a code. `errors` are the held-out days' mean ones.

    `width` is how much wider than the fit's own the band has to be, `industry` the variance a day of its walk alone.
    """

    method: str | None
    reason: str | None
    fit: Fit
    level: Level
    width: float
    errors: dict[str, float]
    industry: float = 0.0


class _Key(NamedTuple):
    """Everything an answer depends on, as bytes, so that a process fits the same days once."""

    days: bytes
    scores: bytes
    points: bytes
    shares: bytes


def tested(days: Floats, scores: Floats, points: Floats, shares: Floats) -> Tested:
    """Of one dimension. `points` has a column an indicator; at least one day."""
    return _tested(_Key(*(np.ascontiguousarray(one, np.float64).tobytes() for one in (days, scores, points, shares))))


@lru_cache(maxsize=1024)  # the past answers of one subject: three dimensions of some two hundred days
def _tested(key: _Key) -> Tested:
    days, scores, shares = (np.frombuffer(one) for one in (key.days, key.scores, key.shares))
    points = np.frombuffer(key.points).reshape(len(days), len(shares))
    with _threads().limit(limits=1):  # matrices this small lose a hundredfold to threads that wait for a busy core
        return _trial(days, scores, points, shares)


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _trial(days: Floats, scores: Floats, points: Floats, shares: Floats) -> Tested:
    if len(days) < FEWEST_DAYS:
        return _unbelieved("few_days", days, scores, points, shares, {})
    held = min(max(round(_HELD_SHARE * len(days)), _FEWEST_HELD), _MOST_HELD)
    early = slice(None, len(days) - held)
    learned = fit(days[early], scores[early], points[early], shares)
    plain = _plain(days[early], scores[early], points[early], shares)
    levels = {LEARNED: level(learned, days, scores, points), DEFAULT_CURVE: level(plain, days, scores, points)}
    errors = {name: float(np.abs(one.ahead[-held:]).mean()) for name, one in levels.items()}
    stays = float(np.abs(np.diff(scores)[-held:]).mean())
    errors["stays"] = stays
    if not stays:
        return _unbelieved("nothing_moved", days, scores, points, shares, errors)
    best = min((LEARNED, DEFAULT_CURVE), key=lambda name: errors[name])
    if errors[best] >= stays:
        return _unbelieved("not_better_than_staying", days, scores, points, shares, errors)
    width = _width(levels[best], held)
    final = fit(days, scores, points, shares) if best == LEARNED else _plain(days, scores, points, shares)
    last = level(final, days, scores, points)
    return Tested(best, None, final, last, width, errors, industry_step(final, last, days, points))


def _unbelieved(
    reason: str, days: Floats, scores: Floats, points: Floats, shares: Floats, errors: dict[str, float]
) -> Tested:
    plain = _plain(days, scores, points, shares)
    return Tested(None, reason, plain, level(plain, days, scores, points), 1.0, errors)


def _plain(days: Floats, scores: Floats, points: Floats, shares: Floats) -> Fit:
    """The default curves with the walk that they leave."""
    rest = scores - default(shares, 0.0, 0.0).of(points)
    steps = np.diff(rest) ** 2 / np.diff(days)
    return default(shares, max(float(steps.mean()) if len(steps) else 1.0, 1e-4), 0.0)


def _width(found: Level, held: int) -> float:
    """From the held-out days, with the theory's own band as a prior."""
    apart = np.abs(found.ahead[-held:] / found.spread[-held:])
    measured = float(np.quantile(apart, 0.8)) / NORMAL_80
    return (held * measured + _TRUST) / (held + _TRUST)
