"""/group on Telegram: its admins set the bot up, everybody else is answered kindly, and nothing personal is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.events import Chat
from bot.groups import Group
from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import overheard, say
from tests.botapi import BotApi, Message, User
from tests.botapi.groups import Group as TelegramGroup
from tests.door import NOW

TODAY = NOW.date()


@pytest.fixture
def ada(server: BotApi) -> User:
    """The group's owner."""
    return server.user("Ada", language_code="en")


@pytest.fixture
def ben(server: BotApi) -> User:
    """A member."""
    return server.user("Ben", language_code="en")


@pytest.fixture
async def group(server: BotApi, bot: Running, ada: User, ben: User) -> TelegramGroup:
    """A group into which Ada has brought the bot."""
    made = server.supergroup("Offshore Branch")
    made.joins(ada, "creator")
    made.joins(ben)
    made.adds_bot(ada)
    await bot.settled()
    return made


async def as_set(bot: Running, chat: TelegramGroup) -> Group:
    """Return the group as it is registered."""
    async with bot.bot.store.work() as work:
        group = await work.group(Chat("telegram", str(chat.id)))
    assert group is not None
    return group


async def press(bot: Running, user: User, label: str, on: Message) -> Message:
    """Let `user` press a button, and return the message as it is then."""
    pressed = user.presses(on, next(text for text in on.labels if text.startswith(label)))
    await pressed.answered()
    await bot.settled()
    return on


async def test_setting_up(bot: Running, ada: User, group: TelegramGroup) -> None:
    """An admin chooses campaign, language, goal and who may send news, in one message that changes as they tap."""
    (shown,) = await say(bot, ada, "/group", group)
    assert "We follow no appeal yet." in shown.text
    await press(bot, ada, "What we follow", shown)
    await press(bot, ada, "Kazakhstan", shown)
    assert any(label.startswith("✓ Kazakhstan") for label in shown.labels)
    await press(bot, ada, "Back to the overview", shown)
    await press(bot, ada, "Our goal", shown)
    await press(bot, ada, "50", shown)
    await press(bot, ada, "Fri", shown)
    await press(bot, ada, "Who may send news", shown)
    await press(bot, ada, "Only me", shown)
    await press(bot, ada, "Our language", shown)
    await press(bot, ada, "Русский", shown)
    assert shown.text.startswith("Как я настроен")
    assert group.bot_messages[-1] is shown
    found = await as_set(bot, group)
    assert found.campaigns == ("zhanaozen-2011",)
    assert (found.language, found.goal, found.who) == ("ru", 50, "keeper")
    assert found.until == TODAY + timedelta(days=4)
    assert found.until.weekday() == 4
    await say(bot, ada, "/group campaign zhanaozen-2011", group)
    assert (await as_set(bot, group)).campaigns == ()


@pytest.mark.parametrize(
    ("words", "goal", "until"),
    [
        ("goal 75", None, None),
        ("goal 75 open", 75, None),
        ("goal 75 2027-05-01", 75, date(2027, 5, 1)),
        ("goal 50 letters by 1 May", 50, date(2027, 5, 1)),
        ("goal 1,000 by 1 May", 1000, date(2027, 5, 1)),
        ("goal 75 no", 75, None),
        ("goal 75 2026-11-01", None, None),
        ("goal 75 2099-01-01", None, None),
        ("goal 0 open", None, None),
        ("goal -5 open", None, None),
        ("goal ٣ open", None, None),
        ("goal 1000000 open", None, None),
    ],
)
async def test_typed_goals(
    bot: Running, ada: User, group: TelegramGroup, words: str, goal: int | None, until: date | None
) -> None:
    """A goal can be typed; one that is none is asked for again."""
    (answer,) = await say(bot, ada, f"/group {words}", group)
    found = await as_set(bot, group)
    assert (found.goal, found.until) == (goal, until)
    assert answer.text.startswith("How I am set up") == (goal is not None)


@pytest.mark.parametrize(
    "words",
    [
        "goal 50 Friday",
        "Goal: 50 by friday",
        "50 letters by Friday",
        "цель 50 до пятницы",
        "goal 50 tomorrow",
    ],
)
async def test_typed_days(bot: Running, ada: User, group: TelegramGroup, words: str) -> None:
    """The day of a goal can be typed as people say it, whether or not they say that it is a goal."""
    await say(bot, ada, "/group language ru", group)
    (answer,) = await say(bot, ada, f"/group {words}", group)
    found = await as_set(bot, group)
    assert found.goal == 50
    assert found.until is not None
    today = datetime.fromtimestamp(answer.date, UTC).date()
    assert found.until == today + timedelta(days=1) if "tomorrow" in words else found.until.weekday() == 4


async def test_taking_a_goal_back(bot: Running, ada: User, group: TelegramGroup) -> None:
    """A goal that is no longer wanted goes."""
    for no in ("open", "no", "нет"):
        await say(bot, ada, "/group goal 75 open", group)
        await say(bot, ada, f"/group goal {no}", group)
        assert (await as_set(bot, group)).goal is None


