"""Ranks of values that no page showed: the newest one, moved as the indicator's own days taught.

A value that did not move keeps the rank it was shown with, to the last digit.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from shared_scoring.facts import Facts
from shared_scoring.learned.figures import DEFAULT_CURVE, LEARNED
from shared_scoring.learned.response import Band, DimensionResponse, Response, learn_ranks
from shared_scoring.pack import Indicator, Pack
from shared_scoring.weights import indicator_weight

_ROUNDED = 5e-5  # a value with four decimals
Values = Mapping[str, float | None]


class Ranked(NamedTuple):
    """Dimensions by learned ranks. `from_own_values`: the pages show ranks without the values."""

    dimensions: dict[str, Band]
    method: str
    from_own_values: bool


def ranks_moved(
    ranks: Response,
    members: Sequence[Indicator],
    weights: Mapping[str, float],
    moved: Collection[str],
    before: Values,
    after: Values,
) -> Band | str | None:
    """What values that moved do to a dimension by their ranks, or as a code why nobody knows.

    None where no page showed the rank of one of them.
    """
    if any(key not in ranks for key in moved):
        return None
    for key in moved:
        if (reason := ranks[key].reason) is not None:
            return reason
    if any((before[one.key] is None) != (after[one.key] is None) for one in members):
        return "cohort_changed"
    whole = sum(weights[one.key] for one in members if after[one.key] is not None)
    bands = {key: _inside(ranks[key], found) for key in moved if (found := ranks[key].difference(before, after))}
    return weighed(bands, {key: weights[key] / whole for key in bands}) if whole else "cohort_changed"


def ranked(
    pack: Pack, known: Facts, shown: Mapping[str, float], values: Values, as_of: int, before: int
) -> Ranked | None:
    """The dimensions of a day with the ranks of moved values as learned; None where no rank moves.

    `shown` are the scores of the newest ranks, one of each indicator that has a value.
    """
    bands = {key: Band(score, score, score) for key, score in shown.items()}
    moving: list[DimensionResponse] = []
    for key, response in learn_ranks(pack, known, before).items():
        value, newest = values.get(key), response.newest
        if value is None or not response.believed or newest.day == as_of or _same(value, newest.values[key]):
            continue
        if (moved := response.at({key: value}, as_of)) is not None:
            bands[key] = moved
            moving.append(response)
    if not moving:
        return None
    dimensions: dict[str, Band] = {}
    for dimension in pack.dimensions:
        members = [one for one in pack.indicators if one.dimension == dimension and values.get(one.key) is not None]
        weights = {one.key: indicator_weight(pack, known, one, before) for one in members}
        whole = sum(weights.values())
        shares = {key: weight / whole for key, weight in weights.items()}
        dimensions[str(dimension)] = weighed({key: bands[key] for key in shares}, shares)
    method = LEARNED if any(one.method == LEARNED for one in moving) else DEFAULT_CURVE
    return Ranked(dimensions, method, any(one.from_own_values for one in moving))


def weighed(bands: Mapping[str, Band], shares: Mapping[str, float]) -> Band:
    """The sum of what errs by itself."""
    mid = sum(shares[key] * one.mid for key, one in bands.items())
    below = sum((shares[key] * (one.mid - one.low)) ** 2 for key, one in bands.items()) ** 0.5
    above = sum((shares[key] * (one.high - one.mid)) ** 2 for key, one in bands.items()) ** 0.5
    return Band(mid, mid - below, mid + above)


def _inside(response: DimensionResponse, difference: Band) -> Band:
    """Nobody beats more than all of the peers, or less than none."""
    score = response.newest.score
    return Band(*(response.clamp(score + one) - score for one in difference))


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _ROUNDED * max(1.0, abs(other))
