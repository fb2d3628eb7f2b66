"""How a subject's values become its dimensions' scores, as far as its own official days taught it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shared_scoring.facts import Facts
from shared_scoring.learned.days import Day, days_of
from shared_scoring.learned.figures import Floats
from shared_scoring.learned.scale import learnable, points_on_curves, table_of
from shared_scoring.learned.tested import Tested, tested
from shared_scoring.pack import Indicator, Pack
from shared_scoring.weights import indicator_weight

_NORMAL_80 = 1.2816
_MISFIT = 0.25  # of what a slope adds: no true response is a sum of functions of single values
Values = Mapping[str, float | None]


class Band(NamedTuple):
    """A figure in points of a dimension with its 80 % band."""

    mid: float
    low: float
    high: float


@dataclass(frozen=True)
class DimensionResponse:
    """`newest` is the official day everything is measured from. `reason` says as a code why nothing is believed."""

    scale: tuple[float, float]
    members: list[Indicator]
    newest: Day
    days: int
    found: Tested

    @property
    def method(self) -> str | None:
        return self.found.method

    @property
    def believed(self) -> bool:
        return self.found.method is not None

    @property
    def reason(self) -> str | None:
        return self.found.reason

    @property
    def step(self) -> float:
        """The variance a day of the industry's walk, in points²."""
        return self.found.fit.step * self.found.width**2

    def difference(self, before: Values, after: Values) -> Band | None:
        """What other values do to the score, whatever the level; None where one of them is missing."""
        places = points_on_curves(self.members, before), points_on_curves(self.members, after)
        if places[0] is None or places[1] is None:
            return None
        fit = self.found.fit
        mid = float(fit.of(places[1])[0] - fit.of(places[0])[0])
        half = _NORMAL_80 * self._doubt(places[0], places[1])
        low, high = mid - half, mid + half
        moved = places[1] - places[0]
        if (moved >= 0).all():
            low = max(low, 0.0)  # better values never hurt
        if (moved <= 0).all():
            high = min(high, 0.0)
        return Band(mid, min(low, mid), max(high, mid))

    def at(self, values: Values, as_of: int) -> Band | None:
        """The score of a day after the newest official one, whose values are these; None where one is missing."""
        place, start = points_on_curves(self.members, values), points_on_curves(self.members, self.newest.values)
        if place is None or start is None:
            return None
        found = self.found
        mid = found.level.mean + float(found.fit.of(place)[0])
        walked = found.level.variance + found.fit.noise + found.fit.step * max(as_of - self.newest.day, 0)
        half = _NORMAL_80 * float(np.sqrt(walked * found.width**2 + self._doubt(start, place) ** 2))
        return Band(self.clamp(mid), self.clamp(mid - half), self.clamp(mid + half))

    def clamp(self, score: float) -> float:
        return min(max(score, self.scale[0]), self.scale[1])

    def _doubt(self, one: Floats, other: Floats) -> float:
        """The standard deviation of a difference: what the days leave open of each slope, and the form's own error."""
        fit = self.found.fit
        gradient = fit.gradient(other)[0] - fit.gradient(one)[0]
        slopes = np.concatenate(fit.slopes)
        misfit = _MISFIT**2 * float(((gradient * slopes) ** 2).sum())
        return float(np.sqrt(max(float(gradient @ fit.covariance @ gradient), 0.0) + misfit))


Response = dict[str, DimensionResponse]
"""By dimension; one without official days, or without default curves, is not in it."""


def learn(pack: Pack, known: Facts, before: int) -> Response:
    """From the official days of the pack's time before a day. The same days are fitted once a process."""
    if pack.response.kind != "unpublished":
        return {}
    return known.once(("learn", pack.id, before), lambda: _learn(pack, known, before))


def _learn(pack: Pack, known: Facts, before: int) -> Response:
    found: Response = {}
    for dimension in pack.dimensions:
        members = learnable(pack, dimension)
        days = days_of(pack, known, dimension, members, before) if members else []
        if not days:
            continue
        # The weight of an indicator without a cohort goes to the others: such days are of another response.
        here = [one for one in members if one.key in days[-1].values]
        alike = [day for day in days if day.values.keys() == days[-1].values.keys()]
        shares = np.array([indicator_weight(pack, known, one, before) for one in here])
        table = table_of(here, alike)
        answer = tested(*table, shares / shares.sum())
        found[str(dimension)] = DimensionResponse(pack.response.scale, here, days[-1], len(alike), answer)
    return found
