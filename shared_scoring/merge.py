"""Several copies of one record become one, field by field, whatever the order they arrived in.

The rules are those of records.md, "Conventions": the newest copy that carries a field gives its value, an explicit
`clear` empties it, and at equal times the value whose JSON sorts last wins.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect
from msgspec.structs import astuple

from shared_scoring.records import Part, Record

OLDEST = dt.datetime.min.replace(tzinfo=dt.UTC)
IDENTITY = ("order_id",)
"""Fields that say which thing a record is part of; of all copies the newest word on them counts on any day."""
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
    values: dict[str, Any] = {}
    told = sorted([(copy_time(copy), at) for at, copy in enumerate(copies)])
    if any(copy.clear is not None for copy in copies) or any(one[0] == later[0] for one, later in pairwise(told)):
        values = _newest_words([copies[at] for _, at in told])
    else:  # every word is later than the one before
        fields = type(first).__struct_fields__
        for _, at in told:
            words = zip(fields, astuple(copies[at]), strict=True)
            values |= {name: value for name, value in words if value is not None}
        for name in _NOT_FACTS:
            values.pop(name, None)
    return type(first)(
        id=first.id,
        subject_id=_newest([copy.subject_id for copy in copies]),
        seen_at=_newest([copy.seen_at for copy in copies]),
        updated_at=_newest([copy.updated_at for copy in copies]),
        **values,
    )


def _newest_words(copies: Sequence[Record]) -> dict[str, Any]:
    """The newest word on every field, where words may be of one time or clear a field. The oldest copy comes first."""
    values: dict[str, Any] = {}
    times: dict[str, dt.datetime] = {}
    fields = type(copies[0]).__struct_fields__
    for copy in copies:
        time = copy_time(copy)
        words = [(n, v) for n, v in zip(fields, astuple(copy), strict=True) if v is not None and n not in _NOT_FACTS]
        for name, value in words + [(name, None) for name in copy.clear or ()]:
            if times.get(name) == time and _json(value) <= _json(values[name]):
                continue
            values[name] = value
            times[name] = time
    return values


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def _newest(values: list[Any]) -> Any:
    return max([value for value in values if value is not None], default=None)


def same_facts(one: Record, other: Record) -> bool:
    """Whether two merged records say the same; when they were seen does not matter."""
    facts = _facts_getter(type(one))
    same: bool = facts(one) == facts(other)
    return same


@cache
def _facts_getter(kind: type[Record]) -> Callable[[Record], Any]:
    return attrgetter(*facts_of(kind))


class Told(NamedTuple):
    """The copies of one record, and what they say together. None before the first."""

    copies: tuple[Record, ...] = ()
    merged: Record | None = None

    @classmethod
    def of(cls, copies: Sequence[Record]) -> "Told":
        return cls(tuple(copies), merge(copies))

    def with_copy(self, copy: Record) -> "Told":
        """The copies with one more; the very same where it is a repeat.

        A repeat is the same text: one moment written in two offsets is equal, but may win a tie by its JSON.
        """
        if copy in self.copies and _json(copy) in map(_json, self.copies):
            return self
        copies = (*self.copies, copy)
        return Told(copies, merge(copies))

    def says_same(self, other: "Told") -> bool:
        if self.merged is None or other.merged is None:
            return self.merged is other.merged
        return self.merged is other.merged or same_facts(self.merged, other.merged)


NOTHING = Told()


def event_moments(value: Record | Part) -> list[dt.datetime]:
    """The moments of everything that happened to a record and its parts."""
    moments = [at for name in event_fields(type(value)) if (at := getattr(value, name)) is not None]
    for part in nested_parts(value):
        moments += event_moments(part)
    return moments


def nested_parts(value: Record | Part) -> Iterable[Part]:
    """The parts of a value that hold events of their own."""
    for name in nested_fields(type(value)):
        inner = getattr(value, name)
        if isinstance(inner, list):
            yield from inner
        elif inner is not None:
            yield inner


@cache
def event_fields(kind: type[Record | Part]) -> tuple[str, ...]:
    """The fields that hold the moment of an event: times, but no deadlines and nothing about the copy itself."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)  # noqa: S101  # for mypy
    return tuple(f.name for f in shape.fields if f.name not in _NOT_FACTS and inspect.DateTimeType in _types(f.type))


@cache
def nested_fields(kind: type[Record | Part]) -> tuple[str, ...]:
    """The fields that hold parts with events of their own."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)  # noqa: S101  # for mypy
    return tuple(field.name for field in shape.fields if any(event_fields(part) for part in _parts(field.type)))


def _types(kind: inspect.Type) -> set[type]:
    if isinstance(kind, inspect.UnionType):
        return set().union(*(_types(one) for one in kind.types))
    if isinstance(kind, inspect.Metadata):
        return set() if (kind.extra or {}).get("deadline") else _types(kind.type)
    return {type(kind)}


def _parts(kind: inspect.Type) -> list[type[Part]]:
    match kind:
        case inspect.UnionType(types=types):
            return [part for one in types for part in _parts(one)]
        case inspect.ListType(item_type=item):
            return _parts(item)
        case inspect.StructType(cls=cls) if issubclass(cls, Part):
            return [cls]
    return []
