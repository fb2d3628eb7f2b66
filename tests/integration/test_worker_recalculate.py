"""One recalculation: once for each input, whoever else is at it; and the ledger made anew under other rules."""

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from server.db import casebook
from server.db.tenancy import tenant
from tests.integration.shop import ORDER, REVIEW, rows, send
from tests.integration.working import counted, from_file, scored, small_shop, versions
from worker import recalculate, tick

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired

NEW_YORK = {"kind": "subject", "id": "shop-1", "time_zone": "America/New_York", "seen_at": "2026-11-20T10:00:00+08:00"}
FLOWERS = {"kind": "subject", "id": "shop-1", "industry": "多肉植物", "seen_at": "2026-11-20T10:00:00+08:00"}


@pytest.fixture
def records(shop: "Paired") -> list[dict[str, Any]]:
    """Sent to the shop."""
    found = [record for record in small_shop() if record["kind"] != "subject"]
    for start in range(0, len(found), 500):
        assert send(shop, found[start : start + 500], key=f"k{start}").json["quarantined"] == []
    return found


def owner(admin: "Engine", statement: str) -> None:
    with admin.connect() as connection:
        connection.execute(text(statement))


def race(database: "Database", count: int) -> list[bool]:
    found: list[bool] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        found.append(recalculate.run(database.app, "shop-1"))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_workers_that_race_compute_once_and_the_last_input_is_scored(
    shop: "Paired", admin: "Engine", database: "Database"
):
    for number in range(8):
        send(shop, [ORDER, {**REVIEW, "id": f"r{number}"}], key=f"k{number}")
        assert sorted(map(bool, race(database, 3))) == [False, False, True]
        assert rows(admin, "SELECT input_version FROM scores") == [(versions(admin, "shop-1")[0],)]
        assert scored(admin, "shop-1")


def test_batches_during_races_leave_nothing_unscored(shop: "Paired", admin: "Engine", database: "Database"):
    done = threading.Event()

    def work() -> None:
        while not done.is_set() or recalculate.is_behind(database.app, "shop-1"):
            recalculate.run(database.app, "shop-1")

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    sent = [{**record, "id": f"{record['id']}-{number}"} for number in range(25) for record in (ORDER, REVIEW)]
    sent = [{**one, "order_id": one["id"].replace("r1", ORDER["id"])} if "stars" in one else one for one in sent]
    for start in range(0, len(sent), 2):
        assert send(shop, sent[start : start + 2], key=f"k{start}").status_code == 200
    done.set()
    for one in workers:
        one.join(30)
    [(version, day, rules, stored)] = rows(admin, "SELECT input_version, as_of, rules, score FROM scores")
    assert versions(admin, "shop-1") == (version, version)
    assert stored == from_file(sent, day, rules, "shop-1")
    assert stored["indicators"]["goods.rating"]["denominator"] == 25


def test_a_second_recalculation_changes_nothing(shop: "Paired", admin: "Engine", database: "Database"):
    send(shop, [ORDER, REVIEW])
    assert recalculate.run(database.app, "shop-1")
    before = rows(admin, "SELECT * FROM scores"), rows(admin, "SELECT * FROM subjects")
    assert not recalculate.run(database.app, "shop-1")
    assert (rows(admin, "SELECT * FROM scores"), rows(admin, "SELECT * FROM subjects")) == before
    assert not recalculate.run(database.app, "erased-meanwhile")


