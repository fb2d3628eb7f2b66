"""The score of a subject: what the worker stored while it is current, else from the ledger."""

import datetime as dt
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, select

from server.db.casebook import ledger_version
from server.db.models import StoredScore, Subject
from server.db.reading import Folder
from server.db.tenancy import tenant
from server.http.problems import ProblemError, refuse_fields
from shared_scoring.pack import Pack, bundled, choose, packs_kept


class Answer(NamedTuple):
    """The body, and what it was made from."""

    body: bytes
    input_version: int
    as_of: dt.date
    rules: str


def read_score(app: Engine, subject_id: str, as_of: dt.date | None, rules: str) -> Answer:
    """Answer for a day and a pack; 503 while the ledger is being made anew."""
    # One snapshot: the version, the facts and the sums must be of the same moment.
    snapshot = app.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as connection, tenant(connection, subject_id):
        version, ledger = connection.execute(
            select(Subject.input_version, Subject.ledger_version).where(Subject.id == subject_id)
        ).one()
        folder = Folder(connection, subject_id)
        day = dt.date.fromordinal(folder.today(dt.datetime.now(dt.UTC))) if as_of is None else as_of
        pack = _pack(rules, folder, day)
        if ledger not in ("", ledger_version(folder.viewpoint)):
            raise ProblemError(
                "recounting", f"The records of {subject_id!r} are being counted anew", headers={"Retry-After": "2"}
            )
        stored = _stored(connection, day, pack.id, version)
        body = msgspec.json.encode(stored or folder.score(pack, day.toordinal()))
        return Answer(body, version, day, pack.id)


def _pack(rules: str, folder: Folder, day: dt.date) -> Pack:
    if rules == "auto":
        return choose(folder.subject, day)
    pack = bundled()[rules]
    if pack not in packs_kept(folder.viewpoint):
        refuse_fields([{"path": "rules", "reason": f"{rules} is for another platform or type of subject"}])
    return pack


def _stored(connection: Connection, as_of: dt.date, rules: str, version: int) -> object | None:
    return connection.execute(
        select(StoredScore.score).where(
            StoredScore.as_of == as_of, StoredScore.rules == rules, StoredScore.input_version == version
        )
    ).scalar_one_or_none()
