"""Taking everything along, and leaving nothing behind."""

import datetime as dt
import json
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from server.db import jobs, notes
from server.db.broker import DAILY, INTERACTIVE, OUTLOOK, RECALCULATE, redis_client
from server.db.hints import Hints
from tests.days import today
from tests.integration.shop import ORDER, REVIEW, rows, send
from tests.integration.test_same_score import from_database, from_file, send_all
from tests.integration.working import small_shop
from worker import daily, outlook, recalculate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from server.db.engine import Database
    from server.settings import Settings
    from tests.conftest import Paired

MARK = "shop-to-erase"


@pytest.fixture
def hints(settings: "Settings") -> "Iterator[Hints]":
    client = redis_client(str(settings.broker_url))
    client.flushdb()
    found = Hints(str(settings.broker_url))
    yield found
    found.close()
    client.flushdb()
    client.close()


def export(shop: "Paired", subject: str = "shop-1") -> list[bytes]:
    with shop.client.post(f"/v1/subjects/{subject}/exports") as answer:
        assert answer.status_code == 200, answer.text
        assert answer.content_type == "application/x-ndjson"
        body: bytes = answer.data
        assert int(answer.headers["Content-Length"]) == len(body)
    return body.splitlines()


def test_an_export_holds_every_copy_and_gives_the_same_score_elsewhere(
    paired: "Paired", pair: "Callable[..., Paired]", admin: "Engine"
):
    records = [one for one in small_shop() if one["kind"] != "subject"]
    later = {**REVIEW, "stars": 2, "seen_at": "2026-11-06T10:00:00+08:00"}
    texts = [json.dumps(one).encode() for one in [ORDER, REVIEW, later, *records]]
    send_all(paired, "shop-1", texts)
    lines = export(paired)
    assert len(lines) == 1 + rows(admin, "SELECT sum(json_array_length(copies)) FROM records")[0][0]
    assert json.loads(lines[0]) == {"kind": "subject", "id": "shop-1"}
    assert sum(json.loads(line).get("id") == "r1" for line in lines) == 2

    days = [today() - dt.timedelta(days=back) for back in (0, 1, 9, 30)]
    before = [from_database(paired, "shop-1", day) for day in days]
    assert paired.client.delete("/v1/subjects/shop-1").status_code == 204
    stranger = pair(account="another")
    send_all(stranger, "shop-1", lines)
    assert [from_database(stranger, "shop-1", day) for day in days] == before
    assert before == [from_file("shop-1", texts, day) for day in days]
    assert sorted(export(stranger)) == sorted(lines)


def test_of_a_subject_without_records_there_is_its_name(shop: "Paired"):
    [line] = export(shop)
    assert json.loads(line)["id"] == "shop-1"


def everywhere(admin: "Engine", mark: str) -> dict[str, int]:
    """How many rows of each table hold it, in whatever column."""
    found = {}
    for (table,) in rows(admin, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        query = f'SELECT count(*) FROM "{table}" AS one WHERE one::text LIKE :mark'  # noqa: S608 -- our own tables
        [(count,)] = rows(admin, query, mark=f"%{mark}%")
        if count:
            found[table] = count
    return found


def in_broker(settings: "Settings", mark: str) -> list[bytes]:
    """Keys that hold it in their name or value, the bodies of messages read too."""
    client = redis_client(str(settings.broker_url))
    read: dict[bytes, Callable[[bytes], Any]] = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
    }
    found = []
    for key in client.scan_iter():
        plain = f"{key!r} {read[client.type(key)](key)!r}"
        bodies = [b64decode(body) for body in re.findall(r'"body": ?"([^"]*)"', plain.replace("\\", ""))]
        if mark in plain or any(mark.encode() in body for body in bodies):
            found.append(key)
    client.close()
    return sorted(found)


