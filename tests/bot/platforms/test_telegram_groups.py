"""The bot in groups: it tells of campaigns, asks nothing personal, repeats nothing personal, and leads into private."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.events import Chat, Person
from bot.platforms.telegram_calls import Calls
from handlers import HANDLERS
from tests.bot.platforms.telegram_bot import Running
from tests.bot.platforms.telegram_care import following, overheard, say, tap
from tests.botapi import BotApi, Message, User
from tests.botapi.groups import Group

PERSONAL = [dialogue.name for dialogue in HANDLERS if dialogue.private]


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


def chat_of(group: Group) -> Chat:
    """Return `group` as the bot knows it."""
    return Chat("telegram", str(group.id))


def payload(message: Message) -> str:
    """Return what the one link below `message` carries into the private chat."""
    (key,) = message.buttons
    link = urlsplit(key["url"])
    assert (link.scheme, link.netloc, link.path) == ("https", "t.me", "/SolidarityTestBot")
    return parse_qs(link.query)["start"][0]


@pytest.mark.parametrize("name", PERSONAL)
async def test_personal_commands(bot: Running, ada: User, group: Group, name: str) -> None:
    """A command for one person alone is answered by a button; whoever follows it is at the right place."""
    (way,) = await say(bot, ada, f"/{name}", group)
    assert "in private" in way.text
    there = ada.starts(payload(way))
    await bot.settled()
    followed = following(there)
    directly = await say(bot, ada, "/cancel") and await say(bot, ada, f"/{name}")
    assert [m.text for m in followed] == [m.text for m in directly]
    assert group.last is way


@pytest.mark.parametrize("words", ["zhanaozen-2011", "Kazakhstan", "kazakhstan: the oil workers"])
async def test_the_campaign_goes_along(bot: Running, ada: User, group: Group, words: str) -> None:
    """The campaign named behind /letter is not asked for once more in the private chat."""
    (way,) = await say(bot, ada, f"/letter {words}", group)
    assert payload(way) == "letter_zhanaozen-2011"
    ada.starts(payload(way))
    await bot.settled()
    assert ada.private.last.text.startswith("What kind of letter?")


async def test_personal_words_do_not_go_along(server: BotApi, bot: Running, ada: User, group: Group) -> None:
    """What somebody types behind a command in a group is not repeated there, not even in a link."""
    for name in PERSONAL:
        (way,) = await say(bot, ada, f"/{name} Lovelace Secretword 441632960961", group)
        assert payload(way) == name
    assert overheard(server) == set()


@pytest.mark.parametrize(
    "message", [{"text": "Hello, Secretword"}, {"text": "x", "url": "https://t.me/x?start=letter_Secretword"}]
)
async def test_that_repeated_words_would_be_found(message: dict[str, str], tmp_path: Path) -> None:
    """The look for repeated words, which follows each of these tests, finds them wherever they stand."""
    async with BotApi() as server:
        ada = server.user("Ada")
        group = server.supergroup(members=[ada], bot=True)
        ada.says("My name is Secretword")
        keys = [[{"text": "Write", "url": message["url"]}]] if "url" in message else []
        calls = Calls(server.token, f"{server.url}/bot", "")
        said = {"chat_id": group.id, "text": message["text"], "reply_markup": {"inline_keyboard": keys}}
        await calls.call("SendMessage", said)
        await calls.close()
        assert overheard(server) == {"secretword"}


async def test_appeal(bot: Running, ada: User, group: Group) -> None:
    """/appeal is answered in the group: its choice by buttons, and the way to a letter by a link."""
    (question,) = await say(bot, ada, "/appeal", group)
    assert question.text.startswith("Which appeal?")
    assert all("callback_data" in key for key in question.buttons)
    (told,) = await tap(bot, ada, "Kazakhstan", question)
    assert told.text.startswith("Kazakhstan: the oil workers’ strike of 2011\n")
    assert "t.me/SolidarityTestBot?start=letter_zhanaozen-2011" in told.button("Write your letter")["url"]
    assert question.buttons
    (demands,) = await tap(bot, ada, "What it demands", told)
    assert "Natalia Sokolova" in demands.text
    assert told.buttons


async def test_the_campaign_that_the_group_follows(bot: Running, ada: User, group: Group) -> None:
    """A group that follows one campaign is told about that, and led to its letter; the others can be named."""
    async with bot.bot.store.work() as work:
        registered = await work.add_group(chat_of(group), "", Person("telegram", str(ada.id)))
        await work.follow(registered, "zhanaozen-2011")
    (told,) = await say(bot, ada, "/appeal", group)
    assert told.text.startswith("Kazakhstan: the oil workers’ strike of 2011\n")
    assert len(await say(bot, ada, "/addresses", group)) == 1
    (other,) = await say(bot, ada, "/demands nagaworld-2021", group)
    assert "Chhim Sithar" in other.text
    (unknown,) = await say(bot, ada, "/appeal Atlantis", group)
    assert unknown.text.startswith("Which appeal?")
    (way,) = await say(bot, ada, "/letter", group)
    ada.starts(payload(way))
    await bot.settled()
    assert ada.private.last.text.startswith("What kind of letter?")
    async with bot.bot.store.work() as work:
        followed = await work.group(chat_of(group))
        assert followed is not None
        await work.follow(followed, "nagaworld-2021")
    (question,) = await say(bot, ada, "/appeal", group)
    assert question.text.startswith("Which appeal?")
    (way,) = await say(bot, ada, "/letter", group)
    assert "zhanaozen" not in payload(way)


async def test_addresses_ask_no_country(bot: Running, ada: User, group: Group) -> None:
    """/addresses is answered in the group without a word about where anybody lives."""
    answers = await say(bot, ada, "/addresses zhanaozen-2011", group)
    told = "\n".join(answer.text for answer in answers)
    assert "Which country" not in told
    assert "KazMunayGas" in told
    assert "/addresses asks for your country" in told


@pytest.mark.parametrize(
    "text", ["/demands", "/background", "/since", "/help", "/start", "/appeal@SolidarityTestBot"]
)
async def test_what_is_answered(bot: Running, ada: User, group: Group, text: str) -> None:
    """What a campaign is about, and who the bot is, is answered in the group."""
    assert len(await say(bot, ada, text, group)) == 1


OF_OTHERS = [
    "hello",
    "letter",
    "1",
    "stop",
    "bye",
    "yes",
    "/letter@OtherBot",
    "/appeal@OtherBot zhanaozen-2011",
    "/weather",
    "/cancel",
    "/back",
    "/skip",
    "//letter",
    "/start startgroup-payload",
]


async def test_what_is_not_answered(bot: Running, ada: User, group: Group) -> None:
    """People talk with each other and with other bots: none of our business."""
    for text in OF_OTHERS:
        assert await say(bot, ada, text, group) == [], text
    assert group.bot_messages == []


SENT: dict[str, Callable[[User, Group], Message]] = {
    "a sticker": lambda user, group: user.sends_sticker(group),
    "a voice": lambda user, group: user.sends_voice(group),
    "a picture": lambda user, group: user.sends_photo(group, caption="/letter"),
    "a document": lambda user, group: user.sends_document("a.pdf", b"x", group),
    "a poll": lambda user, group: user.sends_poll("Strike?", ["yes", "no"], group),
    "a place": lambda user, group: user.shares_location(51.5, -0.1, group),
}


async def test_what_is_no_words(bot: Running, ada: User, group: Group) -> None:
    """Pictures, voices and the like are for the other members, even while the bot has asked something."""
    for send in SENT.values():
        send(ada, group)
    (question,) = await say(bot, ada, "/appeal", group)
    for send in SENT.values():
        send(ada, group)
    await bot.settled()
    assert group.bot_messages == [question]
    assert question.buttons


async def test_being_called_by_name(bot: Running, ada: User, group: Group) -> None:
    """Whoever speaks to the bot by its name hears in one message who it is; other names are none of its business."""
    for text in ("@SolidarityTestBot hello", "what can you do, @solidaritytestbot?"):
        (told,) = await say(bot, ada, text, group)
        assert "start=letter" in told.button("Write your letter")["url"]
    for text in ("@SolidarityTestBot2 hello", "@OtherBot hello", "SolidarityTestBot"):
        assert await say(bot, ada, text, group) == []


async def test_changed_words(bot: Running, ada: User, group: Group) -> None:
    """A change of an earlier message is not talked about in a group, even if it becomes a command."""
    said = ada.says("hello", group)
    ada.edits(said, "/appeal")
    await bot.settled()
    assert group.bot_messages == []


async def test_an_answer_to_the_bot(bot: Running, ada: User, group: Group) -> None:
    """Typed words are small talk among people, also where they reply to the bot: it asks nothing there."""
    (question,) = await say(bot, ada, "/appeal", group)
    assert await say(bot, ada, "2", group) == []
    reply = ada.says("2", group, reply_to=question)
    await bot.settled()
    assert following(reply) == []


async def test_another_presses(bot: Running, ada: User, ben: User, group: Group) -> None:
    """The list that one member asked for is there for all of them, more than once."""
    (question,) = await say(bot, ada, "/appeal", group)
    for member in (ben, ada, ben):
        (told,) = await tap(bot, member, "Kazakhstan", question)
        assert told.text.startswith("Kazakhstan")
    assert question.buttons


async def test_a_foreign_question(bot: Running, ada: User, ben: User, group: Group) -> None:
    """A button of a question that somebody else was asked does nothing: whoever taps it is told, and nobody else."""
    (question,) = await say(bot, ada, "/appeal", group)
    told = await ben.presses(question, data="0badcafe|kind|protest").answered()
    await bot.settled()
    assert told["text"] == "That question was somebody else’s, or is over. /help shows what I can do."
    assert group.bot_messages[-1] is question
    (appeal,) = await tap(bot, ada, "Kazakhstan", question)
    assert "Zhanaozen" in appeal.text


async def test_two_at_once(bot: Running, ada: User, ben: User, group: Group) -> None:
    """Two lists at the same time do not mix: each leads to what it is a list of, whoever taps."""
    (hers,) = await say(bot, ada, "/appeal", group)
    (his,) = await say(bot, ben, "/demands", group)
    (demands,) = await tap(bot, ada, "Cambodia", his)
    (appeal,) = await tap(bot, ben, "Kazakhstan", hers)
    assert demands.text.startswith("Cambodia: the NagaWorld strike of 2021 – what it demands")
    assert appeal.text.startswith("Kazakhstan: the oil workers’ strike of 2011\n")


async def test_a_group_is_no_private_chat(bot: Running, ada: User, group: Group) -> None:
    """What is open in private is not gone on with in a group, and the other way round."""
    await say(bot, ada, "/letter")
    assert await say(bot, ada, "2", group) == []
    await say(bot, ada, "/appeal", group)
    (kind,) = await say(bot, ada, "2")
    assert kind.text.startswith("What kind of letter?")


async def test_topics(server: BotApi, bot: Running, ada: User, ben: User) -> None:
    """In a forum, the answer comes in the topic of the question, by typing and by tapping."""
    forum = server.group("Union", members=[ada, ben], forum=True, bot=True)
    strike, pay = forum.topic("Strike"), forum.topic("Pay")
    (question,) = await say(bot, ada, "/appeal", forum, thread=strike)
    assert question.message_thread_id == strike
    (other,) = await say(bot, ada, "/demands nagaworld-2021", forum, thread=pay)
    assert other.message_thread_id == pay
    (told,) = await tap(bot, ada, "Kazakhstan", question)
    assert told.message_thread_id == strike
    (general,) = await say(bot, ben, "/help", forum)
    assert general.message_thread_id is None


async def test_a_topic_that_is_gone(server: BotApi, bot: Running, ada: User, tmp_path: Path) -> None:
    """An answer to a topic that was deleted meanwhile is given up, and others are answered."""
    forum = server.group("Union", members=[ada], forum=True, bot=True)
    strike = forum.topic("Strike")
    said = ada.says("/appeal", forum, thread=strike)
    forum.deletes_topic(strike)
    assert len(await say(bot, ada, "/help", forum)) == 1
    assert following(said) == forum.bot_messages[-1:]
    assert "given up" in (tmp_path / "log").read_text()


async def test_threads_of_answers(bot: Running, ada: User, group: Group) -> None:
    """A thread of answers in a group without topics is no topic: the answer is a plain message."""
    (told,) = await say(bot, ada, "/help", group, thread=77)
    assert told.message_thread_id is None


async def test_nobody_in_particular(server: BotApi, bot: Running, ada: User, group: Group) -> None:
    """An administrator who writes in the group's name is told what needs no asking, and chooses as everybody does."""
    group.anonymous_says("/appeal zhanaozen-2011")
    await bot.settled()
    assert group.last.text.startswith("Kazakhstan")
    group.anonymous_says("/appeal Lovelace")
    await bot.settled()
    assert group.last.text.startswith("Which appeal?")
    assert all("callback_data" in key for key in group.last.buttons)
    group.anonymous_says("/letter")
    await bot.settled()
    assert payload(group.last) == "letter"
    seen = len(group.bot_messages)
    group.anonymous_says("hello")
    group.anonymous_says("2")
    await bot.settled()
    assert len(group.bot_messages) == seen


async def test_channels(server: BotApi, bot: Running, ada: User, group: Group) -> None:
    """Behind what a channel says stands nobody: it is not answered, nor are its posts in the group."""
    channel = server.channel("News", bot=True)
    channel.links(group)
    channel.posts("/appeal")
    channel.posts("/letter zhanaozen-2011")
    group.channel_says(channel, "/appeal")
    await bot.settled()
    assert (group.bot_messages, channel.bot_messages) == ([], [])
    server.world.updates.allowed = None
    channel.posts("/appeal")
    server.update("channel_post", channel.messages[-1].to_json())
    await bot.settled()
    assert channel.bot_messages == []
