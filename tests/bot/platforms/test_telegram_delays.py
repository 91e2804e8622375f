"""When one chat must wait: nobody else does, nothing is lost, and what was erased is not said any more."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.dispatcher import MOST_WAITING
from bot.events import Chat, Message
from bot.pace import Pace
from bot.platforms.base import UnsureError
from tests.bot.platforms.telegram_bot import bot_on
from tests.bot.platforms.telegram_care import say
from tests.botapi import BotApi, Drop, TooMany


async def test_a_busy_group_holds_up_nobody(server: BotApi, tmp_path: Path) -> None:
    """A hundred people ask in a group that must wait: somebody in private is answered at once."""
    members = [server.user(f"Member{n}") for n in range(100)]
    group = server.supergroup("Union", members=members, bot=True)
    async with bot_on(server, tmp_path) as bot:
        server.fails(TooMany(2), "sendMessage", chat=group, times=1)
        for _ in range(12):
            for member in members:
                member.says("/help", in_=group)
        assert len(await say(bot, server.user("Ada"), "/help")) == 1
        answers = [message for message in group.messages if message.from_bot]
        assert len(answers) <= 2 * MOST_WAITING


async def test_a_busy_forum_is_one_group(server: BotApi, tmp_path: Path) -> None:
    """However many topics a forum has, no more answers wait for it than for another group."""
    ada = server.user("Ada")
    forum = server.supergroup("Union", forum=True)
    async with bot_on(server, tmp_path) as bot:
        forum.joins(ada, "creator")
        forum.adds_bot(ada)
        await bot.settled()
        server.fails(TooMany(1), "sendMessage", chat=forum, times=6)
        for number in range(6):
            topic = forum.topic(f"Topic {number}", ada)
            for _ in range(8):
                ada.says("/help", in_=forum, thread=topic)
        await server.drained()
        assert bot.bot.outbox.waiting(Chat("telegram", str(forum.id))) == MOST_WAITING
        before = len(forum.bot_messages)
        await bot.settled()
        assert len(forum.bot_messages) == before + MOST_WAITING


async def test_who_cannot_be_told_apart_has_one_pace_in_all_topics(server: BotApi, tmp_path: Path) -> None:
    """Whoever writes in a forum's name is not heard more often by writing in many of its topics."""
    ada = server.user("Ada")
    forum = server.supergroup("Union", forum=True)
    async with bot_on(server, tmp_path) as bot:
        bot.bot.dispatcher._pace = Pace(2)
        forum.joins(ada, "creator")
        forum.adds_bot(ada)
        await bot.settled()
        before = len(forum.bot_messages)
        for number in range(12):
            forum.anonymous_says("/help", thread=forum.topic(f"Topic {number}", ada))
        await bot.settled()
        assert before + 2 <= len(forum.bot_messages) < before + 6


async def test_what_is_erased_is_not_said_any_more(server: BotApi, tmp_path: Path) -> None:
    """A letter that waits to be sent goes with /forget: neither the chat nor the file sees it again."""
    ada = server.user("Ada")
    async with bot_on(server, tmp_path) as bot:
        for words in ("/letter nagaworld-2021", "1", "1", "GB"):
            await say(bot, ada, words)
        server.fails(TooMany(1), "sendMessage", chat=ada.private, times=1)
        ada.says("Rosa Luxemburg")
        await server.calls.wait_for("sendMessage", 6)
        ada.says("/forget")
        ada.says("1")
        await bot.settled()
        seen = "\n".join(message.text for message in ada.private.bot_messages)
        assert "Nothing about you is left" in seen
        with closing(sqlite3.connect(tmp_path / "solidarity.db")) as database:
            assert database.execute("SELECT count(*) FROM delivery").fetchone() == (0,)
    for file in tmp_path.iterdir():
        assert b"Luxemburg" not in file.read_bytes(), file.name


async def test_a_part_of_unknown_fate_ends_nothing(server: BotApi, tmp_path: Path) -> None:
    """Of a message in several parts, those behind the doubtful one arrive too, and nothing is sent twice."""
    ada = server.user("Ada")
    parts = [letter * 3000 for letter in "abc"]
    async with bot_on(server, tmp_path) as bot:
        await say(bot, ada, "/help")
        server.fails(
            Drop(done=True), "sendMessage", times=1, when=lambda call: call.text("text").startswith("b")
        )
        with pytest.raises(UnsureError):
            await bot.service.telegram.send(
                Chat("telegram", str(ada.id)), Message("\n\n".join(parts)), delivery=7
            )
    assert [message.text for message in ada.private.bot_messages][1:] == parts
