"""How a subject's values become its dimensions' scores, as far as its own official days taught it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from shared_scoring.facts import Facts
from shared_scoring.learned.days import NO_DAYS, Day, Days, days_of, ranked_days_of
from shared_scoring.learned.figures import NORMAL_80, Floats
from shared_scoring.learned.link import Link
from shared_scoring.learned.scale import learnable, points_on_curves, table_of
from shared_scoring.pack import Indicator, Pack
from shared_scoring.weights import indicator_weight

if TYPE_CHECKING:
    from shared_scoring.learned.tested import Tested

_POINTS = 50.0  # how long the scale is on which a response is fitted, whatever the pack's
_MISFIT = 0.25  # of what a slope adds: no true response is a sum of functions of single values
_UNSEEN = 1.0  # of what it adds beyond the values that the days learned from have shown
Values = Mapping[str, float | None]


class Band(NamedTuple):
    """A figure in points of a dimension with its 80 % band."""

    mid: float
    low: float
    high: float


@dataclass(frozen=True)
class DimensionResponse:
    """`newest` is the official day everything is measured from. `reason` says as a code why nothing is believed.

    `found` is of scores that `link` has straightened. `from_own_values`: the pages show no values, so it is learned
    from those that the own records count.
    """

    scale: tuple[float, float]
    members: list[Indicator]
    newest: Day
    days: int
    link: Link
    found: "Tested"
    from_own_values: bool = False

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
    def _stretch(self) -> float:
        return stretch(self.scale)

    def difference(self, before: Values, after: Values, score: float | None = None) -> Band | None:
        """What other values do to a score, or to that of the newest level; None where one of them is missing."""
        places = self._place(before), self._place(after)
        if places[0] is None or places[1] is None:
            return None
        fit = self.found.fit
        start, end = float(fit.of(places[0])[0]), float(fit.of(places[1])[0])
        first = self.found.level.mean + start if score is None else self._straight(score)
        half = NORMAL_80 * self._doubt(places[0], places[1])
        mid, low, high = self._bent(first + end - start, half) - self._bent(first, 0.0)[0]
        moved = places[1] - places[0]
        if (moved >= 0).all():
            low = max(low, 0.0)  # better values never hurt
        if (moved <= 0).all():
            high = min(high, 0.0)
        return Band(float(mid), float(min(low, mid)), float(max(high, mid)))

    def at(self, values: Values, as_of: int) -> Band | None:
        """The score of a day after the newest official one, whose values are these; None where one is missing."""
        place, start = self._place(values), self._place(self.newest.values)
        if place is None or start is None:
            return None
        found = self.found
        mid = found.level.mean + float(found.fit.of(place)[0])
        walked = found.level.variance + found.fit.noise + found.fit.step * max(as_of - self.newest.day, 0)
        half = NORMAL_80 * float(np.sqrt(walked * found.width**2 + self._doubt(start, place) ** 2))
        return Band(*(self.clamp(float(one)) for one in self._bent(mid, half)))

    def told_by(self, before: Values, after: Values, scores: tuple[float, float], days: int) -> "DimensionResponse":
        """The same with slopes that also heed how the score moved over some days between two values.

        What the slopes leave open and the industry's walk share what they did not expect.
        """
        places = self._place(before), self._place(after)
        if places[0] is None or places[1] is None:
            return self
        fit = self.found.fit
        gradient = fit.gradient(places[1])[0] - fit.gradient(places[0])[0]
        slopes = np.concatenate(fit.slopes)
        left_open = fit.covariance @ gradient
        walked = self.found.industry * days + 2 * fit.noise
        whole = float(gradient @ left_open) + walked
        if whole <= 0:
            return self
        first, last = (self._straight(one) for one in scores)
        rest = last - first - float(gradient @ slopes)
        told = np.maximum(slopes + left_open * (rest / whole), 0.0)
        ends = np.cumsum([len(one) for one in fit.slopes])[:-1]
        return replace(self, found=self.found._replace(fit=fit._replace(slopes=list(np.split(told, ends)))))

    def _place(self, values: Values) -> Floats | None:
        points = points_on_curves(self.members, values)
        return None if points is None else points * self._stretch

    def _straight(self, score: float) -> float:
        return float(self.link.straight(np.array(score * self._stretch)))

    def _bent(self, straight: float, half: float) -> Floats:
        """A score with both ends of its band, in points."""
        found: Floats = self.link.bent(np.array([straight, straight - half, straight + half])) / self._stretch
        return found

    def clamp(self, score: float) -> float:
        return min(max(score, self.scale[0]), self.scale[1])

    def _doubt(self, one: Floats, other: Floats) -> float:
        """The standard deviation of a difference: what the days leave open of each slope, and the form's own error.

        Beyond the values seen, the last slope is carried on where no day showed one: it may be as wrong as it is large.
        """
        fit = self.found.fit
        gradient = fit.gradient(other)[0] - fit.gradient(one)[0]
        slopes = np.concatenate(fit.slopes)
        misfit = _MISFIT**2 * float(((gradient * slopes) ** 2).sum())
        misfit += _UNSEEN**2 * float(((fit.beyond(other) - fit.beyond(one)) ** 2).sum())
        return float(np.sqrt(max(float(gradient @ fit.covariance @ gradient), 0.0) + misfit))


Response = dict[str, DimensionResponse]
"""By dimension, or of ranks by indicator; one without official days, or without default curves, is not in it."""


def stretch(scale: tuple[float, float]) -> float:
    """Points of a fit for a point of the scale."""
    return _POINTS / (scale[1] - scale[0])


def learn(pack: Pack, known: Facts, before: int) -> Response:
    """From the official days of the pack's time before a day. The same days are fitted once a process."""
    if pack.response.kind == "steps":
        return {}
    return known.once(("learn", pack.id, before), lambda: _learn(pack, known, before))


