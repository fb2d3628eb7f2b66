"""Keeps a few programs running in order: starts them, restarts what crashes, stops them in reverse."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from server.runtime.log_file import rotate
from server.runtime.process import describe
from server.runtime.report import Report
from server.runtime.texts import StartError

_WATCH_SECONDS = 0.25
_FIRST_DELAY = 0.5
_LONGEST_DELAY = 30.0
# Whoever has lived this long starts again with the first delay.
_HEALTHY_SECONDS = 60.0


class Unit(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    def start(self) -> None:
        """Return once it is ready. Errors: StartError."""

    def poll(self) -> int | None:
        """Return the exit status once it has ended."""

    def stop(self) -> None:
        """End it and wait; nothing when it does not run."""


class Successor(Unit, Protocol):
    def start(self, *, beside: bool = False) -> None:
        """`beside` the one it replaces."""


@dataclass
class _Watched:
    unit: Unit
    since: float
    delay: float = _FIRST_DELAY
    due: float | None = None  # when to start it again; None while it runs


class Supervisor:
    def __init__(self, report: Report, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._clock = clock
        self._watched: list[_Watched] = []

    def start(self, unit: Unit, step: str) -> None:
        with self._report.step(step):
            unit.start()
        self._watched.append(_Watched(unit, since=self._clock()))

    def replace(self, unit: Successor, step: str) -> None:
        """Start a unit beside the one of its name, and end that one once the new one serves. Errors: StartError."""
        watched = next(one for one in self._watched if one.unit.name == unit.name)
        with self._report.step(step):
            unit.start(beside=True)
        before, watched.unit = watched.unit, unit
        watched.due, watched.since, watched.delay = None, self._clock(), _FIRST_DELAY
        with self._report.step("step_stop", name=before.name):
            before.stop()

    def watch(self, until: Callable[[], bool], each: Callable[[], None] = lambda: None) -> None:
        """Restart what crashes until `until()`, `each()` between; a signal to stop ends it by KeyboardInterrupt."""
        while not until():
            for watched in self._watched:
                self._look_at(watched)
                rotate(watched.unit.log)
            each()
            time.sleep(_WATCH_SECONDS)

    def stop(self) -> None:
        """In reverse order; each is waited for. Ctrl-C meanwhile hurries the one being waited for."""
        while self._watched:
            unit = self._watched[-1].unit
            try:
                with self._report.step("step_stop", name=unit.name):
                    unit.stop()
            except KeyboardInterrupt:
                continue  # it came between two waits: ask the same one again
            self._watched.pop()

    def _look_at(self, watched: _Watched) -> None:
        unit, now = watched.unit, self._clock()
        if watched.due is None:
            status = unit.poll()
            if status is None:
                return
            if now - watched.since >= _HEALTHY_SECONDS:
                watched.delay = _FIRST_DELAY
            self._report.say("crashed", name=unit.name, status=describe(status), delay=watched.delay, log=unit.log)
            self._postpone(watched, now)
        elif now >= watched.due:
            try:
                unit.start()
            except (StartError, OSError) as problem:
                words = self._report.words(problem) if isinstance(problem, StartError) else str(problem)
                self._report.say("restart_failed", name=unit.name, problem=words)
                self._postpone(watched, self._clock())
            else:
                watched.due, watched.since = None, self._clock()
                self._report.say("restarted", name=unit.name)

    @staticmethod
    def _postpone(watched: _Watched, now: float) -> None:
        watched.due = now + watched.delay
        watched.delay = min(2 * watched.delay, _LONGEST_DELAY)


@contextmanager
def stop_signals() -> Iterator[None]:
    """SIGTERM and a closed terminal count as Ctrl-C: they raise KeyboardInterrupt in the main thread."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    before = {number: signal.signal(number, interrupt) for name in names if (number := getattr(signal, name, None))}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
