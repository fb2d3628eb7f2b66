"""What the workers count, for whoever reads the metrics: they have no address of their own to be asked at."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        sa.Column("value", sa.Double, nullable=False),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON counters TO koubei_gate")
