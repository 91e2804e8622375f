"""Words and ids as the database holds them: sealed with a key that lies elsewhere.

A column of one of these types holds what nobody can read who has the file alone. Whoever writes statements need not
think of it: what is compared with it or written into it is sealed on the way in, and what a statement returns is
opened on the way out. Inside a statement it stays sealed: do not sort by it, group by it or look into it there.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import BindParameter, ColumnElement, LargeBinary, MetaData, String, func, literal_column
from sqlalchemy.types import TypeDecorator

_NONCE = 16
_ALIKE = bytes(_NONCE)
_BLOCK = 64
"""Bytes; what is sealed is filled up to a multiple of it, so that its length says little."""
_WORDS, _BYTES = b"w", b"b"


class Seal:
    """Seals and opens, with a key that is made of the key that people are hashed with."""

    __slots__ = ("_cipher",)

    def __init__(self, key: str) -> None:
        made = HKDF(SHA256(), 64, salt=None, info=b"solidarity-bot: what the database holds")
        self._cipher = AESSIV(made.derive(key.encode()))

    def sealed(self, place: str, value: str | bytes | None) -> str | bytes | None:
        """Return `value` as it is kept in `place`, otherwise each time; nothing stays nothing."""
        return self._sealed(place, value, os.urandom(_NONCE))

    def alike(self, place: str, value: str | bytes | None) -> str | bytes | None:
        """Return `value` as it is kept in `place`, alike each time, so that it can be looked for."""
        return self._sealed(place, value, _ALIKE)

    def opened(self, place: str, value: str | bytes | None) -> str | bytes | None:
        """Return what was sealed for `place`; ValueError if it was not, or not with this key."""
        if not value:
            return value
        if isinstance(value, str):
            raise ValueError("this was never sealed")
        try:
            filled = self._cipher.decrypt(value[_NONCE:], [place.encode(), value[:_NONCE]])
        except InvalidTag:
            raise ValueError("this was sealed elsewhere, or with another key") from None
        kind, data = filled[:1], filled[1:].rstrip(b"\0")[:-1]
        return data.decode() if kind == _WORDS else data

    def lend(self, driver: sqlite3.Connection) -> None:
        """Let the statements on this connection seal and open."""
        driver.create_function("sealed", 2, self.sealed)
        driver.create_function("alike", 2, self.alike, deterministic=True)
        driver.create_function("opened", 2, self.opened, deterministic=True)

    def _sealed(self, place: str, value: str | bytes | None, nonce: bytes) -> str | bytes | None:
        if not value:
            return value
        kind, data = (_WORDS, value.encode("utf-8", "replace")) if isinstance(value, str) else (_BYTES, value)
        filled = kind + data + b"\1"
        filled += bytes(-len(filled) % _BLOCK)
        return nonce + self._cipher.encrypt(filled, [place.encode(), nonce])


class Sealed(TypeDecorator[str]):
    """Words that are sealed for a place: what is moved to another place cannot be opened there.

    `alike` is for what must be found again, as a chat is by its id; columns with the same place can be compared.
    """

    impl = String
    cache_ok = True

    def __init__(self, place: str, alike: bool = False) -> None:
        super().__init__()
        self.place = place
        self.alike = alike

    @property
    def way(self) -> str:
        """The name of the function that seals."""
        return "alike" if self.alike else "sealed"

    def bind_expression(self, bindparam: BindParameter[Any]) -> ColumnElement[Any]:
        """Return a parameter as it is compared and written."""
        return getattr(func, self.way)(literal_column(f"'{self.place}'"), bindparam)  # type: ignore[no-any-return]

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a column as it is read."""
        return func.opened(literal_column(f"'{self.place}'"), column)


class SealedBytes(Sealed):
    """A file that is sealed for a place."""

    impl = LargeBinary  # type: ignore[assignment]  # it goes with String, but for its name


def seal_all(driver: sqlite3.Connection, metadata: MetaData) -> None:
    """Seal what an earlier version has left open in any column that is sealed today."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(kind := column.type, Sealed):
                name = f'"{column.name}"'
                sealed = f"{kind.way}('{kind.place}', {name})"
                left = f"typeof({name}) = 'text' AND {name} != ''"
                driver.execute(f'UPDATE "{table.name}" SET {name} = {sealed} WHERE {left}')  # noqa: S608


def places(metadata: MetaData) -> str:
    """Return the names of all columns that are sealed."""
    columns = (column for table in metadata.sorted_tables for column in table.columns)
    return " ".join(sorted(str(column) for column in columns if isinstance(column.type, Sealed)))
