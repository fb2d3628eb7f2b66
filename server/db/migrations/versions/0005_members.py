"""The people of an account with their roles, tokens that can be exchanged, and the audit log."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid, server_default=sa.func.gen_random_uuid(), primary_key=True),
        _account(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        _now("created_at"),
        sa.UniqueConstraint("account_id", "name"),
        sa.CheckConstraint("role IN ('owner', 'member', 'read_only')", name="role_is_known"),
    )
    op.add_column("devices", sa.Column("next_token_hash", sa.LargeBinary))
    _give_devices_to_members()
    for column in ("member", "role"):
        op.add_column("pairing_codes", sa.Column(column, sa.Text, server_default=sa.text("'owner'"), nullable=False))
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON members TO koubei_gate")
    _create_audit()


def _give_devices_to_members() -> None:
    """Whoever was paired until now could do everything, so they become the account's first owner's."""
    op.add_column("devices", sa.Column("member_id", sa.Uuid, sa.ForeignKey("members.id", ondelete="CASCADE")))
    op.create_index("ix_devices_member_id", "devices", ["member_id"])
    op.execute("INSERT INTO members (account_id, name, role) SELECT DISTINCT account_id, 'owner', 'owner' FROM devices")
    op.execute("UPDATE devices SET member_id = members.id FROM members WHERE members.account_id = devices.account_id")
    op.execute(
        "UPDATE devices SET scopes = scopes || ARRAY['audit:read'] WHERE 'devices:write' = ANY(scopes)"
        " AND NOT 'audit:read' = ANY(scopes)"
    )
    op.alter_column("devices", "member_id", nullable=False)


def _create_audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _account(),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("device_id", sa.Uuid),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_index("ix_audit_events_account_id_id", "audit_events", ["account_id", "id"])
    op.execute("ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_events FORCE ROW LEVEL SECURITY")
    own = "account_id::text = current_setting('koubei.account', true)"
    op.execute(f"CREATE POLICY tenant ON audit_events TO koubei_app USING ({own})")
    op.execute("CREATE POLICY gate ON audit_events FOR INSERT TO koubei_gate WITH CHECK (true)")
    # Added to and read, never changed: not even by the server.
    op.execute("GRANT SELECT, INSERT ON audit_events TO koubei_app")
    op.execute("GRANT INSERT ON audit_events TO koubei_gate")


def _account() -> sa.Column[UUID]:
    return sa.Column("account_id", sa.Uuid, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)


def _now(name: str) -> sa.Column[dt.datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
