"""`koubei up` without Valkey: the database carries the hints too."""

import shutil
from base64 import b64decode

import pytest
from sqlalchemy import text

from server.db.broker import OUTLOOK, QUEUES, RECALCULATE, is_postgres, postgres_broker
from server.db.hints import Hints
from server.db.queue_schema import prepare
from server.settings import load_settings
from tests.integration.brokers import InPostgres
from tests.integration.shop import ORDER, REVIEW, rows, send
from tests.integration.test_doctor import examined
from tests.integration.test_import import DAY, imported, score
from tests.integration.test_import import shop as shop_of
from tests.integration.working import scored as shop_scored
from tests.integration.working import worker
from tests.running import Koubei, command, eventually, score_from_file, write


@pytest.fixture
def koubei(tmp_path):
    # With what a home folder can hold: the broker's client takes its address apart.
    server = Koubei(tmp_path / "it's a home", broker="postgres", tick_seconds=3600)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def scored(koubei, subject):
    query = "SELECT input_version = scored_version FROM subjects WHERE id = %s"
    eventually(lambda: koubei.rows(query, subject) == [(True,)], "the worker to score it", koubei.messages)


def test_it_scores_is_examined_backed_up_and_restored(koubei, tmp_path):
    home, file, records = str(koubei.home), tmp_path / "all.koubei", shop_of("kept")
    assert is_postgres(koubei.address.broker_url)
    assert not (koubei.home / "run" / "valkey.pid").exists()
    imported(koubei, write(tmp_path / "shop.ndjson", records))
    scored(koubei, "kept")  # its tick is an hour away: a hint led to it

    found = examined(koubei.home, 0, KOUBEI_BROKER="postgres")
    assert found["broker"]["params"] == {"name": "pgmq"}
    assert found["valkey_programs"]["code"] == "programs_not_needed"

    command("backup", str(file), "--home", home)
    assert koubei.stop() == 0
    shutil.rmtree(koubei.home)
    command("restore", str(file), "--home", home)
    koubei.start()
    koubei.pair()
    assert score(koubei, "kept") == score_from_file(records, str(DAY), "kept")
    imported(koubei, write(tmp_path / "later.ndjson", shop_of("later", seed=2)))
    scored(koubei, "later")


@pytest.fixture
def hints(admin, postgres):
    url = postgres_broker(postgres.url)
    prepare(url)
    InPostgres(url, admin).flush()
    found = Hints(url)
    yield found
    found.close()


def queued(admin):
    bodies = [rows(admin, f"SELECT message->>'body' FROM pgmq.q_{queue}") for queue in QUEUES]  # noqa: S608 -- names
    return sorted(b64decode(body).decode().split("]")[0] for found in bodies for (body,) in found)


def test_what_is_erased_leaves_the_queues(shop, hints, admin):
    assert shop.client.put("/v1/subjects/stays", json={}).status_code == 201
    for subject in ("shop-1", "stays"):
        for task in (RECALCULATE, OUTLOOK):
            assert hints.give(subject, task)
            assert hints.give(subject, task), "one that is under way is as good"
    assert queued(admin) == ['[["shop-1"', '[["shop-1"', '[["stays"', '[["stays"']
    hints.forget("shop-1")
    assert shop.client.delete("/v1/subjects/shop-1").status_code == 204
    assert queued(admin) == ['[["stays"', '[["stays"']
    assert rows(admin, "SELECT DISTINCT subject_id FROM hints") == [("stays",)]
    assert hints.give("shop-1"), "a hint about nobody harms nobody"
    assert len(queued(admin)) == 2


def test_threads_do_where_there_is_no_fork(shop, hints, admin, home_root, postgres, tmp_path):
    """As on Windows, but for its missing sockets."""
    alone = load_settings(home_root, database_url=postgres.url, broker_url=postgres_broker(postgres.url))
    send(shop, [ORDER, REVIEW])
    with worker(alone, tmp_path / "log", processes=2, pool="threads"):
        hints.give("shop-1")
        eventually(lambda: shop_scored(admin, "shop-1"), "the score", (tmp_path / "log").read_text)


@pytest.mark.usefixtures("shop")
def test_a_note_of_a_clock_that_was_ahead_silences_nothing(hints, admin):
    hints.give("shop-1")
    rows(admin, "UPDATE hints SET given_at = given_at + interval '1 hour' RETURNING 1")
    hints.give("shop-1")
    assert len(queued(admin)) == 2


@pytest.mark.usefixtures("shop")
def test_queues_of_an_older_wheel_are_made_anew_and_those_of_others_left(hints, admin, postgres):
    hints.give("shop-1")
    prepare(postgres_broker(postgres.url))
    assert len(queued(admin)) == 1
    with admin.connect() as connection:
        connection.execute(text("COMMENT ON SCHEMA pgmq IS 'an extension of their own'"))
    prepare(postgres_broker(postgres.url))
    assert len(queued(admin)) == 1
    with admin.connect() as connection:
        connection.execute(text("COMMENT ON SCHEMA pgmq IS 'koubei''s queues, pgmq 0.1'"))
    prepare(postgres_broker(postgres.url))
    assert queued(admin) == []
    hints.take_back("shop-1")
    assert hints.give("shop-1")
    assert len(queued(admin)) == 1
