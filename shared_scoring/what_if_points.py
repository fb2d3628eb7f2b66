"""What a change of some values does to the points, with its band; null with the reason where nobody can say."""

from collections.abc import Mapping
from functools import cached_property, partial

from msgspec import Struct, structs

from shared_scoring.calendar import Calendar
from shared_scoring.facts import Facts
from shared_scoring.learned.response import Band
from shared_scoring.pack import Pack
from shared_scoring.response import own_sums
from shared_scoring.score import Score, beside, consumer_of, points_of, score
from shared_scoring.shifts import Shifting, Shifts, Standpoint, Values, exactly, shares_of, unknown_response
from shared_scoring.sums import Sums


class Level(Struct, frozen=True):
    """The figures of a score; null where they are not known."""

    total: float | None
    dimensions: dict[str, float | None]
    consumer_score: float | None

    @property
    def figures(self) -> dict[str, float]:
        """By `total` and dimension, as far as they are known."""
        figures = {**self.dimensions, "total": self.total}
        return {key: points for key, points in figures.items() if points is not None}


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


class Side:
    """Everything known of the subject as it is, or as it would be. The whole score is worked out if it is asked for."""

    def __init__(
        self, pack: Pack, as_of: int, sums: Sums, known: Facts, calendar: Calendar, subject_id: str | None
    ) -> None:
        self.sums = sums
        self.known = known
        self.own = own_sums(pack, sums, as_of)
        self.beside = beside(pack, as_of, sums, known, calendar)
        self._score = partial(score, pack, as_of, sums, known, calendar, subject_id)

    @cached_property
    def score(self) -> Score:
        return self._score()

    @property
    def stage(self) -> str:
        return self.beside.stage

    @property
    def deduction(self) -> float:
        return points_of(self.beside.deductions)

    @property
    def bonus(self) -> float:
        return points_of(self.beside.bonuses)


def level_of(score: Score) -> Level:
    return Level(score.total, {key: one.score for key, one in score.dimensions.items()}, score.consumer_score)


def levels(
    pack: Pack,
    as_of: int,
    one: Side,
    other: Side,
    shifting: Shifting,
    values_after: Values,
    *,
    unknown_stays: bool = False,
) -> tuple[Level, LevelDelta]:
    """The figures as they would be, and the difference.

    `unknown_stays`: a dimension of which nobody can say where it moves is taken as it stands, not as unknown.
    """
    before = level_of(one.score)
    if one.known.officials.get(as_of) != other.known.officials.get(as_of) or one.stage != other.stage:
        return _restated(pack, before, level_of(other.score))
    if one.stage == "hidden":
        return before, _delta(before, before, {}, None, "not_shown")
    adjustment = (other.bonus - other.deduction) - (one.bonus - one.deduction)
    if one.stage == "growth":
        grown = exactly(_growth(pack, other) - _growth(pack, one))
        return _shifted(pack, one.score, before, Shifts({}, {}), grown)
    moved = shifting.to(values_after, Standpoint(other.sums, other.known))
    moved = moved.within(before.dimensions, pack.response.scale)
    if unknown_stays:
        moved = moved.held
    shift = _total_shift(pack, as_of, one, other, moved)
    return _shifted(pack, one.score, before, moved, None if shift is None else _plus(shift, adjustment))


def _growth(pack: Pack, side: Side) -> float:
    return (pack.stages.growth_total_deducted if side.beside.deductions else pack.stages.growth_total) or 0.0


def _restated(pack: Pack, before: Level, after: Level) -> tuple[Level, LevelDelta]:
    """The change carries the official day itself, or moves the subject to another stage: nothing is carried over."""
    reasons = {
        key: unknown_response(pack)
        for key in after.dimensions
        if before.dimensions.get(key) is None or after.dimensions[key] is None
    }
    shifts = {key: _minus(after.dimensions[key], before.dimensions.get(key)) for key in after.dimensions}
    total = _minus(after.total, before.total)
    return after, _delta(before, after, shifts, total, None if total is not None else unknown_response(pack), reasons)


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _total_shift(pack: Pack, as_of: int, one: Side, other: Side, moved: Shifts) -> Band | None:
    """What the dimensions add to the total; null where one of them is not known and matters."""
    weights, weights_after = shares_of(pack, as_of, one.known), shares_of(pack, as_of, other.known)
    shift = moved.total(weights_after)
    if shift is None or weights == weights_after:
        return shift
    shown = {key: found.score for key, found in one.score.dimensions.items()}
    if any(found is None for found in shown.values()):
        return None
    return _plus(shift, sum((weights_after[key] - weights[key]) * (found or 0.0) for key, found in shown.items()))


def _plus(band: Band, points: float) -> Band:
    return Band(*(one + points for one in band))


def _shifted(pack: Pack, score: Score, before: Level, moved: Shifts, shift: Band | None) -> tuple[Level, LevelDelta]:
    """The figures moved by what is known, inside their scales."""
    by = {str(key): moved.bands.get(str(key)) for key in (pack.dimensions if moved.bands or moved.reasons else ())}
    shifted = {key: None if one is None else one.mid for key, one in by.items()}
    dimensions = {key: _moved_by(before.dimensions.get(key), one, pack.response.scale) for key, one in shifted.items()}
    total = _moved_by(before.total, None if shift is None else shift.mid, pack.scale, _beyond(pack, score))
    consumer = before.consumer_score
    if total is None or total != before.total:
        consumer = None if total is None or consumer is None else consumer_of(pack, total)
    after = Level(total, dimensions, consumer)
    known = {key: _minus(dimensions[key], before.dimensions.get(key)) for key in shifted}
    moves = {key: shifted[key] if one is None else one for key, one in known.items()}
    change = _minus(total, before.total)
    if change is None and shift is not None:
        change = shift.mid
    reason = None if change is not None else next(iter(moved.reasons.values()), "dimension_unknown")
    delta = _delta(before, after, moves, change, reason, moved.reasons)
    if change is None or shift is None or shift.low == shift.high:
        return after, delta
    ends = [_minus(_moved_by(before.total, end, pack.scale, _beyond(pack, score)), before.total) for end in shift[1:]]
    low, high = (one if one is not None else end for one, end in zip(ends, shift[1:], strict=True))
    return after, structs.replace(delta, low=min(low, change), high=max(high, change))


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
