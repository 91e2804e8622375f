"""The bot on Matrix, in this process: the real library, and a real homeserver on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.assembly import Bot, running
from bot.config import Settings
from bot.platforms import matrix_service
from bot.platforms.matrix import REPEATABLE
from bot.platforms.matrix_service import Service
from bot.remembering import Remembering
from handlers import HANDLERS
from handlers.world import Organisers
from tests.door import KEY, furnished, furnished_in, same_words
from tests.homeserver.chat import Chat
from tests.homeserver.person import Person
from tests.homeserver.synapse import Account, Synapse
from tests.homeserver.timeline import Seen

COMMANDS = frozenset(dialogue.name for dialogue in HANDLERS) | {"back", "skip", "enough", "cancel"}
PERSONAL = frozenset(dialogue.name for dialogue in HANDLERS if dialogue.private)
ADDRESSES = "!addresses zhanaozen-2011"
"""Something that is answered in any room, with nothing personal in it."""
PATIENCE = 60.0
"""Seconds after which an answer that has not come will not come."""


@dataclass
class Running:
    """The bot at work."""

    id: str
    service: Service
    bot: Bot


def account_on(url: str, account: Account, folder: Path) -> matrix_service.Account:
    """Return the account as the bot is told of it."""
    keys = folder / "matrix"
    keys.mkdir(parents=True, exist_ok=True)
    return matrix_service.Account(
        url, account.user_id, account.device_id, account.access_token, "a secret for tests", keys
    )


@asynccontextmanager
async def bot_on(
    homeserver: Synapse,
    account: Account,
    folder: Path,
    url: str = "",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    language: str = "en",
    log: Path | None = None,
    organising: tuple[str, ...] = (),
) -> AsyncIterator[Running]:
    """Enter the bot at work on `homeserver`, with its data in `folder`; it stops as at SIGTERM."""
    given = {"data_dir": folder, "owner_key": KEY, "limits": {"at_once": 0}}
    settings = Settings.model_validate(given | ({"log": {"level": "debug", "file": log}} if log else {}))
    world, messages = furnished() if language == "en" else furnished_in(language)
    if organising:
        world = replace(world, organisers=Organisers(accounts=frozenset(organising)))
    told = account_on(url or homeserver.url, account, folder)
    stopping, ready = asyncio.Event(), asyncio.Event()
    async with AsyncExitStack() as ending, running(settings, world, messages, chance=same_words) as bot:
        memory = Remembering(bot.store, account.user_id)
        service = await Service.open(told, COMMANDS, PERSONAL, memory, clock)
        ending.push_async_callback(service.close)
        bot.roles.connect(service.matrix.name, service.matrix)
        await bot.outbox.connect(service.matrix.name, service.matrix, REPEATABLE)
        bot.files.connect(service.matrix.name, service.matrix)
        serving = asyncio.create_task(service.run(bot.dispatcher.take, stopping, ready.set))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
        try:
            yield Running(account.user_id, service, bot)
        finally:
            waiting.cancel()
            stopping.set()
            await serving


@dataclass
class Phone:
    """One person's chat with the bot, as they read it."""

    running: Running
    chat: Chat

    async def say(self, words: str) -> str:
        """Type `words`, and return everything the bot says to that."""
        if not words.strip():
            return ""
        said = await self.chat.says(words)
        await self.chat.answered(said, quiet=0)
        while under_way := set(self.running.service.matrix.answers.under_way):
            await asyncio.wait(under_way)
        await self.chat.person.caught_up()
        return "\n".join(map(as_text, self.chat.answers(said)))


def as_text(answer: Seen) -> str:
    """Return what somebody reads of an answer; of a file, its name."""
    return f"[{answer.body}]" if answer.msgtype == "m.file" else answer.body


async def private_chat(person: Person, running: Running, *, encrypted: bool) -> Chat:
    """Return a private chat of `person` with the bot, which has come in and said hello."""
    chat = await person.begins_chat(running.id, encrypted=encrypted)
    await person.until(lambda: bool(chat.messages(running.id)), "a hello")
    return chat


async def is_answered(chat: Chat, words: str = "!help") -> None:
    """See that the bot answers."""
    said = await chat.says(words)
    answers = await chat.answered(said, quiet=0)
    assert answers[0].encrypted == chat.encrypted
