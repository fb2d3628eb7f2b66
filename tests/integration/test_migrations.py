"""The hand-written migration against the models, and start-ups that race."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import NullPool, create_engine, make_url, text

from server.db.migrate import head, upgrade
from server.db.models import Base


@pytest.fixture
def empty(admin, postgres):
    """The URL of a database nothing was ever done to."""
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE empty"))
    yield make_url(postgres.url).set(database="empty").render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))


def test_models_describe_the_migrated_schema(admin):
    options = {"compare_type": True, "compare_server_default": True}
    with admin.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_racing_processes_migrate_once_and_both_succeed(empty):
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(upgrade, [empty] * 4)) == [None] * 4
    engine = create_engine(empty, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [head()]
        assert connection.execute(text("SELECT name FROM accounts")).scalars().all() == ["default"]


def test_database_of_a_newer_version_is_refused_and_left_alone(empty):
    upgrade(empty)
    engine = create_engine(empty, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(RuntimeError, match=r"'empty'.*newer version: install that version"):
        upgrade(empty)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "from_the_future"


def test_migration_refuses_a_role_that_could_pass_over_row_security(empty, admin):
    with admin.connect() as connection:
        connection.execute(text("ALTER ROLE koubei_app BYPASSRLS"))
        try:
            with pytest.raises(Exception, match="koubei_app may log in or pass over row security"):
                upgrade(empty)
        finally:
            connection.execute(text("ALTER ROLE koubei_app NOBYPASSRLS"))
