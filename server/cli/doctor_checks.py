"""What can keep a koubei from doing its work: each check says what it found, and which text tells what to do."""

import datetime as dt
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import requests

from server.db.broker import is_postgres, why_away
from server.db.engine import psycopg_url
from server.db.migrate import head
from server.runtime import lock
from server.runtime.address import Address, running
from server.runtime.home import Home
from server.runtime.programs import binaries, check_major
from server.runtime.run import starts_valkey
from server.runtime.texts import StartError
from server.runtime.valkey import binary
from server.settings import Settings

LEAST_FREE = 1 << 30
LONGEST_QUEUE = dt.timedelta(minutes=5)
LARGEST_SKEW = dt.timedelta(seconds=5)
_PATIENCE = 5


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`code` names a text of doctor_texts.py with its `params`; where it is not `ok`, there is something to do."""

    check: str
    ok: bool
    code: str
    params: Mapping[str, str | int | float] = {}


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check, from the ground up; those that need a running koubei only where one runs."""
    home = Home.at(settings.home)
    yield _home(home)
    yield _disk(home)
    yield from _binaries(settings, home)
    address = running(home)
    if address is None:
        yield _not_running(home)
        yield _port(settings)
        return
    yield Finding(check="running", ok=True, code="running", params={"url": address.url, "pid": address.pid})
    yield from _database(address)
    yield _broker(address)
    yield from _web(address)


def _home(home: Home) -> Finding:
    folder = home.root
    if not folder.exists():
        return Finding(check="home", ok=True, code="home_new", params={"path": str(folder)})
    probe = folder / ".doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(check="home", ok=False, code="home_unusable", params={"path": str(folder), "reason": why})
    return Finding(check="home", ok=True, code="home_good", params={"path": str(folder)})


