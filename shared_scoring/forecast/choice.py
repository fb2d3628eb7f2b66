"""Which way of answering is used: the model, unless a baseline did better on the subject's own past."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from shared_scoring.forecast.track import METHODS
from shared_scoring.forecast.triangle import Floats

SPANS = ((1, 3), (4, 10), (11, 30))  # horizons that are judged together
_FEWEST = 10  # past answers before anything is judged


class Choice(NamedTuple):
    """`method` is one of METHODS; `reason` a code: `best`, `beaten` or `too_few_days`."""

    method: str
    reason: str


def choose(errors: Floats) -> list[Choice]:
    """One choice a horizon. `errors` has shape (answers, horizon, methods)."""
    horizon = errors.shape[1]
    choices: list[Choice] = []
    for first, last in SPANS:
        span = errors[:, first - 1 : min(last, horizon)]
        choices += [_choice(span)] * span.shape[1]
    return choices


def _choice(errors: Floats) -> Choice:
    if not errors.shape[1]:
        return Choice(METHODS[0], "too_few_days")
    # Judged on the same answers, each horizon in its own measure: what "stays as it is" missed there.
    asked = np.isfinite(errors[..., 0] + errors[..., 1])
    if asked.sum(axis=0).min() < _FEWEST:
        return Choice(METHODS[0], "too_few_days")
    scores = [_score(errors[..., at], errors[..., 1], asked) for at in range(len(METHODS))]
    best = int(np.nanargmin(scores))
    return Choice(METHODS[0], "best") if scores[0] <= scores[best] else Choice(METHODS[best], "beaten")


def _score(errors: Floats, stays: Floats, asked: npt.NDArray[np.bool_]) -> float:
    inside = asked & ~np.isnan(errors)
    if inside.sum() < asked.sum():
        return float("nan")
    scale = np.maximum(np.nanmean(np.where(asked, np.abs(stays), np.nan), axis=0), 1e-9)
    return float((np.abs(np.where(inside, errors, 0.0)) / scale).sum() / inside.sum())
