"""What a plan counts of all cases at once: the same exact sums as `ledger.py` makes case by case."""

from collections.abc import Iterator

import numpy as np

from shared_scoring.columns.cases import CaseColumns
from shared_scoring.columns.cohorts import COHORTS, Members
from shared_scoring.columns.measures import AMOUNTS, HITS, Amounts
from shared_scoring.columns.moments import Flags, Ints
from shared_scoring.ledger import Plan
from shared_scoring.sums import Row, Sums

_EXACT = 1 << 53  # floats hold every whole number up to here, so a sum that stays below is exact
_DENSE = 200_000  # days that may lie between the first and the last


def sums(cases: CaseColumns, plan: Plan) -> Sums:
    """The ledger of these cases as it was known on their day."""
    return Sums(_rows(cases, plan))


def _rows(cases: CaseColumns, plan: Plan) -> Iterator[Row]:
    for definitions in plan.by_cohort:
        members = COHORTS[definitions[0].cohort](cases, definitions[0])
        for definition in definitions:
            if definition.measure in AMOUNTS:
                amounts = AMOUNTS[definition.measure](cases, members, definition)
            else:
                amounts = _hits(HITS[definition.measure](cases, members, definition))
            yield from _by_day(definition.series, members, amounts)


def _hits(hits: Flags) -> Amounts:
    ones = np.ones(len(hits), np.int64)
    return Amounts(hits, ones, ones, np.zeros(len(hits), np.int64))


def _by_day(series: str, members: Members, amounts: Amounts) -> Iterator[Row]:
    counted = amounts.counted
    days, parts = members.day[counted], amounts.parts[counted]
    numerators, denominators = amounts.numerator[counted], amounts.denominator[counted]
    for own in np.unique(parts).tolist():
        rows = parts == own
        present, tops = _totals(days[rows], numerators[rows])
        _, bottoms = _totals(days[rows], denominators[rows])
        for day, top, bottom in zip(present, tops, bottoms, strict=True):
            yield (series, day, own), (top, bottom)


def _totals(days: Ints, amounts: Ints) -> tuple[list[int], list[int]]:
    """The days there are, and the exact sum of each."""
    first = int(days.min())
    bound = max(int(amounts.max()), -int(amounts.min())) * len(amounts)
    if bound < _EXACT and int(days.max()) - first < _DENSE:
        present = np.flatnonzero(np.bincount(days - first))
        totals = np.bincount(days - first, weights=amounts)[present].astype(np.int64)
        return (present + first).tolist(), totals.tolist()
    present, place = np.unique(days, return_inverse=True)
    exact = [0] * len(present)
    for at, amount in zip(place.tolist(), amounts.tolist(), strict=True):
        exact[at] += amount
    return present.tolist(), exact
