"""What can go wrong with the database, each in one clear line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

_REASONS = {
    "SQLITE_FULL": "the disk is full; free some space",
    "SQLITE_BUSY": "another program is using it; close that one first",
    "SQLITE_LOCKED": "another program is using it; close that one first",
    "SQLITE_READONLY": "it may not be written; check who owns the file and its folder",
    "SQLITE_PERM": "it may not be written; check who owns the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened; check that its folder exists and may be written",
    "SQLITE_CORRUPT": "the file is damaged; restore the newest backup",
    "SQLITE_NOTADB": "the file is not a database of this bot; move it away or restore a backup",
    "SQLITE_IOERR": "the disk reports an error; check that it is there and has space",
}


class StoreError(Exception):
    """The database cannot be used; the message is one line for the person who runs the bot."""


def explain(error: BaseException, path: Path) -> StoreError | None:
    """Return a one-line error for a failure of SQLite or of the file system; None for anything else."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "") or ""
        reason = next((why for code, why in _REASONS.items() if name.startswith(code)), "SQLite refuses it")
        return StoreError(f"{path}: {reason}" + (f" ({name})" if name else ""))
    if isinstance(cause, OSError):
        return StoreError(f"{path}: {(cause.strerror or 'it cannot be used').lower()}")
    return None
