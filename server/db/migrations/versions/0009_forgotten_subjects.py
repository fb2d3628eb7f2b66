"""An erased subject leaves the audit log too: what was done stays, under a name that is nobody's."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # By the deletion itself, as the owner of the tables: the server's own roles still cannot change a line.
    op.execute("""
        CREATE FUNCTION forget_subject_in_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public AS $$
        DECLARE nobody text := 'erased:' || gen_random_uuid();
        BEGIN
            UPDATE public.audit_events
            SET subject_id = nobody, detail = CASE WHEN event = 'data.expired' THEN detail ELSE '{}' END
            WHERE subject_id = OLD.id;
            RETURN NULL;
        END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION forget_subject_in_audit() FROM PUBLIC")
    run = "EXECUTE FUNCTION forget_subject_in_audit()"
    op.execute(f"CREATE TRIGGER forget_in_audit AFTER DELETE ON subjects FOR EACH ROW {run}")
    # Row security is forced on the owner as well.
    op.execute("CREATE POLICY forget ON audit_events FOR UPDATE TO CURRENT_USER USING (true)")
    op.execute("CREATE POLICY forget_read ON audit_events FOR SELECT TO CURRENT_USER USING (true)")
