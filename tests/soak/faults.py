"""What can happen to a running koubei, each as something to do to it while it works."""

import contextlib
import datetime as dt
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import requests
from psycopg import sql

from server.db.broker import QUEUES, is_postgres, redis_client
from server.db.engine import psycopg_url
from tests.crash.test_import_crashes import kill_postgres, kill_tick, kill_valkey, kill_web, kill_worker
from tests.running import Koubei, eventually

Fault = Callable[[Koubei], None]

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
IDLE = 1000
MOUNT, UMOUNT = (shutil.which(name) or name for name in ("mount", "umount"))
SLOW = 40


def flush(koubei: Koubei) -> None:
    """The broker forgets everything."""
    url = koubei.address.broker_url
    if not is_postgres(url):
        with redis_client(url) as broker:
            broker.flushall()
        return
    with owner(koubei) as connection:
        for table in (*(sql.Identifier("pgmq", f"q_{queue}") for queue in QUEUES), sql.Identifier("hints")):
            connection.execute(sql.SQL("DELETE FROM {}").format(table))


@contextlib.contextmanager
def owner(koubei: Koubei) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    url = psycopg_url(koubei.address.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def dated_ahead(koubei: Koubei) -> None:
    """What a clock that was a day ahead has left behind when it has been set back."""
    with owner(koubei) as connection:
        for table, column in (("subjects", "changed_at"), ("subjects", "outlook_at"), ("hints", "given_at")):
            connection.execute(f"UPDATE {table} SET {column} = {column} + interval '1 day'")  # type: ignore[arg-type]  # noqa: S608 -- names
    if not is_postgres(koubei.address.broker_url):
        with redis_client(koubei.address.broker_url) as broker:
            for key in broker.scan_iter("koubei:hint:*"):
                broker.expire(key, dt.timedelta(days=1))
            for queue in QUEUES:
                broker.delete(queue)


def slow_clients(koubei: Koubei) -> None:
    """Bodies that come drop by drop and are never whole, more of them than there are places for bodies."""
    sockets = [_connect(koubei) for _ in range(SLOW)]
    head = f"POST /v1/subjects/drip/batches HTTP/1.1\r\nHost: 127.0.0.1:{koubei.port}\r\n"
    head += f"Authorization: Bearer {koubei.token}\r\nContent-Type: application/json\r\nIdempotency-Key: drip\r\n"
    head += "Content-Length: 5000\r\n\r\n"
    for one in sockets:
        one.sendall(head.encode())
    for _ in range(10):
        for one in sockets:
            with contextlib.suppress(OSError):  # told to go away
                one.sendall(b'{"')
        _answers(koubei)
        time.sleep(0.1)
    for one in sockets:
        one.close()


def idle_connections(koubei: Koubei) -> None:
    sockets = [_connect(koubei) for _ in range(IDLE)]
    _answers(koubei)
    for one in sockets:
        one.close()


def _connect(koubei: Koubei) -> socket.socket:
    return socket.create_connection(("127.0.0.1", koubei.port), timeout=20)


def _answers(koubei: Koubei) -> None:
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{koubei.address.url}/health/live", timeout=20).ok


def filled_disk(koubei: Koubei, *, seconds: float) -> int:
    """No byte is left on the disk of its home for a while; how many requests were then refused."""
    ballast = koubei.home / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    full = shutil.disk_usage(koubei.home).free
    time.sleep(seconds)
    ballast.unlink()
    return full


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """A disk of its own, None where this user may not have one."""
    folder.mkdir()
    words = [MOUNT, "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        eventually(
            lambda: not subprocess.run([UMOUNT, str(folder)], capture_output=True, check=False).returncode,
            "the small disk to be let go",
        )


def set_back(clock: Path, seconds: int) -> Fault:
    """Under libfaketime: whoever reads this clock believes that it is so much earlier."""

    def fault(_koubei: Koubei) -> None:
        clock.write_text(f"-{seconds}s\n")

    return fault


def memory_mb(koubei: Koubei) -> dict[str, int]:
    """Resident memory of each program with its children."""
    parents: dict[int, int] = {}
    resident: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            facts = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
            parents[int(folder.name)] = int(facts["PPid"])
            resident[int(folder.name)] = int(facts.get("VmRSS", "0").split()[0])
    found = {}
    for name in ("web", "worker", "tick", "valkey", "postgres"):
        with contextlib.suppress(OSError, ValueError):
            top = koubei.pid(name)
            family = {pid for pid in resident if top in _ancestry(pid, parents)}
            found[name] = sum(resident[pid] for pid in family) // 1024
    return found


def _ancestry(pid: int, parents: dict[int, int]) -> set[int]:
    found = {pid}
    while (pid := parents.get(pid, 0)) and pid not in found:
        found.add(pid)
    return found


KILLS: dict[str, Fault] = {
    "web": kill_web,
    "worker": kill_worker,
    "tick": kill_tick,
    "valkey": kill_valkey,
    "postgres": kill_postgres,
}
OTHERS: dict[str, Fault] = {
    "flushall": flush,
    "dated-ahead": dated_ahead,
    "slow-clients": slow_clients,
    "idle-connections": idle_connections,
}
