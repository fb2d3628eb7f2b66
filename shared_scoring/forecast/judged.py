"""Which method a track record believes at each horizon, and how wide its bands have to be."""

from typing import NamedTuple

import numpy as np

from shared_scoring.forecast.bands import widths
from shared_scoring.forecast.choice import METHODS, Choice, choose
from shared_scoring.forecast.model import TOTAL
from shared_scoring.forecast.track import KEYS, Track
from shared_scoring.forecast.triangle import Floats


class Judged(NamedTuple):
    """Per key one choice a horizon, and half the band in points: shape (horizon, keys)."""

    choices: dict[str, list[Choice]]
    halves: Floats

    def later(self, days: int) -> "Judged":
        """The same for answers that are measured from so many days further back."""
        return Judged({key: own[days:] for key, own in self.choices.items()}, self.halves[days:])

    def mids(self, said: Floats) -> Floats:
        """What the chosen method says: (horizon, keys, methods) → (horizon, keys)."""
        found = np.empty(said.shape[:2])
        for column, key in enumerate(KEYS):
            for at, choice in enumerate(self.choices[key][: len(found)]):
                found[at, column] = said[at, column, METHODS.index(choice.method)]
        return found


def judge(track: Track, default: float) -> Judged:
    """`default` is half a band at one day where nothing is known, in points."""
    errors = track.errors
    choices = {key: choose(errors[:, :, column]) for column, key in enumerate(KEYS)}
    if np.isfinite(errors[:, :, KEYS.index(TOTAL)]).any():
        # One method makes a total and its dimensions, or they would contradict each other.
        choices = dict.fromkeys(KEYS, choices[TOTAL])
    halves = np.empty(errors.shape[1:3])
    for column, key in enumerate(KEYS):
        used = [METHODS.index(choice.method) for choice in choices[key]]
        own = np.stack([errors[:, at, column, method] for at, method in enumerate(used)], axis=1)
        halves[:, column] = widths(own, default)
    return Judged(choices, halves)
