"""Rooms that are replaced, in the tests that see whether the bot on Matrix follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.events import Chat as Address
from bot.events import Message
from tests.bot.platforms.matrix_bot import Running
from tests.homeserver.chat import Chat
from tests.homeserver.person import Person


async def room_with(
    ada: Person, bot_id: str, *asks: Person, public: bool = False, version: str = "10"
) -> Chat:
    """Return a room of Ada and others, into which the bot was asked and where it has introduced itself."""
    room = await ada.makes_room(asks=[p.id for p in asks], public=public, version=version)
    for person in asks:
        await person.accepts(ada.id)
        await room.meets(person.id)
    await room.asks_in(bot_id)
    await ada.until(lambda: bool(room.messages(bot_id)), "an introduction")
    return room


async def until(holds: Callable[[], object]) -> None:
    """Wait until something is true of the bot."""
    for _ in range(1200):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")


async def said(log: Path, words: str) -> None:
    """Wait until that stands in the log."""
    await until(lambda: words in log.read_text("utf-8"))


async def knows(bot: Running, room: Chat) -> None:
    """Wait until the bot knows that a room is replaced."""
    rooms = bot.service.matrix._rooms
    await until(lambda: {room.id} & (rooms._moving | rooms._moved.keys()))


async def to_be_sent(running: Running, address: str, words: str) -> None:
    """Record a message that is still to be sent, and begin to send it."""
    async with running.bot.store.work() as work:
        await work.queue(Address("matrix", address), [Message(words, answers="$before")])
    await running.bot.outbox.pick_up("matrix")


async def arrives(chat: Chat, words: str) -> None:
    """Wait until a message is there."""
    await chat.person.until(lambda: any(words in m.body for m in chat.messages()), words)
