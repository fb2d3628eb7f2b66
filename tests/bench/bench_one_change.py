"""What one changed record costs on a small shop and on a big one: CPU of API, worker and PostgreSQL, as a ratio.

Both shops lie in one database. A change goes the way it goes for a merchant: HTTP, token, merge, case, ledger, receipt,
then the worker's recalculation of the day. The shops take turns, and the median turn of each counts.
"""

import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import psycopg

from server.cli.client import Client
from server.db import casebook
from server.db.engine import app_engine
from server.db.tenancy import tenant
from shared_scoring.decode import decode_record
from tests.bench.running import Running, koubei, result
from tests.bench.shop_file import DAYS, Fields, Shop

_SMALL = "small"
_BIG = "big"
_AT_ONCE = 5000  # records stored in one transaction while loading
_TURNS, _CHANGES = 10, 20
_TICKS = os.sysconf("SC_CLK_TCK")


def main(small: int, big: int) -> None:
    today = dt.datetime.now(dt.UTC).date()
    sizes = {_SMALL: small, _BIG: big}
    with koubei() as running, Client.of_local(running.address) as client:
        for subject, orders in sizes.items():
            client.bind(subject)
            _load(running, subject, Shop(today - dt.timedelta(DAYS)).records(orders))
        with psycopg.connect(running.login, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")  # or it falls into the middle of a turn
            owner.execute("CHECKPOINT")
            spent: dict[str, list[float]] = {subject: [] for subject in sizes}
            for turn in range(-1, _TURNS):  # the first one warms up
                for subject, orders in sizes.items():
                    used = _turn(running, client, owner, subject, orders, turn)
                    if turn >= 0:
                        spent[subject].append(used / _CHANGES)
            rows = dict(owner.execute("SELECT subject_id, count(*) FROM ledger GROUP BY subject_id").fetchall())
    middle = {subject: statistics.median(own) for subject, own in spent.items()}
    result(
        "one-change",
        {
            "orders": sizes,
            "ledger_rows": rows,
            "cpu_ms_of_a_change": {subject: 1000 * seconds for subject, seconds in middle.items()},
            "ratio_of_big_to_small": middle[_BIG] / middle[_SMALL],
        },
    )


def _load(running: Running, subject: str, records: Iterator[Fields]) -> None:
    """Through the case book itself, in transactions of thousands."""
    copies = (
        decode_record(msgspec.json.encode(record | {"id": subject} if record["kind"] == "subject" else record))
        for record in records
    )
    engine = app_engine(running.address.database_url, pool_size=1)
    while batch := list(islice(copies, _AT_ONCE)):
        with engine.connect() as connection, tenant(connection, subject):
            casebook.store(connection, subject, casebook.hold_subject(connection), batch)
    engine.dispose()


def _turn(
    running: Running,
    client: Client,
    owner: psycopg.Connection[tuple[object, ...]],
    subject: str,
    orders: int,
    turn: int,
) -> float:
    """CPU seconds of some changes, each sent when the one before has been scored."""
    before = _cpu(running.address.pid)
    for change in range(_CHANGES):
        number = orders - 1 - orders * (turn + 1) // (2 * _TURNS) - change
        record = {
            "kind": "order",
            "id": f"69{number:017}",
            "delivered_at": (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).isoformat(),
            "seen_at": dt.datetime.now(dt.UTC).isoformat(),
        }
        client.send(
            subject,
            msgspec.json.encode({"format": "koubei.records/1", "source": {"name": "bench"}, "records": [record]}),
        )
        _scored(owner, subject)
    return _cpu(running.address.pid) - before


def _scored(owner: psycopg.Connection[tuple[object, ...]], subject: str) -> None:
    """Wait until the worker has scored all input of the subject."""
    owner.execute("SELECT set_config('koubei.subject', %s, false)", (subject,))
    behind = "SELECT FROM subjects WHERE id = %s AND scored_version < input_version"
    while owner.execute(behind, (subject,)).fetchone() is not None:
        time.sleep(0.02)


def _cpu(pid: int) -> float:
    """CPU seconds so far of a process and all its descendants, those that ended included."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            except OSError:
                continue  # it ended meanwhile
            stats[int(folder.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {pid}
    while more := {own for own, (parent, _) in stats.items() if parent in family} - family:
        family |= more
    return sum(stats[own][1] for own in family if own in stats) / _TICKS


if __name__ == "__main__":
    main(1000, int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
