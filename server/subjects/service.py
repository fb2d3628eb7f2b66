"""Binding a subject to an account, declaring it, erasing it."""

import datetime as dt

import msgspec
from sqlalchemy import Engine, RowMapping, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from server.db import audit as log
from server.db import casebook, tenancy
from server.db.audit import Actor
from server.db.models import Subject
from server.http.auth import foreign_subject
from shared_scoring.merge import facts_of
from shared_scoring.records import Subject as SubjectRecord

_TRIES = 5  # a row in the way that cannot be seen is another account's, or was erased between the two statements
_SHOWN = (Subject.id, Subject.created_at, Subject.changed_at, Subject.input_version, Subject.scored_version)


def bind(app: Engine, subject_id: str, by: Actor) -> bool:
    """Bind a subject to the account and return whether it was new. Answers 403 if it is another account's."""
    account_id = by.account_id
    with Session(app) as session, tenancy.account(session, account_id):
        for _ in range(_TRIES):
            created = session.execute(
                insert(Subject)
                .values(id=subject_id, account_id=account_id)
                .on_conflict_do_nothing()
                .returning(Subject.id)
            ).one_or_none()
            if created is not None:
                log.write(session, by, "subject.bound", subject_id=subject_id)
                return True
            mine = select(Subject.id).where(Subject.id == subject_id, Subject.account_id == account_id)
            if session.scalar(mine) is not None:
                return False
    raise foreign_subject(subject_id)


def erase(app: Engine, subject_id: str, by: Actor) -> None:
    """Delete the subject; every table that belongs to it goes along (models.py), and its id leaves the audit log."""
    with app.connect() as connection, tenancy.tenant(connection, subject_id, account_id=by.account_id):
        # The event first: with the subject its id leaves the log, of this line too (migration 0009).
        log.write(connection, by, "subject.erased", subject_id=subject_id)
        connection.execute(delete(Subject).where(Subject.id == subject_id))


def declare(app: Engine, record: SubjectRecord) -> bool:
    """Store what the merchant says of a bound subject, as of now; whether it changed anything."""
    if not any(getattr(record, name) is not None for name in facts_of(SubjectRecord)):
        return False
    copy = msgspec.structs.replace(record, updated_at=dt.datetime.now(dt.UTC))
    with app.connect() as connection, tenancy.tenant(connection, record.id):
        held = casebook.hold_subject(connection)
        return casebook.store(connection, record.id, held, [copy]).input_version > held.input_version


def read_subject(app: Engine, subject_id: str) -> RowMapping:
    with app.connect() as connection, tenancy.tenant(connection, subject_id):
        return connection.execute(select(*_SHOWN).where(Subject.id == subject_id)).mappings().one()
