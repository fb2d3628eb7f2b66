"""Ingest over HTTP into PostgreSQL, as a ratio to raw COPY of the rows it left behind, in one run.

Ingest does everything a merchant's batch does: HTTP, token, decoding, merge, cases, ledger, receipt, version, and the
worker's recalculations beside it. COPY writes the same rows into tables of the same shape with the same keys, without
row security, in as many transactions.
"""

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from server.cli.client import Client
from server.demo.generator import generate
from tests.bench.running import Running, koubei, result

_ORDERS_PER_DAY = 60
_SIZE = 500


def main() -> None:
    seen = list(generate(seed=5, last_day=dt.date(2026, 11, 20), days=90, orders_per_day=_ORDERS_PER_DAY))
    exported = _exported(seen)
    result("ingest", {"as_seen": _measure(seen), "as_exported": _measure(exported)})


def _exported(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same shop as an export gives it: one copy of each record, an order followed by what hangs on it."""
    newest = {(record["kind"], record["id"]): record for record in seen}
    return sorted(newest.values(), key=lambda record: str(record.get("order_id", record["id"])))


def _measure(records: list[dict[str, Any]]) -> dict[str, Any]:
    bodies = list(batches([json.dumps(record, ensure_ascii=False).encode() for record in records]))
    with koubei() as running:
        one = _ingest(running, bodies, ["shop-1"])
        copied = _copy(running, len(bodies))
        two = _ingest(running, bodies, ["shop-2", "shop-3"])
        again = _ingest(running, bodies, ["shop-1"], key="again")
    return {
        "records": len(records),
        "batches": len(bodies),
        "rows_copied": copied["rows"],
        "copy_seconds": copied["seconds"],
        "ingest_seconds": one,
        "ratio_to_copy": copied["seconds"] / one,
        "ratio_to_copy_two_subjects": 2 * copied["seconds"] / two,
        "records_per_second": len(records) / one,
        "unchanged_records_per_second": len(records) / again,
    }


def batches(texts: list[bytes]) -> Iterator[bytes]:
    texts = [text for text in texts if b'"kind": "subject"' not in text]
    for start in range(0, len(texts), _SIZE):
        records = b",".join(texts[start : start + _SIZE])
        yield b'{"format":"koubei.records/1","source":{"name":"bench"},"records":[' + records + b"]}"


def _ingest(running: Running, bodies: list[bytes], subjects: list[str], key: str = "") -> float:
    suffix = b"" if not key else b" " * len(key)

    def send(subject: str) -> None:
        with Client.of_local(running.address) as client:
            for body in bodies:
                client.send(subject, body + suffix)

    with Client.of_local(running.address) as client:
        for subject in subjects:
            client.bind(subject)
    return _timed(lambda: _together([threading.Thread(target=send, args=(subject,)) for subject in subjects]))


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _copy(running: Running, transactions: int) -> dict[str, Any]:
    tables = ("records", "cases", "ledger", "receipts")
    with psycopg.connect(running.login, autocommit=False) as connection:
        rows = {table: connection.execute(f"TABLE {table}").fetchall() for table in tables}
        for table in tables:
            connection.execute(f"CREATE TABLE copied_{table} (LIKE {table} INCLUDING ALL)")
        shapes = {
            table: [
                name
                for (name,) in connection.execute(
                    "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                    " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
                    (table,),
                )
            ]
            for table in tables
        }
        connection.commit()
        texts = {
            table: [
                [json.dumps(v, ensure_ascii=False) if isinstance(v, list | dict) else v for v in row] for row in own
            ]
            for table, own in rows.items()
        }
        shapes = {t: ["text" if kind == "json" else kind for kind in kinds] for t, kinds in shapes.items()}

        def copy() -> None:
            for number in range(transactions):
                for table in tables:
                    with connection.cursor().copy(f"COPY copied_{table} FROM STDIN (FORMAT BINARY)") as out:
                        out.set_types(shapes[table])
                        for row in texts[table][number::transactions]:
                            out.write_row(row)
                connection.commit()

        seconds = _timed(copy)
    return {"rows": sum(map(len, rows.values())), "seconds": seconds}


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
