"""How wide an honest band is: as wide as the own past errors at that horizon were."""

import numpy as np

from shared_scoring.forecast.triangle import Floats

SHARE = 0.8  # of the truths that a band is meant to hold
_WORTH = 5.0  # independent answers that what the shorter horizons say counts for
_SMALLEST = 1e-3  # points


def widths(errors: Floats, default: float) -> Floats:
    """Half the band at each horizon, in points: `errors` has shape (answers, horizon), NaN where nothing came.

    `default` is the half width at one day where nothing is known. Where the own answers say too little, a width grows
    from the one before with the square root of the days; it never shrinks.
    """
    horizon = errors.shape[1]
    halves = np.empty(horizon)
    expected = np.log(default)
    for at in range(horizon):
        own = np.sort(np.abs(errors[~np.isnan(errors[:, at]), at]))
        if len(own):
            worth = len(own) / _shared(at + 1)
            # A small sample understates its own tail.
            place = min(SHARE * (1 + 0.4 / worth), 1.0) * (len(own) - 1)
            wide = np.log(max(float(np.interp(place, np.arange(len(own)), own)), _SMALLEST))
            expected = (worth * wide + _WORTH * expected) / (worth + _WORTH)
        halves[at] = np.exp(expected)
        expected += 0.5 * np.log((at + 2) / (at + 1))
    result: Floats = np.maximum.accumulate(halves)
    return result


def _shared(days: int) -> float:
    """How many answers in a row, so many days ahead each, say as much of a width as one by itself.

    Answers k days apart share 1 − k/days of their future; of a variance the squares of that are told twice.
    """
    return (2 * days**2 + 1) / (3 * days)
