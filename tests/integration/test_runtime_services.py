"""The embedded PostgreSQL and Valkey, in folders of their own."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from click.testing import CliRunner
from sqlalchemy import NullPool, create_engine, text

from server.cli.up import up
from server.db.broker import celery_app, redis_client
from server.runtime.home import Home
from server.runtime.identity import Identity, as_nobody, in_namespace
from server.runtime.postgres import Postgres
from server.runtime.process import Process
from server.runtime.texts import TEXTS, StartError
from server.runtime.valkey import Valkey
from tests.soak.faults import small_disk

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="about running as root")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(Home.at(tmp_path_factory.mktemp("runtime") / "home"), durable=False)
    server.start()
    yield server
    server.stop()


def connect(server: Postgres) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True)


def modes_above(path: Path) -> dict[Path, tuple[int, int, int]]:
    found = {folder: folder.stat() for folder in path.parents}
    return {folder: (stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid) for folder, s in found.items()}


def started(*command: str) -> bool:
    return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0


def test_a_cluster_is_utf8_utc_and_orders_alike_on_every_system(postgres):
    with connect(postgres) as connection:
        row = connection.execute(
            "SELECT current_database(), current_user, pg_encoding_to_char(encoding), datlocprovider, datlocale,"
            " current_setting('timezone') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("koubei", "koubei", "UTF8", "b", "C.UTF-8", "UTC")


def test_durable_unless_a_test_says_otherwise(tmp_path, postgres):
    switches = "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
    with connect(postgres) as connection:
        assert connection.execute(switches).fetchone() == ("off", "off")
    durable = Postgres(Home.at(tmp_path / "home"))
    durable.start()
    with connect(durable) as connection:
        assert connection.execute(switches).fetchone() == ("on", "on")
    durable.stop()


def test_nothing_listens_on_the_network_and_the_socket_folder_is_private(postgres):
    with connect(postgres) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    folder = postgres.home.sockets.stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert folder.st_uid == os.geteuid()


def test_rows_outlive_a_stop_and_a_second_start(postgres):
    with connect(postgres) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    postgres.stop()
    assert not (postgres.data / "postmaster.pid").exists()
    postgres.start()
    with connect(postgres) as connection:
        assert connection.execute("SELECT sum(n) FROM kept").fetchone() == (500500,)


@needs_root
@pytest.mark.parametrize("identity", [in_namespace(), as_nobody()], ids=["namespace", "nobody"])
def test_root_changes_no_folder_it_did_not_make(tmp_path, identity: Identity | None):
    if identity is None or not started(*identity.prefix):
        pytest.skip("this system does not allow it")
    closed = tmp_path / "closed"  # as /root is
    closed.mkdir(mode=0o700)
    home = Home.at(closed / "home")
    before = modes_above(home.root)
    accounts = Path("/etc/passwd").read_bytes()
    server = Postgres(home, durable=False, identity=identity)
    server.start()
    with connect(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    assert modes_above(home.root) == before
    assert Path("/etc/passwd").read_bytes() == accounts
    assert home.postgres.stat().st_uid == identity.owner


@needs_root
def test_data_made_in_one_way_starts_in_the_other(tmp_path):
    ways = [way for way in (in_namespace(), as_nobody(), in_namespace()) if way and started(*way.prefix)]
    home = Home.at(tmp_path / "home")
    for number, way in enumerate(ways):
        server = Postgres(home, durable=False, identity=way)
        server.start()
        with connect(server) as connection:
            connection.execute(f"CREATE TABLE turn_{number} ()")
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (number + 1,)
        server.stop()


def test_without_unix_sockets_a_password_is_needed(tmp_path):
    server = Postgres(Home.at(tmp_path / "home"), durable=False, tcp=True)
    server.start()
    try:
        with connect(server) as connection:
            assert connection.execute("SELECT inet_server_addr()::text").fetchone() == ("127.0.0.1/32",)
        _, password = server.url.split("@")[0].rsplit(":", 1)
        assert len(password) > 20
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url.replace("+psycopg", "").replace(password, "guess"))
        assert stat.S_IMODE((server.home.root / "postgres.password").stat().st_mode) == 0o600
        before = server.url
        server.stop()
        server.start()
        assert server.url == before, "who was told the address goes on using it"
    finally:
        server.stop()


def test_data_of_another_major_version_is_refused_and_left_alone(tmp_path):
    home = Home.at(tmp_path / "home")
    home.create()
    home.postgres.mkdir()
    (home.postgres / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartError, match=r"made by PostgreSQL 15, this koubei carries 18"):
        Postgres(home).start()
    assert [path.name for path in home.postgres.iterdir()] == ["PG_VERSION"]


def test_a_first_start_cut_short_leaves_nothing_half_made(tmp_path):
    home = Home.at(tmp_path / "home")
    home.create()
    (home.root / "postgres.new" / "base").mkdir(parents=True)
    (home.root / "postgres.new" / "PG_VERSION").write_text("18\n")
    server = Postgres(home, durable=False)
    server.start()
    server.stop()
    assert (home.postgres / "global" / "pg_control").exists()
    assert not (home.root / "postgres.new").exists()


def test_a_long_home_path_gets_a_short_socket_folder(tmp_path):
    home = Home.at(tmp_path / ("很长的目录" * 12) / "home")
    assert len(os.fsencode(home.run)) > 108
    server, broker = Postgres(home, durable=False), Valkey(home)
    server.start()
    broker.start()
    try:
        with connect(server) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with redis.Redis(unix_socket_path=str(broker.socket)) as client:
            assert client.ping()
        assert stat.S_IMODE(home.sockets.stat().st_mode) == 0o700
    finally:
        broker.stop()
        server.stop()
        for left in home.sockets.iterdir():
            left.unlink()
        home.sockets.rmdir()


@pytest.mark.parametrize("trap", ["open", "link"])
def test_a_socket_folder_others_could_have_laid_is_refused(tmp_path, monkeypatch, trap):
    monkeypatch.setattr("tempfile.tempdir", "/tmp")  # noqa: S108 - short, whatever TMPDIR says
    home = Home.at(tmp_path / ("x" * 120))
    if trap == "open":
        home.sockets.mkdir()
        home.sockets.chmod(0o777)
    else:
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        home.sockets.symlink_to(tmp_path / "elsewhere")
    try:
        with pytest.raises(StartError, match="chmod 700"):
            home.create()
    finally:
        home.sockets.unlink() if trap == "link" else home.sockets.rmdir()


def test_the_broker_keeps_what_it_was_given(tmp_path):
    home = Home.at(tmp_path / "home")
    broker = Valkey(home)
    broker.start()
    with redis.Redis(unix_socket_path=str(broker.socket)) as client:
        client.rpush("celery", *range(1000))
    broker.stop()
    broker.start()
    with redis.Redis(unix_socket_path=str(broker.socket)) as client:
        assert client.llen("celery") == 1000
        assert client.config_get("port") == {"port": "0"}
    broker.stop()


def test_a_port_in_use_is_named_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = ["--home", str(tmp_path / "home"), "--port", str(port), "--lang", "en"]
        answer = CliRunner().invoke(up, command)
    assert answer.exit_code == 2
    assert f"127.0.0.1:{port} is in use by another program" in answer.stderr
    assert not (tmp_path / "home" / "postgres").exists()


def test_a_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    answer = CliRunner().invoke(up, ["--home", str(tmp_path / "file" / "home"), "--lang", "en"])
    assert answer.exit_code == 2
    assert f"{tmp_path / 'file' / 'home'}" in answer.stderr


def test_both_languages_name_the_same_facts():
    def fields(words: str) -> set[str]:
        return {part.split("}")[0] for part in words.split("{")[1:]}

    assert {key for key, (zh, en) in TEXTS.items() if fields(zh) != fields(en)} == set()


def test_a_home_with_a_space_and_a_quote_in_its_path_works(tmp_path):
    home = Home.at(tmp_path / "it's a home")
    server, broker = Postgres(home, durable=False), Valkey(home)
    server.start()
    broker.start()
    try:
        with create_engine(server.url, poolclass=NullPool).connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        with redis_client(broker.url) as client:
            assert client.ping()
        assert celery_app(broker.url).connection_for_write().ensure_connection(max_retries=1)
    finally:
        broker.stop()
        server.stop()
        for left in home.sockets.iterdir():
            left.unlink()
        home.sockets.rmdir()


def test_what_cannot_be_noted_is_not_left_running(tmp_path):
    home = Home.at(tmp_path / "home")
    home.create()
    process = Process("sleeper", home, last_signal=signal.SIGKILL)
    with small_disk(tmp_path / "disk", 1) as disk:
        if disk is None:
            pytest.skip("only root may mount a small disk")
        process._pid_file = disk / "sleeper.pid"
        (disk / "ballast").write_bytes(b"\0" * (shutil.disk_usage(disk).free))
        with pytest.raises(StartError, match="No space left"):
            process.start([sys.executable, "-c", "import time; time.sleep(600)", str(home.root)])
    assert process.pid is None
    listing = subprocess.run([shutil.which("ps") or "ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert f"sleep(600) {home.root}" not in listing.stdout