def test_a_ledger_of_other_rules_is_made_anew(
    shop: "Paired",
    admin: "Engine",
    database: "Database",
    records: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(casebook, "_CASES_AT_ONCE", 7)  # several rounds, as a large shop takes
    assert recalculate.run(database.app, "shop-1")
    kept = counted(admin, "shop-1")
    day = dt.date.fromisoformat(str(rows(admin, "SELECT as_of FROM scores")[0][0]))
    # What an older koubei would have left: other contributions, other sums, scores made of them.
    owner(admin, "UPDATE ledger SET numerator = numerator + 1 WHERE series = (SELECT min(series) FROM ledger)")
    owner(admin, "UPDATE cases SET contributions = '[]' WHERE case_id < (SELECT max(case_id) FROM cases)")
    owner(admin, "UPDATE scores SET as_of = as_of - 1, score = '[1]'")
    owner(admin, "UPDATE subjects SET ledger_version = '0123456789abcdef Asia/Shanghai'")
    address = f"/v1/subjects/shop-1/score?as_of={day - dt.timedelta(days=1)}&rules=douyin-shop/2026-09-08"
    answer = shop.client.get(address)
    assert (answer.status_code, answer.json["code"]) == (503, "recounting")
    assert int(answer.headers["Retry-After"]) > 0
    assert tick.unscored(database.gate) == ["shop-1"]
    assert recalculate.run(database.app, "shop-1")
    assert counted(admin, "shop-1") == kept
    assert scored(admin, "shop-1")
    assert tick.unscored(database.gate) == []
    yesterday = day - dt.timedelta(days=1)
    assert shop.client.get(address).json == from_file(records, yesterday, "douyin-shop/2026-09-08", "shop-1")


@pytest.mark.parametrize("changed", [NEW_YORK, FLOWERS], ids=["time zone", "industry with 48 hours"])
def test_a_changed_viewpoint_counts_everything_anew(
    shop: "Paired", admin: "Engine", database: "Database", records: list[dict[str, Any]], changed: dict[str, Any]
):
    assert recalculate.run(database.app, "shop-1")
    before = counted(admin, "shop-1")
    assert send(shop, [changed], key="changed").json["accepted"] == 1
    address = "/v1/subjects/shop-1/score?rules=douyin-shop/2026-09-08"
    assert shop.client.get(address).json["code"] == "recounting"
    assert shop.client.get("/v1/subjects/shop-1/overlay?page=orders&id=1").json["code"] == "recounting"
    # Batches go on meanwhile, and count in the new way at once.
    late = {**REVIEW, "id": "late", "order_id": next(one["id"] for one in records if one["kind"] == "order")}
    assert send(shop, [late], key="late").json["accepted"] == 1
    assert recalculate.run(database.app, "shop-1")
    assert shop.client.get(address).status_code == 200

    assert shop.client.put("/v1/subjects/shop-2", json={}).status_code == 201
    fresh = [{**changed, "id": "shop-2"}, *records, late]
    for start in range(0, len(fresh), 500):
        answer = send(shop, fresh[start : start + 500], key=f"fresh{start}", subject="shop-2")
        assert answer.json["quarantined"] == []
    assert counted(admin, "shop-1") == counted(admin, "shop-2")
    assert counted(admin, "shop-1")[0] != before[0], "it does make a difference"
    [(version,)] = rows(admin, "SELECT DISTINCT ledger_version FROM subjects")
    assert version.endswith((" any America/New_York", " 多肉植物 Asia/Shanghai"))


@pytest.mark.usefixtures("records")
def test_an_industry_that_counts_as_any_other_moves_nothing(shop: "Paired", admin: "Engine"):
    before = rows(admin, "SELECT ledger_version FROM subjects")
    assert send(shop, [{**FLOWERS, "industry": "家电"}], key="industry").json["accepted"] == 1
    assert rows(admin, "SELECT ledger_version FROM subjects") == before
    assert shop.client.get("/v1/subjects/shop-1/score").status_code == 200


def test_a_subject_without_records_can_be_made_anew(shop: "Paired", pair: Any, admin: "Engine", database: "Database"):
    del pair
    assert shop.client.put("/v1/subjects/empty", json={}).status_code == 201
    with database.app.connect() as connection, tenant(connection, "empty"):
        casebook.rebuild(connection, "empty")
    assert counted(admin, "empty") == ([], [])
    recalculate.run(database.app, "empty")
    assert scored(admin, "empty")
    assert shop.client.get("/v1/subjects/empty/score").status_code == 200


def test_the_tick_asks_for_those_that_wait_and_no_others(shop: "Paired", admin: "Engine", database: "Database"):
    assert shop.client.put("/v1/subjects/empty", json={}).status_code == 201
    send(shop, [ORDER, REVIEW])
    owner(admin, "UPDATE subjects SET changed_at = changed_at - interval '6 seconds'")
    assert tick.unscored(database.gate) == ["shop-1"]
    owner(admin, "UPDATE subjects SET changed_at = clock_timestamp()")
    assert tick.unscored(database.gate) == [], "its own hint is still under way"
