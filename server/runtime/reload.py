"""New code and settings under a running koubei: `koubei reload`, or SIGUSR1 to the process of `koubei up`.

Of each program a new one is started beside the old, which then finishes what it has begun: both listen on the port for
a moment, so no request is turned away. PostgreSQL and Valkey stay as they are.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import msgspec

from server.runtime.address import Address
from server.runtime.child import Child, Command
from server.runtime.home import Home
from server.runtime.report import Report
from server.runtime.supervisor import Supervisor
from server.runtime.texts import StartError
from server.settings import Settings, SettingsError

SIGNAL = getattr(signal, "SIGUSR1", None)
"""None where the system has none; there `koubei up` has to be started anew."""

# What a program that runs beside the old one cannot have differently.
_FIXED = ("home", "host", "port", "database_url", "broker_url")

Programs = Callable[[Settings, Address], tuple[tuple[Command, str], ...]]


class Reload:
    """Waits for the signal; `look` does what it asked for, in the thread that watches the programs."""

    def __init__(
        self,
        supervisor: Supervisor,
        settings: Settings,
        again: Callable[[], Settings],
        address: Address,
        programs: Programs,
        report: Report,
    ) -> None:
        """`again` reads the settings as they are now."""
        self._supervisor, self._settings, self._again = supervisor, settings, again
        self._address, self._programs, self._report = address, programs, report
        self._asked = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        if SIGNAL is None:
            yield
            return

        def ask(_number: int, _frame: FrameType | None) -> None:
            self._asked = True

        before = signal.signal(SIGNAL, ask)
        try:
            yield
        finally:
            signal.signal(SIGNAL, before)

    def look(self) -> None:
        if not self._asked:
            return
        self._asked = False
        home = Home.at(self._settings.home)
        problem = None
        try:
            settings = self._again()
            self._check(settings)
            self._migrate()
            # The web server first: if the new one does not start, everything is as it was.
            for command, step in reversed(self._programs(settings, self._address)):
                self._supervisor.replace(Child(command, home), step)
        except (SettingsError, StartError) as error:
            problem = self._report.words(error) if isinstance(error, StartError) else str(error)
            self._report.say("reload_refused", reason=problem)
        else:
            self._settings = settings
            self._report.say("reloaded")
        self._address = msgspec.structs.replace(
            self._address, reloads=self._address.reloads + 1, reload_problem=problem
        )
        self._address.write(home.server_json)

    def _check(self, settings: Settings) -> None:
        changed = [name for name in _FIXED if getattr(settings, name) != getattr(self._settings, name)]
        if (settings.tls_certificate is None) != (self._settings.tls_certificate is None):
            changed.append("tls_certificate")
        if changed:
            raise StartError("restart_needed", names=", ".join(changed))

    def _migrate(self) -> None:
        """By the new code, in a process of its own: this one still is the old."""
        env = {"KOUBEI_HOME": self._address.home, "KOUBEI_DATABASE_URL": self._address.database_url}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "server", "migrate"],
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
            raise StartError("database_unusable", reason=lines[-1])
