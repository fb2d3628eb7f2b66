"""A ledger as it was known on one day: exact sums of any definition over any window of days."""

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from shared_scoring.definition import Definition
from shared_scoring.measures import HITS

Row = tuple[tuple[str, int, int], tuple[int, int]]
"""((series, day, parts), (numerator, denominator)): `numerator / parts` over `denominator` on a day."""


class Sum(NamedTuple):
    """Exact sums of a window, and their quotient; with decay, that of the weighed sums. No cohort: no value."""

    numerator: Fraction
    denominator: int
    value: float | None


EMPTY = Sum(Fraction(0), 0, None)


class Sums:
    """Rows by series. Days are date ordinals."""

    earlier: "Callable[[int], Sums] | None" = None

    def __init__(self, rows: Iterable[Row] = (), earlier: "Callable[[int], Sums] | None" = None) -> None:
        """`earlier` gives the ledger as it was known on an earlier day, where that can still be said."""
        if earlier is not None:
            self.earlier = earlier
        self._series: dict[str, dict[tuple[int, int], list[int]]] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        (series, day, parts), (numerator, denominator) = row
        days = self._series.setdefault(series, {})
        known = days.get((day, parts))
        if known is None:
            days[day, parts] = [numerator, denominator]
        else:
            known[0] += numerator
            known[1] += denominator

    def plus(self, rows: Iterable[Row]) -> "Sums":
        """These sums and some more rows. Series that no row touches are shared."""
        whole = Sums(earlier=self.earlier)
        whole._series = dict(self._series)
        touched: set[str] = set()
        for row in rows:
            series = row[0][0]
            if series not in touched:
                touched.add(series)
                whole._series[series] = {key: [*amounts] for key, amounts in self._series.get(series, {}).items()}
            whole.add(row)
        return whole

    def rows(self) -> Iterator[Row]:
        for series, days in self._series.items():
            for (day, parts), (numerator, denominator) in days.items():
                yield (series, day, parts), (numerator, denominator)

    def window(self, definition: Definition, first: int, last: int, half_life: float | None = None) -> Sum:
        """The sum over the days `first`..`last`, both included; `half_life` in days weighs the older ones less.

        Of hits the denominator is the whole cohort.
        """
        counted = self._between(definition, first, last)
        whole = self._between(definition.whole, first, last) if definition.measure in HITS else counted
        denominator = sum(amount for _, _, _, amount in whole)
        by_parts: dict[int, int] = {}
        for _, parts, amount, _ in counted:
            by_parts[parts] = by_parts.get(parts, 0) + amount
        numerator = sum((Fraction(amount, parts) for parts, amount in by_parts.items()), Fraction(0))
        if not denominator:
            return Sum(numerator, 0, None)
        if half_life is None:
            return Sum(numerator, denominator, float(numerator / denominator))
        # fsum rounds once: the answer must not depend on the order of the rows.
        top = math.fsum(2.0 ** ((day - last) / half_life) * amount / parts for day, parts, amount, _ in counted)
        bottom = math.fsum(2.0 ** ((day - last) / half_life) * amount for day, _, _, amount in whole)
        return Sum(numerator, denominator, top / bottom if bottom else None)

    def _between(self, definition: Definition, first: int, last: int) -> list[tuple[int, int, int, int]]:
        days = self._series.get(definition.series, {})
        return [(day, parts, top, bottom) for (day, parts), (top, bottom) in days.items() if first <= day <= last]
