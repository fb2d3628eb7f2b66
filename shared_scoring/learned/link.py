"""How a score bends towards both ends of its scale: the better the standing, the less another step is worth.

A dimension's score tells how its values stand in the industry (scoring.md, "Rule packs"), and a share of peers is an S
of whatever it is made of. The response is a sum on the straightened scale. How far the S bends is ours (?).
"""

import math
from typing import NamedTuple, Self

import numpy as np

from shared_scoring.learned.figures import Floats

_MARGIN = 0.1  # of the scale, beyond each end: a score at its end can still move


class Link(NamedTuple):
    """Straightens scores; at `anchor` a small step stays as long as it is.

    The S runs from `floor` over `size`. `middle` is its logit at the anchor, `unit` how long one of the logit is there.
    """

    scale: tuple[float, float]
    floor: float
    size: float
    anchor: float
    middle: float
    unit: float

    @classmethod
    def at(cls, anchor: float, scale: tuple[float, float]) -> Self:
        low, high = scale
        margin = _MARGIN * (high - low)
        floor, size = low - margin, high - low + 2 * margin
        anchor = min(max(anchor, low), high)
        part = (anchor - floor) / size
        return cls(scale, floor, size, anchor, math.log(part / (1 - part)), part * (1 - part) * size)

    def straight(self, scores: Floats) -> Floats:
        """Scores off the scale count as its ends."""
        part = (np.clip(scores, *self.scale) - self.floor) / self.size
        found: Floats = self.anchor + (np.log(part / (1 - part)) - self.middle) * self.unit
        return found

    def bent(self, straight: Floats) -> Floats:
        """The scores again; they may lie a little beyond the scale."""
        found: Floats = self.floor + self.size / (1 + np.exp(-self.middle - (straight - self.anchor) / self.unit))
        return found
