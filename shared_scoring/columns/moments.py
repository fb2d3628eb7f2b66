"""Moments as whole microseconds in numpy columns, and the days and clocks of a calendar for all of them at once."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from shared_scoring.calendar import FOREVER, Calendar

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

UNKNOWN = int(np.iinfo(np.int64).min)
"""A moment that is not known. It lies before every other: compare only after asking whether both are known."""

SECOND = 1_000_000
_DAY = 86_400 * SECOND
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_TICK = dt.timedelta(microseconds=1)
_NULL = len("null")
_UTC, _UTC_FINE = len('"2026-11-20T18:03:11Z"'), len('"2026-11-20T18:03:11.000001Z"')
_LOCAL, _LOCAL_FINE = len('"2026-11-20T18:03:11+08:00"'), len('"2026-11-20T18:03:11.000001+08:00"')


def micros_of(moment: dt.datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (moment - _EPOCH) // _TICK


def micros_of_span(span: dt.timedelta) -> int:
    return span // _TICK


def micros(*lists: Sequence[dt.datetime | None]) -> Ints:
    """Microseconds since 1970 UTC of decoded times, list after list, UNKNOWN where there is none.

    msgspec writes times ten times faster than Python tells their parts; numpy reads the digits back.
    """
    text = b",".join([msgspec.json.encode(moments)[1:-1] for moments in lists if moments])
    out = np.full(sum(map(len, lists)), UNKNOWN)
    if not text:
        return out
    buffer = np.frombuffer(text, np.uint8)
    starts = np.concatenate(([0], np.flatnonzero(buffer == ord(",")) + 1))
    lengths = np.diff(starts, append=len(text) + 1) - 1
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        if length == _NULL:
            continue
        rows = np.flatnonzero(lengths == length)
        written = np.lib.stride_tricks.sliding_window_view(buffer, length)[starts[rows]]
        out[rows] = _read(written, length)
    return out


def _read(text: npt.NDArray[np.uint8], length: int) -> Ints:
    """RFC 3339 times of one length, one a row, quotes included."""

    def two(at: int) -> npt.NDArray[np.int32]:
        digits: npt.NDArray[np.int32] = text[:, at].astype(np.int32) * 10 + text[:, at + 1] - 11 * ord("0")
        return digits

    months = (two(1) * 100 + two(3) - 1970) * 12 + two(6) - 1
    days = months.astype("M8[M]").astype("M8[D]").astype(np.int64) + (two(9) - 1)
    found: Ints = (days * 86_400 + ((two(12) * 60 + two(15)) * 60 + two(18))).astype(np.int64) * SECOND
    if length in (_UTC_FINE, _LOCAL_FINE):
        found += two(21) * 10_000 + two(23) * 100 + two(25)
    if length in (_LOCAL, _LOCAL_FINE):
        sign = np.where(text[:, length - 7] == ord("+"), -1, 1)
        found += sign * (two(length - 6) * 60 + two(length - 3)).astype(np.int64) * (60 * SECOND)
    return found


class Clock:
    """The calendar of a subject for columns of moments. Days are date ordinals."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        fixed = calendar.fixed_offset
        self._offset = 0 if fixed is None else fixed // _TICK
        self._changes = _changes(calendar.zone.key) if fixed is None else None

    def start(self, days: Ints) -> Ints:
        """The first moment of local days."""
        return self._each(days, lambda day: micros_of(self._calendar.start(day)))

    def at(self, days: Ints, hour: int) -> Ints:
        """A wall-clock hour of local days."""
        return self._each(days, lambda day: micros_of(self._calendar.at(day, hour)))

    def days(self, moments: Ints) -> Ints:
        """The local day each moment falls on. All must be known."""
        return self.local(moments)[0]

    def local(self, moments: Ints) -> tuple[Ints, Ints]:
        """Local days, and the full hours of the wall clock. All must be known."""
        if self._changes is None:
            walls = moments + self._offset
        else:
            shifts, offsets = self._changes
            walls = moments + offsets[np.searchsorted(shifts, moments, side="right")]
        days, hours = walls // _DAY + _EPOCH_DAY, walls % _DAY // (3600 * SECOND)
        for row in np.flatnonzero((moments < _MODERN[0]) | (moments >= _MODERN[1])).tolist():
            days[row], hours[row] = self._odd(int(moments[row]))
        return days, hours

    def _odd(self, moment: int) -> tuple[int, int]:
        """Of a moment in another century, or beyond what a calendar holds."""
        try:
            local = self._calendar.local(_EPOCH + moment * _TICK)
        except OverflowError:
            return (1 if moment < 0 else FOREVER), 0
        return local.toordinal(), local.hour

    @staticmethod
    def _each(days: Ints, told: Callable[[int], int]) -> Ints:
        """A function of each day, asked once a day."""
        own, place = np.unique(days, return_inverse=True)
        return np.fromiter(map(told, own.tolist()), np.int64, len(own))[place]


_MODERN = (micros_of(dt.datetime(2000, 1, 2, tzinfo=dt.UTC)), micros_of(dt.datetime(2099, 12, 30, tzinfo=dt.UTC)))


@cache
def _changes(zone: str) -> tuple[Ints, Ints]:
    """The moments from 2000 to 2099 at which a zone's clocks are changed, and the offsets before, between and after."""
    place = ZoneInfo(zone)

    def offset(moment: int) -> int:
        return (place.utcoffset((_EPOCH + moment * _TICK).astimezone(place)) or dt.timedelta()) // _TICK

    shifts: list[int] = []
    offsets = [offset(_MODERN[0])]
    for day in range(_MODERN[0], _MODERN[1], _DAY):
        if (after := offset(day + _DAY)) != offsets[-1]:
            before, changed = day, day + _DAY
            while changed - before > 1:
                middle = (before + changed) // 2
                before, changed = (middle, changed) if offset(middle) == offsets[-1] else (before, middle)
            shifts.append(changed)
            offsets.append(after)
    return np.array(shifts, np.int64), np.array(offsets, np.int64)
