"""The Celery app of the worker: settings, one database for the process, the tasks."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from celery import Celery
from celery.signals import task_failure, worker_process_init, worker_process_shutdown
from sqlalchemy.exc import SQLAlchemyError

from server.db import counters, jobs
from server.db.broker import DAILY, OUTLOOK, RECALCULATE, SUBJECT_TASKS, TICK
from server.db.engine import Database
from server.db.hints import Hints
from server.db.pack_folder import PackFolder
from server.settings import Settings
from worker import daily, outlook, recalculate, retention, tick, tracing
from worker.clock import clocked_app

log = structlog.get_logger()


class Worker:
    """What the tasks share inside one process. Connects only when a task needs it, never before a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database: Database | None = None
        self._hints: Hints | None = None
        self._packs = PackFolder(settings.home)
        self.celery = clocked_app(settings, consumes=True)  # for `celery worker --beat`; `koubei up` has worker.beat
        # Without `typing=False` Celery counts a method's `self` among the arguments, and beat refuses to send the tick.
        self.celery.task(name=RECALCULATE, typing=False)(self.recalculate)
        self.celery.task(name=DAILY, typing=False)(self.daily)
        self.celery.task(name=OUTLOOK, typing=False)(self.outlook)
        self.celery.task(name=TICK, typing=False)(self.tick)

    @property
    def database(self) -> Database:
        if self._database is None:
            self._database = Database.at(str(self._settings.database_url), threads=2)
        return self._database

    @property
    def hints(self) -> Hints:
        if self._hints is None:
            self._hints = Hints(str(self._settings.broker_url))
        return self._hints

    def recalculate(self, subject_id: str) -> None:
        self._attempt(RECALCULATE, subject_id, self._recalculate)

    def daily(self, subject_id: str) -> None:
        self._attempt(DAILY, subject_id, self._daily)

    def outlook(self, subject_id: str) -> None:
        self._attempt(OUTLOOK, subject_id, self._outlook)

    def tick(self) -> None:
        self._packs.tell()
        gate, now = self.database.gate, dt.datetime.now(dt.UTC)
        for task, due in (
            (RECALCULATE, tick.unscored(gate)),
            (DAILY, daily.due(gate, now)),
            (OUTLOOK, outlook.due(gate, now)),
        ):
            resting = jobs.resting(gate, task, now)
            for subject_id in due:
                if subject_id not in resting:
                    self.hints.give(subject_id, task)

    def failed(self, sender: Any, exception: BaseException, args: Sequence[str], **_signal: object) -> None:
        """Count the failure of a task: where it ran, or in the parent of a process that was killed or out of time."""
        if sender.name not in SUBJECT_TASKS:
            return
        database = Database.at(str(self._settings.database_url), threads=1)  # the parent keeps none across its forks
        try:
            jobs.failed(database.app, args[0], sender.name, exception, dt.datetime.now(dt.UTC))
        except SQLAlchemyError as error:  # then the tick finds the task still to be done
            log.warning("failure_not_counted", subject_id=args[0], task=sender.name, error=type(error).__name__)
        finally:
            database.dispose()

    def _attempt(self, task: str, subject_id: str, work: Callable[[str], bool]) -> None:
        """Do a task unless it rests after a failure. `work` tells whether it is done; an exception goes to `failed`."""
        self._packs.tell()
        self.hints.take_back(subject_id, task)
        job = jobs.find(self.database.app, subject_id, task)
        if job is not None and jobs.rests(job, dt.datetime.now(dt.UTC)):
            return
        if work(subject_id) and job is not None:
            jobs.succeeded(self.database.app, subject_id, task)

    def _recalculate(self, subject_id: str) -> bool:
        if recalculate.run(self.database.app, subject_id) is None:
            return False  # whoever is at it looks afterwards for what came meanwhile
        # Input that came meanwhile: its own hint may have met this very calculation, and given up.
        if recalculate.is_behind(self.database.app, subject_id):
            self.hints.give(subject_id)
        elif outlook.is_due(self.database.app, subject_id, dt.datetime.now(dt.UTC)):
            self.hints.give(subject_id, OUTLOOK)
        return True

    def _daily(self, subject_id: str) -> bool:
        daily.run(self.database.app, subject_id, dt.datetime.now(dt.UTC))
        removed = retention.run(self.database.app, subject_id, dt.datetime.now(dt.UTC))
        if any(removed):
            with self.database.gate.begin() as gate:
                rows = removed._asdict().items()
                counters.add(gate, {counters.Key(counters.EXPIRED, sort): count for sort, count in rows if count})
        return True

    def _outlook(self, subject_id: str) -> bool:
        outlook.run(self.database.app, subject_id, dt.datetime.now(dt.UTC))
        return True

    def count(self, task: str, outcome: str, seconds: float) -> None:
        """Add a run to the counters; a database that is away costs the count and nothing else."""
        try:
            with self.database.gate.begin() as gate:
                counters.add(gate, counters.of_run(task, outcome, seconds))
        except SQLAlchemyError as error:
            log.warning("run_not_counted", task=task, error=type(error).__name__)

    def close(self, **_signal: object) -> None:
        if self._database is not None:
            self._database.dispose()
        if self._hints is not None:
            self._hints.close()
        self._database = self._hints = None


def create_app(settings: Settings) -> Celery:
    worker = Worker(settings)
    tracing.register(worker.count)
    task_failure.connect(worker.failed, weak=False)
    worker_process_init.connect(worker.close, weak=False)
    worker_process_shutdown.connect(worker.close, weak=False)
    return worker.celery
