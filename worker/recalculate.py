"""One subject: bring its ledger to the rules in force, score today, and say which input that was."""

import datetime as dt

import structlog
from sqlalchemy import Connection, Engine, func, select, text, update

from server.db import casebook
from server.db.models import Subject
from server.db.reading import Folder
from server.db.tenancy import tenant
from worker.overview import keep_score
from worker.storing import store_score

log = structlog.get_logger()

_CLAIM = text("SELECT pg_try_advisory_xact_lock(hashtextextended('koubei.recalculate ' || :subject_id, 0))")


def run(app: Engine, subject_id: str) -> bool | None:
    """Score the subject if it has changed; False where there was nothing to do, None where another worker is at it.

    Idempotent: one transaction, and whoever comes second finds the versions equal.
    """
    with app.connect() as connection, tenant(connection, subject_id):
        if not connection.execute(_CLAIM, {"subject_id": subject_id}).scalar_one():
            return None
        subject = connection.execute(
            select(Subject.input_version, Subject.scored_version, Subject.ledger_version).where(
                Subject.id == subject_id
            )
        ).one_or_none()
        if subject is None:
            return False  # erased meanwhile
        version, folder = subject.input_version, Folder(connection, subject_id)
        if subject.ledger_version != (wanted := casebook.ledger_version(folder.viewpoint)):
            version = casebook.rebuild(connection, subject_id)
            folder = Folder(connection, subject_id)  # the version is that of what is held now
            log.info("ledger_rebuilt", subject_id=subject_id, ledger_version=wanted)
        elif subject.scored_version >= version:
            return False
        _score(connection, folder, subject_id, version)
    return True


def is_behind(app: Engine, subject_id: str) -> bool:
    """Whether there is input that no stored score has seen."""
    with app.connect() as connection, tenant(connection, subject_id):
        behind = connection.execute(
            select(Subject.input_version > Subject.scored_version).where(Subject.id == subject_id)
        ).scalar_one_or_none()
        return bool(behind)


def _score(connection: Connection, folder: Folder, subject_id: str, version: int) -> None:
    today = dt.date.fromordinal(folder.today(dt.datetime.now(dt.UTC)))
    score = store_score(connection, folder, subject_id, today, version)
    keep_score(connection, folder, subject_id, today, score)
    connection.execute(
        update(Subject)
        .where(Subject.id == subject_id)
        .values(scored_version=func.greatest(Subject.scored_version, version))
    )
