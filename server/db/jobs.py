"""Tasks that failed: when they are tried again, and why they are parked.

A row of `jobs` is there from a task's first failure until it succeeds. It rests longer after each failure; after
`MOST_ATTEMPTS` it is parked: tried once a day, for what it stumbled over may have gone, and at once when somebody asks.
"""

import datetime as dt
import traceback
from collections.abc import Iterator
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import Connection, Engine, Row, delete, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.db.broker import SUBJECT_TASKS
from server.db.models import Job
from server.db.spread import share
from server.db.tenancy import tenant
from shared_scoring.personal import mask

MOST_ATTEMPTS = 6
FIRST_REST = dt.timedelta(seconds=5)
LONGER = 3  # times as long after each further failure: 5 s, 15 s, 45 s, 2 min, 7 min
PARKED_REST = dt.timedelta(days=1)
_LONGEST_REASON = 300
_ROOT = Path(__file__).parents[2]

TASKS = {task.removeprefix("koubei."): task for task in SUBJECT_TASKS}
"""Name in the API and in `jobs` → name in the broker."""


def rest(subject_id: str, attempts: int) -> dt.timedelta:
    """How long after failure number `attempts`, between a half and one and a half of what is meant, by subject."""
    meant = PARKED_REST if attempts >= MOST_ATTEMPTS else FIRST_REST * LONGER ** (attempts - 1)
    return meant * (0.5 + share(subject_id, attempts))


def find(app: Engine, subject_id: str, task: str) -> Row[tuple[Job]] | None:
    """The job of a task that failed last time; None where all is well."""
    with app.connect() as connection, tenant(connection, subject_id):
        return connection.execute(select(Job.__table__).where(Job.task == _short(task))).one_or_none()


def rests(job: Row[tuple[Job]], now: dt.datetime) -> bool:
    """Whether it is not yet to be tried again. A clock that has been set back lets it be tried."""
    return bool(job.failed_at <= now < job.next_at)


def resting(gate: Engine, task: str, now: dt.datetime) -> frozenset[str]:
    """Subjects whose task the tick leaves alone."""
    query = select(Job.subject_id).where(Job.task == _short(task), Job.failed_at <= now, Job.next_at > now)
    with gate.begin() as connection:
        return frozenset(connection.execute(query).scalars())


def failed(app: Engine, subject_id: str, task: str, error: BaseException, now: dt.datetime) -> None:
    """Count a failure. Nothing where the subject has been erased."""
    try:
        with app.connect() as connection, tenant(connection, subject_id):
            _count(connection, subject_id, task, error, now)
    except IntegrityError:
        return


def _count(connection: Connection, subject_id: str, task: str, error: BaseException, now: dt.datetime) -> None:
    own = Job.task == _short(task)
    before = connection.execute(select(Job.attempts, Job.first_failed_at).where(own).with_for_update()).one_or_none()
    attempts = 1 if before is None else before.attempts + 1
    values = {
        "state": "parked" if attempts >= MOST_ATTEMPTS else "retrying",
        "attempts": attempts,
        "reason": reason_of(error),
        "place": place_of(error),
        "first_failed_at": now if before is None else before.first_failed_at,
        "failed_at": now,
        "next_at": now + rest(subject_id, attempts),
    }
    connection.execute(
        insert(Job)
        .values(subject_id=subject_id, task=_short(task), **values)
        .on_conflict_do_update(index_elements=["subject_id", "task"], set_=values)
    )


def succeeded(app: Engine, subject_id: str, task: str) -> None:
    with app.connect() as connection, tenant(connection, subject_id):
        connection.execute(delete(Job).where(Job.task == _short(task)))


def retry(connection: Connection, task: str | None = None) -> list[str]:
    """Let the tenant's tasks that failed, or one of them, be tried at once; their names in the broker."""
    asked = true() if task is None else Job.task == _short(task)
    changed = connection.execute(
        update(Job).where(asked).values(state="retrying", attempts=0, next_at=Job.failed_at).returning(Job.task)
    )
    return [TASKS[name] for name in changed.scalars()]


def reason_of(error: BaseException) -> str:
    """Its type and first line, without what a statement was about: neither parameters nor personal data."""
    told = next((one for one in _behind(error) if isinstance(one, SoftTimeLimitExceeded)), error)
    if isinstance(told, DBAPIError) and told.orig is not None:
        told = told.orig
    line = (str(told).strip().splitlines() or [""])[0]
    masked, _ = mask(line[:_LONGEST_REASON])
    return f"{type(told).__name__}: {masked}".removesuffix(": ")


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The error and those over which it came: rolling back what ran out of time may fail too."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__context__


def place_of(error: BaseException) -> str:
    """The innermost line of koubei's own code, such as `worker/outlook.py:101`; empty where there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
            return f"{path.relative_to(_ROOT).as_posix()}:{frame.lineno}"
    return ""


def _short(task: str) -> str:
    return task.removeprefix("koubei.")
