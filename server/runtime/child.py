"""A program beside the services: how to start it, and how to tell that it is ready."""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from server.runtime.home import Home
from server.runtime.process import Process
from server.runtime.texts import StartError

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Command:
    """`words` must hold the home's path somewhere (see Process). `ready` is asked until true; None: not waited for.

    `says` is what it writes when it begins to serve: another one may be answering in its place.
    """

    name: str
    words: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    says: str = ""
    ready_seconds: float = 60.0


class Child:
    def __init__(self, command: Command, home: Home) -> None:
        self.name = command.name
        self._command = command
        self._process = Process(command.name, home)

    @property
    def log(self) -> Path:
        return self._process.log

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def start(self, *, beside: bool = False) -> None:
        """`beside`: one of the same name runs, about to be replaced. Errors: StartError `ended_early`, `not_ready`."""
        self._process.start(self._command.words, env=self._command.env, beside=beside)
        try:
            self._await_ready()
        except BaseException:
            self._process.stop()
            raise

    def poll(self) -> int | None:
        return self._process.poll()

    def stop(self) -> None:
        self._process.stop()

    def _await_ready(self) -> None:
        ready, seconds = self._command.ready, self._command.ready_seconds
        deadline = time.monotonic() + seconds
        while ready is not None:
            status = self._process.poll()
            if status is not None:
                raise self._process.ended_early(status)
            if self._command.says in self._process.output() and ready():
                return
            if time.monotonic() > deadline:
                raise StartError("not_ready", name=self.name, seconds=f"{seconds:.0f}", log=self.log)
            time.sleep(_POLL_SECONDS)


def answers(host: str, port: int, path: str, *, tls: bool = False) -> bool:
    """Whether something speaks HTTP there without failing; asks directly, whatever proxy the environment names."""
    connection = _unverified(host, port) if tls else HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _unverified(host: str, port: int) -> HTTPSConnection:
    """Nothing is told and nothing believed but that it answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection(host, port, timeout=2, context=context)
