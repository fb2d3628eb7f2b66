"""Whole seconds of a local clock without summer time, as the ISO texts of records. Days are date ordinals."""

import datetime as dt
from functools import cache

DAY, HOUR = 86400, 3600
_OFFSET = "+08:00"


@cache
def iso_day(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()


@cache
def ordinal(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


def iso(seconds: int) -> str:
    """The moment `seconds` after midnight of the day 0."""
    day, rest = divmod(int(seconds), DAY)
    hour, rest = divmod(rest, HOUR)
    minute, second = divmod(rest, 60)
    return f"{iso_day(day)}T{hour:02d}:{minute:02d}:{second:02d}{_OFFSET}"


def seconds(text: str) -> int:
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
    return ordinal(text[:10]) * DAY + hour * HOUR + minute * 60 + second


def day_of(text: str) -> int:
    return ordinal(text[:10])
