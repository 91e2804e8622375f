"""What can go wrong with the database, each in one clear line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

_RIGHTS = "it may not be read and written; check who owns it and its folder"
RESTORE = "restore the newest backup"
"""What is to be done where the database is damaged."""
_IN_USE = "another program is using it; close that one first"
_REASONS = {
    "SQLITE_FULL": "the disk is full; free some space",
    "SQLITE_BUSY": _IN_USE,
    "SQLITE_LOCKED": _IN_USE,
    "SQLITE_PROTOCOL": _IN_USE,
    "SQLITE_READONLY": _RIGHTS,
    "SQLITE_PERM": _RIGHTS,
    "SQLITE_CANTOPEN": "it cannot be opened; check that its folder exists and may be written",
    "SQLITE_CORRUPT": f"the file is damaged; {RESTORE}",
    "SQLITE_NOTADB": "the file is not a database of this bot; move it away or restore a backup",
    "SQLITE_IOERR": "the disk reports an error; check that it is there and has space",
}
"""By the beginning of SQLite's name for what is wrong."""


class StoreError(Exception):
    """The database cannot be used; the message is one line for the person who runs the bot."""


def explain(error: Exception, path: Path) -> StoreError | None:
    """Return what ails the database at `path`, or a file beside it, in one line; None if `error` is of another kind."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, PermissionError):
        return StoreError(f"{cause.filename or path}: {_RIGHTS}")
    if isinstance(cause, IsADirectoryError):
        return StoreError(f"{cause.filename or path}: this is a folder; a file is needed here")
    if isinstance(cause, OSError):
        return StoreError(f"{cause.filename or path}: {(cause.strerror or 'it cannot be used').lower()}")
    name = getattr(cause, "sqlite_errorname", "") if isinstance(cause, sqlite3.Error) else ""
    known = next((why for code, why in _REASONS.items() if name.startswith(code)), _sealed(str(cause)))
    return StoreError(f"{path}: {known} ({name})") if known else None


def _sealed(error: str) -> str | None:
    """Return why what is sealed cannot be read, if that is what the driver says."""
    if "no such function: opened" in error:
        return "its key is missing, without which it cannot be read; restore owner.key"
    if "user-defined function" in error:
        return f"something in it cannot be read with its key; {RESTORE}"
    return None
