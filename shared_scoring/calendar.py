"""Days as a subject lives them: a day is a day in the subject's time zone, counted as a date ordinal."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"
FOREVER = dt.date.max.toordinal()


_MODERN = range(2000, 2100)


def _fixed_offset(zone: ZoneInfo) -> dt.timedelta | None:
    """The offset of a zone whose clocks are never changed in modern times, like China's."""
    offsets = {dt.datetime(year, month, 1, tzinfo=zone).utcoffset() for year in _MODERN for month in range(1, 13)}
    return offsets.pop() if len(offsets) == 1 else None


@cache
def _zone(name: str) -> tuple[ZoneInfo, dt.timedelta | None]:
    zone = ZoneInfo(name)
    return zone, _fixed_offset(zone)


class Calendar:
    """Turns moments into local days and days into moments. Days are ints, `date.toordinal`.

    `fixed_offset` is that of a zone whose clocks are never changed in modern times, else None.
    """

    def __init__(self, zone: str = DEFAULT_ZONE) -> None:
        self.zone, self.fixed_offset = _zone(zone)
        self._starts: dict[int, dt.datetime] = {}
        self._same: dt.tzinfo | None = None

    def day(self, moment: dt.datetime) -> int:
        """The local day a moment falls on. The first and the last day of the calendar stand for what lies beyond."""
        # Most moments are written in the subject's own offset already; this runs dozens of times a case.
        if moment.tzinfo is self._same and moment.year in _MODERN:
            return moment.toordinal()
        if self.fixed_offset is not None and moment.utcoffset() == self.fixed_offset and moment.year in _MODERN:
            self._same = moment.tzinfo if isinstance(moment.tzinfo, dt.timezone) else self._same
        try:
            return moment.astimezone(self.zone).toordinal()
        except OverflowError:
            return 1 if moment.year == 1 else FOREVER

    def start(self, day: int) -> dt.datetime:
        """The first moment of a local day, also where midnight does not exist."""
        start = self._starts.get(day)
        if start is None:
            midnight = dt.datetime.combine(dt.date.fromordinal(day), dt.time(), self.zone)
            start = self._starts[day] = midnight.astimezone(dt.UTC)
        return start

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.zone)

    def at(self, day: int, hour: int) -> dt.datetime:
        """A wall-clock hour of a local day."""
        return dt.datetime.combine(dt.date.fromordinal(day), dt.time(hour), self.zone)


def day_of(text: str) -> int:
    """The ordinal of an ISO day. Raises ValueError for anything else."""
    return dt.date.fromisoformat(text).toordinal()


def iso(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()
