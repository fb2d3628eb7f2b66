"""Indicators pushed by hand, on the ledger as it stands."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Engine

from server.http.problems import refuse_fields
from server.http.snapshot import Snapshot, snapshot
from server.what_if.schemas import Levers
from shared_scoring.actions.levers import LeverError, levers, pushed
from shared_scoring.what_if import Ground, WhatIf


class Standing(NamedTuple):
    ground: Ground
    day: dt.date


def read_levers(app: Engine, subject_id: str, as_of: dt.date | None, rules: str, lang: str) -> Levers:
    """What each indicator of a day and a pack can be pushed by."""
    with snapshot(app, subject_id) as seen:
        own = _standing(seen, subject_id, as_of, rules)
        return Levers(own.ground.pack.id, own.day.isoformat(), levers(own.ground, lang))


def push_levers(
    app: Engine, subject_id: str, as_of: dt.date | None, rules: str, positions: Mapping[str, int]
) -> WhatIf:
    """The answer to a push; 422 names a position that no lever has."""
    with snapshot(app, subject_id) as seen:
        own = _standing(seen, subject_id, as_of, rules)
        try:
            return pushed(own.ground, positions)
        except LeverError as error:
            refuse_fields([{"path": f"positions.{error.indicator}", "reason": error.reason}])


def _standing(seen: Snapshot, subject_id: str, as_of: dt.date | None, rules: str) -> Standing:
    folder, day = seen.folder, seen.day(as_of)
    pack, known = seen.pack(rules, day), folder.facts(day.toordinal())
    sums = folder.sums(pack, day.toordinal())
    return Standing(Ground(pack, day.toordinal(), sums, known, folder.viewpoint, subject_id), day)
