"""What one Flask app was built from, reachable while it handles a request."""

import threading
from dataclasses import dataclass

from flask import current_app

from server.db.broker import RECALCULATE
from server.db.engine import Database
from server.db.hints import Hints
from server.http.limits import RateLimits
from server.http.silence import Silence
from server.settings import Settings

KEY = "koubei"


@dataclass(frozen=True)
class State:
    """`hints` is None where the app runs without a broker; the worker's tick then finds what to do.

    `bodies` is how many requests may wait for their bodies at a time, `silence` ends the waiting for a dead one.
    """

    settings: Settings
    database: Database
    hints: Hints | None
    limits: RateLimits
    bodies: threading.Semaphore
    silence: Silence

    def close(self) -> None:
        self.silence.close()
        self.database.dispose()
        if self.hints is not None:
            self.hints.close()


def state() -> State:
    found: State = current_app.extensions[KEY]
    return found


def database() -> Database:
    return state().database


def hint(subject_id: str, task: str = RECALCULATE) -> None:
    """Tell the broker, once the transaction is committed, that a subject awaits its score, or another task."""
    hints = state().hints
    if hints is not None:
        hints.give(subject_id, task)


def forget(subject_id: str) -> None:
    """Take an erased subject out of the broker too."""
    hints = state().hints
    if hints is not None:
        hints.forget(subject_id)
