"""How wide an honest band is: as wide as the own past errors at that horizon were, and wider in restless times."""

import numpy as np

from shared_scoring.forecast.triangle import Floats

SHARE = 0.8  # of the truths that a band is meant to hold
_WORTH = 5.0  # independent answers that what the shorter horizons say counts for
_GUESSED = 10.0  # own answers that leave the guess made without them half of that worth
_SMALL_SAMPLE = 0.6  # ÷ independent answers: so much farther out lies the place that holds the share
_SMALLEST = 1e-3  # points
_SOON, _LATELY, _FEWEST = 7, 14, 20  # horizons that tell at once how restless the times are, answers of late, of all
_CHANCE = 0.3  # of that logarithm by chance: so many answers, most of them of the same days
_RESTLESS, _CALM = 1.5, 0.75  # powers of how the errors of late stand to all of them, above 1 and below


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
            place = min(SHARE * (1 + _SMALL_SAMPLE / worth), 1.0) * (len(own) - 1)
            wide = np.log(max(float(np.interp(place, np.arange(len(own)), own)), _SMALLEST))
            trusted = _WORTH if at else _WORTH / (1 + worth / _GUESSED)
            expected = (worth * wide + trusted * expected) / (worth + trusted)
        halves[at] = np.exp(expected)
        expected += 0.5 * np.log((at + 2) / (at + 1))
    # Tomorrow's errors come at once, and so its own width follows them; those of two weeks only after two weeks.
    halves *= np.exp(_restless(np.abs(errors[:, :_SOON])) * np.minimum(np.arange(horizon) / (_SOON - 1), 1.0))
    result: Floats = np.maximum.accumulate(halves)
    return result


def _restless(apart: Floats) -> float:
    """How much wider the times of late ask a band to be, as a logarithm; 0 where too little has come to tell."""
    found = []
    for at in range(apart.shape[1]):
        came = apart[np.isfinite(apart[:, at]), at]
        if len(came) >= _FEWEST:
            found.append(np.log(max(came[-_LATELY:].mean(), _SMALLEST) / max(came.mean(), _SMALLEST)))
    told = float(np.mean(found)) if found else 0.0
    believed = told**2 / (told**2 + _CHANCE**2)
    return told * believed * (_RESTLESS if told > 0 else _CALM)


def _shared(days: int) -> float:
    """How many answers in a row, so many days ahead each, say as much of a width as one by itself.

    Answers k days apart share 1 − k/days of their future; of a variance the squares of that are told twice.
    """
    return (2 * days**2 + 1) / (3 * days)
