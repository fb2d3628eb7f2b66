"""The hand-written migration against the models, and start-ups that race."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from server.db.engine import Database
from server.db.migrate import head, scripts, upgrade
from server.db.models import Base
from shared_scoring.case import case_id
from shared_scoring.decode import decode_record
from tests.integration.working import from_file, small_shop
from worker import recalculate, retention


@pytest.fixture
def empty(admin, postgres):
    """The URL of a database nothing was ever done to."""
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE empty"))
    yield make_url(postgres.url).set(database="empty").render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))


def test_models_describe_the_migrated_schema(admin):
    options = {"compare_type": True, "compare_server_default": True}
    with admin.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_racing_processes_migrate_once_and_both_succeed(empty):
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(upgrade, [empty] * 4)) == [None] * 4
    engine = create_engine(empty, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [head()]
        assert connection.execute(text("SELECT name FROM accounts")).scalars().all() == ["default"]


def test_database_of_a_newer_version_is_refused_and_left_alone(empty):
    upgrade(empty)
    engine = create_engine(empty, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(RuntimeError, match=r"'empty'.*newer version: install that version"):
        upgrade(empty)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "from_the_future"


def test_migration_refuses_a_role_that_could_pass_over_row_security(empty, admin):
    with admin.connect() as connection:
        connection.execute(text("ALTER ROLE koubei_app BYPASSRLS"))
        try:
            with pytest.raises(Exception, match="koubei_app may log in or pass over row security"):
                upgrade(empty)
        finally:
            connection.execute(text("ALTER ROLE koubei_app NOBYPASSRLS"))


def test_a_login_without_the_rights_is_told_which_statements_give_them(empty, admin):
    poor = make_url(empty).set(username="poor").render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text("CREATE ROLE poor LOGIN"))
        try:
            with pytest.raises(RuntimeError, match="lacks rights that koubei needs; as a superuser") as refused:
                upgrade(poor)
            statements = str(refused.value).split("run: ")[1].split("; ")
            assert statements[0] == "ALTER DATABASE empty OWNER TO poor"
            for statement in statements:
                connection.execute(text(statement))
            upgrade(poor)
        finally:
            connection.execute(text("ALTER DATABASE empty OWNER TO CURRENT_USER"))
            own = create_engine(empty, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            with own.connect() as inside:
                inside.execute(text("REASSIGN OWNED BY poor TO CURRENT_USER"))
                inside.execute(text("DROP OWNED BY poor"))
            connection.execute(text("DROP ROLE poor"))


def test_the_role_of_backups_reads_every_table_and_row(admin):
    """pg_dump says so where it may not read a table; rows that a policy hides it would leave out in silence."""
    query = """
        SELECT relname FROM pg_class AS it WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT (has_table_privilege('koubei_backup', oid, 'SELECT') AND (NOT relrowsecurity OR EXISTS (
            SELECT FROM pg_policies WHERE tablename = relname AND 'koubei_backup' = ANY(roles) AND qual = 'true')))
    """
    with admin.connect() as connection:
        assert connection.execute(text(query)).scalars().all() == []
        writes = "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'koubei_backup'"
        assert connection.execute(text(f"{writes} AND privilege_type <> 'SELECT'")).scalar_one() == 0


REVISIONS = [script.revision for script in reversed(list(scripts().walk_revisions()))]


def fill(connection: Connection, table: str, **values: Any) -> None:
    """Insert a row into a table as it was: of each value only where the column was there already."""
    columns = [name for (name,) in connection.execute(text(_COLUMNS), {"table": table})]
    own = {name: value for name, value in values.items() if name in columns}
    names, marks = ", ".join(f'"{name}"' for name in own), ", ".join(f":{name}" for name in own)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), own)  # noqa: S608 -- ours


_COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = :table"
SHOP, DEVICE = "shop-old", "00000000-0000-4000-8000-000000000001"


def fill_as_it_was(url: str, records: list[dict[str, Any]]) -> None:
    """What a koubei of that revision had stored: the copies of records, and what belongs to them and to the account."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        tables = {name for (name,) in connection.execute(text("SELECT tablename FROM pg_tables"))}
        account = connection.execute(text("SELECT id FROM accounts")).scalar_one()
        if "members" in tables:
            fill(connection, "members", id=DEVICE, account_id=account, name="owner", role="owner")
        scopes = ["records:write", "scores:read", "devices:write"]
        own = {"id": DEVICE, "account_id": account, "member_id": DEVICE, "name": "phone"}
        fill(connection, "devices", **own, token_hash=b"hash", scopes=scopes)
        fill(connection, "subjects", id=SHOP, account_id=account, input_version=1, ledger_version="of long ago")
        copies: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for record in records:
            copies.setdefault((record["kind"], record["id"]), []).append(record)
        for (kind, id_), told in copies.items():
            case = case_id(decode_record(json.dumps(told[0]).encode()))
            fill(connection, "records", subject_id=SHOP, kind=kind, id=id_, case_id=case, copies=json.dumps(told))
        fill(connection, "cases", subject_id=SHOP, case_id="order:gone", contributions="[]")
        stale = {"series": "x", "day": "2026-01-01", "known_on": "2026-01-01", "parts": 1}
        fill(connection, "ledger", subject_id=SHOP, **stale, numerator=5, denominator=5)
        receipt = {"device_id": DEVICE, "idempotency_key": "k", "body_hash": b"h", "answer": "{}"}
        fill(connection, "receipts", subject_id=SHOP, **receipt)
        bad = {"id": DEVICE, "batch_id": DEVICE, "index": 0, "path": "stars", "reason": "r", "unknown": "[]"}
        fill(connection, "quarantine", subject_id=SHOP, **bad, record='{"kind": "review", "id": "bad"}')
        score = {"as_of": "2026-10-01", "rules": "douyin-shop/2026-09-08", "input_version": 1, "score": '{"then": 1}'}
        fill(connection, "scores", subject_id=SHOP, **score)
        if "actions" in tables:
            life = {"id": "a", "kind": "k", "body": "{}", "state": "done", "changed_at": "2026-10-01"}
            fill(connection, "actions", subject_id=SHOP, **life)
        if "audit_events" in tables:
            event = {"member": "owner", "device": "phone", "event": "subject.bound", "detail": "{}"}
            fill(connection, "audit_events", account_id=account, subject_id=SHOP, **event)
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_from_every_revision_with_data_in_it_the_score_is_that_of_the_records(empty, revision):
    records = [one for one in small_shop() if one["kind"] != "subject"]
    owner = {"kind": "subject", "id": SHOP, "platform": "douyin", "type": "shop"}
    upgrade(empty, revision)
    fill_as_it_was(empty, [owner, *records])
    upgrade(empty)

    database = Database.at(empty)
    try:
        assert recalculate.run(database.app, SHOP), "the ledger of other rules is made anew"
        engine = create_engine(empty, poolclass=NullPool)
        with engine.begin() as connection:
            day, rules, stored = connection.execute(
                text("SELECT as_of, rules, score FROM scores WHERE as_of > '2026-10-01'")
            ).one()
            kept = {
                table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 -- ours
                for table in ("records", "devices", "members", "receipts", "quarantine", "scores", "subjects")
            }
            imported = connection.execute(text("SELECT bool_and(imported) FROM records")).scalar_one()
        assert stored == from_file([owner, *records], day, rules, SHOP)
        assert stored["indicators"]["goods.rating"]["denominator"] > 0
        assert kept == {
            "records": len({(one["kind"], one["id"]) for one in records}) + 1,
            "devices": 1,
            "members": 1,
            "receipts": 1,
            "quarantine": 1,
            "scores": 2,
            "subjects": 1,
        }
        if revision < "0006":  # where they came from was not noted yet: they stay whatever their days
            assert imported is True
            assert sum(retention.run(database.app, SHOP, dt.datetime.now(dt.UTC) + dt.timedelta(days=2000))) == 0
        engine.dispose()
    finally:
        database.dispose()
