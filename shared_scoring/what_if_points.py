"""What a change of some values does to the points: exact where the rules say how, null with the reason elsewhere."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from shared_scoring.facts import Facts
from shared_scoring.pack import Pack
from shared_scoring.response import DimensionResult, IndicatorScore, dimension_result, indicator_scores
from shared_scoring.score import Score, consumer_of
from shared_scoring.sums import Sum, Sums
from shared_scoring.weights import dimension_weight, indicator_weight

Values = dict[str, float | None]


class Level(Struct, frozen=True):
    """The figures of a score; null where they are not known."""

    total: float | None
    dimensions: dict[str, float | None]
    consumer_score: float | None


class LevelDelta(Struct, frozen=True):
    """`low` and `high` are the 80 % band, equal to `total` where it is exact.

    `reason` says as a code why `total` is null, `reasons` the same of each dimension that is.
    """

    total: float | None
    low: float | None
    high: float | None
    dimensions: dict[str, float | None]
    consumer_score: float | None
    reason: str | None
    reasons: dict[str, str]


class Side(NamedTuple):
    """Everything known of the subject as it is, or as it would be."""

    sums: Sums
    known: Facts
    own: dict[str, Sum]
    score: Score


def level_of(score: Score) -> Level:
    return Level(score.total, {key: one.score for key, one in score.dimensions.items()}, score.consumer_score)


def levels(
    pack: Pack, as_of: int, one: Side, other: Side, values: Values, values_after: Values
) -> tuple[Level, LevelDelta]:
    """The figures as they would be, and the difference."""
    before = level_of(one.score)
    if one.known.officials.get(as_of) != other.known.officials.get(as_of) or one.score.stage != other.score.stage:
        return _restated(pack, before, level_of(other.score))
    if one.score.stage == "hidden":
        return before, _delta(before, before, {}, None, "not_shown")
    adjustment = (other.score.bonus - other.score.deduction) - (one.score.bonus - one.score.deduction)
    if one.score.stage == "growth":
        shift: float | None = _growth(pack, other.score) - _growth(pack, one.score)
        return _shifted(pack, one.score, before, {}, shift, {})
    shifts, reasons = _dimension_shifts(pack, as_of, one, other, values, values_after)
    shift = _total_shift(pack, as_of, one, other, shifts)
    return _shifted(pack, one.score, before, shifts, None if shift is None else shift + adjustment, reasons)


def _growth(pack: Pack, score: Score) -> float:
    return (pack.stages.growth_total_deducted if score.deductions else pack.stages.growth_total) or 0.0


def _restated(pack: Pack, before: Level, after: Level) -> tuple[Level, LevelDelta]:
    """The change carries the official day itself, or moves the subject to another stage: nothing is carried over."""
    reasons = {
        key: _unknown(pack)
        for key in after.dimensions
        if before.dimensions.get(key) is None or after.dimensions[key] is None
    }
    shifts = {key: _minus(after.dimensions[key], before.dimensions.get(key)) for key in after.dimensions}
    total = _minus(after.total, before.total)
    return after, _delta(before, after, shifts, total, None if total is not None else _unknown(pack), reasons)


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _unknown(pack: Pack) -> str:
    """Why the rules as far as they are known do not say what a value scores."""
    return {"unpublished": "response_unpublished", "rank": "rank_unknown"}.get(pack.response.kind, "steps_unknown")


def _dimension_shifts(
    pack: Pack, as_of: int, one: Side, other: Side, values: Values, values_after: Values
) -> tuple[Values, dict[str, str]]:
    """By how much each dimension moves: 0 where nothing of it moved, null with the reason where nobody can say."""
    scores, results = _model(pack, as_of, one, values)
    scores_after, results_after = _model(pack, as_of, other, values_after)
    shifts: Values = {}
    reasons: dict[str, str] = {}
    for dimension in pack.dimensions:
        members = [indicator for indicator in pack.indicators if indicator.dimension == dimension]
        moved = {found.key for found in members if values[found.key] != values_after[found.key]}
        # A rank is known for the value the page showed, not for another one.
        stuck = pack.response.kind == "rank" and any(scores[key] == scores_after[key] for key in moved)
        weighed = any(
            indicator_weight(pack, one.known, found, as_of + 1) != indicator_weight(pack, other.known, found, as_of + 1)
            for found in members
        )
        was, would = results[dimension].score, results_after[dimension].score
        if was is not None and would is not None and not stuck:
            shifts[dimension] = would - was
        elif not moved and not weighed:
            shifts[dimension] = 0.0
        else:
            shifts[dimension] = None
            reasons[dimension] = _unknown(pack)
    return shifts, reasons


def _model(
    pack: Pack, as_of: int, side: Side, values: Values
) -> tuple[dict[str, IndicatorScore], dict[str, DimensionResult]]:
    scores = indicator_scores(pack, side.known, values, side.sums, as_of, as_of + 1)
    return scores, {
        key: dimension_result(pack, side.known, key, scores, values, side.sums, as_of, as_of + 1)
        for key in pack.dimensions
    }


def _total_shift(pack: Pack, as_of: int, one: Side, other: Side, shifts: Mapping[str, float | None]) -> float | None:
    """What the dimensions add to the total; null where one of them is not known and matters."""
    if any(shift is None for shift in shifts.values()):
        return None
    weights, weights_after = _shares(pack, as_of, one.known), _shares(pack, as_of, other.known)
    shift = sum(weights_after[key] * (found or 0.0) for key, found in shifts.items())
    if weights == weights_after:
        return shift
    shown = {key: found.score for key, found in one.score.dimensions.items()}
    if any(found is None for found in shown.values()):
        return None
    return shift + sum((weights_after[key] - weights[key]) * (found or 0.0) for key, found in shown.items())


def _shares(pack: Pack, as_of: int, known: Facts) -> dict[str, float]:
    weights = {str(key): dimension_weight(pack, known, key, as_of + 1).share for key in pack.dimensions}
    return {key: weight / sum(weights.values()) for key, weight in weights.items()}


def _shifted(
    pack: Pack,
    score: Score,
    before: Level,
    shifts: Mapping[str, float | None],
    shift: float | None,
    reasons: Mapping[str, str],
) -> tuple[Level, LevelDelta]:
    """The figures moved by what is known, inside their scales."""
    dimensions = {key: _moved_by(before.dimensions.get(key), by, pack.response.scale) for key, by in shifts.items()}
    total = _moved_by(before.total, shift, pack.scale, _beyond(pack, score))
    consumer = before.consumer_score
    if total is None or total != before.total:
        consumer = None if total is None or consumer is None else consumer_of(pack, total)
    after = Level(total, dimensions, consumer)
    known = {key: _minus(dimensions[key], before.dimensions.get(key)) for key in shifts}
    moves = {key: shifts[key] if moved is None else moved for key, moved in known.items()}
    change = _minus(total, before.total)
    if change is None:
        change = shift
    reason = None if change is not None else next(iter(reasons.values()), "dimension_unknown")
    return after, _delta(before, after, moves, change, reason, reasons)


def _moved_by(
    figure: float | None, shift: float | None, scale: tuple[float, float], beyond: float | None = None
) -> float | None:
    if figure is None or shift is None:
        return None
    if not shift:
        return figure  # to the last digit
    low, high = min(scale[0], figure), max(scale[1], figure)
    return min(max((figure if beyond is None else beyond) + shift, low), high)


def _beyond(pack: Pack, score: Score) -> float | None:
    """Where a total rests on an end of its scale: what it would be without that end, if all its parts are known."""
    shown = [(found.score, found.weight) for found in score.dimensions.values()]
    if score.total is None or pack.scale[0] < score.total < pack.scale[1] or not shown:
        return None
    if any(found is None for found, _ in shown):
        return None
    mean = sum(weight * (found or 0.0) for found, weight in shown) / sum(weight for _, weight in shown)
    raw = mean + score.bonus - score.deduction
    return raw if raw != score.total and _clamp(raw, pack.scale) == score.total else None


def _clamp(figure: float, scale: tuple[float, float]) -> float:
    return min(max(figure, scale[0]), scale[1])


def _delta(
    before: Level,
    after: Level,
    shifts: Mapping[str, float | None],
    total: float | None,
    reason: str | None,
    reasons: Mapping[str, str] | None = None,
) -> LevelDelta:
    return LevelDelta(
        total,
        total,
        total,
        dict(shifts),
        _minus(after.consumer_score, before.consumer_score),
        reason,
        dict(reasons or {}),
    )
