"""Coming and going in groups on Telegram: the bot is added, removed, moved; so are people."""

from __future__ import annotations

import re

import pytest

from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import say, tap
from tests.botapi import BotApi, User
from tests.botapi.groups import Group


@pytest.fixture
def ada(server: BotApi) -> User:
    """A member of the group."""
    return server.user("Ada", language_code="en")


@pytest.fixture
def ben(server: BotApi) -> User:
    """Another one."""
    return server.user("Ben", language_code="en")


@pytest.fixture
def group(server: BotApi, ada: User, ben: User) -> Group:
    """A group that the bot is in already."""
    return server.supergroup("Offshore Branch", members=[ada, ben], bot=True)


@pytest.mark.parametrize("admin", [False, True])
@pytest.mark.parametrize("start", ["", "zhanaozen-2011"])
async def test_being_added(server: BotApi, bot: Running, ada: User, admin: bool, start: str) -> None:
    """Whoever adds the bot sees it introduced once, shortly, with the way to a letter."""
    group = server.supergroup("Branch", members=[ada])
    group.adds_bot(ada, admin=admin, payload=start)
    await bot.settled()
    (introduction,) = group.bot_messages
    assert introduction.text.startswith("Hello.")
    assert len(introduction.text) < 600
    assert re.search(r"start=g[0-9a-f]{12}$", introduction.button("Write your letter")["url"])
    group.promotes_bot(ada)
    await bot.settled()
    assert group.bot_messages == [introduction]


async def test_being_added_in_their_language(server: BotApi, bot: Running) -> None:
    """The bot introduces itself in the language of who added it."""
    olga = server.user("Olga", language_code="ru")
    group = server.group("Профсоюз", members=[olga])
    group.adds_bot(olga)
    await bot.settled()
    assert group.last.labels == ["Написать письмо", "О чём речь", "Настроить меня здесь"]


async def test_being_removed(server: BotApi, bot: Running, ada: User, group: Group) -> None:
    """Thrown out, the bot sends nothing more there, and goes on elsewhere; added again, it says hello."""
    await say(bot, ada, "/appeal zhanaozen-2011", group)
    group.removes_bot(ada)
    await bot.settled()
    sent = server.calls.count("sendMessage")
    assert len(await say(bot, ada, "/help")) == 1
    assert server.calls.count("sendMessage") == sent + 1
    group.adds_bot(ada)
    await bot.settled()
    assert group.last.text.startswith("Hello.")


async def test_being_removed_while_answering(server: BotApi, bot: Running, ada: User, group: Group) -> None:
    """An answer to a group that has thrown the bot out is tried once and given up."""
    ada.says("/appeal", group)
    group.removes_bot(ada)
    await bot.settled()
    assert group.bot_messages == []
    assert len([call for call in server.calls.of("sendMessage") if call.chat_id == group.id]) == 1
    assert len(await say(bot, ada, "/help")) == 1


async def test_being_in_a_channel(server: BotApi, bot: Running, ada: User) -> None:
    """A channel that adds the bot hears nothing from it."""
    channel = server.channel("News")
    channel.adds_bot(ada)
    await bot.settled()
    assert channel.bot_messages == []


async def test_members_come_and_go(bot: Running, ada: User, ben: User, group: Group) -> None:
    """The bot does not greet those who come, nor miss those who go."""
    group.leaves(ben)
    group.joins(ben)
    group.news(ada, {"new_chat_title": "Another name"})
    await bot.settled()
    assert group.bot_messages == []


async def test_a_group_that_becomes_a_supergroup(server: BotApi, bot: Running, ada: User) -> None:
    """What was on its way to a group that has moved arrives in the new one, and so does what is asked there."""
    group = server.group("Branch", members=[ada], bot=True)
    ada.says("/appeal zhanaozen-2011", group)
    new = group.migrates(ada)
    await bot.settled()
    assert group.bot_messages == []
    (told,) = new.bot_messages
    assert told.text.startswith("Kazakhstan")
    (demands,) = await tap(bot, ada, "What it demands", told)
    assert demands.chat is new
