"""Tasks that fail: counted, tried again later and later, parked with their reason, seen everywhere, asked for again."""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DataError

from server.db import jobs
from server.db.broker import DAILY, OUTLOOK, RECALCULATE, celery_app, redis_client
from server.db.hints import Hints
from server.db.tenancy import tenant
from tests.integration.shop import ORDER, REVIEW, rows, send
from tests.integration.test_metrics import read
from tests.integration.working import eventually, scored, worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from server.db.engine import Database
    from server.settings import Settings
    from tests.conftest import Paired

NOW = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
BACK_OFF = [5, 15, 45, 135, 405]


@contextmanager
def every_score(admin: "Engine", does: str) -> "Iterator[None]":
    """Whoever stores a score meets this."""
    with admin.connect() as connection:
        connection.execute(
            text(
                f"CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NEW; END $$;"
                "CREATE TRIGGER meet BEFORE INSERT ON scores FOR EACH ROW EXECUTE FUNCTION meet()"
            )
        )
    try:
        yield
    finally:
        with admin.connect() as connection:
            connection.execute(text("DROP FUNCTION IF EXISTS meet CASCADE"))


@pytest.fixture(autouse=True)
def _broker(settings: "Settings") -> None:
    with redis_client(str(settings.broker_url)) as broker:
        broker.flushall()


def state(admin: "Engine") -> list[Any]:
    return rows(admin, "SELECT task, state, attempts FROM jobs WHERE task = 'recalculate'")


def attempts(admin: "Engine") -> int:
    """How often the recalculation has failed; 0 where no failure is kept."""
    return max((count for _, _, count in state(admin)), default=0)


def fail(database: "Database", times: int, now: dt.datetime = NOW, subject: str = "shop-1") -> None:
    for _ in range(times):
        jobs.failed(database.app, subject, RECALCULATE, ValueError("no such thing"), now)


def test_it_rests_longer_each_time_then_it_is_parked(shop: "Paired", admin: "Engine", database: "Database"):
    for attempt, meant in enumerate(BACK_OFF, start=1):
        fail(database, 1)
        [(kept, number, rest)] = rows(admin, "SELECT state, attempts, next_at - failed_at FROM jobs")
        assert (kept, number) == ("retrying", attempt)
        assert meant / 2 <= rest.total_seconds() <= meant * 1.5
    fail(database, 1)
    [(kept, rest)] = rows(admin, "SELECT state, next_at - failed_at FROM jobs")
    assert kept == "parked"
    assert dt.timedelta(hours=12) <= rest <= dt.timedelta(hours=36)
    [job] = shop.client.get("/v1/subjects/shop-1/jobs").json["items"]
    assert (job["task"], job["state"], job["reason"]) == ("recalculate", "parked", "ValueError: no such thing")


@given(st.text(min_size=1), st.integers(1, 40))
def test_a_rest_is_bounded_and_each_subjects_own(subject: str, attempts: int):
    assert dt.timedelta(seconds=2.5) <= jobs.rest(subject, attempts) <= dt.timedelta(hours=36)
    assert jobs.rest(subject, attempts) == jobs.rest(subject, attempts)


@pytest.mark.usefixtures("shop")
def test_who_rests_is_left_alone_by_the_tick_until_then(database: "Database"):
    fail(database, 3)
    for later, rests in ((0, True), (20, True), (68, False)):
        found = jobs.resting(database.gate, RECALCULATE, NOW + dt.timedelta(seconds=later))
        assert found == ({"shop-1"} if rests else set())
    assert jobs.resting(database.gate, RECALCULATE, NOW - dt.timedelta(days=1)) == set(), "a clock that was set back"


def test_a_reason_tells_neither_parameters_nor_people():
    error = DataError("INSERT …", {"name": "李雷"}, ValueError("invalid input 13812345678\nDETAIL: of 李雷"))
    told = jobs.reason_of(error)
    assert told.startswith("ValueError: invalid input ")
    assert "13812345678" not in told
    assert "李雷" not in told
    with pytest.raises(TypeError) as wrong:
        jobs.rest("x", None)  # type: ignore[arg-type]
    assert jobs.place_of(wrong.value).startswith("server/db/jobs.py:")


def test_a_failure_is_seen_retried_and_forgotten_once_it_succeeds(
    shop: "Paired", admin: "Engine", settings: "Settings", tmp_path: Any, client: Any
):
    with worker(settings, tmp_path / "log", tick_seconds=1):
        with every_score(admin, "RAISE 'the score of % cannot be kept', NEW.subject_id"):
            send(shop, [ORDER, REVIEW])
            eventually(lambda: attempts(admin) >= 1, "the failure to be counted")
            found = shop.client.get("/v1/subjects/shop-1/jobs").json["items"]  # after half past eleven, the day's too
            [job] = [one for one in found if one["task"] == "recalculate"]
            assert job["reason"] == "RaiseException: the score of shop-1 cannot be kept"
            assert job["place"].startswith("worker/storing.py:")
            assert read(client)["koubei_jobs", "recalculate", "retrying"] == 1
            eventually(lambda: attempts(admin) >= 2, "it to be tried again by itself")
            # While it cannot succeed: by itself it might have, before anybody asked.
            answer = shop.client.post("/v1/subjects/shop-1/jobs/recalculate/retries")
            assert (answer.status_code, answer.json["attempts"]) == (202, 0)
        eventually(lambda: scored(admin, "shop-1") and state(admin) == [], "the score, and the failure forgotten")
    assert shop.client.post("/v1/subjects/shop-1/jobs/recalculate/retries").status_code == 404
    assert shop.client.get("/v1/audit").json["items"][0]["event"] == "job.retried"


