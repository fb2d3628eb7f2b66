"""The daily run: each day once, whoever races, and what was slept through caught up."""

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from server.db.tenancy import tenant
from tests.integration.shop import ORDER, REVIEW, rows, send
from tests.integration.working import eventually, from_file, small_shop, worker
from worker import daily, recalculate

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from server.db.engine import Database
    from server.settings import Settings
    from tests.conftest import Paired


def clock(moment: str) -> dt.datetime:
    """A moment of Shanghai's clock."""
    return dt.datetime.fromisoformat(f"2026-11-{moment}+08:00")


@pytest.fixture
def old(shop: "Paired", admin: "Engine") -> "Paired":
    """A shop with two records that has been here since the morning of the 18th."""
    send(shop, [ORDER, REVIEW])
    _came(admin, "2026-11-18T09:00:00+08:00")
    return shop


def _came(admin: "Engine", moment: str) -> None:
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET created_at = :at"), {"at": moment})


def done(admin: "Engine") -> list[str]:
    return [str(day) for (day,) in rows(admin, "SELECT day FROM daily_runs WHERE done_at >= claimed_at ORDER BY day")]


def day(number: int) -> str:
    return f"2026-11-{number}"


@pytest.mark.usefixtures("old")
def test_a_day_is_due_from_half_past_eleven(admin: "Engine", database: "Database"):
    assert daily.due(database.gate, clock("18T11:29:59")) == []
    assert daily.run(database.app, "shop-1", clock("18T11:29:59")) == []
    assert daily.due(database.gate, clock("18T11:30:00")) == ["shop-1"]
    assert daily.run(database.app, "shop-1", clock("18T11:30:00")) == [dt.date(2026, 11, 18)]
    assert daily.due(database.gate, clock("19T11:29:59")) == []
    assert daily.run(database.app, "shop-1", clock("19T11:29:59")) == []
    assert done(admin) == [day(18)]


@pytest.mark.usefixtures("old")
def test_what_was_slept_through_is_caught_up_as_it_was_known(admin: "Engine", database: "Database"):
    assert daily.due(database.gate, clock("21T13:00:00")) == ["shop-1"]
    assert len(daily.run(database.app, "shop-1", clock("21T13:00:00"))) == 4
    assert done(admin) == [day(18), day(19), day(20), day(21)]
    stored = rows(admin, "SELECT as_of, rules, score FROM scores ORDER BY as_of")
    assert [str(as_of) for as_of, _, _ in stored] == done(admin)
    for as_of, rules, score in stored:
        assert score == from_file([ORDER, REVIEW], as_of, rules, "shop-1")
    assert daily.due(database.gate, clock("21T23:59:59")) == []


@pytest.mark.usefixtures("old")
def test_who_slept_for_months_catches_up_what_the_history_can_use(admin: "Engine", database: "Database"):
    _came(admin, "2026-01-01T09:00:00+08:00")
    days = daily.run(database.app, "shop-1", clock("21T13:00:00"))
    assert len(days) == daily.CATCH_UP_DAYS
    assert days[-1] == dt.date(2026, 11, 21)


@pytest.mark.usefixtures("old")
def test_of_workers_that_race_one_takes_each_day(admin: "Engine", database: "Database"):
    found: list[dt.date] = []
    barrier = threading.Barrier(3)

    def race() -> None:
        barrier.wait()
        found.extend(daily.run(database.app, "shop-1", clock("29T12:00:00")))

    threads = [threading.Thread(target=race) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, found)) == [day(number) for number in range(18, 30)] == done(admin)


@pytest.mark.usefixtures("old")
def test_a_worker_that_dies_over_a_day_leaves_no_claim(
    admin: "Engine", database: "Database", monkeypatch: pytest.MonkeyPatch
):
    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(daily, "store_score", dies)
        with pytest.raises(KeyboardInterrupt):
            daily.run(database.app, "shop-1", clock("18T12:00:00"))
    assert rows(admin, "SELECT day FROM daily_runs") == []
    assert daily.run(database.app, "shop-1", clock("18T12:00:00")) == [dt.date(2026, 11, 18)]


