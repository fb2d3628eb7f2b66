"""Each task says whose request it goes back to, how long it took and what became of it."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from celery import Task
from celery.signals import task_failure, task_postrun, task_prerun

log = structlog.get_logger()
_began: dict[str, float] = {}


Count = Callable[[str, str, float], None]
"""Takes a task's name, what became of it, and the seconds it took."""


def register(count: Count) -> None:
    """Listen to the tasks of this process; the newest `count` is told of each."""
    task_prerun.connect(_begin, weak=False, dispatch_uid="koubei.begin")
    task_failure.connect(_fail, weak=False, dispatch_uid="koubei.fail")
    task_postrun.disconnect(dispatch_uid="koubei.end")
    task_postrun.connect(partial(_end, count), weak=False, dispatch_uid="koubei.end")


def _begin(task_id: str, task: Task[Any, Any], **_signal: object) -> None:
    _began[task_id] = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)
    given = (task.request.headers or {}).get("request_id") or task.request.get("request_id")
    if given:
        structlog.contextvars.bind_contextvars(request_id=str(given))


def _fail(exception: BaseException, **_signal: object) -> None:
    log.error("task_failed", exc_info=exception)


def _end(count: Count, task_id: str, task: Task[Any, Any], state: str | None, **_signal: object) -> None:
    outcome = str(state).lower()
    seconds = round(time.perf_counter() - _began.pop(task_id, time.perf_counter()), 4)
    count(task.name, outcome, seconds)
    log.info("task", outcome=outcome, seconds=seconds)
    structlog.contextvars.clear_contextvars()
