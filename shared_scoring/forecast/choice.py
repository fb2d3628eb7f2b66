"""Which way of answering is used: the model, unless a baseline did better on the subject's own past."""

from typing import NamedTuple

import numpy as np

from shared_scoring.forecast.triangle import Floats

METHODS = ("learned", "stays", "trend")
LEARNED, STAYS, TREND = METHODS
SPANS = ((1, 3), (4, 10), (11, 60))  # horizons that are judged together
_FEWEST = 10  # past answers before anything is judged


class Choice(NamedTuple):
    """`method` is one of METHODS; `reason` a code: `best`, `not_beaten`, `beaten` or `too_few_days`."""

    method: str
    reason: str


def choose(errors: Floats) -> list[Choice]:
    """One choice a horizon. `errors` has shape (answers, horizon, methods)."""
    horizon = errors.shape[1]
    choices: list[Choice] = []
    for first, last in SPANS:
        span = errors[:, first - 1 : min(last, horizon)]
        if span.shape[1]:
            choices += [_choice(span, (first + last) / 2)] * span.shape[1]
    return choices


def _choice(errors: Floats, days: float) -> Choice:
    """Judged on the same answers, each horizon in its own measure: what "stays as it is" missed there.

    Answers of neighbouring days share most of their future, so that only every `days`th says something new. A baseline
    that is ahead by less than chance (one standard error) has not beaten the model.
    """
    apart = np.abs(errors)
    both = np.isfinite(apart[..., 0] + apart[..., 1])
    scale = np.where(both, apart[..., 1], 0.0).sum(axis=0) / np.maximum(both.sum(axis=0), 1)
    lost = np.array([_mean(apart[..., at] / np.maximum(scale, 1e-9)) for at in range(len(METHODS))])
    told = np.isfinite(lost[0] + lost[1])
    if told.sum() < _FEWEST:
        return Choice(LEARNED, "too_few_days")
    ahead: dict[str, float] = {}
    for at, method in enumerate(METHODS[1:], start=1):
        behind = (lost[0] - lost[at])[told]
        if np.isfinite(behind).all():
            doubt = float(behind.std()) / max(len(behind) / days, 1.0) ** 0.5
            ahead[method] = float(behind.mean())
            if ahead[method] <= doubt:
                ahead[method] = min(ahead[method], 0.0)
    best = max(ahead, key=lambda method: ahead[method])
    if ahead[best] > 0:
        return Choice(best, "beaten")
    return Choice(LEARNED, "best" if all(one < 0 for one in ahead.values()) else "not_beaten")


def _mean(errors: Floats) -> Floats:
    """Per answer, over the horizons of which something is known; NaN where nothing is."""
    known = np.isfinite(errors)
    total: Floats = np.where(known, errors, 0.0).sum(axis=1)
    mean: Floats = np.divide(total, known.sum(axis=1), out=np.full(len(errors), np.nan), where=known.any(axis=1))
    return mean
