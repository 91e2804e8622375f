"""Keyed hashes: a person can be recognised by whoever holds the key, and read out of the file by nobody."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from pathlib import Path

from bot.events import Chat, Event, Person
from bot.store.errors import StoreError

_SHORTEST_KEY = 32
"""Characters; a shorter key could be found by trying."""


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

    def group(self, chat: Chat) -> str:
        """Return the code of the link of a group: nobody can tell from it which one it is."""
        return f"g{self._hash('group', chat.platform, chat.id)[:12]}"

    def actor(self, person: Person) -> str:
        """Return the hash that stands for `person` in the audit log; it joins nobody with their pledges."""
        return self._hash("actor", person.platform, person.id)

    def link(self, before: str, line: bytes) -> str:
        """Return what chains `line` of the audit log to the line `before`, by that one's link: 256 bits."""
        parts = json.dumps(["audit", before]).encode()
        return hmac.digest(self._key, parts + line, "sha256").hex()

    def erased(self, *whom: str) -> str:
        """Return the mark of somebody who was erased: an owner by their hash, or a chat by its platform and its id."""
        return self._hash("erased", *whom)

    def mark(self) -> str:
        """Return the mark by which a database recognises its key."""
        return self._hash("mark")

    def _hash(self, *parts: str) -> str:
        """Return 128 bits in hexadecimal; JSON keeps the parts apart, whatever is in them."""
        return hmac.digest(self._key, json.dumps(parts).encode(), "sha256").hex()[:32]


def key_from(path: Path, may_make: bool) -> str:
    """Return the key in the file `path`, made on first start if `may_make`.

    Raises StoreError if it is missing though people were already hashed with it, or is no key; OSError if it cannot
    be read or made.
    """
    if path.exists():
        path.chmod(0o600)
        key = path.read_text(encoding="utf-8", errors="replace").strip()
        if len(key) < _SHORTEST_KEY:
            raise StoreError(f"{path}: this is not a key; restore the one that was made for this database")
        return key
    if not may_make:
        raise StoreError(
            f"{path}: the key is missing, without which nobody in the database can be recognised; put your copy there"
        )
    return _make_key(path)


def _make_key(path: Path) -> str:
    """Return a new key, written as a whole or not at all, and readable by nobody else at any moment."""
    key = secrets.token_hex(32)
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600, exist_ok=False)
    with unfinished.open("w", encoding="ascii") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return key
