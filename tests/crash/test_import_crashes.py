"""Something dies in the middle of an import: every record is there exactly once, and the score is the file's."""

import datetime as dt
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from server.db.broker import redis_client
from server.demo.generator import generate
from tests.running import KOUBEI, RULES, Koubei, command, eventually, score_from_file, write

log = logging.getLogger(__name__)

DAY = dt.date(2026, 11, 20)
# Both ways: what the cases put in and the ledger lacks, and the other way round.
DIFFERENCE = """
WITH cases_sum AS (
  SELECT one->>0 AS series, date '0001-01-01' + (one->>1)::int - 1 AS day, date '0001-01-01' + (one->>2)::int - 1
    AS known_on, (one->>3)::int8 AS parts, sum((one->>4)::int8) AS numerator, sum((one->>5)::int8) AS denominator
  FROM cases, json_array_elements(contributions) AS one WHERE subject_id = %s GROUP BY 1, 2, 3, 4
  HAVING sum((one->>4)::int8) <> 0 OR sum((one->>5)::int8) <> 0
), own AS (
  SELECT series, day, known_on, parts, numerator, denominator FROM ledger
  WHERE subject_id = %s AND (numerator <> 0 OR denominator <> 0)
)
(SELECT 'cases', * FROM (SELECT * FROM cases_sum EXCEPT SELECT * FROM own) AS lacking)
UNION ALL (SELECT 'ledger', * FROM (SELECT * FROM own EXCEPT SELECT * FROM cases_sum) AS too_much)
"""


class Shop(NamedTuple):
    records: list[dict[str, Any]]
    score: dict[str, Any]

    def as_of(self, subject: str) -> list[dict[str, Any]]:
        return [{**one, "id": subject} if one["kind"] == "subject" else one for one in self.records]


@pytest.fixture(scope="module")
def shop() -> Shop:
    records = list(generate(seed=17, last_day=DAY, days=45, orders_per_day=55, official=20))
    return Shop(records, score_from_file(records, str(DAY), "shop"))


def children(pid: int) -> list[int]:
    ask = [shutil.which("ps") or "ps", "-o", "pid=", "--ppid", str(pid)]
    return [int(word) for word in subprocess.run(ask, capture_output=True, text=True, check=False).stdout.split()]


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def kill_worker(koubei: Koubei) -> None:
    main = koubei.pid("worker")
    kill(*children(main), main)


def kill_pool(koubei: Koubei) -> None:
    kill(*children(koubei.pid("worker")))


def kill_tick(koubei: Koubei) -> None:
    kill(koubei.pid("tick"))


def kill_web(koubei: Koubei) -> None:
    kill(koubei.pid("web"))


def flush(koubei: Koubei) -> None:
    with redis_client(koubei.address.broker_url) as broker:
        broker.flushall()


def kill_valkey(koubei: Koubei) -> None:
    kill(koubei.pid("valkey"))


def kill_postgres(koubei: Koubei) -> None:
    kill(koubei.pid("postgres"))


@pytest.mark.parametrize(
    ("crash", "trace"),
    [
        (kill_worker, "worker ended unexpectedly (SIGKILL)"),
        (kill_pool, "exited with 'signal 9 (SIGKILL)'"),
        (kill_tick, "tick ended unexpectedly (SIGKILL)"),
        (kill_web, "web ended unexpectedly (SIGKILL)"),
        (flush, ""),
        (kill_valkey, "valkey ended unexpectedly (SIGKILL)"),
        (kill_postgres, "postgres ended unexpectedly (SIGKILL)"),
    ],
    ids=["worker", "pool", "tick", "web", "broker-flushed", "broker", "database"],
)
def test_an_import_survives(koubei: Koubei, shop: Shop, tmp_path: Path, crash: Callable[[Koubei], None], trace: str):
    subject = crash.__name__
    records = shop.as_of(subject)
    file = write(tmp_path / "shop.ndjson", records)
    chance = random.Random(subject)
    after = chance.randint(2, 8)  # batches of 500
    words = [*KOUBEI, "import", "--home", str(koubei.home), "--json", str(file)]
    stored = "SELECT count(*) FROM receipts WHERE subject_id = %s"
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
        eventually(
            lambda: koubei.rows(stored, subject)[0][0] >= after or client.poll() is not None,
            f"{after} batches to be stored",
            koubei.messages,
        )
        time.sleep(chance.uniform(0, 0.1))
        assert client.poll() is None, f"it was through before the crash: {client.communicate()}"
        crash(koubei)
        out, errors = client.communicate(timeout=60)
    if client.returncode != 0:  # it broke off, in words; so it is repeated
        assert (client.returncode, errors.count("\n")) == (2, 1), errors
        out = command("import", "--home", str(koubei.home), "--json", str(file)).stdout
    assert json.loads(out)["lines"] == len(records)

    eventually(lambda: trace in koubei.messages(), f"a trace of the crash: {trace}", koubei.messages)
    versions = "SELECT input_version, scored_version FROM subjects WHERE id = %s"
    began = time.monotonic()
    eventually(
        lambda: len(set(koubei.rows(versions, subject)[0])) == 1,
        f"scored_version to reach input_version, {koubei.rows(versions, subject)}",
        koubei.messages,
    )
    log.info("%s: import ended with %d, scored %.1f s after it", subject, client.returncode, time.monotonic() - began)
    distinct = Counter(kind for kind, _ in {(one["kind"], one["id"]) for one in records})
    assert dict(koubei.rows("SELECT kind, count(*) FROM records WHERE subject_id = %s GROUP BY 1", subject)) == distinct
    assert koubei.rows(DIFFERENCE, subject, subject) == []
    answer = koubei.get(f"/subjects/{subject}/score?as_of={DAY}&rules={RULES}")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {**shop.score, "subject": subject}
    [(scored,)] = koubei.rows("SELECT max(input_version) FROM scores WHERE subject_id = %s", subject)
    assert scored == koubei.rows(versions, subject)[0][0]
    koubei.erase(subject)  # or what lies ahead of it is worked out while the next crash happens
