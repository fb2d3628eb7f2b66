"""The supervisor with real services and small programs beside them: signals, kill -9, second starts."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from click.testing import CliRunner

from server.cli.up import up as up_command
from server.runtime.address import running
from server.runtime.home import Home
from server.runtime.postgres import Postgres
from server.runtime.valkey import Valkey

# What `koubei up` does, with a static file server and a sleeper in the places of web and worker.
SUPERVISE = """
import sys, time
import msgspec
from server.runtime.child import Command, answers
from server.runtime.report import Report
from server.runtime.run import run
from server.settings import load_settings

settings = load_settings(sys.argv[1], port=int(sys.argv[2]))

def programs(settings, address):
    web = ("-m", "http.server", str(settings.port), "--bind", settings.host, "--directory", str(settings.home))
    ready = lambda: answers(settings.host, settings.port, "/")
    deaf = "import signal, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN); pathlib.Path('run/deaf').touch();"
    stubborn = deaf if sys.argv[3:] == ["stubborn"] else ""
    sleeper = ("-c", stubborn + "import time; time.sleep(600)", str(settings.home))
    return (Command("web", (sys.executable, *web), ready=ready), "step_web"), \
        (Command("worker", (sys.executable, *sleeper)), "step_worker")

def on_ready(address):
    print(msgspec.json.encode(address).decode(), flush=True)
    if sys.argv[3:] == ["fail"]:
        raise ValueError("the file to import is broken")
    if sys.argv[3:] == ["linger"]:
        time.sleep(600)

