"""Everything a total is made of on a day, in parts that can be exchanged one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from shared_scoring.adjustments import bonuses, deductions
from shared_scoring.calendar import Calendar
from shared_scoring.facts import Facts
from shared_scoring.learned.response import DimensionResponse
from shared_scoring.pack import Pack
from shared_scoring.response import IndicatorScore, dimension_bonuses, weighted_mean
from shared_scoring.sums import Sums
from shared_scoring.weights import dimension_weight, indicator_weight


class Day(NamedTuple):
    """A day as a pack counts it."""

    pack: Pack
    as_of: int
    known: Facts
    sums: Sums
    stage: str

    @property
    def first(self) -> int:
        return self.as_of - self.pack.window_days


class Anchored(NamedTuple):
    """A dimension's score beside the values it was shown with, and what was learned of how they move it."""

    response: DimensionResponse
    score: float
    values: dict[str, float | None]


@dataclass(frozen=True)
class State:
    """Everything a total is made of. `held` are the dimensions' scores where they cannot be computed.

    `anchors` are of the dimensions whose response is learned.
    """

    pack: Pack
    stage: str
    values: dict[str, float | None]
    scores: dict[str, IndicatorScore]
    indicator_weights: dict[str, float]
    weights: dict[str, float]
    computed: frozenset[str]
    held: dict[str, float | None]
    deducted: dict[str, float] = field(default_factory=dict)
    bonuses: dict[str, float] = field(default_factory=dict)
    dimension_bonuses: dict[str, float] = field(default_factory=dict)
    anchors: dict[str, Anchored] = field(default_factory=dict)

    def dimension(self, key: str) -> float | None:
        found = self.compute(key) if key in self.computed else None
        return self.held.get(key) if found is None else found

    def compute(self, key: str) -> float | None:
        """A dimension's score as the pack computes it; None where it cannot."""
        if self.pack.response.kind == "unpublished" or key in self.anchors:
            return self._learned(key)
        counted = [
            one
            for one in self.pack.indicators
            if one.dimension == key and (self.values[one.key] is not None or self.scores[one.key].shielded)
        ]
        mean = weighted_mean(counted, self.scores, self.indicator_weights)
        extra = self.dimension_bonuses.get(key, 0.0)
        return mean if mean is None or not extra else min(mean + extra, self.pack.response.scale[1])

    def _learned(self, key: str) -> float | None:
        anchor = self.anchors.get(key)
        moved = None if anchor is None else anchor.response.difference(anchor.values, self.values, anchor.score)
        return None if anchor is None or moved is None else anchor.response.clamp(anchor.score + moved.mid)

    def computing(self) -> "State":
        """The state that computes what it can; what it cannot, or not on the way, stays as it is here."""
        found = {key: self.compute(key) for key in self.weights}
        able = frozenset(key for key, one in found.items() if one is not None)
        return replace(self, computed=able, held={**self.held, **{key: found[key] for key in able}})

    def share(self, key: str) -> float:
        return self.weights[key] / (sum(self.weights.values()) or 1)

    def total(self, over: frozenset[str] | None = None) -> float:
        """The total, or what of it is known: the dimensions `over`, where some of the others are not."""
        if self.stage == "growth":
            stages = self.pack.stages
            return (stages.growth_total_deducted if self.deducted else stages.growth_total) or 0.0
        dimensions = {key: self.dimension(key) for key in self.weights if over is None or key in over}
        mean = sum(self.share(key) * (one or 0.0) for key, one in dimensions.items())
        total = mean + sum(self.bonuses.values()) - sum(self.deducted.values())
        if len(dimensions) < len(self.weights) or any(one is None for one in dimensions.values()):
            return total
        return min(max(total, self.pack.scale[0]), self.pack.scale[1])

    def known_dimensions(self) -> frozenset[str]:
        return frozenset(key for key in self.weights if self.dimension(key) is not None)


def state_of(day: Day, calendar: Calendar, held: Mapping[str, float | None]) -> State:
    """The weights and adjustments of a day, without any value yet."""
    pack, known, before = day.pack, day.known, day.as_of + 1
    return State(
        pack=pack,
        stage=day.stage,
        values={one.key: None for one in pack.indicators},
        scores={one.key: IndicatorScore(None) for one in pack.indicators},
        indicator_weights={one.key: indicator_weight(pack, known, one, before) for one in pack.indicators},
        weights={str(key): dimension_weight(pack, known, key, before).share for key in pack.dimensions},
        computed=frozenset(),
        held=dict(held),
        deducted={
            one.scene: one.points for one in deductions(pack, known.conducts, day.first, day.as_of - 1, calendar)
        },
        bonuses={one.key: one.points for one in bonuses(pack, day.sums, known, day.as_of - 1, calendar)},
        dimension_bonuses=dimension_bonuses(pack, day.sums, day.as_of),
    )
