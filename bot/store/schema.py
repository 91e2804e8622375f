"""Before the database is used: made, checked, brought up to date, and never touched if it is newer than the code."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.errors import StoreError
from bot.store.tables import SCHEMA


def prepare(path: Path) -> None:
    """Make or upgrade the database at `path`, private to its owner; a backup is written before an upgrade.

    Raises StoreError if the file is damaged or newer than this code, sqlite3.Error or OSError if it cannot be used.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    found = _revision(path)
    if found == SCHEMA:
        return
    if found and found > SCHEMA:
        raise StoreError(
            f"{path}: its schema {found} is newer than this version of the bot ({SCHEMA}); update the bot"
        )
    if found:
        _back_up(path, path.with_name(f"{path.name}.before-{SCHEMA}"))
    _migrate(path)


def _revision(path: Path) -> str | None:
    """Return the schema's revision after a check of the whole file; None for an empty one."""
    with closing(sqlite3.connect(path)) as connection:
        damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise StoreError(
                f"{path}: the file is damaged; restore the newest backup ({damage.splitlines()[0]})"
            )
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise StoreError(f"{path}: this is another program's database; name another data folder")
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def _back_up(path: Path, to: Path) -> None:
    to.unlink(missing_ok=True)
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(to),))


def _migrate(path: Path) -> None:
    from alembic import command  # slow to import, and needed only when the schema changes
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["path"] = path
    command.upgrade(config, "head")
