"""The bot on Telegram, in this process: the real library, and a Bot API server on this machine."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.assembly import Bot, organisers, running
from bot.config import Settings
from bot.platforms.base import plain_text
from bot.platforms.telegram_keyboards import BACK, OPEN, PLACE, TICKED
from bot.platforms.telegram_service import Service
from bot.serving import account, profiles
from handlers import HANDLERS
from tests.bot.platforms.telegram_words import betrayed
from tests.botapi import BotApi, Message, User
from tests.door import KEY, NOW, furnished, same_words

PATIENCE = 10.0
"""Seconds after which an answer that has not come will not come."""
_OPTION = re.compile(r"\d+ · ")


@dataclass
class Running:
    """The bot at work on a server."""

    server: BotApi
    service: Service
    bot: Bot

    async def settled(self) -> None:
        """Wait until everything that arrived is answered."""
        await self.server.drained()
        await self.service.telegram.finish(PATIENCE)
        if told := set(self.bot.outbox._tasks):  # what is said in other chats
            await asyncio.wait(told, timeout=PATIENCE)


def settings_for(server: BotApi, folder: Path, **more: object) -> Settings:
    """Return the settings of somebody whose token is that of `server`."""
    telegram = {
        "token": server.token,
        "base_url": f"{server.url}/bot",
        "base_file_url": f"{server.url}/file/bot",
    }
    chosen = {"data_dir": folder, "owner_key": KEY, "limits": {"at_once": 0}, "telegram": telegram}
    return Settings.model_validate({**chosen, **more}, strict=False)


@asynccontextmanager
async def bot_on(server: BotApi, folder: Path, **more: object) -> AsyncIterator[Running]:
    """Enter the bot at work on `server`, with its data in `folder`; it stops as at SIGTERM."""
    log = folder / "telegram.log"
    settings = settings_for(server, folder, **{"log": {"level": "debug", "file": log}, **more})
    world, messages = furnished()
    if settings.organisers.accounts:
        world = replace(world, organisers=organisers(settings))
    stopping = asyncio.Event()
    service = await Service.open(account(settings), {d.name for d in HANDLERS}, lambda: NOW)
    try:
        async with running(settings, world, messages, service.telegram, chance=same_words) as bot:
            await bot.outbox.resume()
            bot.files.connect(service.telegram.name, service.telegram)
            shown = profiles(settings, messages)
            serving = asyncio.create_task(service.run(bot.dispatcher.take, shown, stopping))
            try:
                yield Running(server, service, bot)
            finally:
                stopping.set()
                await serving
    finally:
        await service.close()
    kept = settings.log.file or log
    assert betrayed(server, kept.read_text("utf-8", "replace") if kept.exists() else "") == set()


@dataclass
class Phone:
    """One person's private chat with the bot, as they read it."""

    running: Running
    person: User

    async def say(self, words: str) -> str:
        """Type `words`, and return everything the bot says to that, as `tests.door.as_text` would show it."""
        if not words.strip():
            return ""
        said = self.person.says(words)
        await self.running.settled()
        answers = [m for m in self.person.private.messages if m.id > said.id and m.from_bot]
        above = [None, *answers]
        return "\n".join(as_text(message, before) for message, before in zip(answers, above, strict=False))


def as_text(message: Message, above: Message | None = None) -> str:
    """Return a message as somebody reads it, with what can be typed in front of each button.

    What has no room on the buttons below a file may stand in the words `above` it.
    """
    lines = plain_text(message.html or "").splitlines()
    before = plain_text(above.html or "").splitlines() if above else []
    whole = [line for line in (*lines, *before) if _OPTION.match(line)]
    shown = [line for line in lines if line not in whole and not line.startswith(PLACE)]
    keys = (_button(key, whole) for key in _keys(message) if "copy_text" not in key)
    return "\n".join([*shown, *keys, *([f"[{message.file.name}]"] if message.file else [])])


def _keys(message: Message) -> list[dict[str, Any]]:
    rows: list[list[dict[str, Any]]] = (message.reply_markup or {}).get("inline_keyboard", [])
    return [key for row in rows for key in row]


def _button(key: dict[str, Any], whole: list[str]) -> str:
    begun = key["text"].removesuffix("…")
    label = next((line for line in whole if line.startswith(begun)), key["text"])
    number, _, words = label.partition(" · ") if _OPTION.match(label) else ("", "", label)
    ticked = " ✓" * words.startswith(TICKED)
    words = words.removeprefix(TICKED).removeprefix(OPEN).removeprefix(BACK)
    typed = number or _typed(key.get("callback_data", ""))
    return f"  {typed}{ticked}  {words}".replace("    ", "  ")


def _typed(data: str) -> str:
    way = re.fullmatch(r".*\|<(\w+)>", data)
    return f"/{way[1]}" if way else data if data.startswith("/") else ""
