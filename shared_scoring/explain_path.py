"""From the score of one day to that of another along a fixed path of states, so that the parts add up to the change.

First, under the rules of the first day, each indicator's contributions that were corrected, that left and that entered;
then weights, deductions and bonuses as they are on the other day; then the other day's rules; the rest is the industry
moving (scoring.md, "What changes a score from one day to the next"). A part's points are the total after its step
minus the total before it.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from shared_scoring.calendar import Calendar
from shared_scoring.explain_state import Anchored, Day, State, state_of
from shared_scoring.learned.response import DimensionResponse, learn, learn_ranks
from shared_scoring.pack import Indicator, Pack
from shared_scoring.response import IndicatorScore, indicator_scores, own_sums
from shared_scoring.sums import Sum, Sums

OWN_CAUSES = ("corrected", "left", "entered")


class Step(NamedTuple):
    """One part of the path. `known` is False where the own records moved and nobody can say how many points that is.

    `change` is the indicator's own, in its unit; `code` the scene, the bonus or the rule.
    """

    cause: str
    dimension: str | None
    indicator: str | None
    points: float
    known: bool = True
    change: float | None = None
    before: float | None = None
    code: str | None = None


class Path:
    """The states of a change, in order. Under the first day's pack `first` and `last` are both counted."""

    def __init__(
        self,
        first: Day,
        last: Day,
        then: Day,
        calendar: Calendar,
        shown: tuple[Mapping[str, float | None], Mapping[str, float | None]],
        *,
        on_official: bool,
    ) -> None:
        """`last` is the other day under the first day's pack, `then` under its own.

        `shown` are the dimensions' scores of both days; `on_official` takes the values on the first's official sums.
        """
        self._first, self._last, self._then = first, last, then
        self._calendar = calendar
        self._on_official = on_official
        self._variants = _variants(first, last)
        self._shifted = {one.key: self._values(one) for one in first.pack.indicators}
        self._ranks = learn_ranks(first.pack, last.known, last.as_of + 1)
        self._own_scores = self._scores()
        self._after = shown[1] if on_official and then.pack is first.pack else {}
        self.start = self._start(shown[0])
        self.end = self.start

    def steps(self) -> list[Step]:
        """Every step but the rest; `end` is then the last state."""
        return list(self._steps())

    def _values(self, indicator: Indicator) -> list[float | None]:
        """The indicator's value in each of the four states of its contributions."""
        own = [variant.own[indicator.key] for variant in self._variants[_length(self._first.pack, indicator)]]
        page = _page(indicator, self._first) if self._on_official else None
        if page is None:
            return [one.value for one in own]
        moved = [
            (page.numerator + one.numerator - own[0].numerator, page.denominator + one.denominator - own[0].denominator)
            for one in own
        ]
        if any(bottom <= 0 for _, bottom in moved):
            return [one.value for one in own]  # the page and the records contradict each other
        return [float(top / bottom) for top, bottom in moved]

    def _scores(self) -> dict[str, list[IndicatorScore]]:
        """Likewise its scores, by the steps and ranks that the first day's pages showed."""
        pack, known, before = self._first.pack, self._first.known, self._first.as_of + 1
        found: dict[str, list[IndicatorScore]] = {one.key: [] for one in pack.indicators}
        for place in range(len(OWN_CAUSES) + 1):
            values = {key: shifted[place] for key, shifted in self._shifted.items()}
            for length, variants in self._variants.items():
                variant = variants[place]
                scores = indicator_scores(pack, known, values, variant.sums, variant.as_of, before)
                for one in pack.indicators:
                    if _length(pack, one) == length:
                        found[one.key].append(scores[one.key])
        return {key: self._as_ranked(key, scores) for key, scores in found.items()}

    def _as_ranked(self, key: str, scores: list[IndicatorScore]) -> list[IndicatorScore]:
        """The rank that the first page showed, moved with the value where its response is believed."""
        response, start = self._ranks.get(key), scores[0].score
        values = self._shifted[key]
        if response is None or not response.believed or start is None or None in values:
            return scores
        moves = [response.difference({key: values[0]}, {key: value}, start) for value in values]
        return [IndicatorScore(response.clamp(start + (0.0 if one is None else one.mid))) for one in moves]

    def _by_ranks(self, dimension: str) -> bool:
        """Whether every value of a dimension that moved has a rank that moves with it."""
        moved = [
            one.key
            for one in self._first.pack.indicators
            if one.dimension == dimension and not _same(self._shifted[one.key][0], self._shifted[one.key][-1])
        ]
        return bool(moved) and all(self._moves(key) for key in moved)

    def _moves(self, key: str) -> bool:
        """Whether the rank of an indicator follows its value."""
        response = self._ranks.get(key)
        known = self._own_scores[key][0].score is not None and None not in self._shifted[key]
        return known and response is not None and response.believed

    def _start(self, shown: Mapping[str, float | None]) -> State:
        """Computes the dimensions that can be computed at both ends of the own records' way."""
        state = replace(state_of(self._first, self._calendar, shown), anchors=self._anchors(shown))
        ends = [
            replace(
                state,
                values={key: found[place] for key, found in self._shifted.items()},
                scores={key: found[place] for key, found in self._own_scores.items()},
            ).computing()
            for place in (0, -1)
        ]
        return replace(ends[0], computed=ends[0].computed & ends[1].computed)

    def _anchors(self, shown: Mapping[str, float | None]) -> dict[str, Anchored]:
        """The believed responses of the first day's pack, by all that is known on the other day."""
        found = {}
        for key, response in learn(self._first.pack, self._last.known, self._last.as_of + 1).items():
            score, members = shown.get(key), {one.key for one in response.members}
            others = [
                one
                for one in self._first.pack.indicators
                if one.dimension == key and one.key not in members and len(set(self._shifted[one.key])) > 1
            ]
            if response.believed and score is not None and not others and not self._by_ranks(key):
                values = {one: shifted[0] for one, shifted in self._shifted.items()}
                found[key] = Anchored(self._told(key, response, score, values), score, values)
        return found

    def _told(
        self, key: str, response: DimensionResponse, score: float, values: Mapping[str, float | None]
    ) -> DimensionResponse:
        """The response as the change that is explained tells it, where pages show both its ends.

        `score` and `values` are the first day's.
        """
        after = self._after.get(key)
        if after is None:
            return response
        last = {one: shifted[-1] for one, shifted in self._shifted.items()}
        return response.told_by(values, last, (score, after), self._last.as_of - self._first.as_of)

    def _steps(self) -> Iterator[Step]:
        for indicator in self._first.pack.indicators:
            yield from self._own(indicator)
        yield from self._weighed()
        yield from self._adjusted()
        if self._then.pack is not self._first.pack:
            yield from self._ruled()

    def _go(self, state: State, over: frozenset[str] | None = None) -> float:
        """Move to a state; the points that are."""
        points = state.total(over) - self.end.total(over)
        self.end = state
        return points

    def _own(self, indicator: Indicator) -> Iterator[Step]:
        """What its contributions that were corrected, that left and that entered did."""
        key, values, scores = indicator.key, self._shifted[indicator.key], self._own_scores[indicator.key]
        for place, cause in enumerate(OWN_CAUSES, start=1):
            before, after = values[place - 1], values[place]
            same = _same(before, after)
            if same and scores[place - 1] == scores[place]:
                continue
            state = replace(
                self.end, values={**self.end.values, key: after}, scores={**self.end.scores, key: scores[place]}
            )
            stuck = self._first.pack.response.kind == "rank" and not same and not self._moves(key)
            stuck = stuck and indicator.dimension not in self.end.anchors
            known = self.end.stage != "formal" or (indicator.dimension in self.end.computed and not stuck)
            change = None if before is None or after is None else after - before
            yield Step(cause, indicator.dimension, key, self._go(state), known, change, before)

    def _weighed(self) -> Iterator[Step]:
        weighed = state_of(self._last, self._calendar, {})
        for dimension in self.end.weights:
            members = {one.key for one in self._first.pack.indicators if one.dimension == dimension}
            inside = {key: weight for key, weight in weighed.indicator_weights.items() if key in members}
            if any(self.end.indicator_weights[key] != weight for key, weight in inside.items()):
                state = replace(self.end, indicator_weights=self.end.indicator_weights | inside)
                known = dimension in self.end.computed
                yield Step("weights", dimension, None, self._go(state), known, code="indicator_weights")
        if self.end.weights != weighed.weights:
            over = self.end.known_dimensions()
            points = self._go(replace(self.end, weights=weighed.weights), over)
            yield Step("weights", None, None, points, len(over) == len(weighed.weights), code="dimension_weights")

    def _adjusted(self) -> Iterator[Step]:
        """Deductions and bonuses of the other day, under the first day's pack."""
        adjusted = state_of(self._last, self._calendar, {})
        for scene in sorted(self.end.deducted.keys() | adjusted.deducted.keys()):
            if self.end.deducted.get(scene) != adjusted.deducted.get(scene):
                state = replace(self.end, deducted=_put(self.end.deducted, scene, adjusted.deducted.get(scene)))
                yield Step("deduction", None, None, self._go(state), code=scene)
        for key in sorted(self.end.bonuses.keys() | adjusted.bonuses.keys()):
            if self.end.bonuses.get(key) != adjusted.bonuses.get(key):
                state = replace(self.end, bonuses=_put(self.end.bonuses, key, adjusted.bonuses.get(key)))
                yield Step("bonus", None, None, self._go(state), code=key)
        for dimension in self.end.weights:
            points = adjusted.dimension_bonuses.get(dimension)
            if self.end.dimension_bonuses.get(dimension) != points and dimension in self.end.computed:
                held = _put(self.end.dimension_bonuses, dimension, points)
                yield Step(
                    "bonus", dimension, None, self._go(replace(self.end, dimension_bonuses=held)), code=dimension
                )

    def _ruled(self) -> Iterator[Step]:
        """The same records under the other pack; a dimension that it cannot compute stays as it was."""
        before = {key: self.end.dimension(key) for key in self.end.weights}
        day = self._then
        own = own_sums(day.pack, day.sums, day.as_of)
        values = {key: one.value for key, one in own.items()}
        scores = indicator_scores(day.pack, day.known, values, day.sums, day.as_of, day.as_of + 1)
        state = state_of(day, self._calendar, before)
        state = replace(state, stage=self.end.stage, values=values, scores=scores).computing()
        over = self.end.known_dimensions() & state.known_dimensions()
        yield Step("rules", None, None, self._go(state, over), code=day.pack.id)


