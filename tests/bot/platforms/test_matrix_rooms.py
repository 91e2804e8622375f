"""The bot in rooms with many on Matrix: it tells of campaigns, asks nothing personal, and leads into private."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.events import Chat as Address
from bot.events import Message
from bot.platforms.base import GoneError
from tests.bot.platforms.matrix_bot import Running, bot_on, private_chat
from tests.homeserver.chat import Chat
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Synapse
from tests.homeserver.timeline import Seen


@pytest.fixture
async def bot(homeserver: Synapse, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work."""
    account = await homeserver.register("Bot")
    async with bot_on(homeserver, account, tmp_path / "bot") as running:
        yield running


@dataclass
class Branch:
    """A room of Ada and Ben, into which the bot was asked."""

    ada: Person
    hers: Chat
    ben: Person
    his: Chat
    introduction: Seen


async def branch(people: People, bot: Running, *, encrypted: bool = False, version: str = "") -> Branch:
    """Return a room that the bot has come into."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    hers = await ada.makes_room(asks=[ben.id], encrypted=encrypted, version=version)
    his = await ben.accepts(ada.id)
    await hers.meets(ben.id)
    await hers.asks_in(bot.id)
    await ada.until(lambda: bool(hers.messages(bot.id)), "an introduction")
    return Branch(ada, hers, ben, his, hers.messages(bot.id)[0])


async def unanswered(chat: Chat, bot: Running, act: Awaitable[str]) -> None:
    """See that what was done is not answered, but a later word is: no earlier answer follows that."""
    done = await act
    await chat.answered(await chat.says("!help"), quiet=0.25)
    assert len([m for m in chat.answers(done) if m.sender == bot.id]) == 1


async def greeted(chat: Chat, bot: Running) -> Chat:
    """Return a chat once the bot has said hello there."""
    await chat.person.until(lambda: bool(chat.messages(bot.id)), "a hello")
    return chat


@pytest.mark.parametrize(("encrypted", "version"), [(False, "10"), (True, "12")])
async def test_among_others(people: People, bot: Running, encrypted: bool, version: str) -> None:
    """The bot introduces itself once and shortly, and answers what is for all with a reply that calls nobody."""
    room = await branch(people, bot, encrypted=encrypted, version=version)
    assert room.introduction.body.startswith("Hello.")
    assert "!appeal" in room.introduction.body
    assert len(room.introduction.body) < 700
    for words in ("!appeal zhanaozen-2011", "!addresses zhanaozen-2011"):
        said = await room.hers.says(words)
        answers = await room.hers.answered(said, quiet=0.25)
        assert answers[0].replies_to == said
        assert "Kazakhstan" in answers[0].body
        assert {(m.msgtype, m.encrypted) for m in answers} == {("m.notice", encrypted)}
        assert all(m.mentions == {} for m in answers)
        assert "Which country" not in "".join(m.body for m in answers)
    (read,) = [m for m in room.his.messages(bot.id) if m.id == room.introduction.id]
    assert read.body == room.introduction.body


@pytest.mark.parametrize("version", ["10", "12"])
async def test_the_way_into_private(people: People, bot: Running, version: str) -> None:
    """!letter among others is answered by a pointer there, and by the first question in a private, encrypted chat."""
    room = await branch(people, bot, version=version)
    said = await room.his.says("!letter Secretword")
    inside = await room.ben.accepts(bot.id)
    await greeted(inside, bot)
    assert inside.encrypted
    (question,) = inside.messages(bot.id)
    assert question.body.startswith("Which appeal?")
    (pointer,) = await room.his.answered(said, quiet=0.25)
    assert "in private" in pointer.body
    assert "Secretword" not in pointer.body
    (kind,) = await inside.answered(await inside.says("2"), quiet=0.25)
    assert kind.body.startswith("What kind of letter?")
    assert room.his.answers(said) == [pointer]


async def test_the_private_chat_that_is_there(people: People, bot: Running) -> None:
    """Whoever has a private chat with the bot is answered there; no other one is opened."""
    room = await branch(people, bot)
    inside = await private_chat(room.ada, bot, encrypted=True)
    before = len(inside.messages(bot.id))
    await room.hers.says("!letter")
    await room.ada.until(lambda: len(inside.messages(bot.id)) > before, "the first question")
    assert inside.messages(bot.id)[-1].body.startswith("Which appeal?")
    assert room.ada.reader.invitations == {}


async def test_a_second_private_chat(people: People, bot: Running) -> None:
    """Whoever opens another private chat with the bot is greeted there, not where they were before."""
    ada = await people.meet("Ada")
    for _ in range(2):
        await greeted(await ada.begins_chat(bot.id), bot)


async def test_ordinary_talk(people: People, bot: Running) -> None:
    """People talk with each other: bare words, numbers, files, places and other bots are not answered."""
    room = await branch(people, bot)
    chat = room.hers
    await chat.answered(await chat.says("!appeal"), quiet=0.25)
    for words in ("letter", "2", "stop", "hello", "!weather", "//letter"):
        await unanswered(chat, bot, chat.says(words))
    for act in (chat.sends_file("a.pdf", b"x"), chat.sends_sticker(), chat.shares_location(51.5, -0.1)):
        await unanswered(chat, bot, act)
    await unanswered(chat, bot, chat.notices("!appeal"))
    said = await chat.says("hello")
    await unanswered(chat, bot, chat.edits(said, "!appeal"))


async def test_being_called_by_name(people: People, bot: Running) -> None:
    """Whoever mentions the bot hears in one message who it is."""
    room = await branch(people, bot)
    said = await room.his.says("Bot: what can you do?", mentions=[bot.id])
    (told,) = await room.his.answered(said, quiet=0.25)
    assert told.replies_to == said
    assert "!appeal" in told.body or "!letter" in told.body
    await unanswered(room.his, bot, room.his.says("Ada: hello", mentions=[room.ada.id]))


async def test_threads(people: People, bot: Running) -> None:
    """A list says what anybody can type, offers no reactions, and is answered in the thread in which it stands."""
    room = await branch(people, bot)
    root = await room.hers.says("About Kazakhstan")
    (question,) = await room.hers.answered(await room.hers.says("!appeal", thread=root), quiet=0.25)
    assert question.thread == root
    assert "\n  !appeal zhanaozen-2011  Kazakhstan" in question.body
    (told,) = await room.his.answered(await room.his.says("!appeal zhanaozen-2011", thread=root), quiet=0.25)
    assert told.body.startswith("Kazakhstan: the oil workers’ strike of 2011")
    assert told.thread == root
    assert room.hers.reactions(question) == {}


async def test_three_are_not_alone(people: People, bot: Running) -> None:
    """Where a third person comes in, the private conversation does not go on; it does in a new private chat."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    chat = await private_chat(ada, bot, encrypted=True)
    await chat.answered(await chat.says("letter"), quiet=0.25)
    await chat.asks_in(ben.id)
    his = await ben.accepts(ada.id)
    await chat.meets(ben.id)
    await unanswered(chat, bot, chat.says("2"))
    await chat.says("!letter")
    inside = await ada.accepts(bot.id)
    await ada.until(lambda: any("Which appeal?" in m.body for m in inside.messages(bot.id)), "the question")
    assert not [m for m in his.messages(bot.id) if "What kind" in m.body]


