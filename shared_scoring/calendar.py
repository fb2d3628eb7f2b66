"""Days as a subject lives them: a day is a day in the subject's time zone, counted as a date ordinal."""

import datetime as dt
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"
FOREVER = dt.date.max.toordinal()


class Calendar:
    """Turns moments into local days and days into moments. Days are ints, `date.toordinal`."""

    def __init__(self, zone: str = DEFAULT_ZONE) -> None:
        self.zone = ZoneInfo(zone)
        self._starts: dict[int, dt.datetime] = {}

    def day(self, moment: dt.datetime) -> int:
        """The local day a moment falls on. The first and the last day of the calendar stand for what lies beyond."""
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
