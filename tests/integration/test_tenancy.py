"""Row-level security, seen from the two roles that queries run as."""

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from server.db.models import Account, Device, Record, Subject
from server.db.tenancy import account, tenant


@pytest.fixture
def mine(database):
    """The id of the account that owns `shop-a` and `shop-b`, each with an order `1`."""
    with database.gate.connect() as gate:
        owner = gate.execute(select(Account.id)).scalar_one()
    for shop in ("shop-a", "shop-b"):
        with Session(database.app) as session, tenant(session, shop, account_id=owner):
            session.execute(insert(Subject).values(id=shop, account_id=owner))
            session.execute(insert(Record).values(subject_id=shop, kind="order", id="1", copies=[{"of": shop}]))
    return owner


def test_every_table_with_a_subject_is_secured_even_against_its_owner(admin):
    query = """
        SELECT relname, relrowsecurity AND relforcerowsecurity AS secured FROM pg_class
        WHERE oid IN (SELECT attrelid FROM pg_attribute WHERE attname = 'subject_id' AND attnum > 0)
          AND relkind = 'r' OR relname = 'subjects'
    """
    with admin.connect() as connection:
        tables = {row.relname: row.secured for row in connection.execute(text(query))}
    assert len(tables) >= 7
    assert tables.pop("audit_events") is False, "erasing changes it as its owner"
    assert all(tables.values()), tables


def test_roles_own_nothing_and_cannot_pass_over_security(admin):
    query = """
        SELECT rolname, rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole OR rolcreatedb AS mighty,
          (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid AND relpersistence <> 't') AS owned
        FROM pg_roles WHERE rolname LIKE 'koubei!_%' ESCAPE '!' ORDER BY 1
    """
    with admin.connect() as connection:
        found = connection.execute(text(query)).all()
    assert found == [("koubei_app", False, 0), ("koubei_backup", False, 0), ("koubei_gate", False, 0)]


@pytest.mark.usefixtures("mine")
def test_without_a_tenant_nothing_is_seen(database):
    with Session(database.app) as session:
        assert session.scalar(select(func.count()).select_from(Record)) == 0
        assert session.scalar(select(func.count()).select_from(Subject)) == 0


@pytest.mark.usefixtures("mine")
def test_a_forgotten_where_sees_and_changes_its_own_tenant_only(database, admin):
    with Session(database.app) as session, tenant(session, "shop-a"):
        assert session.scalars(select(Record.copies)).all() == [[{"of": "shop-a"}]]
        assert session.execute(update(Record).values(case_id="touched")).rowcount == 1
        assert session.execute(delete(Record)).rowcount == 1
    with admin.connect() as connection:
        assert connection.execute(select(Record.subject_id, Record.case_id)).all() == [("shop-b", None)]


@pytest.mark.usefixtures("mine")
def test_writing_into_another_tenant_is_refused(database):
    with (
        Session(database.app) as session,
        pytest.raises(ProgrammingError, match="row-level security"),
        tenant(session, "shop-a"),
    ):
        session.execute(insert(Record).values(subject_id="shop-b", kind="order", id="2", copies=[]))


@pytest.mark.usefixtures("mine")
def test_copy_into_a_temporary_table_and_merge_is_checked_too(database):
    with database.app.connect() as connection, tenant(connection, "shop-a"):
        cursor = connection.connection.cursor()
        cursor.execute("CREATE TEMP TABLE incoming (LIKE records INCLUDING DEFAULTS) ON COMMIT DROP")
        with cursor.copy("COPY incoming (subject_id, kind, id, copies) FROM STDIN") as copy:
            copy.write_row(("shop-b", "order", "2", "[]"))
        merge = text("INSERT INTO records SELECT * FROM incoming")
        with pytest.raises(ProgrammingError, match="row-level security"), connection.begin_nested():
            connection.execute(merge)


@pytest.mark.usefixtures("mine")
def test_the_tenant_is_gone_when_its_transaction_ends(database):
    with database.app.connect() as connection:
        with tenant(connection, "shop-a"):
            assert connection.scalar(select(func.count()).select_from(Record)) == 1
        assert connection.scalar(select(func.count()).select_from(Record)) == 0
        connection.rollback()
        with pytest.raises(ZeroDivisionError), tenant(connection, "shop-a"):
            raise ZeroDivisionError
        assert connection.scalar(select(func.count()).select_from(Record)) == 0


def test_an_account_lists_its_subjects_and_no_records(database, mine):
    with database.app.connect() as connection, account(connection, mine):
        assert connection.scalars(select(Subject.id).order_by(Subject.id)).all() == ["shop-a", "shop-b"]
        assert connection.scalar(select(func.count()).select_from(Record)) == 0


def test_a_subject_never_changes_hands(database, mine):
    with (
        Session(database.app) as session,
        pytest.raises(ProgrammingError, match="permission denied"),
        tenant(session, "shop-a", account_id=mine),
    ):
        session.execute(update(Subject).values(account_id=mine))


@pytest.mark.usefixtures("mine")
def test_deleting_a_subject_takes_its_records_along(database, admin):
    with Session(database.app) as session, tenant(session, "shop-a"):
        session.execute(delete(Subject))
    with admin.connect() as connection:
        assert connection.scalars(select(Record.subject_id)).all() == ["shop-b"]


@pytest.mark.parametrize("table", [Device, Account])
def test_the_app_role_cannot_read_who_may_enter(database, table):
    with database.app.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(select(table))


@pytest.mark.usefixtures("mine")
def test_the_gate_sees_versions_of_all_subjects_and_no_records(database):
    with database.gate.connect() as connection:
        due = connection.execute(select(Subject.id, Subject.input_version, Subject.scored_version).order_by(Subject.id))
        assert due.all() == [("shop-a", 0, 0), ("shop-b", 0, 0)]
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(select(Record.id))
        connection.rollback()
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(update(Subject).values(scored_version=1))