class _Variant(NamedTuple):
    """One state of the contributions, with the sums of every indicator."""

    as_of: int
    sums: Sums
    own: dict[str, Sum]


def _variants(first: Day, last: Day) -> dict[int, list[_Variant]]:
    """By length of window: as known on the first day, corrected, without what left, with what entered."""
    pack, found = first.pack, {}
    for length in {_length(pack, one) for one in pack.indicators}:
        stays = range(last.as_of - length, first.as_of)
        kept = [row for row in last.sums.rows() if row[0][1] in stays]
        gone = [row for row in first.sums.rows() if row[0][1] < stays.start]
        states = [(first.as_of, first.sums), (first.as_of, Sums(gone + kept)), (first.as_of, Sums(kept))]
        states.append((last.as_of, last.sums))
        found[length] = [_Variant(day, sums, own_sums(pack, sums, day)) for day, sums in states]
    return found


def _length(pack: Pack, indicator: Indicator) -> int:
    return indicator.window_days or pack.window_days


def _page(indicator: Indicator, day: Day) -> Sum | None:
    """The official sums of the very day; with decay they say nothing of the weighed ones."""
    official = day.known.officials.get(day.as_of)
    page = None if official is None else (official.indicators or {}).get(indicator.key)
    if page is None or page.numerator is None or not page.denominator or day.pack.half_life_days is not None:
        return None
    return Sum(Fraction(page.numerator), int(page.denominator), None)


def _put(held: Mapping[str, float], key: str, points: float | None) -> dict[str, float]:
    rest = {name: one for name, one in held.items() if name != key}
    return rest if points is None else {**rest, key: points}


def _same(one: float | None, other: float | None) -> bool:
    """Whether two values are one; of decayed sums, taken on two days, the last digits differ."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-15)