def test_an_erased_subject_is_in_no_table_and_not_in_the_broker(
    paired: "Paired",
    admin: "Engine",
    database: "Database",
    settings: "Settings",
    hints: Hints,
    monkeypatch: pytest.MonkeyPatch,
):
    # Nothing that is compared may go by itself meanwhile.
    monkeypatch.setattr(notes, "UNDER_WAY_SECONDS", 3_600)

    def fill(subject: str) -> None:
        send_all(paired, subject, [json.dumps(one).encode() for one in small_shop() if one["kind"] != "subject"])
        assert paired.client.put(f"/v1/subjects/{subject}", json={"name": subject, "type": "shop"}).status_code == 200
        send(paired, [{"kind": "review", "id": "bad", "stars": 9}], subject=subject, key="bad")
        tag = paired.client.get(f"/v1/subjects/{subject}/settings").headers["ETag"]
        changed = {"keep_facts_days": 90}
        answer = paired.client.put(f"/v1/subjects/{subject}/settings", json=changed, headers={"If-Match": tag})
        assert answer.status_code == 200, answer.text
        now = dt.datetime.now(dt.UTC)
        assert recalculate.run(database.app, subject)
        assert outlook.run(database.app, subject, now)
        assert daily.run(database.app, subject, now + dt.timedelta(days=1))
        jobs.failed(database.app, subject, OUTLOOK, ValueError(subject), now)
        for task in (RECALCULATE, DAILY, OUTLOOK):
            hints.give(subject, task)

    fill(MARK)
    fill("shop-that-stays")
    own = [
        name
        for (name,) in rows(
            admin,
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'subject_id'",
        )
    ]
    before = everywhere(admin, MARK)
    assert set(own) - before.keys() <= {"order_risks", "action_records", "hints"}, "the test fills what can be filled"
    assert len(in_broker(settings, MARK)) >= 2
    stays = everywhere(admin, "shop-that-stays"), in_broker(settings, "shop-that-stays")

    assert paired.client.delete(f"/v1/subjects/{MARK}").status_code == 204
    assert everywhere(admin, MARK) == {}
    assert in_broker(settings, MARK) == []
    assert (everywhere(admin, "shop-that-stays"), in_broker(settings, "shop-that-stays")) == stays
    events = paired.client.get("/v1/audit").json["items"]
    last, name = events[0], events[0]["subject_id"]
    assert (last["event"], last["detail"]) == ("subject.erased", {})
    assert name.startswith("erased:")
    of_it = {one["event"] for one in events if one["subject_id"] == name}
    assert of_it == {"subject.bound", "settings.changed", "subject.erased"}, "what was done is told on, of nobody"
    assert paired.client.delete(f"/v1/subjects/{MARK}").status_code == 404


def test_a_message_that_a_worker_holds_goes_too(settings: "Settings", hints: Hints, paired: "Paired"):
    assert paired.client.put(f"/v1/subjects/{MARK}", json={}).status_code == 201
    hints.give(MARK)
    client = redis_client(str(settings.broker_url))
    [message] = client.lrange(INTERACTIVE, 0, -1)
    client.delete(INTERACTIVE)
    client.hset("unacked", "tag", json.dumps([json.loads(message), INTERACTIVE, INTERACTIVE]))
    client.zadd("unacked_index", {"tag": 1})
    client.close()
    assert paired.client.delete(f"/v1/subjects/{MARK}").status_code == 204
    assert in_broker(settings, MARK) == []


def test_only_an_owner_of_the_account_may(pair: "Callable[..., Paired]", admin: "Engine"):
    owner, member, stranger = pair(), pair(member="m", role="member"), pair(account="another")
    assert owner.client.put("/v1/subjects/shop-1", json={}).status_code == 201
    for one, code in ((member, "scope-missing"), (stranger, "subject-of-another")):
        for answer in (one.client.delete("/v1/subjects/shop-1"), one.client.post("/v1/subjects/shop-1/exports")):
            assert (answer.status_code, answer.json["code"]) == (403, code)
    with admin.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM subjects")).scalar_one() == 1
