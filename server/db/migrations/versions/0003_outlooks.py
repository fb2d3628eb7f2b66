"""What lies ahead of a subject: actions with their life, other answers about the future, and when they were made."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = ("outlooks", "order_risks", "actions", "action_records")


def upgrade() -> None:
    op.add_column("subjects", sa.Column("outlook_version", sa.BigInteger, server_default=sa.text("-1"), nullable=False))
    op.add_column("subjects", sa.Column("outlook_day", sa.Date))
    op.add_column("subjects", sa.Column("outlook_at", sa.DateTime(timezone=True)))
    op.add_column("subjects", sa.Column("outlook_seconds", sa.Double, server_default=sa.text("0"), nullable=False))
    op.create_table(
        "outlooks",
        _subject(),
        sa.Column("part", sa.Text, primary_key=True),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("input_version", sa.BigInteger, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_table(
        "order_risks",
        _subject(),
        sa.Column("order_id", sa.Text, primary_key=True),
        sa.Column("rank", sa.BigInteger, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_order_risks_subject_id_rank", "order_risks", ["subject_id", "rank"])
    op.create_table(
        "actions",
        _subject(),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rank", sa.BigInteger),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'open'"), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("changed_by", sa.Uuid),
        sa.Column("effect", sa.JSON),
        sa.CheckConstraint("state IN ('open', 'done', 'snoozed', 'dismissed')", name="state_is_known"),
    )
    op.create_table(
        "action_records",
        _subject(),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("record_id", sa.Text, primary_key=True),
        sa.Column("action_id", sa.Text, primary_key=True),
    )
    own = "subject_id = current_setting('koubei.subject', true)"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} TO koubei_app USING ({own})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO koubei_app")
    columns = "outlook_version, outlook_day, outlook_at, outlook_seconds"
    op.execute(f"GRANT UPDATE ({columns}) ON subjects TO koubei_app")
    op.execute(f"GRANT SELECT ({columns}) ON subjects TO koubei_gate")


def _subject() -> sa.Column[str]:
    return sa.Column("subject_id", sa.Text, sa.ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
