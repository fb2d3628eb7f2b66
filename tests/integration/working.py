"""A real Celery worker beside the tests' database and broker, and shops for it to score."""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from server.demo.generator import generate
from shared_scoring.decode import decode_record
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import score_history
from tests.days import today
from tests.integration.shop import rows

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.settings import Settings

NEVER = 3600


@contextmanager
def worker(
    settings: "Settings", log: Path, *, tick_seconds: int = NEVER, processes: int = 1, pool: str = "prefork"
) -> Iterator[int]:
    """`celery worker --beat` as `koubei up` starts it, ready to take hints; its pid."""
    words = [sys.executable, "-P", "-m", "celery", "--app", "worker.main", "worker", "--beat"]
    words += [
        "--schedule",
        f"{log}.beat",
        "--pool",
        pool,
        "--concurrency",
        str(processes),
        "--without-gossip",
        "--without-mingle",
    ]
    words += ["--loglevel", "info"]
    env = {
        "KOUBEI_HOME": str(settings.home),
        "KOUBEI_DATABASE_URL": str(settings.database_url),
        "KOUBEI_BROKER_URL": str(settings.broker_url),
        "KOUBEI_TICK_SECONDS": str(tick_seconds),
    }
    with log.open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **env})
    try:
        eventually(lambda: " ready." in log.read_text() or process.poll() is not None, "the worker is ready")
        assert process.poll() is None, log.read_text()
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def eventually(condition: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.02)
    return value


def versions(admin: "Engine", subject: str) -> tuple[int, int]:
    """Input and scored version."""
    [(given, done)] = rows(admin, "SELECT input_version, scored_version FROM subjects WHERE id = :id", id=subject)
    return given, done


def scored(admin: "Engine", subject: str) -> bool:
    given, done = versions(admin, subject)
    return given == done


def small_shop() -> list[dict[str, Any]]:
    """Some 600 records, up to this morning."""
    return list(generate(seed=11, last_day=today(), days=40, orders_per_day=4, official=20))


def from_file(records: Sequence[dict[str, Any]], day: dt.date, rules: str, subject: str) -> Any:
    history = History(decode_record(json.dumps(record).encode()) for record in records)
    return msgspec.to_builtins(score_history(history, bundled()[rules], day.toordinal(), subject))


def counted(admin: "Engine", subject: str) -> tuple[list[Any], list[Any]]:
    """The ledger without its empty rows, and the cases."""
    ledger = rows(
        admin,
        "SELECT series, day, known_on, parts, numerator, denominator FROM ledger"
        " WHERE subject_id = :id AND (numerator <> 0 OR denominator <> 0) ORDER BY 1, 2, 3, 4",
        id=subject,
    )
    cases = rows(
        admin,
        "SELECT case_id, contributions::text FROM cases"
        " WHERE subject_id = :id AND contributions::text <> '[]' ORDER BY 1",
        id=subject,
    )
    return [tuple(row) for row in ledger], [(case, sorted(json.loads(text))) for case, text in cases]
