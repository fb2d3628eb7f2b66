"""Binding a subject to an account, and listing those of one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine, RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from server.db import tenancy
from server.db.models import Subject
from server.http.auth import check_owner
from shared_scoring.records import Subject as SubjectRecord

_SHOWN = (Subject.id, Subject.created_at, Subject.changed_at, Subject.input_version, Subject.scored_version)


def bind(app: Engine, record: SubjectRecord, account_id: UUID) -> bool:
    """Bind `record.id` to the account and return whether it was new. Answers 403 if it is another account's."""
    with Session(app) as session, tenancy.account(session, account_id):
        created = session.execute(
            insert(Subject).values(id=record.id, account_id=account_id).on_conflict_do_nothing().returning(Subject.id)
        ).one_or_none()
        if created is None:
            # Another account's row is there and cannot be seen from here.
            mine = session.scalar(select(Subject.account_id).where(Subject.id == record.id))
            check_owner(record.id, mine or UUID(int=0), account_id)
    return created is not None


def list_subjects(app: Engine, account_id: UUID, *, after: str, limit: int) -> Sequence[RowMapping]:
    """Return up to `limit` subjects with ids beyond `after`, by id."""
    query = (
        select(*_SHOWN).where(Subject.id > after, Subject.account_id == account_id).order_by(Subject.id).limit(limit)
    )
    with app.connect() as connection, tenancy.account(connection, account_id):
        return connection.execute(query).mappings().all()


def read_subject(app: Engine, subject_id: str) -> RowMapping:
    with app.connect() as connection, tenancy.tenant(connection, subject_id):
        return connection.execute(select(*_SHOWN).where(Subject.id == subject_id)).mappings().one()