def _disk(home: Home) -> Finding:
    there = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    code = "disk_good" if free >= LEAST_FREE else "disk_full"
    return Finding(check="disk", ok=free >= LEAST_FREE, code=code, params={"path": str(there), "mb": free // 10**6})


def _binaries(settings: Settings, home: Home) -> Iterator[Finding]:
    if not starts_valkey(settings) and settings.broker_url is None:
        yield Finding(check="valkey_programs", ok=True, code="programs_not_needed", params={"name": "valkey"})
    for name, own, url in (
        ("postgres", settings.database_url is None, settings.database_url),
        ("valkey", starts_valkey(settings), settings.broker_url),
    ):
        if url is not None:
            yield Finding(check=f"{name}_programs", ok=True, code="programs_elsewhere", params={"name": name})
        if not own:
            continue
        try:
            program = binaries() / "postgres" if name == "postgres" else binary()
            yield _program(name, program)
            if name == "postgres" and home.postgres.exists():
                yield _data(home, program.parent)
        except StartError as missing:
            params = {"name": name, "reason": str(missing)}
            yield Finding(check=f"{name}_programs", ok=False, code="programs_missing", params=params)


def _program(name: str, program: Path) -> Finding:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=_PATIENCE)
    except (OSError, subprocess.SubprocessError) as error:
        params = {"name": name, "reason": str(error)}
        return Finding(check=f"{name}_programs", ok=False, code="programs_missing", params=params)
    version = done.stdout.strip()
    return Finding(check=f"{name}_programs", ok=True, code="programs_good", params={"name": name, "version": version})


def _data(home: Home, programs: Path) -> Finding:
    try:
        check_major(home, programs)
    except (StartError, OSError, subprocess.SubprocessError) as problem:
        if isinstance(problem, StartError) and problem.key == "other_major":
            params = {name: str(problem.params[name]) for name in ("path", "found", "expected")}
            return Finding(check="data", ok=False, code="data_of_other_major", params=params)
        return Finding(check="data", ok=False, code="data_broken", params={"reason": str(problem)})
    return Finding(check="data", ok=True, code="data_good", params={"path": str(home.postgres)})


def _not_running(home: Home) -> Finding:
    pid = lock.holder(home.lock)
    if pid is None:
        return Finding(check="running", ok=False, code="not_running", params={"path": str(home.root)})
    return Finding(check="running", ok=False, code="not_ready", params={"pid": pid})


def _port(settings: Settings) -> Finding:
    params: dict[str, str | int | float] = {"host": settings.host, "port": settings.port}
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        return Finding(check="port", ok=False, code="port_busy", params={**params, "reason": error.strerror or ""})
    return Finding(check="port", ok=True, code="port_free", params=params)


def _database(address: Address) -> Iterator[Finding]:
    url = psycopg_url(address.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(url, connect_timeout=_PATIENCE) as connection:
            yield Finding(check="database", ok=True, code="answers", params={"name": "postgres"})
            yield from _schema(connection)
            yield from _queue(connection)
            yield _jobs(connection)
    except psycopg.Error as error:
        params = {"name": "postgres", "reason": " ".join(str(error).split())}
        yield Finding(check="database", ok=False, code="no_answer", params=params)


def _schema(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    found = row[0] if row else "-"
    code = "schema_good" if found == head() else "schema_other"
    yield Finding(check="migrations", ok=found == head(), code=code, params={"found": found, "needed": head()})


def _queue(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = connection.execute(
        "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(changed_at)), 0)::float8,"
        " extract(epoch FROM clock_timestamp())::float8 FROM subjects WHERE input_version > scored_version"
    ).fetchone()
    waiting, age, now = row or (0, 0.0, 0.0)
    late = age > LONGEST_QUEUE.total_seconds()
    params = {"subjects": waiting, "seconds": round(age)}
    yield Finding(check="queue", ok=not late, code="queue_late" if late else "queue_good", params=params)
    yield _skew("clock_database", dt.datetime.fromtimestamp(now, dt.UTC))


def _jobs(connection: psycopg.Connection[Any]) -> Finding:
    rows = connection.execute(
        "SELECT subject_id, task, reason FROM jobs WHERE state = 'parked' ORDER BY 1, 2"
    ).fetchall()
    if not rows:
        return Finding(check="jobs", ok=True, code="jobs_good")
    params = dict(zip(("subject", "task", "reason"), rows[0], strict=True)) | {"count": len(rows)}
    return Finding(check="jobs", ok=False, code="jobs_parked", params=params)


def _skew(check: str, told: dt.datetime) -> Finding:
    seconds = abs((dt.datetime.now(dt.UTC) - told).total_seconds())
    ok = seconds <= LARGEST_SKEW.total_seconds()
    return Finding(check=check, ok=ok, code="clock_good" if ok else "clock_off", params={"seconds": round(seconds, 1)})


def _broker(address: Address) -> Finding:
    name = "pgmq" if is_postgres(address.broker_url) else "valkey"
    reason = why_away(address.broker_url)
    if reason is not None:
        return Finding(check="broker", ok=False, code="no_answer", params={"name": name, "reason": reason})
    return Finding(check="broker", ok=True, code="answers", params={"name": name})


def _web(address: Address) -> Iterator[Finding]:
    session = requests.Session()
    session.trust_env = False
    try:
        answer = session.get(f"{address.url}/health/ready", timeout=_PATIENCE, verify=address.certificate or True)
    except requests.RequestException as error:
        params = {"name": "web", "reason": type(error).__name__}
        yield Finding(check="web", ok=False, code="no_answer", params=params)
        return
    finally:
        session.close()
    if answer.ok:
        yield Finding(check="web", ok=True, code="answers", params={"name": "web"})
    else:
        params = {"name": "web", "reason": f"{answer.status_code} {answer.reason}"}
        yield Finding(check="web", ok=False, code="no_answer", params=params)
    if "Date" in answer.headers:
        yield _skew("clock_web", parsedate_to_datetime(answer.headers["Date"]))