def children(pid: int) -> list[int]:
    ask = [shutil.which("ps") or "ps", "-o", "pid=", "--ppid", str(pid)]
    return [int(word) for word in subprocess.run(ask, capture_output=True, text=True, check=False).stdout.split()]


def test_a_process_that_is_killed_over_a_task_counts_and_nothing_spins(
    shop: "Paired", admin: "Engine", settings: "Settings", tmp_path: Any
):
    with worker(settings, tmp_path / "log") as pid:
        with every_score(admin, "PERFORM pg_sleep(60)"):
            send(shop, [ORDER, REVIEW])
            busy = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            eventually(lambda: rows(admin, busy), "the task to be under way")
            for child in children(pid):
                os.kill(child, signal.SIGKILL)
            eventually(lambda: state(admin), "the failure to be counted")
            rows(admin, f"SELECT pg_terminate_backend(pid) FROM ({busy}) AS one")  # noqa: S608
        [(reason,)] = rows(admin, "SELECT reason FROM jobs WHERE task = 'recalculate'")
        assert reason.startswith("WorkerLostError")
        with admin.connect() as connection:
            connection.execute(text("UPDATE jobs SET next_at = failed_at"))
        celery_app(str(settings.broker_url)).send_task(RECALCULATE, args=("shop-1",))
        eventually(lambda: scored(admin, "shop-1") and state(admin) == [], "the next attempt to succeed")


def test_a_task_that_takes_too_long_is_ended_and_counts(
    shop: "Paired", admin: "Engine", settings: "Settings", tmp_path: Any
):
    send(shop, [ORDER, REVIEW])
    with redis_client(str(settings.broker_url)) as broker:
        broker.flushall()
    with worker(settings, tmp_path / "log"), every_score(admin, "PERFORM pg_sleep(60)"):
        limits = {"soft_time_limit": 1, "time_limit": 3}
        celery_app(str(settings.broker_url)).send_task(RECALCULATE, args=("shop-1",), **limits)
        eventually(lambda: state(admin) == [("recalculate", "retrying", 1)], "the failure to be counted")
        busy = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        rows(admin, busy)
    [(reason,)] = rows(admin, "SELECT reason FROM jobs WHERE task = 'recalculate'")
    assert reason.split(":")[0] in {"SoftTimeLimitExceeded", "TimeLimitExceeded"}, (
        reason + (tmp_path / "log").read_text()
    )


def test_scores_go_before_days_and_days_before_what_lies_ahead(shop: "Paired", settings: "Settings", tmp_path: "Path"):
    subjects = [f"many-{number}" for number in range(3)]
    hints = Hints(str(settings.broker_url))
    for subject in subjects:
        assert shop.client.put(f"/v1/subjects/{subject}", json={}).status_code == 201
    for task in (OUTLOOK, DAILY, RECALCULATE):
        for subject in subjects:
            hints.give(subject, task)
    hints.close()
    log = tmp_path / "log"
    with worker(settings, log):
        done = eventually(lambda: (ran := _ran(log)).count("outlook") >= 3 and ran, "all hints to be taken")
    assert done[: done.index("daily")].count("recalculate") >= 3, "the tick may ask for more"
    assert done[: done.index("outlook")].count("daily") == 3


def _ran(log: "Path") -> list[str]:
    """The tasks that ended, in order."""
    lines = [line for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
    told = [json.loads(line) for line in lines]
    return [one["task"].removeprefix("koubei.") for one in told if one["event"] == "task"]


def test_only_its_own_account_sees_and_retries(pair: Any, database: "Database"):
    owner, reader, stranger = pair(), pair(member="r", role="read_only"), pair(account="another")
    assert owner.client.put("/v1/subjects/shop-1", json={}).status_code == 201
    fail(database, 1)
    address = "/v1/subjects/shop-1/jobs"
    assert len(reader.client.get(address).json["items"]) == 1
    assert reader.client.post(f"{address}/recalculate/retries").json["code"] == "scope-missing"
    for answer in (stranger.client.get(address), stranger.client.post(f"{address}/recalculate/retries")):
        assert (answer.status_code, answer.json["code"]) == (403, "subject-of-another")
    for task in ("daily", "unheard-of"):
        assert owner.client.post(f"{address}/{task}/retries").status_code == 404
    with database.app.connect() as connection, tenant(connection, "shop-2"):
        assert jobs.retry(connection) == []
    assert len(owner.client.get(address).json["items"]) == 1
