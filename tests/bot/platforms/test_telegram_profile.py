"""What Telegram shows of the bot before anybody writes: menus, name and descriptions, set only where they differ."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from handlers import HANDLERS, UNLISTED
from tests.bot.platforms.telegram_bot import bot_on
from tests.bot.platforms.telegram_care import say
from tests.botapi import BotApi, ServerError, TooMany
from tests.botapi.spans import units

PRIVATE, GROUP = {"type": "all_private_chats"}, {"type": "all_group_chats"}
ADMINS = {"type": "all_chat_administrators"}


async def start(server: BotApi, folder: Path, **settings: object) -> list[str]:
    """Let the bot start, introduce itself and stop, and return what it has set."""
    server.calls.clear()
    async with bot_on(server, folder, **settings) as bot:
        await server.calls.wait_for("getMyShortDescription", 3)
        await say(bot, server.user("Ada"), "/help")
        await bot.service._calls.call("GetMe", {})
        await _quiet(server)
    return [call.method for call in server.calls if call.method.startswith("set")]


async def _quiet(server: BotApi) -> None:
    """Wait until every introduction has had its turn."""
    count = -1
    while count != len(server.calls):
        count = len(server.calls)
        await asyncio.sleep(0.1)


async def test_the_first_start(server: BotApi, tmp_path: Path) -> None:
    """The private menu begins with the letter and holds every command and way, a group's what is answered there."""
    await start(server, tmp_path)
    for language, letter in (
        ("", "Write your letter"),
        ("en", "Write your letter"),
        ("ru", "Написать письмо"),
    ):
        private = {c["command"]: c["description"] for c in server.commands(PRIVATE, language)}
        group = {c["command"] for c in server.commands(GROUP, language)}
        assert [*private][:2] == ["letter", "kit"]
        assert server.commands(ADMINS, language) == server.commands(GROUP, language)
        assert private["letter"] == letter
        assert {"back", "skip", "cancel", "forget", "help"} <= private.keys()
        assert {"letter", "appeal", "addresses"} <= group
        assert not group & {d.name for d in HANDLERS if d.private} - {"letter"}
        assert not group & {"back", "skip", "cancel", "start"}
    texts = server.world.profile.texts
    assert texts["short_description", "ru"] != texts["short_description", ""]
    assert texts["description", "ru"] != texts["description", ""]
    assert all(units(text) <= 120 for (what, _), text in texts.items() if what == "short_description")


async def test_the_second_start(server: BotApi, tmp_path: Path) -> None:
    """A start that changes nothing sets nothing: Telegram counts how often that is done."""
    assert await start(server, tmp_path)
    assert await start(server, tmp_path) == []


async def test_only_what_differs(server: BotApi, tmp_path: Path) -> None:
    """If one text differs, only that is set."""
    await start(server, tmp_path)
    server.world.profile.texts["description", "ru"] = "Старое описание"
    assert await start(server, tmp_path) == ["setMyDescription"]
    server.world.profile.commands.popitem()
    assert await start(server, tmp_path) == ["setMyCommands"]


async def test_another_default_language(server: BotApi, tmp_path: Path) -> None:
    """Whoever speaks none of the bot's languages sees the one that the organisers have chosen."""
    await start(server, tmp_path, language="ru")
    shown = {c["command"]: c["description"] for c in server.commands(PRIVATE)}
    assert shown["letter"] == "Написать письмо"


async def test_organisers(server: BotApi, tmp_path: Path) -> None:
    """An organiser's menu says what they alone see, in their language; one who never wrote does not disturb it."""
    ada = server.user("Ada")
    ada.started = True
    accounts = {"accounts": ["telegram:999999999", f"telegram:{ada.id}"]}
    assert await start(server, tmp_path, organisers=accounts)
    own = {"type": "chat", "chat_id": ada.id}
    for language, stats in (("", "All the numbers, in full"), ("ru", "Все числа, полностью")):
        usual = {c["command"]: c["description"] for c in server.commands(PRIVATE, language)}
        shown = {c["command"]: c["description"] for c in server.commands(own, language)}
        assert shown.keys() - usual.keys() == {d.name for d in UNLISTED}
        assert {name: shown[name] for name in usual} == {**usual, "stats": stats}
        assert usual["stats"] != stats
    assert await start(server, tmp_path, organisers=accounts) == []
    told = {reason for method, reason in server.refused if method != "getUpdates"}
    assert told == {"Bad Request: chat not found"}
    server.violations.clear()


@pytest.mark.parametrize("fault", [TooMany(100), ServerError()], ids=repr)
async def test_that_it_fails(server: BotApi, tmp_path: Path, fault: TooMany | ServerError) -> None:
    """If Telegram takes no menu or description, the bot works, and one line in the log says so."""
    for method in ("setMyCommands", "setMyDescription", "getMyShortDescription"):
        server.fails(fault, method, times=None)
    async with bot_on(server, tmp_path, log={"file": tmp_path / "log"}) as bot:
        assert len(await say(bot, server.user("Ada"), "/help")) == 1
        await _quiet(server)
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "does not take the bot's menus or descriptions yet" in line
