"""What is sealed in a database, made plain: whether it is gone can only be seen of what can be found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.store import tables
from bot.store.sealing import Seal, Sealed

PIECE = 32
"""Bytes; so long a piece of something sealed is nowhere by chance."""


@contextmanager
def with_key(path: Path, key: str | None = None) -> Iterator[sqlite3.Connection]:
    """Enter a connection to a database whose statements can say opened('table.column', column)."""
    with closing(sqlite3.connect(path)) as driver:
        Seal(key or path.with_name("owner.key").read_text("ascii").strip()).lend(driver)
        yield driver


def leave_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process write everything as it is said, as if nothing were sealed."""
    monkeypatch.setattr(Seal, "_sealed", lambda seal, place, value, nonce: value)
    monkeypatch.setattr(Seal, "opened", lambda seal, place, value: value)


def pieces(path: Path, *secrets: str, key: str | None = None) -> dict[bytes, str]:
    """Return pieces of what is sealed in the database at `path` and holds one of `secrets`, with what it holds."""
    found: dict[bytes, str] = {}
    with with_key(path, key) as database:
        for column in (c for table in tables.metadata.sorted_tables for c in table.columns):
            if isinstance(column.type, Sealed):
                place, name = column.type.place, column.name
                read = f'SELECT "{name}", opened(\'{place}\', "{name}") FROM "{column.table.name}"'  # noqa: S608
                for sealed, words in database.execute(read):
                    held = [secret for secret in secrets if words and secret in str(words)]
                    parts = range(0, len(sealed or b"") - PIECE + 1, PIECE)
                    found |= {sealed[at : at + PIECE]: secret for secret in held for at in parts}
    return found


def left(folder: Path, pieces: dict[bytes, str]) -> set[str]:
    """Return of which secrets a sealed piece is in some file in `folder`."""
    content = b"\0".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    return {secret for piece, secret in pieces.items() if piece in content}