run(settings, on_ready, report=Report("en"), programs=programs, migrate=lambda url: None)
"""


class Up:
    """One supervisor; `address` is what it told its callback."""

    def __init__(self, home: Path, port: int, *words: str, env: dict[str, str] | None = None) -> None:
        self.home = home
        self.popen = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SUPERVISE, str(home), str(port), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
        assert self.popen.stdout
        line = self.popen.stdout.readline()
        if not line:
            raise AssertionError(self.popen.communicate()[1])
        self.address: dict[str, Any] = json.loads(line)

    def end(self, number: signal.Signals) -> tuple[int, str]:
        if self.popen.stdout and self.popen.stdout.closed:
            return self.popen.returncode, ""  # ended before
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        _, messages = self.popen.communicate(timeout=60)
        return self.popen.returncode, messages


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def supervised(home: Path, port: int, *words: str, env: dict[str, str] | None = None) -> Iterator[Up]:
    up = Up(home, port, *words, env=env)
    try:
        yield up
    finally:
        up.end(signal.SIGTERM)


def processes() -> dict[int, tuple[int, str, str]]:
    """pid -> parent, state, command; as ps sees them."""
    ask = [shutil.which("ps") or "ps", "-eo", "pid=,ppid=,stat=,args="]
    listing = subprocess.run(ask, capture_output=True, text=True, check=True)
    rows = (line.split(None, 3) for line in listing.stdout.splitlines())
    return {int(pid): (int(parent), state, command) for pid, parent, state, command in rows}


def family(root: int) -> set[int]:
    table = processes()
    found, last = {root}, set()
    while found != last:
        last = found
        found = found | {pid for pid, (parent, _, _) in table.items() if parent in found}
    return found


def living(pids: set[int]) -> set[int]:
    table = processes()
    return {pid for pid in pids if pid in table and not table[pid][1].startswith("Z")}


def eventually(condition: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return value


def child(up: Up, name: str) -> int:
    """0 while it is being started again."""
    file = up.home / "run" / f"{name}.pid"
    try:
        return int(file.read_text() or 0)
    except FileNotFoundError:
        return 0


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_cleanly(tmp_path, port, number):
    up = Up(tmp_path / "home", port)
    whole = family(up.popen.pid)
    assert len(whole) > 8  # supervisor, web, worker, valkey, postmaster and its children
    written = json.loads((up.home / "server.json").read_bytes())
    assert (written["url"], written["pid"]) == (f"http://127.0.0.1:{port}", up.popen.pid)
    status, messages = up.end(number)
    assert status == 0, messages
    assert messages.rstrip().endswith("koubei has stopped")
    assert living(whole) == set()
    assert not (up.home / "server.json").exists()
    assert not (up.home / "postgres" / "postmaster.pid").exists()
    assert "database system is shut down" in (up.home / "logs" / "postgres.log").read_text()


def test_a_second_start_says_where_the_first_one_runs(tmp_path, port):
    with supervised(tmp_path / "home", port) as first:
        second = Up(tmp_path / "home", port + 1)
        _, messages = second.popen.communicate(timeout=20)
        assert second.popen.returncode == 0
        assert f"already runs at http://127.0.0.1:{port} (process {first.popen.pid}" in messages
        assert second.address == {**first.address, "started_here": False}
        assert first.address["started_here"]
        with connect(first.address["database_url"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert running(Home.at(tmp_path / "home")) is None


def test_a_killed_supervisor_takes_everything_along_and_loses_no_row(tmp_path, port):
    up = Up(tmp_path / "home", port)
    whole = family(up.popen.pid)
    with connect(up.address["database_url"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    up.end(signal.SIGKILL)
    if sys.platform == "linux":
        eventually(lambda: not living(whole))
    with supervised(tmp_path / "home", port) as again, connect(again.address["database_url"]) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
        assert again.address["pid"] == again.popen.pid
    assert living(whole) == set()


@pytest.mark.parametrize("name", ["postgres", "valkey", "web", "worker"])
def test_what_crashes_is_started_again_and_said(tmp_path, port, name):
    with supervised(tmp_path / "home", port, "linger") as up:  # the callback still runs meanwhile
        before = child(up, name)
        with connect(up.address["database_url"]) as connection:
            connection.execute("CREATE TABLE kept (n int)")
            connection.execute("INSERT INTO kept VALUES (7)")
        os.kill(before, signal.SIGKILL)
        eventually(lambda: child(up, name) != before and child(up, name) in living({child(up, name)}))

        def whole() -> bool:
            try:
                with connect(up.address["database_url"]) as connection:
                    return connection.execute("SELECT n FROM kept").fetchone() == (7,)
            except psycopg.OperationalError:
                return False

        eventually(whole)
        status, messages = up.end(signal.SIGTERM)
    log = up.home / "logs" / f"{name}.log"
    assert f"{name} ended unexpectedly (SIGKILL); starting it again in 0.5 s; log: {log}" in messages
    assert status == -signal.SIGINT  # stopped before the callback was through: no success


def test_a_second_signal_ends_the_wait_for_a_stubborn_program(tmp_path, port):
    up = Up(tmp_path / "home", port, "stubborn")
    eventually((up.home / "run" / "deaf").exists)
    whole = family(up.popen.pid)
    up.popen.send_signal(signal.SIGTERM)
    assert up.popen.stderr
    eventually(lambda: "Stopping worker" in up.popen.stderr.readline())
    assert child(up, "worker") in living(whole)
    status, _ = up.end(signal.SIGTERM)
    assert status == 0
    assert living(whole) == set()
    assert not (up.home / "postgres" / "postmaster.pid").exists()


def test_two_first_starts_at_once_make_one_server(tmp_path, port):
    command = [sys.executable, "-W", "error", "-c", SUPERVISE, str(tmp_path / "home"), str(port)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other,
    ):
        assert one.stdout
        assert other.stdout
        said = [json.loads(one.stdout.readline()), json.loads(other.stdout.readline())]
        assert sorted(address["started_here"] for address in said) == [False, True]
        assert said[0]["pid"] == said[1]["pid"]
        first, second = (one, other) if one.pid == said[0]["pid"] else (other, one)
        assert second.wait(20) == 0
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0


def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path, port, monkeypatch):
    monkeypatch.setenv("KOUBEI_DATABASE_URL", f"postgresql://koubei:secret@127.0.0.1:{port}/koubei")
    answer = CliRunner().invoke(up_command, ["--home", str(tmp_path / "home"), "--port", str(port), "--lang", "en"])
    assert answer.exit_code == 2, answer.output
    assert "The database cannot be used" in answer.stderr
    assert "check it" in answer.stderr
    assert "secret" not in answer.output
    assert [row for row in processes().values() if str(tmp_path / "home") in row[2]] == []


def test_a_failing_callback_stops_everything_and_is_seen(tmp_path, port):
    up = Up(tmp_path / "home", port, "fail")
    _, messages = up.popen.communicate(timeout=30)
    assert up.popen.returncode == 1
    assert "ValueError: the file to import is broken" in messages
    assert [row for row in processes().values() if str(tmp_path / "home") in row[2]] == []


def test_services_given_by_url_are_not_started(tmp_path, port):
    outside = Home.at(tmp_path / "outside")
    database, broker = Postgres(outside, durable=False), Valkey(outside)
    database.start()
    broker.start()
    try:
        given = {"KOUBEI_DATABASE_URL": database.url, "KOUBEI_BROKER_URL": broker.url}
        with supervised(tmp_path / "home", port, env=given) as up:
            assert (up.address["database_url"], up.address["broker_url"]) == (database.url, broker.url)
            assert not (up.home / "postgres").exists()
            commands = " ".join(processes()[pid][2] for pid in family(up.popen.pid))
            assert "bin/postgres" not in commands
            assert "valkey-server" not in commands
        assert database.poll() is None
        assert broker.poll() is None
    finally:
        broker.stop()
        database.stop()


def test_rows_survive_a_postmaster_killed_at_once_after_commit(tmp_path):
    server = Postgres(Home.at(tmp_path / "home"))
    server.start()
    with connect(server.url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        for n in range(50):
            connection.execute("INSERT INTO kept VALUES (%s)", [n])
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
    # A new object, as after a restart of the supervisor; its children may still be ending.
    eventually(lambda: server.poll() == -signal.SIGKILL)
    again = Postgres(Home.at(tmp_path / "home"))
    again.start()
    with connect(again.url) as connection:
        assert connection.execute("SELECT count(*), max(n) FROM kept").fetchone() == (50, 49)
    again.stop()


def test_a_leftover_server_is_stopped_before_a_new_start(tmp_path):
    home = Home.at(tmp_path / "home")
    left = Postgres(home), Valkey(home)
    for server in left:
        server.start()
    with redis.Redis(unix_socket_path=str(home.sockets / "valkey.sock")) as client:
        client.set("kept", "1")
    pids = {server.pid for server in left if server.pid}
    new = Postgres(home), Valkey(home)
    for server in new:
        server.start()
    assert living(pids) == set()
    assert [server.poll() for server in left] == [0, 0]
    with redis.Redis(unix_socket_path=str(home.sockets / "valkey.sock"), decode_responses=True) as client:
        assert client.get("kept") == "1"
    for server in new:
        server.stop()


def test_pid_files_that_name_a_foreign_process_harm_neither_side(tmp_path):
    home = Home.at(tmp_path / "home")
    server = Postgres(home, durable=False)
    server.start()
    pid_file, pid = (home.postgres / "postmaster.pid").read_text(), server.pid
    server.stop()
    neighbour = f"{home.root}2/postgres"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", neighbour]) as foreign:
        (home.postgres / "postmaster.pid").write_text(pid_file.replace(str(pid), str(foreign.pid), 1))
        (home.run / "postgres.pid").write_text(str(foreign.pid))
        server.start()
        assert foreign.poll() is None
        server.stop()
        foreign.kill()
