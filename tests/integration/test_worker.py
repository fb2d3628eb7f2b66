"""A real worker, a real broker: from a batch over HTTP to a stored score, whatever the broker forgets."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from server.app import create_app
from server.db.broker import postgres_broker
from server.db.queue_schema import prepare
from server.http.state import KEY
from server.runtime.home import Home
from server.runtime.valkey import Valkey
from server.settings import load_settings
from tests.integration.brokers import Broker, InPostgres, InValkey
from tests.integration.shop import FORMAT, ORDER, REVIEW, rows, send
from tests.integration.working import eventually, from_file, scored, small_shop, versions, worker

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import Engine

    from server.runtime.postgres import Postgres
    from server.settings import Settings
    from tests.conftest import Paired


@pytest.fixture(params=["valkey", "postgres"], autouse=True)
def broker(request: pytest.FixtureRequest, admin: "Engine", postgres: "Postgres", valkey: Valkey) -> Broker:
    """Empty: what other tests hinted at belongs to no one here."""
    found: Broker
    if request.param == "valkey":
        found = InValkey(valkey.url)
    else:
        found = InPostgres(postgres_broker(postgres.url), admin)
        prepare(found.url)
    found.flush()
    return found


@pytest.fixture
def settings(home_root: "Path", postgres: "Postgres", broker: Broker) -> "Settings":
    return load_settings(home_root, database_url=postgres.url, broker_url=broker.url)


@pytest.fixture
def app(_clean: None, settings: "Settings") -> "Iterator[Flask]":
    app = create_app(settings)
    yield app
    app.extensions[KEY].close()


def hinted(broker: Broker) -> int:
    return broker.messages() + broker.notes()


def test_a_batch_becomes_a_stored_score(shop: "Paired", admin: "Engine", settings: "Settings", tmp_path: "Path"):
    records = small_shop()
    own = [{**record, "id": "shop-1"} if record["kind"] == "subject" else record for record in records]
    with worker(settings, tmp_path / "log"):  # its tick is an hour away: only hints lead to a score
        for start in range(0, len(own), 250):
            assert send(shop, own[start : start + 250], key=f"k{start}").json["quarantined"] == []
        eventually(lambda: scored(admin, "shop-1"), "scored_version to reach input_version")
    [(version, day, rules, stored)] = rows(admin, "SELECT input_version, as_of, rules, score FROM scores")
    assert version == versions(admin, "shop-1")[0] > 0
    assert stored == from_file(own, day, rules, "shop-1")
    assert stored["indicators"]["goods.rating"]["denominator"] > 0
    address = f"/v1/subjects/shop-1/score?as_of={day}&rules={rules}"
    kept = shop.client.get(address).json
    with admin.connect() as connection:
        connection.execute(text("DELETE FROM scores"))
    assert shop.client.get(address).json == kept == stored


def test_a_batch_whose_commit_fails_sends_no_hint(shop: "Paired", admin: "Engine", broker: Broker):
    broker.flush()  # binding the shop was news
    with admin.connect() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;"
                "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON receipts DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        )
    try:
        before = versions(admin, "shop-1")
        assert send(shop, [ORDER, REVIEW]).status_code == 500
        assert versions(admin, "shop-1") == before
        assert hinted(broker) == 0
    finally:
        with admin.connect() as connection:
            connection.execute(text("DROP FUNCTION refuse CASCADE"))
    assert send(shop, [ORDER, REVIEW]).status_code == 200
    assert hinted(broker) == 2, "one message, and the note that it is under way"
    assert send(shop, [{**REVIEW, "id": "r2"}], key="k2").status_code == 200
    assert hinted(broker) == 2, "a second change rides on the hint that is under way"


@pytest.mark.parametrize("forget", ["flush", "lose_messages"])
def test_the_tick_repairs_what_the_broker_forgot(
    shop: "Paired",
    admin: "Engine",
    settings: "Settings",
    broker: Broker,
    tmp_path: "Path",
    forget: str,
):
    send(shop, [ORDER, REVIEW])
    assert hinted(broker) == 2
    getattr(broker, forget)()
    with worker(settings, tmp_path / "log", tick_seconds=1):
        eventually(lambda: scored(admin, "shop-1"), "the tick to find the subject", seconds=20)
        broker.flush()  # under a worker that runs: its queue must work again without a restart
        send(shop, [{**REVIEW, "id": "r2"}], key="k2")
        eventually(lambda: scored(admin, "shop-1"), "a hint after FLUSHALL")
    assert rows(admin, "SELECT input_version FROM scores") == [(versions(admin, "shop-1")[0],)]


@contextmanager
def no_socket(tmp_path: "Path") -> Iterator[str]:
    yield f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0"


@contextmanager
def closed_port(_tmp_path: "Path") -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and never listens
        yield f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


@contextmanager
def hung(tmp_path: "Path") -> Iterator[str]:
    server = Valkey(Home.at(tmp_path / "home"))
    server.start()
    assert server.pid
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield server.url
    finally:
        os.kill(server.pid, signal.SIGCONT)
        server.stop()


@pytest.mark.parametrize("broker", ["valkey"], indirect=True)
@pytest.mark.parametrize("away", [no_socket, closed_port, hung])
def test_without_a_broker_batches_are_taken_and_the_tick_scores_them_later(
    shop: "Paired",
    admin: "Engine",
    settings: "Settings",
    tmp_path: "Path",
    away: Callable[["Path"], AbstractContextManager[str]],
):
    with away(tmp_path) as broker_url:
        app = create_app(load_settings(settings.home, database_url=settings.database_url, broker_url=broker_url))
        answers: list[int] = []

        def post() -> None:
            headers = {**shop.headers, "Idempotency-Key": "k"}
            body = {"format": FORMAT, "source": {"name": "t"}, "records": [ORDER, REVIEW]}
            address = "/v1/subjects/shop-1/batches"
            answers.append(app.test_client().post(address, json=body, headers=headers).status_code)

        thread = threading.Thread(target=post, daemon=True)
        thread.start()
        thread.join(5)
        assert answers == [200], "the batch waits for the broker"
        app.extensions[KEY].close()
    assert not scored(admin, "shop-1")
    with worker(settings, tmp_path / "log", tick_seconds=1):
        eventually(lambda: scored(admin, "shop-1"), "the tick to find the subject")


@pytest.mark.parametrize("processes", [1, 2])
def test_what_arrives_while_the_worker_computes_is_scored_without_the_tick(
    shop: "Paired", admin: "Engine", settings: "Settings", broker: Broker, tmp_path: "Path", processes: int
):
    with worker(settings, tmp_path / "log", processes=processes):
        with admin.connect() as connection, connection.execution_options(isolation_level="READ COMMITTED").begin():
            connection.execute(text("LOCK TABLE scores IN SHARE MODE"))  # the worker has read, and cannot write
            send(shop, [ORDER, REVIEW])
            waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'scores'::regclass"
            eventually(lambda: rows(admin, waiting), "the worker to wait for its score's row")
            send(shop, [{**REVIEW, "id": "r2"}], key="k2")
            if processes > 1:  # the other process takes the hint, meets the calculation, and lets it be
                eventually(lambda: hinted(broker) == 0, "the second hint to be taken")
        eventually(lambda: scored(admin, "shop-1"), "the second batch to be scored")
    assert rows(admin, "SELECT input_version FROM scores") == [(versions(admin, "shop-1")[0],)]


@pytest.mark.parametrize("broker", ["valkey"], indirect=True)
def test_the_worker_makes_a_ledger_of_an_older_koubei_anew(
    shop: "Paired", admin: "Engine", settings: "Settings", tmp_path: "Path"
):
    send(shop, [ORDER, REVIEW])
    address = "/v1/subjects/shop-1/score?as_of=2026-11-10&rules=douyin-shop/2026-09-08"
    before = shop.client.get(address)
    with admin.connect() as connection:
        connection.execute(text("UPDATE subjects SET ledger_version = 'older Asia/Shanghai', scored_version = 99"))
        connection.execute(text("UPDATE ledger SET numerator = 7"))
    assert shop.client.get(address).json["code"] == "recounting"
    with worker(settings, tmp_path / "log", tick_seconds=1):
        eventually(lambda: shop.client.get(address).status_code == 200, "the tick to find the older ledger")
    after = shop.client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.json) == (200, before.json), "an ETag of the older ledger must not be believed"
