"""A subject's settings, read by the server and the worker. Runs inside the subject's transaction."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from server.db.models import SubjectPreferences
from shared_scoring.preferences import DEFAULT, Preferences


class Stored(NamedTuple):
    version: int
    preferences: Preferences


def read_preferences(connection: Connection) -> Stored:
    """What was set; defaults and version 0 where nothing was."""
    row = connection.execute(select(SubjectPreferences.version, SubjectPreferences.body)).one_or_none()
    if row is None:
        return Stored(0, DEFAULT)
    return Stored(row.version, msgspec.convert(row.body, Preferences))


def write_preferences(connection: Connection, subject_id: str, preferences: Preferences, before: int) -> int | None:
    """Store what is set now; None where `before` is no longer the version that stands."""
    values = {"version": before + 1, "body": msgspec.to_builtins(preferences)}
    put = insert(SubjectPreferences).values(subject_id=subject_id, **values)
    written = connection.execute(
        put.on_conflict_do_update(
            index_elements=["subject_id"], set_=values, where=SubjectPreferences.version == before
        ).returning(SubjectPreferences.version)
        if before
        else put.on_conflict_do_nothing().returning(SubjectPreferences.version)
    ).scalar_one_or_none()
    return None if written is None else int(written)
