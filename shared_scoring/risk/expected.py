"""What an open order is expected to cost: Σ probability × loss, with its 80 % band.

The band holds what is not known of the expectation itself, not the chance of the single order: how far the
probabilities' level was off when last tried (`Tried.spread`), and what the learned response leaves open of a loss.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from shared_scoring.learned.figures import NORMAL_80
from shared_scoring.learned.response import Band


class Chance(NamedTuple):
    """One outcome: `spread` is one standard deviation of its log odds; `loss` None where no points can be given."""

    probability: float
    spread: float
    loss: Band | None


def expected_loss(chances: Iterable[Chance]) -> Band | None:
    """None where a loss is, for a part is not the sum. What errs by itself adds up in squares."""
    mid, below, above = 0.0, 0.0, 0.0
    for one in chances:
        if one.loss is None:
            return None
        part = one.probability * one.loss.mid
        likely = [_moved(one.probability, end * one.spread) * one.loss.mid for end in (-NORMAL_80, NORMAL_80)]
        costly = [one.probability * end for end in (one.loss.low, one.loss.high)]
        mid += part
        below += sum(max(part - min(ends), 0.0) ** 2 for ends in (likely, costly))
        above += sum(max(max(ends) - part, 0.0) ** 2 for ends in (likely, costly))
    return Band(mid, mid - math.sqrt(below), mid + math.sqrt(above))


def _moved(probability: float, log_odds: float) -> float:
    odds = probability / (1 - probability) * math.exp(log_odds)
    return odds / (1 + odds)
