"""By how much other values move the dimensions: exact where the rules say how, learned where the subject's days do."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from shared_scoring.facts import Facts
from shared_scoring.learned.ranks import ranks_moved, weighed
from shared_scoring.learned.response import Band, DimensionResponse, Response, learn, learn_ranks
from shared_scoring.pack import Indicator, Pack
from shared_scoring.response import DimensionResult, IndicatorScore, dimension_result, indicator_scores
from shared_scoring.sums import Sums
from shared_scoring.weights import dimension_weight, indicator_weight

Values = dict[str, float | None]
_Model = tuple[dict[str, IndicatorScore], dict[str, DimensionResult]]


class Standpoint(NamedTuple):
    """What is known, or would be."""

    sums: Sums
    known: Facts


class Shifts(NamedTuple):
    """Points by dimension; one that nobody can say is not in `bands`, and `reasons` says as a code why."""

    bands: dict[str, Band]
    reasons: dict[str, str]

    def total(self, shares: Mapping[str, float]) -> Band | None:
        """What they add to the total; None where one of them is not known. The dimensions err by themselves."""
        if self.reasons:
            return None
        return weighed(self.bands, shares)

    def within(self, shown: Mapping[str, float | None], scale: tuple[float, float]) -> "Shifts":
        """The same, no dimension moved beyond its scale from where it is shown."""
        bands = {key: _within(band, shown.get(key), scale) for key, band in self.bands.items()}
        return Shifts(bands, self.reasons)

    @property
    def held(self) -> "Shifts":
        """The same with what nobody can say left where it is."""
        return Shifts(self.bands | dict.fromkeys(self.reasons, exactly(0.0)), {})


def _within(band: Band, shown: float | None, scale: tuple[float, float]) -> Band:
    if shown is None:
        return band
    least, most = min(scale[0] - shown, 0.0), max(scale[1] - shown, 0.0)
    return Band(*(min(max(one, least), most) for one in band))


def shares_of(pack: Pack, as_of: int, known: Facts) -> dict[str, float]:
    """The dimensions' weights on a day, together 1."""
    weights = {str(key): dimension_weight(pack, known, key, as_of + 1).share for key in pack.dimensions}
    return {key: weight / (sum(weights.values()) or 1) for key, weight in weights.items()}


def exactly(points: float) -> Band:
    return Band(points, points, points)


def unknown_response(pack: Pack) -> str:
    """Why the rules as far as they are known do not say what a value scores."""
    return {"unpublished": "response_unpublished", "rank": "rank_unknown"}.get(pack.response.kind, "steps_unknown")


class Shifting:
    """From the values of a day to others. What stands is worked out once, however many are tried."""

    def __init__(self, pack: Pack, as_of: int, one: Standpoint, values: Values) -> None:
        self._pack = pack
        self._as_of = as_of
        self._one = one
        self._values = values
        self._members = {
            str(key): [found for found in pack.indicators if found.dimension == key] for key in pack.dimensions
        }
        self.shares = shares_of(pack, as_of, one.known)

    @cached_property
    def response(self) -> Response:
        return learn(self._pack, self._one.known, self._as_of + 1)

    @cached_property
    def _ranks(self) -> Response:
        return learn_ranks(self._pack, self._one.known, self._as_of + 1)

    @cached_property
    def _weights(self) -> dict[str, float]:
        before = self._as_of + 1
        return {one.key: indicator_weight(self._pack, self._one.known, one, before) for one in self._pack.indicators}

    @cached_property
    def _model(self) -> _Model:
        return self._of(self._one, self._values)

    def to(self, values: Values, other: Standpoint | None = None) -> Shifts:
        """0 where nothing of a dimension moved. `other`: what would be known then, if it is not the same."""
        pack = self._pack
        bands: dict[str, Band] = {}
        reasons: dict[str, str] = {}
        scores, results = self._model
        scores_after, results_after = self._of(other or self._one, values)
        for dimension, members in self._members.items():
            moved = {found.key for found in members if self._values[found.key] != values[found.key]}
            # A rank is known for the value the page showed, not for another one.
            stuck = pack.response.kind == "rank" and any(scores[key] == scores_after[key] for key in moved)
            was, would = results[dimension].score, results_after[dimension].score
            if was is not None and would is not None and not stuck:
                bands[dimension] = exactly(would - was)
            elif not moved and not self._weighed(other, members):
                bands[dimension] = exactly(0.0)
            elif isinstance(found := self._learned(dimension, moved, values), Band):
                bands[dimension] = found
            else:
                reasons[dimension] = found
        return Shifts(bands, reasons)

    def _learned(self, dimension: str, moved: set[str], values: Values) -> Band | str:
        """The learned difference, by the ranks of the indicators where those are shown, or why there is none."""
        by_ranks = None
        if self._ranks and moved:
            members = self._members[dimension]
            by_ranks = ranks_moved(self._ranks, members, self._weights, moved, self._values, values)
        if isinstance(by_ranks, Band):
            return by_ranks
        found = learned(self._pack, self.response.get(dimension), moved, self._values, values)
        return found if by_ranks is None or isinstance(found, Band) else by_ranks

    def _of(self, side: Standpoint, values: Values) -> _Model:
        pack, before = self._pack, self._as_of + 1
        scores = indicator_scores(pack, side.known, values, side.sums, self._as_of, before)
        return scores, {
            dimension: dimension_result(pack, side.known, dimension, scores, values, side.sums, self._as_of, before)
            for dimension in self._members
        }

    def _weighed(self, other: Standpoint | None, members: list[Indicator]) -> bool:
        """Whether what would be known weighs the indicators otherwise."""
        if other is None or other.known is self._one.known:
            return False
        before = self._as_of + 1
        return any(
            indicator_weight(self._pack, self._one.known, found, before)
            != indicator_weight(self._pack, other.known, found, before)
            for found in members
        )


def learned(
    pack: Pack, response: DimensionResponse | None, moved: set[str], values: Values, values_after: Values
) -> Band | str:
    """The learned difference, or why there is none."""
    if response is None:
        return unknown_response(pack)
    if response.reason is not None:
        return response.reason
    found = response.difference(values, values_after)
    if found is None or not moved <= {one.key for one in response.members}:
        return "cohort_changed"
    return found
