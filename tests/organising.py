"""Conversations of organisers and group admins as transcripts: who is asked, and what is there to be told of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.events import Chat, Person
from bot.messages import Messages
from bot.store.store import Store
from handlers.world import Organisers, World
from tests.bot.store.followers import follow
from tests.door import furnished_in
from tests.transcript import FOLDER, Transcript, compare

CAMPAIGN = "zhanaozen-2011"
TRANSCRIPTS = sorted((FOLDER / "organisers").glob("*.txt"))


def lines(text: str) -> list[str]:
    """Return the lines of `text` that are not empty."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def led_by(language: str, *accounts: str) -> tuple[World, Messages]:
    """Return what the bot is told and its words, with these accounts as its organisers'; its clock is the store's."""
    world, messages = furnished_in(language)
    led = replace(world, organisers=Organisers(accounts=frozenset(accounts)), clock=lambda: datetime.now(UTC))
    return led, messages


def is_admins(path: Path) -> bool:
    """Return whether a group's admin speaks in a transcript, and no organiser."""
    return path.name.startswith("admin")


async def people_follow(store: Store) -> None:
    """Let five people have asked for news, on two platforms with an account."""
    async with store.work() as work:
        await work.note_platforms(("telegram", "matrix"))
    await follow(store, "501", "502", "503", platform="telegram", campaign=CAMPAIGN)
    await follow(store, "@a:x.example", "@b:x.example", platform="matrix", campaign=CAMPAIGN, language="ru")


async def group_follows(store: Store, chat: Chat, keeper: Person) -> None:
    """Let a group have asked for news, and two people who came through it."""
    async with store.work() as work:
        group = await work.add_group(chat, "Branch 7", keeper)
    if CAMPAIGN not in group.campaigns:
        await follow(store, chat.id, platform=chat.platform, campaign=CAMPAIGN, private=False)
    await follow(store, "701", "702", platform="telegram", campaign=CAMPAIGN, via=group.code)


async def says_the_same(
    conversation: Transcript, say: Callable[[str], Awaitable[str]], with_prefix: Callable[[str], str]
) -> None:
    """Say everything, and see that it is answered as it is written."""
    for number, exchange in enumerate(conversation.exchanges, 1):
        expected = [with_prefix(line) for line in lines("\n".join(exchange.answer))]
        difference = compare(expected, lines(await say(with_prefix(exchange.said))))
        assert not difference, f"{number}: {exchange.said}\n{difference}"
