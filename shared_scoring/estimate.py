"""What the score of a day will be, made without that day's own official record.

Since 2026-09-08 nobody outside knows how values become a dimension's score. Until a response is learned from the
subject's own days, the newest earlier official day is carried forward: dimensions as they stood, deductions rolled
exactly. The band is what the subject's own official days moved over the same number of days.
"""

from msgspec import Struct

from shared_scoring.adjustments import deductions
from shared_scoring.calendar import Calendar, iso
from shared_scoring.facts import Facts
from shared_scoring.pack import Pack
from shared_scoring.records import Official

_OWN_PAIRS = 5  # fewer pairs of days say too little of how far the score moves
_BAND = 0.8


class Banded(Struct, frozen=True):
    """A figure with its 80 % band, in points; all null where it is not known."""

    score: float | None
    low: float | None
    high: float | None


class Carried(Struct, frozen=True):
    """An estimate with its method, for whoever shows it."""

    total: Banded
    dimensions: dict[str, Banded]
    method: str | None
    based_on: str | None


UNKNOWN = Banded(None, None, None)


def carry_forward(pack: Pack, facts: Facts, as_of: int, calendar: Calendar) -> Carried:
    """The newest official day before `as_of`, carried to it. All null where there is none."""
    newest = facts.newest_official(before=as_of)
    if newest is None:
        return Carried(UNKNOWN, {key: UNKNOWN for key in pack.dimensions}, None, None)  # noqa: C420  # keys are str, not Literal, to the reader
    day, official = newest
    gap = as_of - day
    low, high = pack.scale
    dimensions: dict[str, Banded] = {
        key: _banded(_dimension(official, key), _moves(facts, gap, key, as_of), pack, gap, (50, 100))
        for key in pack.dimensions
    }
    total = official.total
    if total is not None:
        total = min(
            max(total + _deducted(pack, facts, day, calendar) - _deducted(pack, facts, as_of, calendar), low), high
        )
    return Carried(
        _banded(total, _moves(facts, gap, "total", as_of), pack, gap, (low, high)),
        dimensions,
        "carried_forward",
        iso(day),
    )


def _deducted(pack: Pack, facts: Facts, as_of: int, calendar: Calendar) -> float:
    held = deductions(pack, facts.conducts, as_of - pack.window_days, as_of - 1, calendar)
    return sum(one.points for one in held)


def _dimension(official: Official, key: str) -> float | None:
    dimension = getattr(official.dimensions, key, None)
    return None if dimension is None else dimension.score


def figure(official: Official, key: str) -> float | None:
    """`total` or a dimension's score of an official day."""
    return official.total if key == "total" else _dimension(official, key)


def _moves(facts: Facts, gap: int, key: str, as_of: int) -> list[float]:
    """How far the official figure moved over `gap` days, each pair of known days before `as_of` once, sorted."""
    moves = []
    for day, official in facts.officials.items():
        later = facts.officials.get(day + gap)
        if later is None or day + gap >= as_of:
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
