"""Runs the migrations on one SQLite file, in one transaction."""

from alembic import context
from sqlalchemy import URL, create_engine, event, pool

from bot.store.tables import metadata

engine = create_engine(
    URL.create("sqlite", database=str(context.config.attributes["path"])), poolclass=pool.NullPool
)


@event.listens_for(engine, "connect")
def by_hand(connection, _record):  # type: ignore[no-untyped-def]  # the driver's own class
    """Let SQLAlchemy alone begin and commit: by itself the driver commits before it changes a table."""
    connection.isolation_level = None


@event.listens_for(engine, "begin")
def begin(connection):  # type: ignore[no-untyped-def]
    """Begin a writing transaction."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
