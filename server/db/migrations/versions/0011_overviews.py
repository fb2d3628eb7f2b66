"""How each subject stands, for lists of many: kept by the worker, read by the account."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "overviews",
        sa.Column("subject_id", sa.Text, sa.ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("type", sa.Text),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("total", sa.Double),
        sa.Column("change", sa.Double),
        sa.Column("at_risk", sa.BigInteger),
        sa.Column("expected_loss", sa.Double),
        sa.Column("score", sa.JSON, nullable=False),
        sa.Column("risk", sa.JSON),
    )
    op.execute("ALTER TABLE overviews ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE overviews FORCE ROW LEVEL SECURITY")
    own = "subject_id = current_setting('koubei.subject', true)"
    op.execute(f"CREATE POLICY tenant ON overviews TO koubei_app USING ({own})")
    # The rows of `subjects` that are to be seen here are those of the tenant, or of the account.
    mine = "subject_id IN (SELECT id FROM subjects)"
    op.execute(f"CREATE POLICY account ON overviews FOR SELECT TO koubei_app USING ({mine})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON overviews TO koubei_app")
