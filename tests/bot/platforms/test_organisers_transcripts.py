"""What organisers and group admins are told, in tests/transcripts/organisers: the same on every platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.events import Chat, Person
from tests.bot.platforms import matrix_bot, telegram_bot
from tests.botapi import BotApi
from tests.door import NOW
from tests.handlers.broadcasting import GROUP, office
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse
from tests.organising import (
    TRANSCRIPTS,
    group_follows,
    is_admins,
    led_by,
    people_follow,
    says_the_same,
)
from tests.transcript import read, with_prefix

ALL = pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)


@ALL
async def test_behind_the_door(path: Path, tmp_path: Path) -> None:
    """Typed as it is written, on a platform that keeps what it is given."""
    conversation = read(path.read_text("utf-8"))
    async with office(tmp_path, *([] if is_admins(path) else ["4815162342"])) as here:
        here.roles["4815162342"] = "admin"
        door = here.door("4815162342", conversation.language)
        await (
            group_follows(here.store, GROUP, door.person) if is_admins(path) else people_follow(here.store)
        )
        await says_the_same(conversation, door.say, str)


@ALL
async def test_on_telegram(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed on a phone."""
    conversation = read(path.read_text("utf-8"))
    async with BotApi(clock=NOW.timestamp) as server:
        ada = server.user("Ada", language_code=conversation.language)
        accounts = [] if is_admins(path) else [f"telegram:{ada.id}"]
        monkeypatch.setattr(telegram_bot, "furnished", lambda: led_by("en", *accounts))
        group = server.supergroup("Branch 7", members=[ada], bot=True)
        async with telegram_bot.bot_on(server, tmp_path) as running:
            chat, person = Chat("telegram", str(group.id)), Person("telegram", str(ada.id))
            store = running.bot.store
            await (group_follows(store, chat, person) if is_admins(path) else people_follow(store))
            await says_the_same(conversation, telegram_bot.Phone(running, ada).say, str)


@ALL
async def test_on_matrix(
    path: Path, homeserver: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed in an encrypted chat."""
    conversation = read(path.read_text("utf-8"))
    account = await homeserver.register("Bot")
    async with People(homeserver, tmp_path) as people:
        ada = await people.meet("Ada")
        accounts = [] if is_admins(path) else [f"matrix:{ada.id}"]
        led = led_by(conversation.language, *accounts)
        monkeypatch.setattr(matrix_bot, "furnished", lambda: led)
        monkeypatch.setattr(matrix_bot, "furnished_in", lambda language: led)
        async with matrix_bot.bot_on(
            homeserver, account, tmp_path / "bot", clock=lambda: NOW, language=conversation.language
        ) as running:
            store = running.bot.store
            if is_admins(path):
                room = await ada.makes_room("Branch 7", asks=[running.id])
                await room.meets(running.id)
                await group_follows(store, Chat("matrix", room.id), Person("matrix", ada.id))
            else:
                await people_follow(store)
            phone = matrix_bot.Phone(running, await matrix_bot.private_chat(ada, running, encrypted=True))
            await says_the_same(conversation, phone.say, lambda words: with_prefix(words, "!"))
