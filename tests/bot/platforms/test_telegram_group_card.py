"""A group's link and its card on Telegram: what comes through the link is counted, and shown once, and of nobody."""

from __future__ import annotations

import pytest

from bot.assembly import renew_cards
from bot.events import Chat, Person
from bot.groups import Progress
from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import say
from tests.botapi import BotApi, Message, User
from tests.botapi.groups import Group as TelegramGroup


@pytest.fixture
def ada(server: BotApi) -> User:
    """The group's owner."""
    return server.user("Ada", language_code="en")


@pytest.fixture
async def group(server: BotApi, bot: Running, ada: User) -> TelegramGroup:
    """A group that follows the strike of Zhanaozen, and wants to send ten letters."""
    made = server.supergroup("Offshore Branch")
    made.joins(ada, "creator")
    made.adds_bot(ada)
    await bot.settled()
    await say(bot, ada, "/group campaign zhanaozen-2011", made)
    await say(bot, ada, "/group goal 10 open", made)
    return made


async def code(bot: Running, chat: TelegramGroup) -> str:
    """Return what the group's link carries."""
    async with bot.bot.store.work() as work:
        group = await work.group(Chat("telegram", str(chat.id)))
    assert group is not None
    return group.code


async def progress(bot: Running, chat: TelegramGroup) -> Progress:
    """Return what became of the group's link."""
    carried = await code(bot, chat)
    async with bot.bot.store.work() as work:
        return await work.progress(carried)


async def renewed(bot: Running) -> None:
    """Let the cards be renewed."""
    await renew_cards(bot.bot.dispatcher, bot.bot.dispatcher._conversations.world)
    await bot.settled()


async def writes(server: BotApi, bot: Running, link: str, kinds: int = 1, sent: bool = True) -> User:
    """Let somebody come by the link, and pledge letters of so many kinds."""
    person = server.user("Somebody", language_code="en")
    person.starts(link.partition("start=")[2])
    await bot.settled()
    for kind in ("protest", "solidarity")[:kinds]:
        for words in ("/pledge zhanaozen-2011", kind, "person", "DE", "sent" if sent else "week", "1", "1"):
            await say(bot, person, words)
    return person


async def card(bot: Running, ada: User, group: TelegramGroup) -> Message:
    """Return the card of the group, shown for the first time."""
    await say(bot, ada, "/group Card", group)
    return next(m for m in group.bot_messages if m.text.startswith("Letters through this group"))


async def test_letters_that_begin_in_the_group(
    server: BotApi, bot: Running, ada: User, group: TelegramGroup
) -> None:
    """Whoever asks for a letter in the group is led into private, and what they send counts for the group."""
    for asked in ("/letter", "/appeal zhanaozen-2011", "/pledge"):
        await say(bot, ada, asked, group)
        way = next(b for b in group.last.buttons if "url" in b)
        assert str(way["url"]).endswith(await code(bot, group))
        before = (await progress(bot, group)).sent.letters
        await writes(server, bot, str(way["url"]))
        assert (await progress(bot, group)).sent.letters == before + 1


async def test_the_link(server: BotApi, bot: Running, ada: User, group: TelegramGroup) -> None:
    """The link leads to the group's campaign alone; letters of those who follow it are counted, and of no others."""
    shown = await card(bot, ada, group)
    link = shown.button("Write your letter")["url"]
    assert link == f"https://t.me/SolidarityTestBot?start={await code(bot, group)}"
    ben = await writes(server, bot, link)
    welcome = next(m for m in ben.private.messages if m.from_bot)
    assert "Kazakhstan" in welcome.text
    assert "Cambodia" not in welcome.text
    (told,) = await say(bot, ben, "/mydata")
    assert "That you came through the link of a group" in told.text
    (told,) = await say(bot, ada, "/mydata")
    assert "That you brought me into: Offshore Branch" in told.text
    other = server.user("Olga", language_code="en")
    for words in ("/start", "/pledge zhanaozen-2011", "protest", "person", "DE", "sent", "1", "1"):
        await say(bot, other, words)
    found = await progress(bot, group)
    assert (found.both.letters, found.both.people) == (1, 1)


async def test_the_card(server: BotApi, bot: Running, ada: User, group: TelegramGroup) -> None:
    """The card is one message that is edited; numbers come from five people on, in fives, against the goal."""
    shown = await card(bot, ada, group)
    link = shown.button("Write your letter")["url"]
    messages = len(group.bot_messages)
    for _ in range(4):
        await writes(server, bot, link, kinds=2)
        await renewed(bot)
        assert "Fewer than five people" in shown.text
    await writes(server, bot, link, sent=False)
    await renewed(bot)
    assert "Fewer than five people" in shown.text
    await writes(server, bot, link)
    await renewed(bot)
    assert "at least 5 sent, fewer than 5 more promised" in shown.text
    assert "Our goal: 10 letters" in shown.text
    assert "▰▰▰▰▰▱▱▱▱▱" in shown.text
    await writes(server, bot, link)
    await renewed(bot)
    assert "The goal is reached." in shown.text
    assert len(group.bot_messages) == messages


async def test_a_card_is_renewed_only_where_it_changes(
    server: BotApi, bot: Running, ada: User, group: TelegramGroup
) -> None:
    """Many letters make one call at most, and a card that would show the same none."""
    shown = await card(bot, ada, group)
    for _ in range(3):
        await writes(server, bot, shown.button("Write your letter")["url"])
    calls = server.calls.count("editMessageText")
    await renewed(bot)
    assert server.calls.count("editMessageText") == calls
    await say(bot, ada, "/group goal 20 open", group)
    await say(bot, ada, "/group goal 50 open", group)
    calls = server.calls.count("editMessageText")
    await renewed(bot)
    await renewed(bot)
    assert server.calls.count("editMessageText") == calls + 1
    assert "Our goal: 50 letters" in shown.text


async def test_a_card_that_was_deleted(bot: Running, ada: User, group: TelegramGroup) -> None:
    """A card that an admin has deleted is shown once more when something changes; one never asked for, never."""
    await renewed(bot)
    assert not any(m.text.startswith("Letters through") for m in group.bot_messages)
    shown = await card(bot, ada, group)
    group.remove(shown)
    await say(bot, ada, "/group goal 20 open", group)
    await renewed(bot)
    cards = [m for m in group.bot_messages if m.text.startswith("Letters through")]
    assert len([m for m in cards if m is not shown]) == 1


async def test_the_card_ends(server: BotApi, bot: Running, ada: User, group: TelegramGroup) -> None:
    """Put out of a group, the bot shows nothing there any more, and counts nobody for it."""
    shown = await card(bot, ada, group)
    link = shown.button("Write your letter")["url"]
    ben = await writes(server, bot, link)
    group.removes_bot(ada)
    await bot.settled()
    async with bot.bot.store.work() as work:
        assert await work.came_by(Person("telegram", str(ben.id))) is None
    calls = len(server.calls.of("editMessageText"))
    bot.bot.dispatcher._conversations.world.cards.mark(link.partition("start=")[2])
    await renewed(bot)
    assert len(server.calls.of("editMessageText")) == calls