async def test_typed_settings(bot: Running, ada: User, group: TelegramGroup) -> None:
    """An appeal and a language can be typed as people call them, in any language, and so can who may send news."""
    for name in ("campaign Kazakhstan", "campaign Zhanaozen", "Казахстан"):
        await say(bot, ada, f"/group {name}", group)
        assert (await as_set(bot, group)).campaigns == ("zhanaozen-2011",)
        await say(bot, ada, "/group campaign zhanaozen-2011", group)
    await say(bot, ada, "/group zhanaozen", group)
    await say(bot, ada, "/group zhanaozen", group)
    assert (await as_set(bot, group)).campaigns == ("zhanaozen-2011",)
    (told,) = await say(bot, ada, "/group language Russian", group)
    assert told.text.startswith("Как я настроен")
    (told,) = await say(bot, ada, "/group английский", group)
    assert told.text.startswith("How I am set up")
    for words, who in (
        ("only me", "keeper"),
        ("all admins", "all"),
        ("me", "keeper"),
        ("organisers", "organisers"),
    ):
        await say(bot, ada, f"/group who {words}", group)
        assert (await as_set(bot, group)).who == who


async def test_others(server: BotApi, bot: Running, ada: User, ben: User, group: TelegramGroup) -> None:
    """Who is no admin is told so kindly, and changes nothing: by typing, and by tapping what an admin was shown.

    Whoever types is led on to a letter; who taps is told alone, and the others read nothing of it.
    """
    (answer,) = await say(bot, ben, "/group goal 50 open", group)
    assert answer.text.startswith("That is for the admins of this group.")
    assert answer.button("Write your letter")["url"].partition("start=")[2].startswith("letter_g")
    (shown,) = await say(bot, ada, "/group goal 50", group)
    before = shown.text
    told = await ben.presses(shown, "No particular day").answered()
    await bot.settled()
    assert told["text"].startswith("That is for the admins of this group.")
    assert group.bot_messages[-1] is shown
    assert shown.text == before
    assert (await as_set(bot, group)).goal is None
    assert overheard(server) == set()


async def test_who_was_an_admin(bot: Running, ada: User, ben: User, group: TelegramGroup) -> None:
    """Whoever is no admin any more is asked for at the moment of the tap, not from memory."""
    group.members[ben.id] = "administrator"
    (shown,) = await say(bot, ben, "/group goal 50", group)
    group.members[ben.id] = "member"
    await press(bot, ben, "No particular day", shown)
    assert (await as_set(bot, group)).goal is None


async def test_topics(server: BotApi, bot: Running, ada: User) -> None:
    """News come to the topic in which an admin says so."""
    forum = server.group("Union", forum=True)
    forum.joins(ada, "creator")
    forum.adds_bot(ada)
    await bot.settled()
    strike = forum.topic("Strike", ada)
    (answer,) = await say(bot, ada, "/group here", forum, thread=strike)
    assert answer.message_thread_id == strike
    assert (await as_set(bot, forum)).news == Chat("telegram", f"{forum.id}/{strike}")
    await say(bot, ada, "/group here", forum)
    assert (await as_set(bot, forum)).topic is None


async def test_nobody_in_particular(bot: Running, ada: User, ben: User, group: TelegramGroup) -> None:
    """Who writes in the group's name is led into private, where their role is read for who they are."""
    group.anonymous_says("/group goal 50 open")
    await bot.settled()
    assert (await as_set(bot, group)).goal is None
    link = group.last.button("Set me up here")["url"]
    payload = link.partition("start=")[2]
    ben.starts(payload)
    await bot.settled()
    assert ben.private.last.text.startswith("That is for the admins")
    ada.starts(payload)
    await bot.settled()
    shown = ada.private.last
    await press(bot, ada, "Our goal", shown)
    await press(bot, ada, "100", shown)
    await press(bot, ada, "No particular day", shown)
    assert (await as_set(bot, group)).goal == 100


async def test_channels(server: BotApi, bot: Running, ada: User) -> None:
    """Whoever makes the bot an admin of a channel is told in private how to set it up; nothing is said there."""
    ada.starts()
    channel = server.channel("News of the Union")
    channel.joins(ada, "creator")
    channel.adds_bot(ada)
    await bot.settled()
    assert channel.bot_messages == []
    shown = ada.private.last
    assert shown.text.startswith("You have brought me into News of the Union.")
    await press(bot, ada, "Set me up there", shown)
    assert "Show our letters there" in shown.labels
    await press(bot, ada, "What we follow", shown)
    await press(bot, ada, "Kazakhstan", shown)
    assert (await as_set(bot, channel)).campaigns == ("zhanaozen-2011",)
    (listed,) = await say(bot, ada, "/group")
    assert listed.labels == ["News of the Union"]


async def test_setting_something_in_private(bot: Running, ada: User, group: TelegramGroup) -> None:
    """What is typed in private is set in the group that is chosen then; words that have no room are asked for anew."""
    for words in ("goal 75 open", f"goal 50 {'letters ' * 10}open"):
        await say(bot, ada, f"/group {words}")
        await press(bot, ada, "Offshore Branch", ada.private.last)
        assert (await as_set(bot, group)).goal == 75
    assert ada.private.last.text.startswith("How I am set up")


async def test_asking_in_private(server: BotApi, bot: Running, ben: User, group: TelegramGroup) -> None:
    """In private, who has brought the bot into no group is told how to; nobody sets up a foreign one from there."""
    (answer,) = await say(bot, ben, "/group")
    assert answer.text.startswith("Add me to your group")
    (answer,) = await say(bot, ben, f"/group {group.id} goal 50 open")
    assert answer.text.startswith("That is for the admins")
    (answer,) = await say(bot, ben, "/group -100777 goal 50 open")
    assert answer.text.startswith("I cannot see just now")
    assert server.violations == ["getChatMember: Bad Request: chat not found"]
    server.violations.clear()
