"""What the person at the terminal sees while things start, stop and fail."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console

from server.runtime.texts import StartError, text
from server.texts import Lang

_WORTH_A_LINE_SECONDS = 1.0


class Report:
    """Messages on standard error, in one language."""

    def __init__(self, lang: Lang = "zh", console: Console | None = None) -> None:
        self._lang = lang
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, key: str, **params: object) -> None:
        with suppress(OSError):  # what it says may go to a disk that is full, and must not stop what it is about
            self._console.print(text(self._lang, key, **params), markup=False)

    def words(self, problem: StartError) -> str:
        return problem.text(self._lang)

    @contextmanager
    def step(self, key: str, **params: object) -> Iterator[None]:
        """A spinner on a terminal, elsewhere a line after a second; a step that took longer leaves its time."""
        words = text(self._lang, key, **params)
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{words} …"):
                yield
        else:
            slow = threading.Timer(_WORTH_A_LINE_SECONDS, self._console.print, [f"{words} …"], {"markup": False})
            slow.start()
            try:
                yield
            finally:
                slow.cancel()
                slow.join()
        taken = time.monotonic() - started
        if taken >= _WORTH_A_LINE_SECONDS:
            self.say("took", step=words, seconds=f"{taken:.1f}")
