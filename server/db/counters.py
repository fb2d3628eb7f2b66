"""Counters of the workers, kept in the database: any number of processes add, whoever serves the metrics reads.

They name tasks, outcomes and sorts of rows, never a subject. They live as long as the database.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from server.db.models import Counter

RUNS, SECONDS, SECONDS_WITHIN, EXPIRED = "task_runs", "task_seconds", "task_seconds_within", "expired_rows"
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, float("inf"))
"""Seconds. Of a run only the first bound it keeps to is counted."""


class Key(NamedTuple):
    name: str
    label: str


def add(connection: Connection, amounts: Mapping[Key, float]) -> None:
    """Count these up. In the order of their names, so that processes which meet wait and do not lock each other out."""
    rows = [{"name": key.name, "label": key.label, "value": amount} for key, amount in sorted(amounts.items())]
    if rows:
        put = insert(Counter)
        connection.execute(
            put.on_conflict_do_update(
                index_elements=["name", "label"], set_={"value": Counter.value + put.excluded.value}
            ),
            rows,
        )


def of_run(task: str, outcome: str, seconds: float) -> dict[Key, float]:
    """What one run of a task adds."""
    bound = next(bound for bound in BOUNDS if seconds <= bound)
    return {
        Key(RUNS, f"{task} {outcome}"): 1,
        Key(SECONDS, task): seconds,
        Key(SECONDS_WITHIN, f"{task} {bound}"): 1,
    }


def read(connection: Connection) -> dict[Key, float]:
    return {
        Key(row.name, row.label): row.value
        for row in connection.execute(select(Counter.name, Counter.label, Counter.value))
    }
