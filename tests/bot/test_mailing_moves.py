"""Broadcasts to chats that have another id from now on: followed, and never to the same people twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.broadcasts import Fate, Scope
from bot.events import Chat, Message
from bot.pacing import Limits
from bot.platforms.base import MovedError
from tests.bot.mailings import done, posting, started
from tests.bot.store.followers import bring_into, follow


async def test_a_chat_that_has_moved_is_followed(tmp_path: Path) -> None:
    """What goes to a chat's old id goes to the new one, and so do its subscriptions."""

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "-7":
            raise MovedError("-1007")

    async with posting(tmp_path) as post:
        post.wire.trouble = trouble
        await follow(post.store, "-7", private=False)
        found = await post.until(await started(post), done)
        again = await post.until(await started(post), done)
    assert (found.people(Fate.SENT), again.people(Fate.SENT)) == (1, 1)
    assert post.wire.times()["-1007"] == 2


@pytest.mark.parametrize("first", ["-7", "-1007"])
@pytest.mark.parametrize("topic", [None, "-1007/5"])
async def test_a_chat_that_moves_onto_another_gets_it_once(
    tmp_path: Path, first: str, topic: str | None
) -> None:
    """A group that moves to where the news has been asked for too gets a broadcast once, whichever comes first."""

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "-7":
            raise MovedError("-1007")

    async with posting(tmp_path, Limits(a_second=5)) as post:
        post.wire.trouble = trouble
        await follow(post.store, first, *({"-7", "-1007"} - {first}), private=False)
        await bring_into(post.store, "-7", "old")
        await bring_into(post.store, "-1007", "new", topic=topic)
        found = await post.until(await started(post), done)
        again = await post.until(await started(post), done)
    assert (found.people(Fate.SENT), found.people(Fate.CANCELLED), found.people()) == (1, 1, 2)
    assert again.people(Fate.SENT) == again.people() == 1
    assert post.wire.times()["-1007"] + post.wire.times()["-1007/5"] == 2


async def test_a_chat_that_moves_takes_along_what_was_for_it_alone(tmp_path: Path) -> None:
    """What was for a group alone comes where it has moved to, although other news has been asked for there."""

    async def trouble(chat: Chat, message: Message, delivery: int) -> None:
        if chat.id == "-7":
            raise MovedError("-1007")

    async with posting(tmp_path) as post:
        post.wire.trouble = trouble
        await follow(post.store, "-7", "-1007", private=False)
        await bring_into(post.store, "-7", "old")
        await bring_into(post.store, "-1007", "new")
        found = await post.until(await started(post, scope=Scope("iran", group="old")), done)
    assert found.people(Fate.SENT) == found.people() == post.wire.times()["-1007"] == 1
