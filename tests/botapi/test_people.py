"""What people do, and what a bot is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot, BotCommandScopeChat, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.botapi import BotApi
from tests.botapi.library import bot_at


async def told(bot: Bot) -> list[Update]:
    """Return what the bot is told, and confirm it."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return list(updates)


async def test_what_people_send(server: BotApi, bot: Bot) -> None:
    """The library can read everything that people send."""
    ada = server.user("Ada", last_name="L", username="ada", language_code="en")
    ada.shares_location(51.5, -0.1)
    ada.sends_contact("+441234567890")
    ada.sends_document("a.txt", b"x", caption="see a.org")
    ada.sends_photo(caption="me")
    ada.sends_sticker()
    ada.sends_voice()
    ada.sends_poll("Strike?", ["yes", "no"])
    ada.sends({"dice": {"emoji": "🎲", "value": 6}})
    messages = [update.message for update in await told(bot)]
    kinds = ["location", "contact", "document", "photo", "sticker", "voice", "poll", "dice"]
    assert [bool(getattr(message, kind)) for message, kind in zip(messages, kinds, strict=True)] == [True] * 8
    first = messages[0]
    assert first is not None
    assert first.from_user is not None
    assert (first.from_user.full_name, first.from_user.language_code) == ("Ada L", "en")
    assert first.chat.type == "private"


async def test_who_does_not_want_it(server: BotApi, bot: Bot) -> None:
    """A bot cannot write to strangers, to those who have not begun, who have blocked it, or are gone."""
    ada = server.user()
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(12345, "x")
    with pytest.raises(Forbidden, match="can't initiate conversation with a user"):
        await bot.send_message(ada.id, "x")
    ada.starts()
    await bot.send_message(ada.id, "x")
    ada.blocks()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ada.id, "x")
    ada.unblocks()
    await bot.send_message(ada.id, "x")
    ada.deletes_account()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ada.id, "x")
    news = [u.my_chat_member.new_chat_member.status for u in await told(bot) if u.my_chat_member]
    assert news == ["kicked", "member"]
    assert server.violations == ["sendMessage: Bad Request: chat not found"]


async def test_groups(server: BotApi, bot: Bot) -> None:
    """The bot is told of a group only while it is there."""
    ada, ben = server.user("Ada"), server.user("Ben")
    group = server.group("Branch 7", members=[ada, ben])
    ada.says("before", group)
    group.adds_bot(by=ada, payload="x")
    ben.says("/start@SolidarityTestBot", group)
    await bot.send_message(group.id, "hello")
    group.removes_bot()
    ada.says("after", group)
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(group.id, "x")
    heard = await told(bot)
    assert [u.message.text for u in heard if u.message and u.message.text] == [
        "/start@SolidarityTestBot x",
        "/start@SolidarityTestBot",
    ]
    statuses = [u.my_chat_member.new_chat_member.status for u in heard if u.my_chat_member]
    assert statuses == ["member", "kicked"]
    assert server.violations == []


async def test_privacy() -> None:
    """With privacy on, a bot in a group hears only what is meant for it."""
    async with BotApi(privacy=True) as server, bot_at(server) as talking:
        ada = server.user()
        group = server.supergroup(members=[ada], bot=True)
        for text in ["hello", "/help", "/help@OtherBot", "/help@solidaritytestbot", "hi @SolidarityTestBot"]:
            ada.says(text, group)
        await talking.send_message(group.id, "yes?")
        ada.says("answer", group, reply_to=group.last)
        heard = [u.message.text for u in await told(talking) if u.message]
    assert heard == ["/help", "/help@solidaritytestbot", "hi @SolidarityTestBot", "answer"]


async def test_members(server: BotApi, bot: Bot) -> None:
    """The bot can ask who somebody is in a group, and leave it."""
    ada, ben, eve = server.user("Ada"), server.user("Ben"), server.user("Eve")
    group = server.supergroup("Branch 7", members=[ada, ben], bot=True)
    found = [(await bot.get_chat_member(group.id, who.id)).status for who in (ada, ben, eve)]
    assert found == ["creator", "member", "left"]
    group.promotes_bot(by=ada)
    me = await bot.get_chat_member(group.id, bot.id)
    assert me.status == "administrator"
    assert [m.user.id for m in await bot.get_chat_administrators(group.id)] == [ada.id]
    assert (await bot.get_chat(group.id)).title == "Branch 7"
    assert await bot.get_chat_member_count(group.id) == 3
    await bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group.id, "x")


async def test_migration(server: BotApi, bot: Bot) -> None:
    """A group that has become a supergroup answers with its new number, and both told of it."""
    ada = server.user()
    old = server.group("Branch 7", members=[ada], bot=True)
    new = old.migrates()
    heard = [u.message for u in await told(bot)]
    assert [(m.migrate_to_chat_id, m.migrate_from_chat_id) for m in heard if m] == [
        (new.id, None),
        (None, old.id),
    ]
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old.id, "x")
    assert moved.value.new_chat_id == new.id
    await bot.send_message(new.id, "x")
    assert new.last.id == 3
    assert server.violations == []


