"""The three roles that own nothing: two that queries run as, one that `koubei backup` reads as.

Roles belong to the whole server: another database's koubei may have made them, or be making them right now.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

ROLES = ("koubei_app", "koubei_gate", "koubei_backup")

_MAKE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    BEGIN
      CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}' AND (rolsuper OR rolbypassrls OR rolcanlogin)) THEN
    RAISE EXCEPTION 'the role {role} may log in or pass over row security'
      USING HINT = 'ALTER ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS, then start koubei again';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = '{role}'::regrole
                 AND member = current_user::regrole AND set_option) THEN
    GRANT {role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
  END IF;
END $$
"""
_RIGHTS = """
SELECT quote_ident(current_user) AS login, quote_ident(current_database()) AS database,
  has_schema_privilege('public', 'CREATE') AS tables, rolsuper OR rolcreaterole AS roles,
  ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY(:roles)) AS there,
  ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY(:roles)
        AND pg_has_role(current_user, oid, 'SET, MEMBER WITH ADMIN OPTION')) AS own
FROM pg_roles WHERE rolname = current_user
"""
_READ_ALL = """
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT oid, relname, relkind, relrowsecurity FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relowner = current_user::regrole AND relkind IN ('r', 'p', 'S')
  LOOP
    IF it.relkind = 'S' THEN
      IF NOT has_sequence_privilege('koubei_backup', it.oid, 'SELECT') THEN
        EXECUTE format('GRANT SELECT ON SEQUENCE public.%I TO koubei_backup', it.relname);
      END IF;
    ELSIF NOT has_table_privilege('koubei_backup', it.oid, 'SELECT') THEN
      EXECUTE format('GRANT SELECT ON public.%I TO koubei_backup', it.relname);
    END IF;
    IF it.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = it.oid AND polname = 'backup') THEN
      EXECUTE format('CREATE POLICY backup ON public.%I FOR SELECT TO koubei_backup USING (true)', it.relname);
    END IF;
  END LOOP;
END $$
"""


def make_roles(connection: Connection) -> None:
    """Make the roles, and let the login become each of them. Raises RuntimeError with what a superuser has to run."""
    lacking = list(_lacking(connection))
    if lacking:
        login = connection.execute(text("SELECT current_user")).scalar_one()
        raise RuntimeError(
            f"the login {login} lacks rights that koubei needs; as a superuser run: {'; '.join(lacking)}"
        )
    for role in ROLES:
        connection.execute(text(_MAKE.format(role=role)))


def let_backup_read_all(connection: Connection) -> None:
    """Every table the login owns, whatever migration made it: a backup that lacked one would not be noticed."""
    connection.execute(text(_READ_ALL))


def _lacking(connection: Connection) -> Iterator[str]:
    """The statements that give the login what it is without."""
    can = connection.execute(text(_RIGHTS), {"roles": list(ROLES)}).one()
    if not can.tables:
        yield f"ALTER DATABASE {can.database} OWNER TO {can.login}"
    for role in ROLES:
        if role not in can.there and not can.roles:
            yield f"CREATE ROLE {role} NOLOGIN NOINHERIT"
        if role not in can.own and (role in can.there or not can.roles):
            yield f"GRANT {role} TO {can.login} WITH INHERIT FALSE, SET TRUE"