async def test_a_private_chat_that_is_left(people: People, bot: Running) -> None:
    """Whoever leaves the private chat is not asked in again, until they ask for it themselves."""
    room = await branch(people, bot)
    chat = await private_chat(room.ada, bot, encrypted=True)
    await chat.leaves()
    said = await room.his.says("!help")  # by then, the bot has heard of the leaving
    await room.his.answered(said, quiet=0.25)
    with pytest.raises(GoneError):
        await bot.service.matrix.send(Address("matrix", room.ada.id), Message("Still there?"), 0)
    await room.ada.caught_up()
    assert room.ada.reader.invitations == {}
    await room.hers.says("!letter")
    inside = await greeted(await room.ada.accepts(bot.id), bot)
    assert inside.messages(bot.id)[0].body.startswith("Which appeal?")


@pytest.mark.parametrize("ban", [False, True])
async def test_being_put_out(people: People, bot: Running, ban: bool) -> None:
    """Put out of a room or a private chat, the bot sends nothing more there, asks nobody in, and goes on elsewhere."""
    room = await branch(people, bot)
    chat = await greeted(await room.ada.makes_room("", asks=[bot.id]), bot)  # where she alone has power
    other = await private_chat(room.ben, bot, encrypted=False)
    for place in (room.hers, chat):
        await (place.bans if ban else place.kicks)(bot.id)
    await other.answered(await other.says("!help"), quiet=0.25)
    for address in (room.hers.id, room.ada.id):
        with pytest.raises(GoneError):
            await bot.service.matrix.send(Address("matrix", address), Message("Still there?"), 0)
    assert len(await other.answered(await other.says("!letter"), quiet=0.25)) == 1
    await room.ada.caught_up()
    assert room.ada.reader.invitations == {}
