"""deploy/ as somebody uses it: the unit's own words, against a PostgreSQL and a Valkey of their own."""

import configparser
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from server.runtime.home import Home
from server.runtime.postgres import Postgres
from server.runtime.valkey import Valkey
from tests.running import Koubei, command, eventually

DEPLOY = Path(__file__).parents[2] / "deploy"
INSTALLED = "/opt/koubei/.venv/bin/"


def words_of(unit: str, setting: str) -> list[str]:
    """What a unit runs, with this installation's programs in place of the documented one's."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "systemd" / unit)
    return shlex.split(parser["Service"][setting].replace(INSTALLED, f"{Path(sys.executable).parent}/"))


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URLs of a database whose owner is no superuser, as a provider gives one out, and of a broker."""
    postgres, valkey = Postgres(Home.at(tmp_path / "pg"), durable=False), Valkey(Home.at(tmp_path / "vk"))
    postgres.start()
    valkey.start()
    try:
        admin = make_url(postgres.url).set(drivername="postgresql")
        with psycopg.connect(admin.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute("CREATE ROLE renter LOGIN CREATEROLE PASSWORD 'secret'")
            connection.execute("CREATE DATABASE rented OWNER renter")
            connection.execute("CREATE DATABASE empty OWNER renter")
        rented = admin.set(username="renter", password="secret", database="rented")
        yield rented.render_as_string(hide_password=False), valkey.url
    finally:
        valkey.stop()
        postgres.stop()


def test_what_the_unit_runs_serves_reloads_and_stops_beside_servers_of_ones_own(
    own_servers: tuple[str, str], tmp_path: Path
):
    database_url, broker_url = own_servers
    koubei = Koubei(tmp_path / "home", database_url=database_url, broker_url=broker_url)
    start = words_of("koubei.service", "ExecStart")
    assert start[1:] == ["up", "--lang", "en"], "as Koubei.start runs it, with a home and a port of its own"
    assert command("migrate", env={"KOUBEI_DATABASE_URL": database_url}).stdout.strip() > "0008"
    koubei.start()
    try:
        assert not (tmp_path / "home" / "postgres").exists()
        koubei.pair()
        file = tmp_path / "shop.ndjson"
        file.write_text(
            '{"kind":"subject","id":"shop-1","platform":"douyin","type":"shop"}\n'
            '{"kind":"order","id":"1","created_at":"2026-11-01T10:00:00+08:00"}\n'
        )
        command("import", str(file), "--home", str(koubei.home))

        def is_scored() -> bool:
            [shop] = koubei.get("/subjects").json()["items"]
            return bool(shop["scored_version"] == shop["input_version"] > 0)

        eventually(is_scored, "the score", koubei.messages)
        is_backed_up(koubei, database_url, tmp_path)
        before = koubei.pid("web")
        done = subprocess.run(
            [*words_of("koubei.service", "ExecReload"), "--home", str(koubei.home)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert koubei.pid("web") != before
        # Erasing reaches the audit log though the owner of the tables is no superuser.
        answer = koubei._session.delete(f"{koubei.address.url}/v1/subjects/shop-1", timeout=30)
        assert answer.status_code == 204, answer.text
        told = koubei.get("/audit").json()["items"]
        assert [one["subject_id"][:7] for one in told if one["subject_id"]] == ["erased:"] * 2
    finally:
        assert koubei.stop() == 0


def is_backed_up(koubei: Koubei, database_url: str, folder: Path) -> None:
    """By the same login, whom row security hides every row from: into an empty database, and into a home."""
    file, rented = folder / "all.koubei", make_url(database_url)
    held = {name: rows_of(koubei.address.database_url, name) for name in TABLES}
    assert all(held[name] for name in ("subjects", "records", "scores", "receipts", "audit_events")), held
    command("backup", str(file), "--home", str(koubei.home))

    into = {"KOUBEI_DATABASE_URL": rented.set(database="empty").render_as_string(hide_password=False)}
    command("restore", str(file), env=into)
    assert {name: rows_of(into["KOUBEI_DATABASE_URL"], name) for name in TABLES} == held
    again = command("restore", str(file), env=into, status=2).stderr
    assert "holds tables already" in again
    assert "DROP DATABASE" in again

    home = Home.at(folder / "carried")
    command("restore", str(file), "--home", str(home.root))
    own = Postgres(home, durable=False)
    own.start()
    try:
        assert {name: rows_of(own.url, name) for name in TABLES} == held
    finally:
        own.stop()


TABLES = ("subjects", "records", "cases", "scores", "receipts", "devices", "members", "audit_events")


def rows_of(database_url: str, table: str) -> list[tuple[str]]:
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        if connection.execute("SHOW is_superuser").fetchone() == ("off",):
            connection.execute("SET ROLE koubei_backup")
        query = sql.SQL("SELECT one::text FROM {} AS one ORDER BY 1").format(sql.Identifier(table))
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("unit", ["koubei.service", "koubei-backup.service", "koubei-backup.timer"])
def test_systemd_finds_nothing_wrong_with_the_units(unit: str, tmp_path: Path):
    verify = shutil.which("systemd-analyze")
    if verify is None:
        assert (DEPLOY / "systemd" / unit).is_file()  # systemd is not everywhere; its look is one of several
        return
    for file in (DEPLOY / "systemd").iterdir():
        text = file.read_text().replace(INSTALLED, f"{Path(sys.executable).parent}/")
        (tmp_path / file.name).write_text(text.replace("/opt/koubei/docs", str(DEPLOY.parent / "docs")))
    done = subprocess.run([verify, "verify", "--man=no", tmp_path / unit], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "koubei" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
