"""Ends the waiting for bodies whose sender has fallen silent: the web server offers no deadline for a read.

While a read waits for too long, the connections from its address that have carried nothing either way for as long are
shut for reading. The read then ends there, its answer can still be sent, and the thread is free. What else such a
connection can be: one that idles between two requests, which its client opens anew, or one whose answer takes us longer
than that, which is asked for again. The kernel tells all this of a connection on Linux only; elsewhere nothing is done.
"""

import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# struct tcp_info: eight bytes, then numbers of four bytes each.
_SENT, _RECEIVED = 9, 11
_NUMBERS = struct.Struct("8x13I")


@dataclass(eq=False)
class Waiting:
    """A body on its way. `cut`: it was given up."""

    address: str
    began: float = field(default_factory=time.monotonic)
    cut: bool = False


class Silence:
    """`patience`: seconds without a byte. `longest`: seconds that even a body which trickles may take."""

    def __init__(self, port: int, *, patience: float, longest: float) -> None:
        self._port, self._patience, self._longest = port, patience, longest
        self._waiting: set[Waiting] = set()
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None
        self._closed = threading.Event()

    @contextmanager
    def bounded(self, address: str) -> Iterator[Waiting]:
        """While a body is read that comes from there."""
        one = Waiting(_plain(address))
        with self._lock:
            self._waiting.add(one)
            if self._watcher is None and sys.platform == "linux":
                self._watcher = threading.Thread(target=self._watch, name="silence", daemon=True)
                self._watcher.start()
        try:
            yield one
        finally:
            with self._lock:
                self._waiting.discard(one)

    def close(self) -> None:
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(self._patience / 4):
            with self._lock:
                late = [one for one in self._waiting if time.monotonic() - one.began > self._patience]
            if late:
                self._cut(late)

    def _cut(self, late: list[Waiting]) -> None:
        for connection in _connections(self._port):
            with suppress(OSError):  # it ended meanwhile
                self._look_at(connection, late)

    def _look_at(self, connection: socket.socket, late: list[Waiting]) -> None:
        silent, unanswered = _quiet_seconds(connection)
        address = _plain(connection.getpeername()[0])
        concerned = [one for one in late if one.address == address]
        waited = max((time.monotonic() - one.began for one in concerned), default=0.0)
        if concerned and (silent > self._patience or min(waited, unanswered) > self._longest):
            for one in concerned:
                one.cut = True
            connection.shutdown(socket.SHUT_RD)


def _plain(address: str) -> str:
    return address.removeprefix("::ffff:")


def _connections(port: int) -> Iterator[socket.socket]:
    """Those of this process's own port, each by a descriptor of our own: the server may close its at any time."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            descriptor = os.dup(int(entry.name))
        except OSError:  # closed meanwhile
            continue
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            continue
        with socket.socket(fileno=descriptor) as one:
            if one.family in {socket.AF_INET, socket.AF_INET6} and one.getsockname()[1] == port:
                yield one


def _quiet_seconds(connection: socket.socket) -> tuple[float, float]:
    """How long nothing has come and gone, and how long nothing has gone."""
    if sys.platform != "linux":
        return 0.0, 0.0
    numbers = _NUMBERS.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _NUMBERS.size))
    sent, received = numbers[_SENT] / 1000, numbers[_RECEIVED] / 1000
    return min(sent, received), sent
