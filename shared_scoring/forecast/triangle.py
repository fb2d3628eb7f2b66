"""The ledger as run-off triangles: what each day counts, by how many days later it became known.

A row of the ledger says on which day something counts and from which as-of day on that is known. Laid out by day and
lag (`known_on - day`; below 0 for what is due on days ahead), the state of any past as-of day is a cut through the
triangle, and what is still to come of a day is what earlier days showed at the same lags.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from shared_scoring.ledger import Contribution

Floats = npt.NDArray[np.float64]

EARLIEST_LAG = -40  # promises farther ahead count as made 40 days ahead: later than they were, never earlier


class Cell(NamedTuple):
    """What counts on a day, of what became known `lag` days later."""

    day: int
    lag: int
    numerator: float
    denominator: float


class Triangle:
    """One series: its cells that hold anything. Time without records takes no room, however long it is."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        """`cells` by day and lag, each once."""
        self._days = np.array([cell.day for cell in cells], dtype=np.int64)
        self._lags = np.array([cell.lag for cell in cells], dtype=np.int64)
        self._amounts = tuple(np.array([cell[at] for cell in cells], dtype=np.float64) for at in (2, 3))

    def known(self, as_of: int, first: int, last: int) -> tuple[Floats, Floats]:
        """Per day `first`..`last`, numerator and denominator known of it on an as-of day."""
        seen = (self._days >= first) & (self._days <= last) & (self._days + self._lags <= as_of)
        rows, size = self._days[seen] - first, last - first + 1
        top, bottom = (np.bincount(rows, one[seen], size).astype(np.float64) for one in self._amounts)
        return top, bottom

    def laid_out(self, first: int, last: int, longest_lag: int) -> tuple[Floats, Floats]:
        """Numerator and denominator by day and lag: row 0 is day `first`, column 0 `EARLIEST_LAG`."""
        inside = (self._days >= first) & (self._days <= last)
        rows, columns = self._days[inside] - first, self._lags[inside] - EARLIEST_LAG
        top, bottom = np.zeros((2, last - first + 1, longest_lag - EARLIEST_LAG + 1))
        for cells, one in zip((top, bottom), self._amounts, strict=True):
            cells[rows, columns] = one[inside]
        return top, bottom


_EMPTY = Triangle([])


class Triangles:
    """All series of a ledger over the days `first`..`last`. `began` is the first as-of day that knew anything."""

    def __init__(self, rows: Iterable[Contribution], first: int, last: int, longest_lag: int) -> None:
        """Rows outside the days are left out, and so are those known too late to be in any window of their day."""
        self.first, self.longest_lag = first, longest_lag
        # Whole numbers first, then in one order: the answer must not depend on the order of the rows.
        sums: dict[tuple[str, int, int, int], list[int]] = {}
        for series, day, known_on, parts, numerator, denominator in rows:
            if first <= day <= last and known_on - day <= longest_lag:
                own = sums.setdefault((series, day, known_on, parts), [0, 0])
                own[0] += numerator
                own[1] += denominator
        amounts: defaultdict[str, dict[tuple[int, int], list[float]]] = defaultdict(dict)
        for (series, day, known_on, parts), (numerator, denominator) in sorted(sums.items()):
            cell = amounts[series].setdefault((day, max(known_on - day, EARLIEST_LAG)), [0.0, 0.0])
            cell[0] += numerator / parts
            cell[1] += denominator
        self._series = {
            series: Triangle([Cell(day, lag, *cell) for (day, lag), cell in cells.items()])
            for series, cells in amounts.items()
        }
        self.began = min((known_on for _, _, known_on, _ in sums), default=first)

    def __contains__(self, series: str) -> bool:
        return series in self._series

    def __getitem__(self, series: str) -> Triangle:
        """The triangle of a series; an empty one where nothing of it was ever counted."""
        return self._series.get(series, _EMPTY)
