"""One supervised program: its own session, its log, its pid file; it ends when its supervisor does."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from server.runtime.home import Home
from server.runtime.texts import StartError

_TAIL_LINES = 12


def command_line(pid: int) -> str:
    """What `pid` runs, its arguments joined by spaces; empty for no process and for a zombie."""
    if Path("/proc/self/cmdline").exists():  # Linux; elsewhere ask ps
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    ask = [shutil.which("ps") or "ps", "-ww", "-o", "command=", "-p", str(pid)]
    listing = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    return "" if "<defunct>" in listing else listing


def describe(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit {status}"


class Process:
    """Start and stop one program.

    `stop_signal` asks it to end cleanly, within `grace` seconds; `last_signal` follows when it does not.
    Its command line must hold the home's path: that is how a leftover of a killed supervisor is recognised.
    Start it from the main thread only: Linux sends the death signal when the starting *thread* ends.
    """

    def __init__(
        self,
        name: str,
        home: Home,
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        last_signal: signal.Signals = signal.SIGKILL,
        grace: float = 30.0,
    ) -> None:
        self.name = name
        self.home = home
        self.log = home.logs / f"{name}.log"
        self._pid_file = home.run / f"{name}.pid"
        self._stop_signal = stop_signal
        self._last_signal = last_signal
        self._grace = grace
        self._popen: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    def start(
        self,
        command: Sequence[str],
        *,
        prefix: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        beside: bool = False,
    ) -> None:
        """`prefix`: words before the command that change who runs it; they must exec, not fork.

        `beside`: the one that runs under this name is no leftover, it is about to be replaced.
        Errors: StartError `home_unusable`, on a full disk for example; nothing has been started then.
        """
        started = None
        try:
            if not beside:
                self.stop_leftover()
            started = self._launch([*prefix, *self._die_with_parent(), *command], env or {})
            self._pid_file.write_text(str(started.pid), encoding="ascii")
        except OSError as error:
            if started is not None:  # nobody would know of it
                started.send_signal(self._last_signal)
                started.wait()
            raise StartError("home_unusable", path=self.home.root, reason=error.strerror or error) from error
        self._popen = started

    def _launch(self, words: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            # Its own session: Ctrl-C in the terminal reaches the supervisor alone, which then stops all in order.
            return subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.home.root,
                env={**os.environ, **env},
                start_new_session=True,
            )

    def poll(self) -> int | None:
        """The exit status once it has ended (negative: the signal's number), else None."""
        if self._popen is None:
            return 0
        status = self._popen.poll()
        if status is not None:
            self._sweep(self._popen.pid)
        return status

    def stop(self) -> None:
        """End it and wait. A second Ctrl-C meanwhile cuts the patience short, for this program alone."""
        if self._popen is None:
            return
        with suppress(ProcessLookupError):
            self._popen.send_signal(self._stop_signal)
        try:
            self._popen.wait(self._grace)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self._popen.send_signal(self._last_signal)
            self._popen.wait()
        self._sweep(self._popen.pid)
        if self._pid_file.exists() and self._pid_file.read_text(encoding="ascii") == str(self._popen.pid):
            self._pid_file.unlink(missing_ok=True)
        self._popen = None

    def stop_leftover(self) -> None:
        """End what a supervisor that was itself killed left running."""
        content = self._pid_file.read_text(encoding="ascii") if self._pid_file.exists() else ""
        if not content.isdigit():
            return
        pid = int(content)
        for number, patience in ((self._stop_signal, self._grace), (self._last_signal, 10.0)):
            if not self.is_ours(pid):
                break
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + patience
            while self.is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        self._pid_file.unlink(missing_ok=True)

    def is_ours(self, pid: int) -> bool:
        """Whether `pid` runs on this very home, not on a neighbour whose path begins alike."""
        return re.search(re.escape(str(self.home.root)) + r"(?![^/\s])", command_line(pid)) is not None

    def output(self) -> str:
        """What it has written since it was last started."""
        with self.log.open("rb") as log:
            log.seek(min(self._log_start, log.seek(0, os.SEEK_END)))  # it may have been rotated meanwhile
            return log.read().decode(errors="replace")

    def ended_early(self, status: int) -> StartError:
        tail = "\n".join(self.output().splitlines()[-_TAIL_LINES:])
        return StartError("ended_early", name=self.name, status=describe(status), log=self.log, tail=tail)

    def _die_with_parent(self) -> list[str]:
        setpriv = shutil.which("setpriv")
        if sys.platform != "linux" or setpriv is None:
            return []  # a leftover is then found by its pid file on the next start
        return [setpriv, "--pdeathsig", self._stop_signal.name]

    def _sweep(self, group: int) -> None:
        # Children of a program that crashed would keep its port; PostgreSQL's leave the group and end by themselves.
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
