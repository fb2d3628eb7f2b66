"""The first tables, what two roles (server/db/roles.py) may do, and row-level security on what is of a subject."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TENANT_TABLES = ("records", "cases", "ledger", "receipts", "quarantine", "scores")


def _subject() -> sa.Column[str]:
    return sa.Column("subject_id", sa.Text, sa.ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)


def _account(*, index: bool = False) -> sa.Column[UUID]:
    owner = sa.ForeignKey("accounts.id", ondelete="CASCADE")
    return sa.Column("account_id", sa.Uuid, owner, nullable=False, index=index)


def _random_id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid, server_default=sa.func.gen_random_uuid(), primary_key=True)


def _time(name: str, *, default: bool = False) -> sa.Column[dt.datetime]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.func.now() if default else None,
        nullable=not default,
    )


def upgrade() -> None:
    _create_gate_tables()
    _create_subjects()
    _create_tenant_tables()
    _grant()
    _secure_rows()
    op.execute("INSERT INTO accounts (name) VALUES ('default')")


def _create_gate_tables() -> None:
    op.create_table(
        "accounts",
        _random_id(),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        _time("created_at", default=True),
    )
    op.create_table(
        "devices",
        _random_id(),
        _account(index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("scopes", sa.ARRAY(sa.Text), nullable=False),
        _time("created_at", default=True),
        _time("last_seen_at"),
        _time("revoked_at"),
    )
    op.create_table(
        "pairing_codes",
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        _account(),
        _time("created_at", default=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _time("used_at"),
        sa.Column("device_id", sa.Uuid, sa.ForeignKey("devices.id", ondelete="SET NULL")),
    )
    op.create_table(
        "pairing_failures",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False, index=True),
    )


def _create_subjects() -> None:
    op.create_table(
        "subjects",
        sa.Column("id", sa.Text, primary_key=True),
        _account(),
        _time("created_at", default=True),
        sa.Column("input_version", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("scored_version", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        _time("changed_at"),
        sa.Column("ledger_version", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("id <> ''", name="id_not_empty"),
    )
    op.create_index("ix_subjects_account_id_id", "subjects", ["account_id", "id"])
    op.create_index(
        "ix_subjects_unscored", "subjects", ["changed_at"], postgresql_where=sa.text("input_version > scored_version")
    )


def _create_tenant_tables() -> None:
    op.create_table(
        "records",
        _subject(),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text),
        sa.Column("copies", sa.JSON, nullable=False),
    )
    op.create_index("ix_records_subject_id_case_id", "records", ["subject_id", "case_id"])
    op.create_table(
        "cases",
        _subject(),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("contributions", sa.JSON, nullable=False),
    )
    op.create_table(
        "ledger",
        _subject(),
        sa.Column("series", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("known_on", sa.Date, primary_key=True),
        sa.Column("parts", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("numerator", sa.BigInteger, nullable=False),
        sa.Column("denominator", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "receipts",
        _subject(),
        sa.Column("device_id", sa.Uuid, primary_key=True),
        sa.Column("idempotency_key", sa.Text, primary_key=True),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        _time("created_at", default=True),
    )
    op.create_table(
        "quarantine",
        _subject(),
        _random_id(),
        sa.Column("batch_id", sa.Uuid, nullable=False),
        sa.Column("index", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("record_id", sa.Text),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
        sa.Column("unknown", sa.JSON, nullable=False),
        _time("created_at", default=True),
        _time("replayed_at"),
    )
    op.create_table(
        "scores",
        _subject(),
        sa.Column("as_of", sa.Date, primary_key=True),
        sa.Column("rules", sa.Text, primary_key=True),
        sa.Column("input_version", sa.BigInteger, nullable=False),
        sa.Column("score", sa.JSON, nullable=False),
        _time("computed_at", default=True),
    )


def _grant() -> None:
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TENANT_TABLES)} TO koubei_app")
    # Not account_id and not id: a subject never changes hands by an UPDATE.
    op.execute("GRANT SELECT, INSERT, DELETE ON subjects TO koubei_app")
    op.execute("GRANT UPDATE (input_version, scored_version, changed_at, ledger_version) ON subjects TO koubei_app")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, devices, pairing_codes, pairing_failures TO koubei_gate"
    )
    op.execute("GRANT USAGE ON SEQUENCE pairing_failures_id_seq TO koubei_gate")
    op.execute(
        "GRANT SELECT (id, account_id, input_version, scored_version, changed_at, ledger_version)"
        " ON subjects TO koubei_gate"
    )
    op.execute("GRANT SELECT ON alembic_version TO koubei_app, koubei_gate")


def _secure_rows() -> None:
    for table in (*TENANT_TABLES, "subjects"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    own = "subject_id = current_setting('koubei.subject', true)"
    for table in TENANT_TABLES:
        op.execute(f"CREATE POLICY tenant ON {table} TO koubei_app USING ({own})")
    account = "account_id::text = current_setting('koubei.account', true)"
    mine = f"id = current_setting('koubei.subject', true) OR {account}"
    op.execute(f"CREATE POLICY tenant ON subjects TO koubei_app USING ({mine})")
    op.execute("CREATE POLICY gate ON subjects FOR SELECT TO koubei_gate USING (true)")
