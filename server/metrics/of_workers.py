"""The workers' counters (server/db/counters.py) in Prometheus' words."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from server.db.counters import BOUNDS, EXPIRED, RUNS, SECONDS, SECONDS_WITHIN, Key


def worker_metrics(counted: Mapping[Key, float]) -> Iterator[Metric]:
    runs = CounterMetricFamily("koubei_task_runs", "Runs of tasks by outcome", labels=["task", "outcome"])
    expired = CounterMetricFamily("koubei_expired_rows", "Rows that were past their days", labels=["sort"])
    seconds = HistogramMetricFamily(
        "koubei_task_seconds", "Time a run of a task took; koubei.recalculate is a score", labels=["task"]
    )
    for key, value in sorted(counted.items()):
        if key.name == RUNS:
            runs.add_metric(key.label.rsplit(" ", 1), value)
        elif key.name == EXPIRED:
            expired.add_metric([key.label], value)
        elif key.name == SECONDS:
            seconds.add_metric([key.label], list(_within(counted, key.label)), value)
    yield from (runs, expired, seconds)


def _within(counted: Mapping[Key, float], task: str) -> Iterator[tuple[str, float]]:
    total = 0.0
    for bound in BOUNDS:
        total += counted.get(Key(SECONDS_WITHIN, f"{task} {bound}"), 0.0)
        yield "+Inf" if bound == float("inf") else str(bound), total