async def test_topics(server: BotApi, bot: Bot) -> None:
    """What is said in a topic says so, and an answer goes there; elsewhere there is no such topic."""
    ada = server.user()
    ada.starts()
    forum = server.group("Union", members=[ada], forum=True, bot=True)
    thread = forum.topic("Letters")
    ada.says("/letter", forum, thread=thread)
    message = (await told(bot))[-1].message
    assert message is not None
    assert (message.message_thread_id, message.is_topic_message) == (thread, True)
    assert message.reply_to_message is not None
    assert message.reply_to_message.forum_topic_created is not None
    sent = await bot.send_message(forum.id, "here", message_thread_id=thread)
    assert sent.message_thread_id == thread
    assert forum.last.message_thread_id == thread
    for chat, number in [(forum.id, 1), (forum.id, 999), (ada.id, thread)]:
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(chat, "x", message_thread_id=number)
    assert len(server.violations) == 3
    forum.deletes_topic(thread)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "x", message_thread_id=thread)
    assert len(server.violations) == 3


async def test_nobody_behind_it(server: BotApi, bot: Bot) -> None:
    """Anonymous administrators and channels come with a sender that is a chat."""
    ada = server.user()
    group = server.supergroup(members=[ada], bot=True)
    channel = server.channel("News", username="news", bot=True)
    channel.links(group)
    group.anonymous_says("/start")
    channel.edits(channel.posts("out now"), "out today")
    group.channel_says(channel, "hello")
    heard = await told(bot)
    assert [u.effective_user.id if u.effective_user else 0 for u in heard] == [
        1087968824,
        0,
        777000,
        0,
        136817688,
    ]
    senders = [u.effective_message.sender_chat for u in heard if u.effective_message]
    assert [s.id if s else 0 for s in senders] == [group.id, channel.id, channel.id, channel.id, channel.id]
    assert heard[1].channel_post is not None
    assert heard[2].message is not None
    assert heard[2].message.is_automatic_forward
    assert heard[3].edited_channel_post is not None
    posted = await bot.send_message("@news", "by the bot")
    assert posted.from_user is None
    assert channel.last.text == "by the bot"


async def test_channel_members(server: BotApi, bot: Bot) -> None:
    """A channel says nothing of who comes and goes; the bot learns it of itself."""
    ada = server.user()
    channel = server.channel()
    channel.posts("before")
    channel.adds_bot(by=ada)
    channel.posts("after")
    channel.removes_bot(by=ada)
    with pytest.raises(Forbidden, match="bot was kicked from the channel chat"):
        await bot.send_message(channel.id, "x")
    heard = await told(bot)
    assert [u.channel_post.text for u in heard if u.channel_post] == ["after"]
    assert [u.my_chat_member.new_chat_member.status for u in heard if u.my_chat_member] == [
        "administrator",
        "kicked",
    ]
    assert [m.text for m in channel.messages] == ["before", "after"]


async def test_profile(server: BotApi, bot: Bot) -> None:
    """Names and descriptions go by language, with one for all others."""
    await bot.set_my_name("Solidarity", language_code="ru")
    await bot.set_my_description("Writes letters")
    await bot.set_my_short_description("Letters")
    assert (await bot.get_my_name("ru")).name == "Solidarity"
    assert (await bot.get_my_name()).name == "Solidarity Bot"
    assert (await bot.get_my_description("ru")).description == "Writes letters"
    assert (await bot.get_my_short_description()).short_description == "Letters"
    for text, setting in [
        ("x" * 65, bot.set_my_name),
        ("x" * 513, bot.set_my_description),
        ("x" * 121, bot.set_my_short_description),
    ]:
        with pytest.raises(BadRequest, match="too_long"):
            await setting(text)
    assert len(server.violations) == 3


async def test_commands(server: BotApi, bot: Bot) -> None:
    """Commands go by scope and language, each alone."""
    ada = server.user()
    await bot.set_my_commands([("help", "Help"), ("letter", "Write")])
    await bot.set_my_commands([("help", "Помощь")], language_code="ru")
    await bot.set_my_commands([("pledge", "Promise")], scope=BotCommandScopeChat(ada.id))
    assert [c.command for c in await bot.get_my_commands()] == ["help", "letter"]
    assert [c.description for c in await bot.get_my_commands(language_code="ru")] == ["Помощь"]
    assert [c.command for c in await bot.get_my_commands(BotCommandScopeChat(ada.id))] == ["pledge"]
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    assert server.commands({"type": "chat", "chat_id": ada.id})[0]["command"] == "pledge"


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        ([("Help", "x")], "BOT_COMMAND_INVALID"),
        ([("a" * 33, "x")], "BOT_COMMAND_INVALID"),
        ([("help", "")], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([("help", "x" * 257)], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([("help", "x")] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_refused(server: BotApi, bot: Bot, commands: list[Any], answer: str) -> None:
    """Commands that Telegram refuses are refused."""
    with pytest.raises(BadRequest, match=answer.capitalize()):
        await bot.set_my_commands(commands)
    assert len(server.violations) == 1
