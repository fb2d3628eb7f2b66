"""What of a subject failed, and letting it be tried again."""

from collections.abc import Sequence

from sqlalchemy import Engine, RowMapping, select

from server.db import audit, jobs
from server.db.audit import Actor
from server.db.models import Job
from server.db.tenancy import tenant
from server.http.problems import ProblemError


def list_jobs(app: Engine, subject_id: str) -> Sequence[RowMapping]:
    with app.connect() as connection, tenant(connection, subject_id):
        return connection.execute(select(Job.__table__).order_by(Job.task)).mappings().all()


def retry(app: Engine, subject_id: str, task: str, by: Actor) -> RowMapping:
    """Let a task that failed be tried at once. Answers 404 for one that did not."""
    with app.connect() as connection, tenant(connection, subject_id, account_id=by.account_id):
        if not jobs.retry(connection, task):
            raise ProblemError("not-found", f"The task {task[:100]!r} of this subject has not failed")
        audit.write(connection, by, "job.retried", subject_id=subject_id, task=task)
        return connection.execute(select(Job.__table__).where(Job.task == task)).mappings().one()
