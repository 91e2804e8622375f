"""Before the database is used: made, checked, brought up to date, and never touched if it is not this code's own."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.store.connection import connect
from bot.store.errors import RESTORE, StoreError
from bot.store.tables import SCHEMA, metadata

MIGRATIONS = Path(__file__).parent / "migrations"

_OURS = {"alembic_version", "fact", "pledge"}
"""Tables that only a database of this bot has together."""


def prepare(path: Path, patience: float, migrations: Path = MIGRATIONS, schema: str = SCHEMA) -> None:
    """Make the database at `path` or bring it to `schema`, private to its owner; a copy is written before an upgrade.

    `patience` is how many seconds to wait for another program that uses it. Raises StoreError if the file is damaged,
    newer than `schema` or another program's; sqlite3.Error, DBAPIError or OSError if it cannot be used.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    found = revision(path, patience)
    if found and found > schema:
        raise StoreError(
            f"{path}: its schema {found} is newer than this version of the bot ({schema}); update the bot"
        )
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if file.exists():
            file.chmod(0o600)
    if found == schema:
        return
    if not found and migrations == MIGRATIONS:
        _make(path, patience)
        return
    if found:
        _copy(path, path.with_name(f"{path.name}.before-{schema}"), patience)
    _migrate(path, patience, migrations, schema)


def drop_copies(path: Path, before: float) -> None:
    """Delete the copies of the database at `path` that upgrades left before that moment (seconds since 1970)."""
    for file in path.parent.iterdir():
        if file.name.startswith(f"{path.name}.before-") and file.stat().st_mtime < before:
            file.unlink()


def revision(path: Path, patience: float) -> str | None:
    """Return the schema's revision after a check of the whole file; None for an empty one."""
    with closing(sqlite3.connect(path, timeout=patience)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {name for (name,) in rows}
        if tables and not tables >= _OURS:
            raise StoreError(f"{path}: this is another program's database; name another data folder")
        [damage] = connection.execute("PRAGMA quick_check(1)").fetchone()
        if damage != "ok":
            found = damage.splitlines()[-1]
            raise StoreError(f"{path}: the file is damaged; {RESTORE} ({found})")
        if not tables:
            return None
        [found] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(found)


def _make(path: Path, patience: float) -> None:
    """Make the tables as the migrations would leave them; whoever tries the bot out need not wait for Alembic."""
    dialect = sqlite.dialect()
    with closing(connect(path, patience)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for table in metadata.sorted_tables:
            connection.execute(str(CreateTable(table).compile(dialect=dialect)))
            for index in table.indexes:
                connection.execute(str(CreateIndex(index).compile(dialect=dialect)))
        connection.execute(
            "CREATE TABLE alembic_version"
            " (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
        connection.execute("INSERT INTO alembic_version VALUES (?)", (SCHEMA,))
        connection.execute("COMMIT")


def _copy(path: Path, to: Path, patience: float) -> None:
    to.unlink(missing_ok=True)
    to.touch(mode=0o600, exist_ok=False)
    with closing(connect(path, patience)) as connection:
        connection.execute("VACUUM INTO ?", (str(to),))


def _migrate(path: Path, patience: float, migrations: Path, schema: str) -> None:
    from alembic import command  # slow to import, and needed only when the schema changes
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connect"] = partial(connect, path, patience)
    command.upgrade(config, schema)
