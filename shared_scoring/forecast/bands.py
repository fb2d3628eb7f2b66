"""How wide an honest band is: as wide as the own past errors at that horizon were."""

import numpy as np

from shared_scoring.forecast.triangle import Floats

SHARE = 0.8  # of the truths that a band is meant to hold
_DEFAULT_WORTH = 6.0  # past answers that the default width counts for


def widths(errors: Floats, default: float) -> Floats:
    """Half the band at each horizon, in points: `errors` has shape (answers, horizon), NaN where nothing came.

    `default` is the half width at one day where nothing is known; it grows with the square root of the days. Widths
    never shrink with the horizon.
    """
    horizon = errors.shape[1]
    days = np.arange(1, horizon + 1)
    prior = default * np.sqrt(days)
    logs, weights = np.log(np.maximum(prior, 1e-3)), np.zeros(horizon)
    for at in range(horizon):
        own = np.sort(np.abs(errors[~np.isnan(errors[:, at]), at]))
        if not len(own):
            continue
        # One more answer than there were, and the next error beyond: a small sample understates its own tail.
        place = SHARE * (len(own) + 1) - 1
        wide = float(np.interp(place, np.arange(len(own)), own))
        # Answers of neighbouring days share most of their future: only so many say something new.
        worth = len(own) / (1 + at / 4)
        weights[at] = worth / (worth + _DEFAULT_WORTH)
        logs[at] = weights[at] * np.log(max(wide, 1e-3)) + (1 - weights[at]) * logs[at]
    known = weights > 0
    if known.any():
        smooth = _smooth(logs[known], np.log(days[known]))
        logs[known] = smooth
        beyond = np.flatnonzero(~known)
        last = int(np.flatnonzero(known)[-1])
        logs[beyond] = smooth[-1] + 0.5 * (np.log(days[beyond]) - np.log(days[last]))
    result: Floats = np.maximum.accumulate(np.exp(logs))
    return result


def _smooth(logs: Floats, days: Floats) -> Floats:
    """A local mean over horizons that are alike (within a factor of about 1.5), along the growth with the root."""
    level = logs - 0.5 * days
    near = np.exp(-(((days[:, None] - days[None, :]) / 0.4) ** 2))
    smooth: Floats = (near @ level) / near.sum(axis=1) + 0.5 * days
    return smooth
