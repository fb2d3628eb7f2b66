"""What is needed to let go of what is past its days: where records came from, and the last days they tell of."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for table in ("records", "quarantine"):
        # Of what is there already nobody knows any more whether it came from a file. It stays.
        op.add_column(table, sa.Column("imported", sa.Boolean, server_default=sa.true(), nullable=False))
        op.alter_column(table, "imported", server_default=sa.false())
    op.add_column("records", sa.Column("newest_event", sa.Date))
    op.add_column("records", sa.Column("ends_on", sa.Date))
    op.create_index("ix_records_subject_id_newest_event", "records", ["subject_id", "newest_event"])
    op.add_column("subjects", sa.Column("facts_from", sa.Date))
    op.add_column("subjects", sa.Column("days_from", sa.Date))
    op.execute("GRANT UPDATE (facts_from, days_from) ON subjects TO koubei_app")
