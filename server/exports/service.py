"""Every stored copy as a line of `koubei.records/1`, as it came: importing them gives the same score."""

import tempfile
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

import msgspec
from sqlalchemy import Connection, Engine

from server.db import audit as log
from server.db.audit import Actor
from server.db.bulk import driver
from server.db.tenancy import tenant
from shared_scoring.records import Subject

_IN_MEMORY = 4 << 20
_AT_ONCE = 2000

# The subject comes first: it says whose the other lines are.
_COPIES = """
SELECT kind, one::text FROM records, json_array_elements(copies) WITH ORDINALITY AS told (one, place)
WHERE subject_id = current_setting('koubei.subject') ORDER BY kind <> 'subject', kind, id, place
"""


class Export(NamedTuple):
    """NDJSON, to be read from its start, and how many bytes it is."""

    file: BinaryIO
    size: int


def export(app: Engine, subject_id: str, by: Actor) -> Export:
    """Write all copies of one moment to a file without a name, and say so in the audit log.

    The file is whole before anybody reads it: a slow reader holds no connection, and an error cannot cut it short.
    """
    file = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 -- the response closes it
    try:
        _write(app, subject_id, by, file)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return Export(file, size)


def _write(app: Engine, subject_id: str, by: Actor, file: BinaryIO) -> None:
    lines = 0
    with app.connect() as connection, tenant(connection, subject_id, account_id=by.account_id):
        for line in _lines(connection, subject_id):
            file.write(line)
            lines += 1
        log.write(connection, by, "export.made", subject_id=subject_id, lines=lines, bytes=file.tell())


def _lines(connection: Connection, subject_id: str) -> Iterator[bytes]:
    is_first = True
    with driver(connection).cursor(name="copies_of_subject") as cursor:
        cursor.itersize = _AT_ONCE
        for kind, text in cursor.execute(_COPIES):
            if is_first and kind != "subject":
                yield msgspec.json.encode(Subject(id=subject_id)) + b"\n"
            is_first = False
            yield str(text).encode() + b"\n"
    if is_first:
        yield msgspec.json.encode(Subject(id=subject_id)) + b"\n"
