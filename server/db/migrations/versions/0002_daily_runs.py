"""The daily runs, and on which day a case last counts.

Cases that are there get their `last_day` when their ledger is made anew, which casebook.COUNTING asks for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "daily_runs",
        sa.Column("subject_id", sa.Text, sa.ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
    )
    op.execute("ALTER TABLE daily_runs ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE daily_runs FORCE ROW LEVEL SECURITY")
    own = "subject_id = current_setting('koubei.subject', true)"
    op.execute(f"CREATE POLICY tenant ON daily_runs TO koubei_app USING ({own})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON daily_runs TO koubei_app")
    # The gate learns which days are done, and of a subject since when it is here: nothing of its records.
    op.execute("CREATE POLICY gate ON daily_runs FOR SELECT TO koubei_gate USING (true)")
    op.execute("GRANT SELECT ON daily_runs TO koubei_gate")
    op.execute("GRANT SELECT (created_at) ON subjects TO koubei_gate")
    op.add_column("cases", sa.Column("last_day", sa.Date))
    op.create_index("ix_cases_subject_id_last_day", "cases", ["subject_id", "last_day"])
