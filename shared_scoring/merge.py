"""Several copies of one record become one, field by field, whatever the order they arrived in.

The rules are those of records.md, "Conventions": the newest copy that carries a field gives its value, an explicit
`clear` empties it, and at equal times the value whose JSON sorts last wins.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

from shared_scoring.calendar import Calendar, day_of
from shared_scoring.records import Official, Part, Record

OLDEST = dt.datetime.min.replace(tzinfo=dt.UTC)
_Thing = TypeVar("_Thing", bound=Record | Part)
_NOT_FACTS = ("id", "subject_id", "seen_at", "updated_at", "clear")


def copy_time(copy: Record) -> dt.datetime:
    """When the copy was true: the platform's own update time, else when it was seen, else before all others."""
    return copy.updated_at or copy.seen_at or OLDEST


@cache
def facts_of(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a kind that say something about the thing, not about the copy."""
    return tuple(name for name in kind.__struct_fields__ if name not in _NOT_FACTS)


def merge(copies: Sequence[Record]) -> Record:
    """The newest word on every field. `copies` are of one kind and id, in any order, at least one."""
    first = copies[0]
    if len(copies) == 1 and first.clear is None:
        return first
    newest: dict[str, tuple[dt.datetime, bytes]] = {}
    values: dict[str, Any] = {}
    for copy in copies:
        time = copy_time(copy)
        for name in facts_of(type(copy)):
            value = getattr(copy, name)
            if value is None:
                continue
            _offer(newest, values, name, value, time)
        for name in copy.clear or ():
            _offer(newest, values, name, None, time)
    return type(first)(
        id=first.id,
        subject_id=_newest(copy.subject_id for copy in copies),
        seen_at=_newest(copy.seen_at for copy in copies),
        updated_at=_newest(copy.updated_at for copy in copies),
        **values,
    )


def _offer(
    newest: dict[str, tuple[dt.datetime, bytes]], values: dict[str, Any], name: str, value: Any, time: dt.datetime
) -> None:
    best = newest.get(name)
    if best is not None and time < best[0]:
        return
    rank = (time, msgspec.json.encode(value, order="deterministic"))
    if best is None or rank > best:
        newest[name] = rank
        values[name] = value


def _newest(values: Iterable[Any]) -> Any:
    return max((value for value in values if value is not None), default=None)


def same_facts(one: Record, other: Record) -> bool:
    """Whether two merged records say the same; when they were seen does not matter."""
    return all(getattr(one, name) == getattr(other, name) for name in facts_of(type(one)))


class AsOf:
    """What was known before day `day` 00:00 of the subject (records.md, "As-of D")."""

    def __init__(self, day: int, calendar: Calendar) -> None:
        self.day = day
        self.cut = calendar.start(day)
        self._official_cut = calendar.start(day + 1)

    def view(self, copies: Sequence[Record]) -> Record | None:
        """The record as of the day, None where it did not exist yet.

        An event counts if its merged value lies before the day; every other field is that of the copies older than
        the day, or of the earliest copy where none is. `official` counts up to and including the day.
        """
        merged = merge(copies)
        official = isinstance(merged, Official)
        cut = self._official_cut if official else self.cut
        if not self._began(merged):
            return None
        if len(copies) > 1:
            merged = self._older(copies, merged, cut)
        if official:
            return merged
        return _hide(merged, cut)

    def _began(self, record: Record) -> bool:
        if record.began is None:
            return True
        since = getattr(record, record.began)
        if isinstance(since, str):
            return day_of(since) <= self.day
        if isinstance(since, dt.datetime):
            return since < self.cut
        return since is None or since.toordinal() < self.day

    @staticmethod
    def _older(copies: Sequence[Record], merged: Record, cut: dt.datetime) -> Record:
        older = [copy for copy in copies if copy_time(copy) < cut]
        if len(older) == len(copies):
            return merged
        if not older:
            earliest = min(map(copy_time, copies))
            older = [copy for copy in copies if copy_time(copy) == earliest]
        events = {name: getattr(merged, name) for name in _event_fields(type(merged))}
        return msgspec.structs.replace(merge(older), **events)


def event_moments(value: Record | Part) -> list[dt.datetime]:
    """The moments of everything that happened to a record and its parts."""
    kind: type[Record | Part] = type(value)
    moments = [at for name in _event_fields(kind) if (at := getattr(value, name)) is not None]
    for name in _nested_fields(kind):
        inner = getattr(value, name) or ()
        for part in inner if isinstance(inner, list | tuple) else (inner,):
            moments += event_moments(part)
    return moments


@cache
def _event_fields(kind: type[Record | Part]) -> tuple[str, ...]:
    """The fields that hold the moment of an event: times, but no deadlines and nothing about the copy itself."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)  # noqa: S101  # for mypy
    return tuple(f.name for f in shape.fields if f.name not in _NOT_FACTS and inspect.DateTimeType in _types(f.type))


def _types(kind: inspect.Type) -> set[type]:
    if isinstance(kind, inspect.UnionType):
        return set().union(*(_types(one) for one in kind.types))
    if isinstance(kind, inspect.Metadata):
        return set() if (kind.extra or {}).get("deadline") else _types(kind.type)
    return {type(kind)}


@cache
def _nested_fields(kind: type[Record | Part]) -> tuple[str, ...]:
    """The fields that hold parts with events of their own."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)  # noqa: S101  # for mypy
    return tuple(field.name for field in shape.fields if any(_event_fields(part) for part in _parts(field.type)))


def _parts(kind: inspect.Type) -> list[type[Part]]:
    match kind:
        case inspect.UnionType(types=types):
            return [part for one in types for part in _parts(one)]
        case inspect.ListType(item_type=item):
            return _parts(item)
        case inspect.StructType(cls=cls) if issubclass(cls, Part):
            return [cls]
    return []


def _hide(value: _Thing, cut: dt.datetime) -> _Thing:
    """Take out the events that lie at or after the cut, in the record and in its parts."""
    changes: dict[str, Any] = {}
    kind = cast(type[Record | Part], type(value))
    for name in _event_fields(kind):
        moment = getattr(value, name)
        if moment is not None and moment >= cut:
            changes[name] = None
    for name in _nested_fields(kind):
        inner = getattr(value, name)
        if inner is not None:
            seen = [_hide_part(part, cut) for part in inner] if isinstance(inner, list) else _hide_part(inner, cut)
            if seen != inner:
                changes[name] = seen
    return msgspec.structs.replace(value, **changes) if changes else value


def _hide_part(part: Part, cut: dt.datetime) -> Part | None:
    began = getattr(part, "began", None)
    if began is not None and (since := getattr(part, began)) is not None and since >= cut:
        return None
    return _hide(part, cut)
