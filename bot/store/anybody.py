"""A look into a database from outside, beside a running bot: whether it holds people who were hashed with a key."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store import statements
from bot.store.connection import compiled


def holds_anybody(path: Path) -> bool:
    """Return whether the database at `path` holds people; False too if there is none, or none that can be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            sql = compiled(statements.ANYBODY)
            return bool(database.execute(sql.text, dict(sql.constants)).fetchall())
    except sqlite3.Error:
        return False
