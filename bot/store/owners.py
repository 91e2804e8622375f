"""Keyed hashes: a person can be recognised by whoever holds the key, and read out of the file by nobody."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from bot.events import Event, Person
from bot.store.errors import StoreError


class Owners:
    """Makes the hashes that stand for people, conversations and events."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def owner(self, person: Person) -> str:
        """Return the hash that stands for `person`."""
        return self._hash("owner", person.platform, person.id)

    def conversation(self, event: Event) -> str:
        """Return the hash that stands for what this person says in this chat."""
        return self._hash("conversation", event.person.platform, event.chat.id, event.person.id)

    def event(self, event: Event) -> str:
        """Return the hash that stands for `event`."""
        return self._hash("event", event.person.platform, event.id)

    def mark(self) -> str:
        """Return the mark by which a database recognises its key."""
        return self._hash("mark")

    def _hash(self, *parts: str) -> str:
        message = b"\0".join(part.encode() for part in parts)
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:32]


def key_from(path: Path, may_make: bool) -> str:
    """Return the key in the file `path`, made on first start if `may_make`.

    Raises StoreError if it is missing though people were already hashed with it.
    """
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    if not may_make:
        raise StoreError(
            f"{path}: the key is missing, and without it nobody in the database can be recognised; restore it"
        )
    key = secrets.token_hex(32)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key
