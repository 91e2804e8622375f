"""/updates and /stop on Telegram: only who asks gets news, and who blocks the bot gets none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.broadcasts import Content, Fate, NewBroadcast, Scope
from bot.events import Chat, Person
from bot.events import Message as Said
from bot.subscriptions import Subscription
from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import say, tap
from tests.botapi import BotApi, User
from tests.door import NOW

PLEDGED = ("/pledge zhanaozen-2011", "protest", "person", "DE", "tomorrow", "1", "1")
OF_ZHANAOZEN = Subscription("zhanaozen-2011", "en", None)


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who may want news."""
    person = server.user("Ada", language_code="en-GB")
    person.starts()
    return person


async def news(bot: Running, chat: int) -> tuple[Subscription, ...]:
    """Return what a chat gets news of."""
    async with bot.bot.store.work() as work:
        return await work.subscriptions(Chat("telegram", str(chat)))


async def test_asking_and_ending(bot: Running, ada: User) -> None:
    """News come to whoever asks for them, until they say stop: by command, by word, or of one campaign alone."""
    await bot.settled()
    assert await news(bot, ada.id) == ()
    await say(bot, ada, "/updates")
    await tap(bot, ada, "Kazakhstan")
    assert await news(bot, ada.id) == (OF_ZHANAOZEN,)
    await say(bot, ada, "/updates nagaworld-2021")
    (told,) = await say(bot, ada, "/mydata")
    assert told.text.count("News that you asked for") == 2
    await say(bot, ada, "/stop nagaworld-2021")
    assert await news(bot, ada.id) == (OF_ZHANAOZEN,)
    await say(bot, ada, "/updates nagaworld-2021")
    (answer,) = await say(bot, ada, "/stop Cambodia")
    assert answer.text.startswith("I send you no more news of it: Cambodia")
    assert await news(bot, ada.id) == (OF_ZHANAOZEN,)
    (answer,) = await say(bot, ada, "stop")
    assert answer.text.startswith("I send you no more news and no reminders.")
    assert await news(bot, ada.id) == ()


async def test_another_language(bot: Running, ada: User) -> None:
    """News come in the language that somebody has chosen, before or after they asked."""
    await say(bot, ada, "/updates zhanaozen-2011")
    await say(bot, ada, "/language ru")
    assert [one.language for one in await news(bot, ada.id)] == ["ru"]
    await say(bot, ada, "/updates nagaworld-2021")
    assert {one.language for one in await news(bot, ada.id)} == {"ru"}


async def test_after_a_pledge(bot: Running, ada: User) -> None:
    """After a pledge the bot offers news once, and sends none unasked; it knows whose letter has still to leave."""
    for words in PLEDGED:
        answers = await say(bot, ada, words)
    assert await news(bot, ada.id) == ()
    await tap(bot, ada, "Send me news of it", answers[-1])
    waiting = Subscription("zhanaozen-2011", "en", "DE", waiting=True)
    assert await news(bot, ada.id) == (waiting,)
    await say(bot, ada, "/sent 1")
    assert [one.waiting for one in await news(bot, ada.id)] == [False]
    for words in PLEDGED:
        answers = await say(bot, ada, words)
    assert [one.waiting for one in await news(bot, ada.id)] == [True]
    assert "Send me news of it" not in answers[-1].labels


async def test_blocking(bot: Running, ada: User) -> None:
    """Who blocks the bot gets no news, though they may come back."""
    await say(bot, ada, "/updates zhanaozen-2011")
    ada.blocks()
    await bot.settled()
    assert await news(bot, ada.id) == ()
    ada.unblocks()
    await bot.settled()
    assert await news(bot, ada.id) == ()


async def test_a_chat_that_is_closed(bot: Running, ada: User) -> None:
    """Who cannot be reached any more gets no news."""
    await say(bot, ada, "/updates zhanaozen-2011")
    ada.deletes_account()
    where = Chat("telegram", str(ada.id))
    async with bot.bot.store.work() as work:
        queued = await work.queue(where, [Said("news")])
    await bot.bot.outbox.send(queued)
    assert await news(bot, ada.id) == ()


async def test_forgetting(bot: Running, ada: User) -> None:
    """Who is forgotten gets no news."""
    await say(bot, ada, "/updates zhanaozen-2011")
    await say(bot, ada, "/forget")
    await tap(bot, ada, "Yes, erase it all")
    assert await news(bot, ada.id) == ()


async def test_in_a_group(server: BotApi, bot: Running, ada: User) -> None:
    """In a group its admins ask for news, for the group; nobody else does, and nobody subscribes themselves by it."""
    ben = server.user("Ben", language_code="en")
    group = server.supergroup("Offshore Branch")
    group.joins(ben, "creator")
    group.joins(ada)
    group.adds_bot(ben)
    await bot.settled()
    (answer,) = await say(bot, ada, "/updates zhanaozen-2011", group)
    assert answer.text.startswith("That is for the admins")
    (answer,) = await say(bot, ada, "/updates", group)
    assert answer.text.startswith("That is for the admins")
    await say(bot, ada, "/stop", group)
    assert await news(bot, group.id) == ()
    (question,) = await say(bot, ben, "/updates", group)
    await tap(bot, ben, "Kazakhstan", question)
    assert await news(bot, group.id) == (OF_ZHANAOZEN,)
    await say(bot, ada, "/stop", group)
    assert await news(bot, group.id) == (OF_ZHANAOZEN,)
    await say(bot, ben, "/stop", group)
    assert await news(bot, group.id) == ()
    assert await news(bot, ada.id) == await news(bot, ben.id) == ()


async def test_ending_what_is_on_its_way(server: BotApi, bot: Running, ada: User) -> None:
    """News that are still to go to a group's topic do not go there once an admin has said stop."""
    forum = server.supergroup("Union", forum=True)
    forum.joins(ada, "creator")
    forum.adds_bot(ada)
    await bot.settled()
    strike = forum.topic("Strike", ada)
    await say(bot, ada, "/updates zhanaozen-2011", forum)
    await say(bot, ada, "/group here", forum, thread=strike)
    author, later = Person("telegram", str(ada.id)), NOW + timedelta(days=1)
    told = Chat("telegram", str(ada.id))
    new = NewBroadcast(Scope("zhanaozen-2011"), Content({"en": "News"}, "en"), later, told)
    async with bot.bot.store.work() as work:
        number = await work.start_broadcast(author, new)
    await say(bot, ada, "/stop", forum)
    async with bot.bot.store.work() as work:
        broadcast = await work.broadcast(number)
    assert broadcast is not None
    assert [fate for (_, _, fate), people in broadcast.counts.items() if people] == [Fate.CANCELLED]