def test_half_past_eleven_is_the_subjects_own(old: "Paired", database: "Database"):
    moved = {"kind": "subject", "id": "shop-1", "time_zone": "America/New_York", "seen_at": "2026-11-20T10:00:00+08:00"}
    send(old, [moved], key="k2")
    assert recalculate.run(database.app, "shop-1")
    # It came on New York's 17th; 11:30 of the 18th there is 00:30 of the 19th in Shanghai.
    assert daily.run(database.app, "shop-1", clock("19T00:29:59")) == [dt.date(2026, 11, 17)]
    assert daily.run(database.app, "shop-1", clock("19T00:30:00")) == [dt.date(2026, 11, 18)]


@pytest.mark.usefixtures("old")
def test_a_ledger_of_other_rules_is_made_anew_first(admin: "Engine", database: "Database"):
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET ledger_version = 'older douyin shop Asia/Shanghai'"))
    assert daily.run(database.app, "shop-1", clock("18T12:00:00")) == []
    assert rows(admin, "SELECT day FROM daily_runs") == []
    assert daily.due(database.gate, clock("18T12:00:00")) == ["shop-1"]


def test_a_subject_without_records_owes_nothing(paired: "Paired", database: "Database"):
    assert paired.client.put("/v1/subjects/shop-1", json={}).status_code == 201
    assert daily.due(database.gate, dt.datetime.now(dt.UTC) + dt.timedelta(days=2)) == []


@pytest.mark.usefixtures("old")
def test_the_gate_sees_days_and_nothing_else(database: "Database"):
    daily.run(database.app, "shop-1", clock("18T12:00:00"))
    with database.gate.begin() as gate:
        assert gate.execute(text("SELECT subject_id, day FROM daily_runs")).all() == [("shop-1", dt.date(2026, 11, 18))]
        for forbidden in ("DELETE FROM daily_runs", "SELECT score FROM scores"):
            with pytest.raises(Exception, match="permission denied"), gate.begin_nested():
                gate.execute(text(forbidden))
    with database.app.connect() as connection, tenant(connection, "shop-2"):
        assert connection.execute(text("SELECT day FROM daily_runs")).all() == []


def test_the_tick_of_a_real_worker_takes_the_day(
    shop: "Paired", admin: "Engine", settings: "Settings", tmp_path: "Path"
):
    send(shop, [one for one in small_shop() if one["kind"] != "subject"][:300])
    _came(admin, (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).isoformat())
    with worker(settings, tmp_path / "log", tick_seconds=1, processes=2):
        eventually(lambda: len(done(admin)) >= 2, "the days since it came to be done")
    assert set(done(admin)) <= {str(day) for (day,) in rows(admin, "SELECT as_of FROM scores")}


def test_three_hundred_shops_come_one_after_the_other(shop: "Paired", admin: "Engine", database: "Database"):
    send(shop, [ORDER, REVIEW])
    with admin.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO subjects (id, account_id, created_at, ledger_version) SELECT 'many-' || n, account_id,"
                " timestamptz '2026-11-18T09:00:00+08:00', ledger_version FROM subjects, generate_series(1, 299) AS n"
            )
        )
        connection.execute(text("UPDATE subjects SET created_at = timestamptz '2026-11-18T09:00:00+08:00'"))
    asked: dict[str, dt.datetime] = {}
    most = 0
    moment, end = clock("18T11:29:30"), clock("18T11:40:00")
    while moment <= end:
        found = [one for one in daily.due(database.gate, moment) if one not in asked]
        most = max(most, len(found))
        asked |= dict.fromkeys(found, moment)
        with admin.connect() as connection:
            connection.execute(
                text(
                    "INSERT INTO daily_runs (subject_id, day, claimed_at) SELECT unnest(CAST(:ids AS text[])),"
                    " date '2026-11-18', now()"
                ),
                {"ids": found},
            )
        moment += dt.timedelta(seconds=30)
    assert len(asked) == 300
    assert min(asked.values()) >= clock("18T11:30:00")
    assert most <= 30, "a tick asks for a twentieth of them, and by chance a few more"
    # Who slept over it all: never more at once, and everybody within ten minutes of ticks.
    slept = daily.due(database.gate, clock("20T15:00:00"))
    assert len(slept) == 25
