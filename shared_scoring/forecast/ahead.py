"""A ledger rolled forward: the exact sums of what is known, and beside them what is expected to become known."""

from typing import NamedTuple

import numpy as np

from shared_scoring.definition import Definition
from shared_scoring.forecast.run_off import Frame, Level, development
from shared_scoring.forecast.triangle import EARLIEST_LAG, Floats, Triangles
from shared_scoring.measures import HITS

_OLDEST = 53 * 40  # days: beside what is new, a cell this old weighs less than a double can tell (run_off.py)
_LEVEL_DAYS = 70  # what a level and its weekdays are read from
_DOUBT_DAYS, _DOUBT_MEMBERS, _DOUBT_HITS = 2.0, 30.0, 10.0
_DUE = frozenset({"parcels_due", "orders_due_for_pickup"})
"""Cohorts whose day was promised: members stand in it before anyone knows whether they will be in time."""
_ENOUGH = 0.3  # the share of a day that must be known before its own count says how large it will be


class Coming(NamedTuple):
    """What of each day of a series is expected to become known by `as_of` + h, in column h.

    Shapes (days, horizon + 1).
    """

    numerator: Floats
    denominator: Floats


class Ahead:
    """The ledger of one subject as known on `as_of`, rolled forward up to `horizon` days."""

    def __init__(self, triangles: Triangles, as_of: int, horizon: int) -> None:
        self._triangles = triangles
        self._as_of, self._horizon = as_of, horizon
        # Only the days an answer can tell from none: neither old ones nor a long silence cost anything.
        self._first = max(triangles.first, as_of - max(_OLDEST, triangles.longest_lag))
        self._last = max(as_of + horizon - EARLIEST_LAG, self._first)
        self._cells: dict[str, tuple[Floats, Floats]] = {}
        self._frame: Frame | None = None
        self._now: dict[str, tuple[Floats, Floats]] = {}
        self._coming: dict[str, Coming] = {}
        self._finals: dict[str, tuple[Floats, Floats]] = {}

    def window(
        self, definition: Definition, first: int, last: int, at: int, half_life: float | None = None
    ) -> tuple[float, float]:
        """Numerator and denominator over the days `first`..`last` as `as_of` + `at` will know them."""
        inside = slice(max(first - self._first, 0), max(last - self._first + 1, 0))
        whole = definition.whole if definition.measure in HITS else definition
        top, bottom = self._known(definition)[0][inside], self._known(whole)[1][inside]
        if at:
            top = top + self.coming(definition).numerator[inside, at]
            bottom = bottom + self.coming(whole).denominator[inside, at]
        if half_life is None:
            return float(top.sum()), float(bottom.sum())
        weights = 0.5 ** ((last - self._first - np.arange(inside.start, inside.stop)) / half_life)
        return float(top @ weights), float(bottom @ weights)

    def _known(self, definition: Definition) -> tuple[Floats, Floats]:
        found = self._now.get(definition.series)
        if found is None:
            found = self._now[definition.series] = self._triangles[definition.series].known(
                self._as_of, self._first, self._last
            )
        return found

    def _laid_out(self, definition: Definition) -> tuple[Floats, Floats]:
        found = self._cells.get(definition.series)
        if found is None:
            triangle = self._triangles[definition.series]
            found = self._cells[definition.series] = triangle.laid_out(
                self._first, self._last, self._triangles.longest_lag
            )
        return found

    def coming(self, definition: Definition) -> Coming:
        found = self._coming.get(definition.series)
        if found is None:
            found = self._coming[definition.series] = self._expect(definition)
        return found

    def _expect(self, definition: Definition) -> Coming:
        numerator, denominator = self._laid_out(definition)
        if definition.measure in HITS:
            bottom = np.zeros_like(denominator)
            exposure = self._final(definition.whole)[0]
            top = self._rate(numerator, exposure, _DOUBT_HITS)
        else:
            bottom = self._members(definition, denominator)
            if definition.measure == "one":
                top = bottom
            elif definition.cohort in _DUE:
                top = self._in_time(numerator, denominator, bottom)
            elif definition.measure == "helped":
                top = self._rate(numerator, self._final(definition)[0], _DOUBT_HITS)
            else:
                top = self._mean(numerator, denominator, bottom)
        return Coming(self._by_horizon(top), self._by_horizon(bottom))

    def _members(self, definition: Definition, cells: Floats) -> Floats:
        """Expected members at each cell: out of their whole cohort where that is counted too, else by themselves."""
        whole = definition.whole
        if definition.measure != "one" and whole.series in self._triangles and definition.cohort not in _DUE:
            return self._rate(cells, self._final(whole)[0], _DOUBT_HITS)
        final, shares = self._final(definition)
        steps = np.diff(shares, prepend=0.0)
        return final[:, None] * steps[None, :]

    def _final(self, definition: Definition) -> tuple[Floats, Floats]:
        """How many members each day will have in the end, and the share of them known at each lag."""
        found = self._finals.get(definition.series)
        if found is None:
            found = self._finals[definition.series] = self._count(self._laid_out(definition)[1])
        return found

    def _count(self, cells: Floats) -> tuple[Floats, Floats]:
        frame = self._of(cells)
        shares = development(frame, cells)
        age = np.clip(self._as_of - frame.days - EARLIEST_LAG, -1, len(shares) - 1)
        known_share = np.where(age >= 0, shares[age], 0.0)
        known = np.where((frame.known_on <= self._as_of), cells, 0.0).sum(axis=1)
        seen = known_share >= _ENOUGH
        own = np.divide(known, known_share, out=np.zeros_like(known), where=seen)
        since = max(frame.began, self._as_of - _LEVEL_DAYS) - self._first
        told = np.flatnonzero(seen & (np.arange(len(seen)) >= since) & (frame.days < self._as_of + 1))
        if not len(told):
            return own, shares
        until = int(told[-1])
        actual = own[since : until + 1]
        mean = actual.mean()
        level = Level(actual, np.full(len(actual), mean), int(frame.days[until]), _DOUBT_DAYS * mean)
        volume = mean * level.factors(frame.days.astype(float))
        # A day that has shown a part of itself is believed for that part.
        final = np.where(seen, known_share * own + (1 - known_share) * volume, volume)
        return np.where((frame.days < frame.began) & ~seen, 0.0, np.maximum(final, 0.0)), shares

    def _rate(self, cells: Floats, exposure: Floats, doubt: float) -> Floats:
        frame = self._of(cells)
        expected = exposure[:, None] * frame.profile(cells, exposure)[None, :]
        result: Floats = expected * self._level(frame, cells, expected, doubt)
        return result

    def _mean(self, cells: Floats, members: Floats, coming: Floats) -> Floats:
        frame = self._of(cells)
        bottom, top = (frame.weight * members).sum(axis=0), (frame.weight * cells).sum(axis=0)
        if bottom.sum() <= 0:
            return np.zeros_like(cells)
        whole = top.sum() / bottom.sum()
        means = (top + _DOUBT_MEMBERS * whole) / (bottom + _DOUBT_MEMBERS)
        expected = members * means[None, :]
        factors = self._level(frame, cells, expected, _DOUBT_MEMBERS * whole)
        result: Floats = coming * means[None, :] * factors
        return result

    def _in_time(self, cells: Floats, members: Floats, coming: Floats) -> Floats:
        """Each step turns a share of those still open; newcomers are open when they come."""
        frame = self._of(cells)
        open_before = np.maximum(members.cumsum(axis=1) - np.pad(cells.cumsum(axis=1), ((0, 0), (1, 0)))[:, :-1], 0.0)
        chance = np.clip(frame.profile(cells, open_before), 0.0, 1.0)
        expected = open_before * chance[None, :]
        factors = self._level(frame, cells, expected, _DOUBT_MEMBERS)
        over = frame.known_on <= self._as_of
        turned = np.where(over, cells, 0.0).sum(axis=1)
        still = np.where(over, members, 0.0).sum(axis=1) - turned
        top = np.zeros_like(cells)
        for lag in range(cells.shape[1]):
            ahead = ~over[:, lag]
            still = still + np.where(ahead, coming[:, lag], 0.0)
            step = np.where(ahead, np.clip(still, 0.0, None) * np.clip(chance[lag] * factors[:, lag], 0.0, 1.0), 0.0)
            top[:, lag] = step
            still = still - step
        return top

    def _level(self, frame: Frame, cells: Floats, expected: Floats, doubt: float) -> Floats:
        """The factor of the latest diagonals, per cell."""
        since = max(frame.began + 1, self._as_of - _LEVEL_DAYS + 1)
        if since >= self._as_of:
            return np.ones_like(cells)
        actual, foretold = frame.diagonals(cells, since), frame.diagonals(expected, since)
        return Level(actual, foretold, self._as_of, doubt).factors(frame.known_on.astype(float))

    def _of(self, cells: Floats) -> Frame:
        if self._frame is None:
            self._frame = Frame(cells.shape, self._first, self._as_of, self._triangles.began)
        return self._frame

    def _by_horizon(self, cells: Floats) -> Floats:
        """Cells ahead, cumulated by the day they become known."""
        days, lags = cells.shape
        more = np.zeros((days, self._horizon + 1))
        for at in range(1, self._horizon + 1):
            lag = self._as_of + at - self._first - np.arange(days) - EARLIEST_LAG
            inside = (lag >= 0) & (lag < lags)
            more[inside, at] = cells[np.flatnonzero(inside), lag[inside]]
        return more.cumsum(axis=1)
