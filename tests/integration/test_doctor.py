"""`koubei doctor` on a koubei that runs, that does not, and that is ill."""

import json
import re
import socket
from pathlib import Path

import psycopg
import pytest

import server.cli.doctor_checks as checks
from server.cli.doctor_texts import TEXTS
from server.db.engine import psycopg_url
from tests.running import Koubei, command, eventually


@pytest.fixture(scope="module")
def koubei(tmp_path_factory):
    server = Koubei(tmp_path_factory.mktemp("doctor") / "home", tick_seconds=3600)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def examined(home, status, **env):
    told = json.loads(command("doctor", "--json", "--home", str(home), status=status, env=env).stdout)
    assert told["ok"] is (status == 0)
    assert all(one["text"] for one in told["findings"])
    return {one["check"]: one for one in told["findings"]}


def test_every_code_has_a_text_and_every_text_a_code():
    source = Path(checks.__file__).read_text()
    assert {code for code in TEXTS if f'"{code}"' not in source} == set()
    assert set(re.findall(r'code="(\w+)"', source)) <= TEXTS.keys()


def test_a_koubei_that_is_well(koubei):
    found = examined(koubei.home, 0)
    assert {"home", "disk", "migrations", "queue", "clock_database", "database", "broker", "web"} <= found.keys()
    said = command("doctor", "--home", str(koubei.home)).stdout
    assert "正在" in said
    assert "✗" not in said


def test_a_koubei_whose_schema_and_queue_are_ill(koubei):
    url = psycopg_url(koubei.address.database_url).set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(url, autocommit=True) as connection:
        [(version,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.execute(
            "INSERT INTO subjects (id, account_id, input_version, changed_at)"
            " SELECT 'late', id, 1, now() - interval '1 hour' FROM accounts"
        )
        try:
            found = examined(koubei.home, 1)
        finally:
            connection.execute("DELETE FROM subjects")
            connection.execute("UPDATE alembic_version SET version_num = %s", [version])
    assert {check for check, one in found.items() if not one["ok"]} == {"migrations", "queue", "web"}
    assert found["migrations"]["params"] == {"found": "0001", "needed": version}
    assert found["queue"]["params"]["seconds"] >= 3600


def test_where_none_runs_it_says_so_and_whose_the_port_is(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = examined(tmp_path / "none", 1, KOUBEI_PORT=str(taken.getsockname()[1]))
    assert {check for check, one in found.items() if not one["ok"]} == {"running", "port"}
    assert not (tmp_path / "none").exists(), "a look changes nothing"


def test_a_folder_that_cannot_be_written_on_a_disk_that_is_full():
    found = examined("/proc", 1, KOUBEI_PORT="1")
    assert {"home", "disk"} <= {check for check, one in found.items() if not one["ok"]}


def test_a_parked_task_is_told_and_tried_again_by_command(koubei):
    home = str(koubei.home)
    url = psycopg_url(koubei.address.database_url).set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO subjects (id, account_id) SELECT 'ill', id FROM accounts")
        connection.execute(
            "INSERT INTO jobs VALUES ('ill', 'outlook', 'parked', 6, 'ValueError: no', 'worker/outlook.py:1',"
            " now(), now(), now() + interval '1 day')"
        )
        try:
            found = examined(koubei.home, 1)
            assert {check for check, one in found.items() if not one["ok"]} == {"jobs"}
            assert found["jobs"]["params"] == {
                "count": 1,
                "subject": "ill",
                "task": "outlook",
                "reason": "ValueError: no",
            }
            [told] = json.loads(command("jobs", "list", "--home", home, "--json").stdout)["jobs"]
            assert (told["state"], told["attempts"], told["place"]) == ("parked", 6, "worker/outlook.py:1")
            assert "ValueError: no" in command("jobs", "list", "--home", home, "--lang", "en").stdout
            for words, asked in ((("other",), []), (("ill", "--task", "daily"), [])):
                assert json.loads(command("jobs", "retry", *words, "--home", home, "--json").stdout)["jobs"] == asked
            again = json.loads(command("jobs", "retry", "--home", home, "--json").stdout)["jobs"]
            assert again == [{"subject_id": "ill", "task": "outlook"}]
            eventually(lambda: koubei.rows("SELECT * FROM jobs") == [], "it to succeed", koubei.messages)
            assert json.loads(command("jobs", "list", "--home", home, "--json").stdout)["jobs"] == []
        finally:
            connection.execute("DELETE FROM subjects")
    assert "jobs" in examined(koubei.home, 0)
