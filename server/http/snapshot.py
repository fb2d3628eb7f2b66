"""Reading a subject: one moment's versions, facts and ledger, and the pack to read them under."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

from flask import g
from sqlalchemy import Connection, Engine, select

from server.db.casebook import ledger_version
from server.db.models import Subject
from server.db.reading import Folder
from server.db.tenancy import tenant
from server.http.problems import ProblemError, refuse_fields, unbound_subject
from server.http.state import hint
from shared_scoring.pack import Pack, choose, known, packs_kept


class Snapshot(NamedTuple):
    """What a transaction sees of a subject. The versions and first days are those of models.Subject."""

    connection: Connection
    folder: Folder
    input_version: int
    scored_version: int
    facts_from: dt.date | None
    days_from: dt.date | None

    def day(self, asked: dt.date | None) -> dt.date:
        """The day asked for, else the one whose score appears this morning."""
        return dt.date.fromordinal(self.folder.today(dt.datetime.now(dt.UTC))) if asked is None else asked

    def pack(self, rules: str, day: dt.date, path: str = "rules") -> Pack:
        """The pack to count a day under; 410 where what it counts was removed (retention.py)."""
        pack = self.rules(rules, day, path)
        if not self.is_counted(pack, day):
            self._refuse(pack, day, self.days_from)
        return pack

    def pack_of_cases(self, rules: str, day: dt.date) -> Pack:
        """The same for an answer that names single cases."""
        pack = self.pack(rules, day)
        if self.facts_from is not None and _window_begins(pack, day) < self.facts_from:
            self._refuse(pack, day, self.facts_from)
        return pack

    def is_counted(self, pack: Pack, day: dt.date) -> bool:
        """Whether all that a pack counts for a day is there."""
        return self.days_from is None or _window_begins(pack, day) >= self.days_from

    def _refuse(self, pack: Pack, day: dt.date, first: dt.date | None) -> NoReturn:
        assert first is not None  # noqa: S101  # else nothing was removed
        earliest = (first + dt.timedelta(days=pack.longest_window)).isoformat()
        raise ProblemError("day-not-kept", f"{day.isoformat()} lies before {earliest}, the first day of this answer")

    def rules(self, rules: str, day: dt.date, path: str = "rules") -> Pack:
        """The pack of an id that is known, or the one in force; 422 where its series are not kept."""
        if rules == "auto":
            return choose(self.folder.subject, day)
        pack = known()[rules]
        if pack not in packs_kept(self.folder.viewpoint):
            refuse_fields([{"path": path, "reason": f"{rules} is for another platform or type of subject"}])
        return pack


def _window_begins(pack: Pack, day: dt.date) -> dt.date:
    return dt.date.fromordinal(max(day.toordinal() - pack.longest_window, 1))


@contextmanager
def snapshot(app: Engine, subject_id: str) -> Iterator[Snapshot]:
    """One transaction in which everything is of the same moment; 503 while the ledger is being made anew."""
    engine = app.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, tenant(connection, subject_id):
        columns = (Subject.input_version, Subject.scored_version, Subject.facts_from, Subject.days_from)
        row = connection.execute(select(*columns, Subject.ledger_version).where(Subject.id == subject_id)).one_or_none()
        if row is None:
            raise unbound_subject(subject_id)  # erased since the token was looked at
        g.stale = row.input_version > row.scored_version
        folder = Folder(connection, subject_id)
        if row.ledger_version not in ("", ledger_version(folder.viewpoint)):
            hint(subject_id)  # somebody waits: the tick would come later
            raise ProblemError(
                "recounting", f"The records of {subject_id!r} are being counted anew", headers={"Retry-After": "2"}
            )
        yield Snapshot(connection, folder, row.input_version, row.scored_version, row.facts_from, row.days_from)
