"""Groups on Telegram as the database knows them: brought in, renamed, moved, put out; and who is admin there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.events import Chat, Person, Role
from bot.groups import Group
from bot.platforms import telegram_members
from tests.bot.platforms.telegram_bot import Running
from tests.botapi import BotApi, User
from tests.botapi.faults import Drop, Fault, ServerError, TooMany
from tests.botapi.groups import Group as TelegramGroup
from tests.botapi.groups import Told


@pytest.fixture
def ada(server: BotApi) -> User:
    """Whoever brings the bot in."""
    return server.user("Ada", language_code="en")


async def registered(bot: Running, chat: TelegramGroup) -> Group | None:
    """Return the group as it is registered."""
    async with bot.bot.store.work() as work:
        return await work.group(Chat("telegram", str(chat.id)))


async def brought_in(server: BotApi, bot: Running, ada: User, kind: str = "supergroup") -> TelegramGroup:
    """Return a group that Ada has just brought the bot into."""
    made = {"group": server.group, "supergroup": server.supergroup}.get(kind)
    group = made("Offshore Branch") if made else server.channel("Offshore Branch")
    group.joins(ada, "creator")
    group.adds_bot(ada)
    await bot.settled()
    return group


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_being_brought_in(server: BotApi, bot: Running, ada: User, kind: str) -> None:
    """Whoever brings the bot in has the chat registered, and is who keeps it; in a channel nothing is said."""
    chat = await brought_in(server, bot, ada, kind)
    group = await registered(bot, chat)
    assert group is not None
    assert (group.title, group.who, group.campaigns) == ("Offshore Branch", "all", ())
    assert len(chat.bot_messages) == (0 if kind == "channel" else 1)
    async with bot.bot.store.work() as work:
        assert await work.keeps(Person("telegram", str(ada.id)), group)
        assert await work.groups_of(Person("telegram", str(ada.id))) == (group,)


async def test_another_name(server: BotApi, bot: Running, ada: User) -> None:
    """A group that is called otherwise is known by its new name."""
    chat = await brought_in(server, bot, ada)
    chat.news(ada, {"new_chat_title": "Onshore Branch"})
    await bot.settled()
    group = await registered(bot, chat)
    assert group is not None
    assert group.title == "Onshore Branch"


async def test_being_put_out(server: BotApi, bot: Running, ada: User) -> None:
    """A group that has put the bot out is forgotten; when it comes back, it is registered anew."""
    chat = await brought_in(server, bot, ada)
    group = await registered(bot, chat)
    assert group is not None
    async with bot.bot.store.work() as work:
        await work.set_card(f"group {group.code}", "1")
    chat.removes_bot(ada)
    await bot.settled()
    assert await registered(bot, chat) is None
    async with bot.bot.store.work() as work:
        assert await work.card(f"group {group.code}") is None
    chat.adds_bot(ada)
    await bot.settled()
    assert await registered(bot, chat) is not None


@pytest.mark.parametrize(
    "tells",
    [
        ("to", "from"),
        ("to", "from", "out of the old", "in the new"),
        ("to", "in the new", "out of the old", "from"),
        ("out of the old", "in the new", "to", "from"),
        ("out of the old", "from", "in the new"),
        ("in the new", "out of the old", "to", "from"),
    ],
    ids=", ".join,
)
async def test_becoming_a_supergroup(
    server: BotApi, bot: Running, ada: User, tells: tuple[Told, ...]
) -> None:
    """A group that becomes a supergroup keeps its link and everything else, in whatever order Telegram tells of it.

    Once it is known that it has moved, nobody is greeted there as if it were new.
    """
    chat = await brought_in(server, bot, ada, "group")
    before = await registered(bot, chat)
    assert before is not None
    async with bot.bot.store.work() as work:
        before = await work.set_group(replace(await work.follow(before, "zhanaozen-2011"), goal=50))
    new = chat.migrates(ada, tells)
    await bot.settled()
    assert await registered(bot, new) == replace(before, chat=Chat("telegram", str(new.id)))
    assert await registered(bot, chat) is None
    told_late = "in the new" in tells and tells.index("in the new") < tells.index("from")
    assert len(new.bot_messages) <= told_late


@pytest.mark.parametrize("times", [1, None], ids=["once", "for ever"])
@pytest.mark.parametrize("fault", [TooMany(), ServerError(), Drop()], ids=lambda fault: type(fault).__name__)
async def test_becoming_a_supergroup_in_bad_weather(
    server: BotApi, bot: Running, ada: User, monkeypatch: pytest.MonkeyPatch, fault: Fault, times: int | None
) -> None:
    """A group that Telegram gives no answer about is not forgotten: it may only have moved."""
    monkeypatch.setattr(telegram_members, "TRIES", (0.0, 0.01))
    chat = await brought_in(server, bot, ada, "group")
    before = await registered(bot, chat)
    assert before is not None
    server.fails(fault, "GetChatMemberCount", times=times)
    new = chat.migrates(ada, ("out of the old", "in the new", "to", "from"))
    await bot.settled()
    assert await registered(bot, new) == replace(before, chat=Chat("telegram", str(new.id)))


async def test_being_put_out_in_bad_weather(server: BotApi, bot: Running, ada: User) -> None:
    """A group that has put the bot out is forgotten as soon as Telegram says so, if not at the first time."""
    chat = await brought_in(server, bot, ada)
    server.fails(TooMany(), "GetChatMemberCount")
    chat.removes_bot(ada)
    await bot.settled()
    assert await registered(bot, chat) is None


@pytest.mark.parametrize(
    ("status", "role"),
    [
        ("creator", "admin"),
        ("administrator", "admin"),
        ("member", "member"),
        ("restricted", "member"),
        ("left", "outside"),
        ("kicked", "outside"),
    ],
)
async def test_roles(server: BotApi, bot: Running, ada: User, status: str, role: Role) -> None:
    """What somebody is in a group, Telegram is asked."""
    chat = server.supergroup("Offshore Branch", members=[ada], bot=True)
    ben = server.user("Ben")
    chat.members[ben.id] = status
    where, who = Chat("telegram", f"{chat.id}/77"), Person("telegram", str(ben.id))
    assert await bot.bot.roles.role(where, who) == role


async def test_roles_that_cannot_be_read(server: BotApi, bot: Running, ada: User) -> None:
    """Who somebody is in a chat that the bot is not in, or while Telegram is away, is not known."""
    chat = server.supergroup("Offshore Branch", members=[ada])
    where, who = Chat("telegram", str(chat.id)), Person("telegram", str(ada.id))
    assert await bot.bot.roles.role(where, who) == "unknown"
    assert await bot.bot.roles.role(where, Person("telegram", "")) == "unknown"