def learn_ranks(pack: Pack, known: Facts, before: int) -> Response:
    """Likewise how each indicator's value becomes its rank, from days on which the page showed both."""
    if pack.response.kind != "rank":
        return {}
    return known.once(("learn_ranks", pack.id, before), lambda: _learn_ranks(pack, known, before))


def _learn_ranks(pack: Pack, known: Facts, before: int) -> Response:
    found: Response = {}
    for one in pack.indicators:
        taught = ranked_days_of(pack, known, one, before) if one.curve else NO_DAYS
        if taught.days:
            found[one.key] = _response(pack, [one], taught, np.ones(1))
    return found


def _learn(pack: Pack, known: Facts, before: int) -> Response:
    found: Response = {}
    for dimension in pack.dimensions:
        members = learnable(pack, dimension)
        taught = days_of(pack, known, dimension, members, before) if members else NO_DAYS
        if not taught.days:
            continue
        # The weight of an indicator without a cohort goes to the others: such days are of another response.
        newest = taught.days[-1].values.keys()
        here = [one for one in members if one.key in newest]
        alike = taught._replace(days=[day for day in taught.days if day.values.keys() == newest])
        shares = np.array([indicator_weight(pack, known, one, before) for one in here])
        found[str(dimension)] = _response(pack, here, alike, shares / shares.sum())
    return found


def _response(pack: Pack, members: list[Indicator], taught: Days, shares: Floats) -> DimensionResponse:
    times, scores, points = table_of(members, taught.days)
    by = stretch(pack.response.scale)
    newest = taught.days[-1]
    link = Link.at(newest.score * by, (pack.response.scale[0] * by, pack.response.scale[1] * by))
    # A fifth of a second of scipy, which a subject without official days need not wait for.
    from shared_scoring.learned.tested import tested  # noqa: PLC0415

    answer = tested(times, link.straight(scores * by), points * by, shares)
    return DimensionResponse(pack.response.scale, members, newest, len(taught.days), link, answer, taught.are_own)
