"""What the score of a day will be, made without that day's own official record.

Where the rules say how values become a score, it is computed. Where they do not (since 2026-09-08), or where a step
table has not been seen, the newest earlier official day is carried forward until a response has been learned from the
subject's own days: dimensions as they stood, deductions rolled exactly. Its band is what the subject's own official
days moved over the same number of days.
"""

from collections.abc import Mapping

from msgspec import Struct

from shared_scoring.adjustments import BonusHeld, DeductionHeld, deductions
from shared_scoring.calendar import Calendar, iso
from shared_scoring.facts import Facts
from shared_scoring.pack import Pack
from shared_scoring.records import Official
from shared_scoring.response import DimensionResult, dimension_result, indicator_scores
from shared_scoring.sums import Sums
from shared_scoring.weights import dimension_weight

_OWN_PAIRS = 5  # fewer pairs of days say too little of how far the score moves
_BAND = 0.8


class Banded(Struct, frozen=True):
    """A figure with its 80 % band, in points; all null where it is not known."""

    score: float | None
    low: float | None
    high: float | None


class Estimated(Struct, frozen=True):
    """An estimate with its method, for whoever shows it. `based_on` is the official day it starts from."""

    total: Banded
    dimensions: dict[str, Banded]
    method: str | None
    based_on: str | None
    bonuses: dict[str, float] = {}  # points a dimension holds beside its indicators


UNKNOWN = Banded(None, None, None)


def estimate(
    pack: Pack,
    known: Facts,
    values: Mapping[str, float | None],
    sums: Sums,
    as_of: int,
    before: int,
    calendar: Calendar,
    deducted: list[DeductionHeld],
    held: list[BonusHeld],
) -> Estimated:
    """Computed where that can be done with what pages before the day `before` showed, else carried forward."""
    scores = indicator_scores(pack, known, values, sums, as_of, before)
    results: dict[str, DimensionResult] = {
        key: dimension_result(pack, known, key, scores, values, sums, as_of, before) for key in pack.dimensions
    }
    if any(result.score is None for result in results.values()):
        return _carry_forward(pack, known, as_of, before, calendar)
    return _computed(pack, known, results, before, sum(b.points for b in held) - sum(d.points for d in deducted))


def _computed(
    pack: Pack, known: Facts, results: Mapping[str, DimensionResult], before: int, adjustment: float
) -> Estimated:
    weights = {key: dimension_weight(pack, known, key, before) for key in pack.dimensions}
    share = sum(weight.share for weight in weights.values())
    mean = sum(weight.share * (results[key].score or 0) for key, weight in weights.items()) / share
    low, high = pack.scale
    total = min(max(mean + adjustment, low), high)
    width = 0.0 if all(weight.published for weight in weights.values()) else pack.response.band
    return Estimated(
        Banded(total, max(total - width, low), min(total + width, high)),
        {key: Banded(result.score, result.score, result.score) for key, result in results.items()},
        pack.response.kind,
        None,
        {key: result.bonus for key, result in results.items() if result.bonus},
    )


def _carry_forward(pack: Pack, known: Facts, as_of: int, before: int, calendar: Calendar) -> Estimated:
    """The newest official day before `before`, carried to `as_of`. All null where there is none."""
    newest = known.newest_official(before)
    if newest is None:
        return Estimated(UNKNOWN, {str(key): UNKNOWN for key in pack.dimensions}, None, None)
    day, official = newest
    gap = max(as_of - day, 1)
    low, high = pack.scale
    dimensions: dict[str, Banded] = {
        key: _banded(figure(official, key), _moves(known, gap, key, before), pack, gap, pack.response.scale)
        for key in pack.dimensions
    }
    total = official.total
    if total is not None:
        since = _deducted(pack, known, day, calendar) - _deducted(pack, known, as_of, calendar)
        total = min(max(total + since, low), high)
    band = _banded(total, _moves(known, gap, "total", before), pack, gap, pack.scale)
    return Estimated(band, dimensions, "carried_forward", iso(day))


def _deducted(pack: Pack, known: Facts, as_of: int, calendar: Calendar) -> float:
    held = deductions(pack, known.conducts, as_of - pack.window_days, as_of - 1, calendar)
    return sum(one.points for one in held)


def figure(official: Official, key: str) -> float | None:
    """`total` or a dimension's score of an official day."""
    if key == "total":
        return official.total
    dimension = getattr(official.dimensions, key, None)
    return None if dimension is None else dimension.score


def _moves(known: Facts, gap: int, key: str, before: int) -> list[float]:
    """How far the official figure moved over `gap` days, each pair of days known before `before` once, sorted."""
    moves = []
    for day, official in known.officials.items():
        later = known.officials.get(day + gap)
        if later is None or day + gap >= before:
            continue
        one, other = figure(official, key), figure(later, key)
        if one is not None and other is not None:
            moves.append(abs(other - one))
    return sorted(moves)


def _banded(score: float | None, moves: list[float], pack: Pack, gap: int, scale: tuple[float, float]) -> Banded:
    if score is None:
        return UNKNOWN
    width = pack.response.band * gap**0.5
    if len(moves) >= _OWN_PAIRS:
        width = moves[min(int(_BAND * len(moves)), len(moves) - 1)]
    return Banded(score, max(score - width, min(scale[0], score)), min(score + width, max(scale[1], score)))
