"""The words of people, and those of the bot: nothing of the former may stand in a log, or in a group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.botapi import BotApi

ROOT = Path(__file__).parents[3]
OWN = (
    "templates/**/*.j2",
    "templates/**/*.md",
    "templates/**/*.toml",
    "templates/**/*.csv",
    "bot/locales/**/*.po",
    "bot/data/*.csv",
    "handlers/*.py",
    "bot/answering.py",
    "bot/conversation.py",
)
"""Where the bot's own words stand."""
SHORTEST = 3
"""Letters of a word that says something about somebody."""


def typed(server: BotApi) -> set[str]:
    """Return every word that people have typed, and what they are called."""
    world = server.world
    told = [m.text for chat in world.chats.values() for m in chat.messages if not m.from_bot]
    told += [f"{user.first_name} {user.last_name} {user.id}" for user in world.users.values()]
    return {word for text in told for word in words(text)}


def words(text: str) -> Iterator[str]:
    """Yield the words of `text`; a link is taken apart."""
    yield from (word for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= SHORTEST)


@cache
def vocabulary() -> frozenset[str]:
    """Return every word that the bot has of its own."""
    files = [file for pattern in OWN for file in ROOT.glob(pattern)]
    return frozenset(word for file in files for word in words(file.read_text("utf-8"))) | {
        "solidaritytestbot"
    }


def betrayed(server: BotApi, log: str) -> set[str]:
    """Return what `log` says of the people at `server`: their words, names and ids, and the bot's token."""
    said = set(words(log)) & (typed(server) - vocabulary())
    return said | ({"the token"} if server.token in log else set())
