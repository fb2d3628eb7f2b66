"""What this process counts. The database is asked only when somebody reads the metrics."""

import re
import time
from collections.abc import Iterable, Mapping

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from server.db import counters
from server.db.jobs import TASKS
from server.metrics.of_workers import worker_metrics

_KEY = "koubei-meters"
_SPEC = re.compile(r"[a-z][a-z_.-]{0,60}/[0-9]{1,4}")
_MOST_ADAPTERS = 60
_WAITING = text(
    "SELECT count(*) FILTER (WHERE input_version > scored_version) AS waiting, coalesce(extract(epoch FROM"
    " clock_timestamp() - min(changed_at) FILTER (WHERE input_version > scored_version)), 0)::float8 AS age,"
    " coalesce(max(outlook_seconds), 0) AS outlook, count(*) AS subjects FROM subjects"
)
_JOBS = text("SELECT task, state, count(*) AS jobs FROM jobs GROUP BY task, state")


class Meters:
    """One registry an app. Labels name routes, statuses and outcomes, never a subject, device or person."""

    def __init__(self, gate: Engine) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Queue(gate))
        self._records = Counter(
            "koubei_ingest_records",
            "Records of batches by the capture spec that read them and what became of them",
            ["adapter", "outcome"],
            registry=self.registry,
        )
        self._adapters: set[str] = set()
        self._answers = Counter(
            "koubei_http_answers", "Answers by route and status", ["route", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "koubei_http_seconds", "Time to an answer", ["route", "method"], registry=self.registry
        )
        self._scoring = Histogram(
            "koubei_score_answer_seconds", "Time to answer a score, reading or making it", registry=self.registry
        )

    def ingested(self, receipt: Mapping[str, object], adapter: str | None) -> None:
        """Count a receipt that was given, a repeated one too. A spec whose share of quarantine grows has drifted."""
        label = self._adapter(adapter)
        for outcome in ("accepted", "unchanged", "quarantined"):
            found = receipt[outcome]
            self._records.labels(label, outcome).inc(len(found) if isinstance(found, list) else int(str(found)))

    def _adapter(self, adapter: str | None) -> str:
        """A label that no caller can multiply: the first so many that look like a spec."""
        if adapter is None or not _SPEC.fullmatch(adapter):
            return "none" if adapter is None else "other"
        if len(self._adapters) < _MOST_ADAPTERS:
            self._adapters.add(adapter)
        return adapter if adapter in self._adapters else "other"

    def answered(self, response: Response, seconds: float) -> None:
        route = "none" if request.url_rule is None else request.url_rule.rule
        method = request.method if request.url_rule is not None else "any"  # else a caller could invent labels
        self._answers.labels(route, method, str(response.status_code)).inc()
        self._seconds.labels(route, method).observe(seconds)
        if route.endswith("/score") and method == "GET":
            self._scoring.observe(seconds)


class _Queue(Collector):
    def __init__(self, gate: Engine) -> None:
        self._gate = gate

    def describe(self) -> Iterable[Metric]:
        return ()  # else registering would ask the database

    def collect(self) -> Iterable[Metric]:
        try:
            with self._gate.begin() as gate:
                row = gate.execute(_WAITING).one()
                counted = counters.read(gate)
                failed = {(job.task, job.state): job.jobs for job in gate.execute(_JOBS)}
        except SQLAlchemyError:
            yield GaugeMetricFamily("koubei_database_up", "Whether the database answers", value=0)
            return
        yield GaugeMetricFamily("koubei_database_up", "Whether the database answers", value=1)
        yield GaugeMetricFamily("koubei_subjects", "Subjects bound here", value=row.subjects)
        yield GaugeMetricFamily("koubei_queue_subjects", "Subjects that await their score", value=row.waiting)
        yield GaugeMetricFamily("koubei_queue_age_seconds", "How long the oldest of them has waited", value=row.age)
        jobs = GaugeMetricFamily("koubei_jobs", "Tasks that failed, by what becomes of them", labels=["task", "state"])
        for task in TASKS:
            for state in ("retrying", "parked"):
                jobs.add_metric([task, state], failed.get((task, state), 0))
        yield jobs
        yield from worker_metrics(counted)
        yield GaugeMetricFamily("koubei_outlook_seconds", "The longest last outlook of a subject", value=row.outlook)


def meters() -> Meters:
    found: Meters = current_app.extensions[_KEY]
    return found


def register(app: Flask, gate: Engine) -> None:
    own = app.extensions[_KEY] = Meters(gate)

    @app.after_request
    def count(response: Response) -> Response:
        own.answered(response, time.perf_counter() - g.get("began", time.perf_counter()))
        return response
