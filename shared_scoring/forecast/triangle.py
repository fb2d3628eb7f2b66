"""The ledger as run-off triangles: what each day counts, by how many days later it became known.

A row of the ledger says on which day something counts and from which as-of day on that is known. Laid out by day and
lag (`known_on - day`; below 0 for what is due on days ahead), the state of any past as-of day is a cut through the
triangle, and what is still to come of a day is what earlier days showed at the same lags.
"""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from shared_scoring.ledger import Contribution

Floats = npt.NDArray[np.float64]

EARLIEST_LAG = -40  # promises farther ahead count as made 40 days ahead: later than they were, never earlier


class Triangle:
    """One series: `numerator` and `denominator`, shape (days, lags); row 0 is day `first`, column 0 `EARLIEST_LAG`."""

    def __init__(self, numerator: Floats, denominator: Floats, first: int) -> None:
        self.numerator = numerator
        self.denominator = denominator
        self.first = first

    @cached_property
    def counted(self) -> tuple[Floats, Floats]:
        """Both cumulated over the lags."""
        return self.numerator.cumsum(axis=1), self.denominator.cumsum(axis=1)

    def known(self, as_of: int) -> tuple[Floats, Floats]:
        """Per day, what is known of it on an as-of day."""
        days = self.numerator.shape[0]
        lags = np.clip(as_of - self.first - np.arange(days) - EARLIEST_LAG, -1, self.numerator.shape[1] - 1)
        numerator, denominator = (sums[np.arange(days), lags] for sums in self.counted)
        seen = lags >= 0
        return np.where(seen, numerator, 0.0), np.where(seen, denominator, 0.0)


class Triangles:
    """All series of a ledger over the days `first`..`last`. `began` is the first as-of day that knew anything."""

    def __init__(self, rows: Iterable[Contribution], first: int, last: int, longest_lag: int) -> None:
        """Rows outside the days are left out, and so are those known too late to be in any window of their day."""
        self.first, self.last = first, last
        self._shape = (last - first + 1, longest_lag - EARLIEST_LAG + 1)
        self._series: dict[str, Triangle] = {}
        # Whole numbers first, then in one order: the answer must not depend on the order of the rows.
        sums: dict[tuple[str, int, int, int], list[int]] = {}
        for series, day, known_on, parts, numerator, denominator in rows:
            if first <= day <= last and known_on - day <= longest_lag:
                own = sums.setdefault((series, day, known_on, parts), [0, 0])
                own[0] += numerator
                own[1] += denominator
        for (series, day, known_on, parts), (numerator, denominator) in sorted(sums.items()):
            triangle = self[series]
            at = day - first, max(known_on - day, EARLIEST_LAG) - EARLIEST_LAG
            triangle.numerator[at] += numerator / parts
            triangle.denominator[at] += denominator
        self.began = min((known_on for _, _, known_on, _ in sums), default=first)

    def __contains__(self, series: str) -> bool:
        return series in self._series

    def __getitem__(self, series: str) -> Triangle:
        """The triangle of a series; an empty one where nothing of it was ever counted."""
        own = self._series.get(series)
        if own is None:
            own = self._series[series] = Triangle(np.zeros(self._shape), np.zeros(self._shape), self.first)
        return own
