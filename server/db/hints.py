"""What the broker is told: a hint that a subject awaits its score, or another task of its own.

The truth is in PostgreSQL's tables, so losing a hint loses nothing. One hint a subject and task is under way at a
time: the worker takes it back before it reads, so that a change that arrives while it works gets a hint of its own.
"""

import structlog
from kombu.exceptions import OperationalError
from psycopg import Error as PsycopgError
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from server.db.broker import RECALCULATE, celery_app
from server.db.notes import notes_of

log = structlog.get_logger()

_AWAY = (OperationalError, RedisError, SQLAlchemyError, PsycopgError, OSError)


class Hints:
    """Sends and takes back hints. A broker that is away is logged and forgiven."""

    def __init__(self, broker_url: str) -> None:
        self._celery = celery_app(broker_url)
        self._notes = notes_of(broker_url)

    def give(self, subject_id: str, task: str = RECALCULATE) -> bool:
        """Ask for a recalculation, or another task of a subject; True if the broker has been told, now or before."""
        try:
            if self._notes.put(subject_id, task):
                self._celery.send_task(task, args=(subject_id,), headers=_trace(), retry=False)
        except _AWAY as error:
            log.warning("hint_lost", subject_id=subject_id, error=type(error).__name__)
            return False
        return True

    def take_back(self, subject_id: str, task: str = RECALCULATE) -> None:
        """Let the next change send a hint of its own."""
        try:
            self._notes.remove(subject_id, task)
        except _AWAY as error:
            log.warning("hint_not_taken_back", subject_id=subject_id, error=type(error).__name__)

    def forget(self, subject_id: str) -> None:
        """Remove every note and message about a subject, those that a worker holds included."""
        try:
            self._notes.forget(subject_id)
        except _AWAY as error:
            # What is left names an id and nothing else, and goes as soon as a worker looks at it.
            log.warning("hints_not_forgotten", error=type(error).__name__)

    def close(self) -> None:
        self._celery.close()
        self._notes.close()


def _trace() -> dict[str, str]:
    """The request that leads to the task; a change that rides on another's hint is found by its subject."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return {} if request_id is None else {"request_id": str(request_id)}
