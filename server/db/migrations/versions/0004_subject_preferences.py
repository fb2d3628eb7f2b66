"""What a merchant sets for a subject."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "subject_preferences",
        sa.Column("subject_id", sa.Text, sa.ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.execute("ALTER TABLE subject_preferences ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE subject_preferences FORCE ROW LEVEL SECURITY")
    own = "subject_id = current_setting('koubei.subject', true)"
    op.execute(f"CREATE POLICY tenant ON subject_preferences TO koubei_app USING ({own})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON subject_preferences TO koubei_app")
