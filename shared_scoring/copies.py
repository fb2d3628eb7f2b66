"""What was known of one record on any day (records.md, "As-of D").

As-of D knows what happened before D 00:00 in the subject's time zone. An event counts if its merged value lies before
D; the order a record belongs to is its merged one; every other field is that of the copies older than D, or of the
earliest copy where none is; a record that began at or after D does not exist. `official` records count up to and
including D.
"""

import datetime as dt
from collections.abc import Collection, Sequence

import msgspec

from shared_scoring.calendar import Calendar, day_of
from shared_scoring.merge import (
    IDENTITY,
    Told,
    copy_time,
    event_fields,
    event_moments,
    merge,
    nested_fields,
    nested_parts,
)
from shared_scoring.records import Official, Part, Record, Review


class Copies:
    """The copies of one record, read for one calendar. All days are date ordinals."""

    __slots__ = ("_calendar", "_copies", "_events", "_known_on", "_parts_known_on", "_since", "_views", "merged")

    def __init__(self, told: Told, calendar: Calendar) -> None:
        copies, merged = told
        if merged is None:
            raise ValueError("a record needs at least one copy")
        self.merged = merged
        self._calendar = calendar
        self._since = self._first_day()
        official = isinstance(self.merged, Official)
        day = calendar.day
        self._events = (
            []
            if official
            else [
                (name, day(at) + 1)
                for name in event_fields(type(self.merged))
                if (at := getattr(self.merged, name)) is not None
            ]
        )
        self._parts_known_on = max(
            (day(at) + 1 for part in nested_parts(self.merged) for at in event_moments(part)), default=0
        )
        self._copies: Sequence[Record] = ()
        if len(copies) > 1:
            self._copies = sorted(copies, key=copy_time)
            self._known_on = [day(copy_time(copy)) + (0 if official else 1) for copy in self._copies]
            self._views: dict[int, Record] = {len(copies): self.merged}

    def _first_day(self) -> int:
        began = self.merged.began
        since = None if began is None else getattr(self.merged, began)
        match since:
            case None:
                return 0
            case str():
                return day_of(since)
            case dt.datetime():
                return self._calendar.day(since) + 1
        return int(since.toordinal()) + 1

    def turning_days(self, idle: Collection[str] = ()) -> set[int]:
        """Every as-of day on which more may be known than on the day before; events in `idle` do not matter."""
        days = {known_on for name, known_on in self._events if name not in idle}
        if self._parts_known_on:
            days.update(
                self._calendar.day(at) + 1
                for record in (self.merged, *self._copies)
                for part in nested_parts(record)
                for at in event_moments(part)
            )
        if self._copies:
            days.update(self._known_on)
        return days

    def view(self, as_of: int) -> Record | None:
        """The record as it was known before the day, None where it did not exist yet."""
        return None if self._since > as_of else self.words(as_of)

    def words(self, as_of: int) -> Record:
        """What was known of the record before the day, whether it had begun by then or not."""
        record = self._older(as_of) if self._copies else self.merged
        changes: dict[str, object] = {name: None for name, known_on in self._events if known_on > as_of}
        if self._parts_known_on > as_of or record is not self.merged:
            changes |= _hidden_parts(record, self._calendar.start(as_of))
        return msgspec.structs.replace(record, **changes) if changes else record

    def first_stars(self) -> int | None:
        """A review's stars as they were first written; for anything else None."""
        if not isinstance(self.merged, Review):
            return None
        written = (copy.stars for copy in self._copies if isinstance(copy, Review) and copy.stars is not None)
        return next(written, self.merged.stars)

    def _older(self, as_of: int) -> Record:
        """What the copies older than the day say together, with the events of all copies."""
        count = sum(known_on <= as_of for known_on in self._known_on)
        if count == 0:
            earliest = copy_time(self._copies[0])
            count = sum(copy_time(copy) == earliest for copy in self._copies)
        record = self._views.get(count)
        if record is None:
            kind = type(self.merged)
            settled = [*event_fields(kind), *(name for name in IDENTITY if name in kind.__struct_fields__)]
            words = {name: getattr(self.merged, name) for name in settled}
            record = self._views[count] = msgspec.structs.replace(merge(self._copies[:count]), **words)
        return record


def _hidden_parts(value: Record | Part, cut: dt.datetime) -> dict[str, object]:
    """The parts that change when the events at or after the cut are taken out."""
    changes: dict[str, object] = {}
    for name in nested_fields(type(value)):
        inner = getattr(value, name)
        if inner is not None:
            seen = [_hide(part, cut) for part in inner] if isinstance(inner, list) else _hide(inner, cut)
            if seen != inner:
                changes[name] = seen
    return changes


def _hide(part: Part, cut: dt.datetime) -> Part | None:
    """The part as it was before the cut; None where it had not begun."""
    began = getattr(part, "began", None)
    if began is not None and (since := getattr(part, began)) is not None and since >= cut:
        return None
    ahead = {name: None for name in event_fields(type(part)) if (at := getattr(part, name)) is not None and at >= cut}
    return msgspec.structs.replace(part, **ahead) if ahead else part
