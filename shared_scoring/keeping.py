"""How long what is known of a subject stays (product-rules.md, 11): counted back from its newest event."""

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from msgspec import inspect

from shared_scoring.calendar import Calendar, day_of
from shared_scoring.merge import OLDEST, copy_time, event_moments, nested_parts
from shared_scoring.preferences import Preferences
from shared_scoring.records import Official, Part, Record

DAILY_KINDS = ("official", "partner", "service_day", "counter")
"""What a page says of a day, kept for `keep_daily_days`. The cases are facts; profile, catalogue and switches stay."""
COUNTED_KINDS = ("conduct", "product_day")
"""What a score counts over its window, kept for as long as the ledger."""


class Days(NamedTuple):
    """Date ordinals; None where a record tells of no day. `ends_on` counts its deadlines too."""

    newest_event: int | None
    ends_on: int | None


class Kept(NamedTuple):
    """The first days that are kept, as date ordinals.

    `sums` is as much before `daily` as the longest window is long: the answers of the days kept rest on them.
    """

    facts: int
    daily: int
    sums: int


def kept(wanted: Preferences, newest_event: int, longest_window: int) -> Kept:
    """A window is never cut into: facts stay at least as long as today's answers rest on them."""
    daily = newest_event - wanted.keep_daily_days
    facts = newest_event - max(wanted.keep_facts_days, longest_window)
    return Kept(max(facts, 1), max(daily, 1), max(daily - longest_window, 1))


def days_of(record: Record, calendar: Calendar) -> Days:
    """The last days a merged record tells of; where it names no day of its own, the day its copy was true."""
    events = [calendar.day(at) for at in event_moments(record)]
    if isinstance(record, Official):
        events.append(day_of(record.id))
    elif (date := getattr(record, "date", None)) is not None:
        events.append(date.toordinal())
    elif not events and copy_time(record) != OLDEST:
        events.append(calendar.day(copy_time(record)))
    newest = max(events, default=None)
    deadlines = [calendar.day(at) for at in _deadlines(record)]
    return Days(newest, max([*events, *deadlines], default=None))


def _deadlines(value: Record | Part) -> Iterator[dt.datetime]:
    for name in _deadline_fields(type(value)):
        at = getattr(value, name)
        if at is not None:
            yield at
    for part in nested_parts(value):
        yield from _deadlines(part)


@cache
def _deadline_fields(kind: type[Record | Part]) -> tuple[str, ...]:
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)  # noqa: S101  # for mypy
    return tuple(field.name for field in shape.fields if _is_deadline(field.type))


def _is_deadline(kind: inspect.Type) -> bool:
    match kind:
        case inspect.UnionType(types=types):
            return any(_is_deadline(one) for one in types)
        case inspect.Metadata(extra=extra):
            return bool((extra or {}).get("deadline"))
    return False
