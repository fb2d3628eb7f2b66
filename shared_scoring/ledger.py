"""What cases add up to: per series, day and the day it became known, an exact sum.

A row `(series, day, known_on, parts, numerator, denominator)` says: from as-of `known_on` on, `numerator / parts` over
`denominator` counts on `day`. The state of any as-of day is the sum of the rows known by then; a window is a sum of
days. So history, late records and corrections need no code of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.cohorts import COHORTS
from shared_scoring.definition import Definition
from shared_scoring.measures import MEASURES, Measure
from shared_scoring.merge import AsOf, copy_time, event_moments, merge
from shared_scoring.records import Record


class Contribution(NamedTuple):
    """What one case adds. `day` and `known_on` are date ordinals."""

    series: str
    day: int
    known_on: int
    parts: int
    numerator: int
    denominator: int


class Sum(NamedTuple):
    """A window's exact sum of one series."""

    numerator: Fraction
    denominator: int

    @property
    def value(self) -> float | None:
        return float(self.numerator / self.denominator) if self.denominator else None


EMPTY = Sum(Fraction(0), 0)
State = dict[tuple[str, int, int], tuple[int, int]]
"""(series, day, parts) → (numerator, denominator)."""


def contributions(case: Case, definitions: Sequence[Definition], calendar: Calendar) -> State:
    """What a case adds to the ledger as it is known at one moment."""
    state: State = {}
    for cohort, measures in _by_cohort(tuple(definitions)):
        for day, member in COHORTS[cohort](case, calendar):
            for definition, measure in measures:
                amount = measure(case, member, definition, calendar)
                if amount is not None:
                    key = (definition.series, day, amount.parts)
                    numerator, denominator = state.get(key, (0, 0))
                    state[key] = (numerator + amount.numerator, denominator + amount.denominator)
    return state


@cache
def _by_cohort(definitions: tuple[Definition, ...]) -> list[tuple[str, list[tuple[Definition, Measure]]]]:
    grouped: defaultdict[str, list[tuple[Definition, Measure]]] = defaultdict(list)
    for definition in definitions:
        grouped[definition.cohort].append((definition, MEASURES[definition.measure]))
    return list(grouped.items())


def timeline(
    histories: Sequence[Sequence[Record]], definitions: Sequence[Definition], calendar: Calendar
) -> list[Contribution]:
    """What a case adds at every as-of day, as the differences from one day to the next.

    `histories` holds, for each record of the case, its copies.
    """
    moments = set()
    for copies in histories:
        moments.update(event_moments(merge(copies)))
        if len(copies) > 1:
            moments.update(map(copy_time, copies))
    rows: list[Contribution] = []
    before: State = {}
    for known_on in sorted({calendar.day(moment) + 1 for moment in moments}):
        as_of = AsOf(known_on, calendar)
        case = Case()
        for copies in histories:
            if (record := as_of.view(copies)) is not None:
                case.add(record)
        after = contributions(case, definitions, calendar)
        rows += _difference(before, after, known_on)
        before = after
    return rows


def _difference(before: State, after: State, known_on: int) -> Iterable[Contribution]:
    for key in before.keys() | after.keys():
        old, new = before.get(key, (0, 0)), after.get(key, (0, 0))
        if old != new:
            series, day, parts = key
            yield Contribution(series, day, known_on, parts, new[0] - old[0], new[1] - old[1])


def window_sums(
    states: Iterable[tuple[tuple[str, int, int], tuple[int, int]]], first: int, last: int
) -> dict[str, Sum]:
    """Sums per series over the days `first`..`last`, both included."""
    sums: defaultdict[str, Sum] = defaultdict(lambda: EMPTY)
    totals: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for (series, day, parts), (numerator, denominator) in states:
        if first <= day <= last:
            total = totals[series, parts]
            total[0] += numerator
            total[1] += denominator
    for (series, parts), (numerator, denominator) in totals.items():
        so_far = sums[series]
        sums[series] = Sum(so_far.numerator + Fraction(numerator, parts), so_far.denominator + denominator)
    return dict(sums)
