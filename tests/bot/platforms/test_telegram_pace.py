"""The pace of a group on Telegram, with the library that speaks with it: twenty messages a minute, answers included."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from bot import mailing
from bot.broadcasts import Content, Fate, NewBroadcast, Scope
from bot.events import Chat, Person
from bot.pacing import Limits, Pacing
from bot.platforms.telegram import A_MINUTE_IN_A_GROUP, CROWD, TYPING
from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import say
from tests.botapi import BotApi
from tests.door import NOW


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something is true."""
    for _ in range(400):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("waited in vain")


async def test_a_group_that_has_had_its_messages(
    server: BotApi, bot: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group in which the bot has answered twenty times gets news when the minute is over; everybody else at once."""
    monkeypatch.setattr(mailing, "LOOK", 0.05)
    ahead = [0.0]
    limits = Limits(30, A_MINUTE_IN_A_GROUP)
    pacing = Pacing(limits, lambda chat: chat.id.startswith("-"), lambda: time.monotonic() + ahead[0])
    await bot.bot.connect("telegram", bot.service.telegram, pacing)
    ada = server.user("Ada", language_code="en")
    ada.starts()
    group = server.supergroup("Offshore Branch")
    group.joins(ada, "creator")
    group.adds_bot(ada)
    await bot.settled()
    await say(bot, ada, "/updates zhanaozen-2011")
    await say(bot, ada, "/updates zhanaozen-2011", group)
    while len(group.bot_messages) < A_MINUTE_IN_A_GROUP:
        await say(bot, ada, "/help", group)
    new = NewBroadcast(Scope("zhanaozen-2011"), Content({"en": "All out"}, "en"), NOW, Chat("telegram", ""))
    async with bot.bot.store.work() as work:
        number = await work.start_broadcast(Person("telegram", str(ada.id)), new)
    await until(lambda: ada.private.last.text == "All out")
    ahead[0] += 50
    await asyncio.sleep(0.3)
    assert len(group.bot_messages) == A_MINUTE_IN_A_GROUP
    ahead[0] += 12
    await until(lambda: group.bot_messages[-1].text == "All out")
    assert len(group.bot_messages) == A_MINUTE_IN_A_GROUP + 1
    for _ in range(400):
        async with bot.bot.store.work() as work:
            found = await work.broadcast(number)
        if found is not None and found.people(Fate.SENT) == 2:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def test_a_busy_group_leaves_private_chats_tidy(server: BotApi, bot: Running) -> None:
    """While many answers wait for the next minute of a group, answered questions lose their buttons as ever."""
    pacing = Pacing(Limits(30, A_MINUTE_IN_A_GROUP), lambda chat: chat.id.startswith("-"))
    await bot.bot.connect("telegram", bot.service.telegram, pacing)
    ada = server.user("Ada", language_code="en")
    group = server.supergroup("Offshore Branch", members=[ada], bot=True)
    for _ in range(A_MINUTE_IN_A_GROUP):
        await pacing.reply(Chat("telegram", str(group.id)))
    for _ in range(2 * CROWD):
        ada.says("/help", in_=group)
    await server.drained()
    await asyncio.sleep(TYPING + 0.2)
    await ada.private.after(ada.says("/letter zhanaozen-2011"))
    question = ada.private.last
    ada.presses(question, "1 · Letter of protest")
    await until(lambda: question.buttons == [])
    assert not group.bot_messages
