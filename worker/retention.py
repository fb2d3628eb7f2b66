"""What is past its days, removed every day, and told in the audit log and the metrics."""

import datetime as dt

import structlog
from sqlalchemy import Engine, select

from server.db import audit
from server.db.audit import Actor
from server.db.casebook import NotBoundError
from server.db.models import Subject
from server.db.retention import Removed, expire
from server.db.tenancy import tenant

log = structlog.get_logger()


def run(app: Engine, subject_id: str, now: dt.datetime) -> Removed:
    """One transaction; nothing where the subject was erased meanwhile."""
    with app.connect() as connection, tenant(connection, subject_id):
        owner = connection.execute(select(Subject.account_id).where(Subject.id == subject_id)).scalar_one_or_none()
    if owner is None:
        return Removed()
    with app.connect() as connection, tenant(connection, subject_id, account_id=owner):
        try:
            removed = expire(connection, subject_id, now)
        except NotBoundError:
            return Removed()
        counts = removed._asdict()
        if any(removed):
            audit.write(connection, Actor(owner, "koubei", "worker"), "data.expired", subject_id=subject_id, **counts)
    if any(removed):
        log.info("data_expired", subject_id=subject_id, **counts)
    return removed
