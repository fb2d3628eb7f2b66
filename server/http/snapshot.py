"""Reading a subject: one moment's versions, facts and ledger, and the pack to read them under."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from server.db.casebook import ledger_version
from server.db.models import Subject
from server.db.reading import Folder
from server.db.tenancy import tenant
from server.http.problems import ProblemError, refuse_fields
from server.http.state import hint
from shared_scoring.pack import Pack, choose, known, packs_kept


class Snapshot(NamedTuple):
    """What a transaction sees of a subject. The versions are those of models.Subject."""

    connection: Connection
    folder: Folder
    input_version: int
    scored_version: int

    def day(self, asked: dt.date | None) -> dt.date:
        """The day asked for, else the one whose score appears this morning."""
        return dt.date.fromordinal(self.folder.today(dt.datetime.now(dt.UTC))) if asked is None else asked

    def pack(self, rules: str, day: dt.date, path: str = "rules") -> Pack:
        """The pack of an id that is known, or the one in force; 422 where its series are not kept."""
        if rules == "auto":
            return choose(self.folder.subject, day)
        pack = known()[rules]
        if pack not in packs_kept(self.folder.viewpoint):
            refuse_fields([{"path": path, "reason": f"{rules} is for another platform or type of subject"}])
        return pack


@contextmanager
def snapshot(app: Engine, subject_id: str) -> Iterator[Snapshot]:
    """One transaction in which everything is of the same moment; 503 while the ledger is being made anew."""
    engine = app.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, tenant(connection, subject_id):
        version, scored, ledger = connection.execute(
            select(Subject.input_version, Subject.scored_version, Subject.ledger_version).where(
                Subject.id == subject_id
            )
        ).one()
        folder = Folder(connection, subject_id)
        if ledger not in ("", ledger_version(folder.viewpoint)):
            hint(subject_id)  # somebody waits: the tick would come later
            raise ProblemError(
                "recounting", f"The records of {subject_id!r} are being counted anew", headers={"Retry-After": "2"}
            )
        yield Snapshot(connection, folder, version, scored)
