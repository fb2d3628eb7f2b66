"""Alembic's entry point. migrate.py hands over the connection that holds the lock."""

from alembic import context

from server.db.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
