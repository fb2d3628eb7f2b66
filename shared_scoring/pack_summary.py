"""A pack in one row of a calendar."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from shared_scoring.pack import Pack, Scope
from shared_scoring.pack_base import Words

GRADES = ("A", "B", "C", "?")


class PackSummary(Struct, frozen=True):
    """`since` and `until` are the first and last as-of day, an open end null; `grades` counts its graded entries."""

    id: str
    name: Words
    scope: Scope
    since: dt.date
    until: dt.date | None
    grades: dict[str, int]


def summary(pack: Pack) -> PackSummary:
    found = Counter(_grades(msgspec.to_builtins(pack)))
    grades = {grade: found[grade] for grade in GRADES if found[grade]}
    return PackSummary(pack.id, pack.name, pack.scope, pack.in_force.since, pack.in_force.until, grades)


def _grades(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "grade":
                yield str(inner)
            elif name != "sources":  # those grade what they are a source of
                yield from _grades(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _grades(inner)
