"""Runs the migrations on one SQLite file, in one transaction."""

from alembic import context
from sqlalchemy import Connection, create_engine, event, pool

from bot.store.tables import metadata

engine = create_engine("sqlite://", creator=context.config.attributes["connect"], poolclass=pool.NullPool)


@event.listens_for(engine, "begin")
def begin(connection: Connection) -> None:
    """Begin a writing transaction: the driver leaves that to us."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    # Alembic believes that SQLite cannot undo a change of tables. It can, if nobody commits in between.
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
