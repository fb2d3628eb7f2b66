"""That a hint is under way, where PostgreSQL is the broker too."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # UNLOGGED: a crash may empty it, for it carries no truth.
    op.execute(
        """
        CREATE UNLOGGED TABLE hints (
          subject_id text NOT NULL,
          task text NOT NULL,
          given_at timestamptz NOT NULL,
          CONSTRAINT pk_hints PRIMARY KEY (subject_id, task),
          CONSTRAINT fk_hints_subject_id_subjects FOREIGN KEY (subject_id) REFERENCES subjects (id) ON DELETE CASCADE
        )
        """
    )
    op.execute("ALTER TABLE hints ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE hints FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY gate ON hints TO koubei_gate USING (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON hints TO koubei_gate")
