"""Real servers for the whole run, a clean database for each test, and tokens to call the API with."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from server.db.engine import Database
    from server.members.roles import Role
    from server.runtime.postgres import Postgres
    from server.runtime.valkey import Valkey
    from server.settings import Settings

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("KOUBEI_SHARED") or ROOT.parent / "shared")
WITHOUT_SHARED = "without ../shared"
# What is run first, folders and files: those that mostly wait, beside those that only compute; the shortest come last.
_ORDER = ("crash", "test_ranks", "test_backtest", "test_oracle_score", "test_oracle_packs", "browser", "integration")


@dataclass(frozen=True)
class Paired:
    """A device of an account, and a client that carries its token."""

    client: "FlaskClient"
    token: str
    device_id: str
    account_id: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "shared_data: needs the data beside the repository (KOUBEI_SHARED)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Several processes end together where the short files come last; where nothing is said the order stays random.
    items.sort(key=lambda item: min(map(_place, item.path.relative_to(ROOT).with_suffix("").parts)))
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(pytest.mark.skip(reason=WITHOUT_SHARED))


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    # A category of their own keeps them out of -ra's list, one line for each file.
    if report.skipped and isinstance(report.longrepr, tuple) and report.longrepr[2] == f"Skipped: {WITHOUT_SHARED}":
        return WITHOUT_SHARED, "s", "SKIPPED"
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if skipped := terminalreporter.stats.get(WITHOUT_SHARED):
        terminalreporter.write_line(
            f"SKIPPED [{len(skipped)}] tests on real data: ../shared is not there; KOUBEI_SHARED names another place"
        )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the real data; for tests marked shared_data."""
    return SHARED


@pytest.fixture(scope="session")
def home_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def postgres(home_root: Path) -> Iterator["Postgres"]:
    """PostgreSQL, migrated once."""
    from server.db.migrate import upgrade
    from server.runtime.home import Home
    from server.runtime.postgres import Postgres

    server = Postgres(Home.at(home_root), durable=False)
    server.start()
    try:
        upgrade(server.url)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def valkey(home_root: Path) -> Iterator["Valkey"]:
    from server.runtime.home import Home
    from server.runtime.valkey import Valkey

    server = Valkey(Home.at(home_root))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def settings(home_root: Path, postgres: "Postgres", valkey: "Valkey") -> "Settings":
    from server.settings import load_settings

    return load_settings(home_root, database_url=postgres.url, broker_url=valkey.url)


@pytest.fixture(scope="session")
def admin(postgres: "Postgres") -> Iterator["Engine"]:
    """The login that owns the tables, above row security; for setting up and for looking behind the curtain."""
    from sqlalchemy import NullPool, create_engine

    engine = create_engine(postgres.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def _clean(admin: "Engine") -> None:
    from tests.days import await_a_day_that_stays
    from tests.emptying import empty

    await_a_day_that_stays()
    empty(admin)


@pytest.fixture(scope="session")
def _database(postgres: "Postgres") -> Iterator["Database"]:
    from server.db.engine import Database

    database = Database.at(postgres.url)
    yield database
    database.dispose()


@pytest.fixture
def database(_clean: None, _database: "Database") -> "Database":
    """Both engines on an empty database."""
    return _database


@pytest.fixture(scope="session")
def _app(settings: "Settings") -> Iterator["Flask"]:
    from server.app import create_app
    from server.http.state import KEY

    app = create_app(settings)
    yield app
    app.extensions[KEY].close()


@pytest.fixture
def app(_clean: None, _app: "Flask") -> "Flask":
    """The app on an empty database."""
    return _app


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """A client without a token."""
    return app.test_client()


@pytest.fixture
def pair(app: "Flask", admin: "Engine") -> Callable[..., Paired]:
    """Pair a device the way a merchant does; `account` is made where it does not exist."""
    from sqlalchemy import text

    from server.devices.codes import create_code
    from server.http.state import KEY

    def pair(account: str = "default", name: str = "test", member: str = "owner", role: "Role" = "owner") -> Paired:
        with admin.connect() as connection:
            connection.execute(
                text("INSERT INTO accounts (name) VALUES (:name) ON CONFLICT DO NOTHING"), {"name": account}
            )
        client = app.test_client()
        code = create_code(app.extensions[KEY].database.gate, account=account, member=member, role=role)
        answer = client.post("/v1/devices", json={"code": code, "name": name})
        assert answer.status_code == 201, answer.text
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer.json['token']}"
        return Paired(client, answer.json["token"], answer.json["device_id"], answer.json["account"]["id"])

    return pair


@pytest.fixture
def paired(pair: Callable[..., Paired]) -> Paired:
    """A paired device of the default account."""
    return pair()
