"""Tasks of a subject that failed: tried again later, or parked."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("subject_id", sa.Text, sa.ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("task", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("first_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('retrying', 'parked')", name="state_is_known"),
    )
    op.execute("ALTER TABLE jobs ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE jobs FORCE ROW LEVEL SECURITY")
    own = "subject_id = current_setting('koubei.subject', true)"
    op.execute(f"CREATE POLICY tenant ON jobs TO koubei_app USING ({own})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO koubei_app")
    # The gate learns which tasks rest and why they failed: nothing of records.
    op.execute("CREATE POLICY gate ON jobs FOR SELECT TO koubei_gate USING (true)")
    op.execute("GRANT SELECT ON jobs TO koubei_gate")
