"""Accounts as the settings name them, "telegram:123456789" or "matrix:@ada:example.org", and who and where that is."""

from __future__ import annotations

from bot.events import Chat, Person


def named(person: Person) -> str:
    """Return how the settings name the account of `person`."""
    return f"{person.platform}:{person.id}"


def person_of(account: str) -> Person:
    """Return whose account it is; the id of one on Matrix has colons of its own."""
    platform, _, id_ = account.partition(":")
    return Person(platform, id_)


def private_chat(person: Person) -> Chat:
    """Return the private chat with `person`: on every platform it goes by their own id, and Matrix finds the room."""
    return Chat(person.platform, person.id)
