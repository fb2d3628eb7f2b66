"""Where a running koubei is found: `server.json` in its home, written when it is ready, removed when it stops."""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from server.runtime import lock
from server.runtime.home import Home


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """`started_here` is false when another process was found running. The URLs may hold passwords: file mode 0600.

    `certificate` is the file of the server's own, where it speaks TLS. `reloads` counts what `koubei reload` asked for,
    `reload_problem` says why the last one was refused.
    """

    url: str
    pid: int
    started_at: datetime
    home: str
    database_url: str
    broker_url: str
    certificate: str | None = None
    started_here: bool = False
    reloads: int = 0
    reload_problem: str | None = None

    @classmethod
    def new(
        cls, *, url: str, home: Home, database_url: str, broker_url: str, certificate: str | None = None
    ) -> "Address":
        return cls(
            url=url,
            pid=os.getpid(),
            started_at=datetime.now(UTC),
            home=str(home.root),
            database_url=database_url,
            broker_url=broker_url,
            certificate=certificate,
            started_here=True,
        )

    def write(self, path: Path) -> None:
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_bytes(msgspec.json.encode(msgspec.structs.replace(self, started_here=False)))
        draft.replace(path)


def running(home: Home) -> Address | None:
    """The koubei that runs in `home` and is ready. A file left by a killed one is not believed."""
    holder = lock.holder(home.lock)
    if holder is None:
        return None
    try:
        address = msgspec.json.decode(home.server_json.read_bytes(), type=Address)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return address if address.pid == holder else None
