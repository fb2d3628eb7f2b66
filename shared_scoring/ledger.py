"""What cases add up to: per series, day and the day it became known, an exact sum.

A row `(series, day, known_on, parts, numerator, denominator)` says: from as-of `known_on` on, `numerator / parts` over
`denominator` counts on `day`. The state of any as-of day is the sum of the rows known by then; a window is a sum of
days. So history, late records and corrections need no code of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.cohorts import IDLE_EVENTS, cohort_of
from shared_scoring.copies import Copies
from shared_scoring.definition import Definition
from shared_scoring.measures import AMOUNTS, HITS
from shared_scoring.merge import Told
from shared_scoring.viewpoint import Viewpoint


class Contribution(NamedTuple):
    """What one case adds. `day` and `known_on` are date ordinals."""

    series: str
    day: int
    known_on: int
    parts: int
    numerator: int
    denominator: int


State = dict[tuple[str, int, int], tuple[int, int]]
"""(series, day, parts) → (numerator, denominator)."""


class Plan:
    """What to count, compiled from definitions once and applied to every case. Holds each series once.

    `by_cohort` has the definitions that count the same members together.
    """

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self.definitions: dict[str, Definition] = {}
        for definition in definitions:
            for one in (definition, definition.whole) if definition.measure in HITS else (definition,):
                self.definitions[one.series] = one
        cohorts: defaultdict[tuple[str, tuple[str, ...]], list[Definition]] = defaultdict(list)
        for one in self.definitions.values():
            cohorts[one.cohort, one.industries_48h].append(one)
        self.by_cohort = list(cohorts.values())
        self._steps = [
            (
                cohort_of(members[0]),
                [(one.series, one, AMOUNTS[one.measure]) for one in members if one.measure in AMOUNTS],
                [(one.series, one, HITS[one.measure]) for one in members if one.measure in HITS],
            )
            for members in self.by_cohort
        ]

    def industry_that_counts(self, viewpoint: Viewpoint) -> str | None:
        """The subject's industry where anything is counted otherwise for it."""
        special = {industry for one in self.definitions.values() for industry in one.industries_48h}
        return viewpoint.industry if viewpoint.industry in special else None

    def contributions(self, case: Case, calendar: Calendar) -> State:
        """What a case adds to the ledger as it is known at one moment."""
        state: State = {}
        case.settle()
        for cohort, amounts, hits in self._steps:
            for day, member in cohort(case, calendar):
                for series, definition, measure in amounts:
                    amount = measure(case, member, definition, calendar)
                    if amount is not None:
                        _add(state, (series, day, amount.parts), amount.numerator, amount.denominator)
                for series, definition, is_hit in hits:
                    if is_hit(case, member, definition):
                        _add(state, (series, day, 1), 1, 0)
        return state


def _add(state: State, key: tuple[str, int, int], numerator: int, denominator: int) -> None:
    known = state.get(key)
    state[key] = (numerator, denominator) if known is None else (known[0] + numerator, known[1] + denominator)


def timeline(records_told: Sequence[Told], plan: Plan, viewpoint: Viewpoint) -> list[Contribution]:
    """What a case adds at every as-of day, as the differences from one day to the next."""
    calendar = viewpoint.calendar
    records = [Copies(told, calendar) for told in records_told]
    rows: list[Contribution] = []
    before: State = {}
    for known_on in sorted(set().union(*(record.turning_days(IDLE_EVENTS) for record in records))):
        case = Case(viewpoint.creator, viewpoint.industry)
        for record in records:
            if (view := record.view(known_on)) is not None:
                case.add(view, record.first_stars())
        after = plan.contributions(case, calendar)
        if after != before:
            rows += _difference(before, after, known_on)
            before = after
    return rows


def _difference(before: State, after: State, known_on: int) -> Iterable[Contribution]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, (0, 0)), after.get(key, (0, 0))
        if old != new:
            series, day, parts = key
            yield Contribution(series, day, known_on, parts, new[0] - old[0], new[1] - old[1])
