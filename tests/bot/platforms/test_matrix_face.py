"""The bot in a private chat on Matrix, as somebody's client shows it: words, numbers, reactions, and all the rest."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from handlers import HANDLERS
from tests.bot.platforms.matrix_bot import Running, bot_on, private_chat
from tests.homeserver.chat import Chat
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse
from tests.homeserver.timeline import Seen

ONE, TWO, FOUR, BACK, SKIP = "1️⃣", "2️⃣", "4️⃣", "↩️", "⏭️"
COMMAND = re.compile(rf"(?<![\w/.])/(?:{'|'.join(d.name for d in HANDLERS)}|back|skip|enough|cancel)\b")
TO_WAYS = ("!pledge zhanaozen-2011", "1", "1", "Spain", "2")
"""What leads to the question that several answers are fine for."""


@pytest.fixture
async def bot(homeserver: Synapse, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work."""
    account = await homeserver.register("Bot")
    async with bot_on(homeserver, account, tmp_path / "bot") as running:
        yield running


@pytest.fixture(params=["encrypted", "plain"])
async def chat(request: pytest.FixtureRequest, bot: Running, people: People) -> Chat:
    """A private chat of Ada with the bot, which has said hello."""
    person = await people.meet("Ada")
    return await private_chat(person, bot, encrypted=request.param == "encrypted")


async def ask(chat: Chat, words: str) -> Seen:
    """Say `words`, and return the last answer."""
    return (await chat.answered(await chat.says(words), quiet=0.25))[-1]


async def answers_to(chat: Chat, act: Callable[[], Awaitable[str]]) -> int:
    """Return how many answers there are to what is done, beside those to a later word, which no earlier ones follow."""
    usual = len(await chat.answered(await chat.says("!help"), quiet=0.25))
    done = await act()
    later = await chat.says("!help")
    await chat.answered(later, lambda heard: len(heard) >= usual, quiet=0.25)
    return len(chat.answers(done)) - usual


async def seeded(chat: Chat, question: Seen, *keys: str) -> None:
    """Wait until the bot has reacted to its question with what can be tapped."""
    await chat.person.until(lambda: list(chat.reactions(question)) == [*keys], f"{keys} to be offered")


async def test_the_first_question(chat: Chat) -> None:
    """A bare word, and a command with either prefix, are the same; the answer is a notice in plain words and HTML."""
    for words in ("letter", "!letter", "/letter"):
        question = await ask(chat, words)
        assert question.body.startswith("Which appeal?")
        assert "\n  2  Kazakhstan: Zhanaozen 2011" in question.body
        assert "<strong>2</strong> Kazakhstan" in (question.formatted_body or "")
        await ask(chat, "!cancel")
    own = [m for m in chat.messages() if m.sender != chat.person.id]
    assert {(m.msgtype, m.content["format"], m.encrypted) for m in own} == {
        ("m.notice", "org.matrix.custom.html", chat.encrypted)
    }
    assert all(m.mentions == {} for m in own)


async def test_tapping(bot: Running, chat: Chat) -> None:
    """A reaction answers the question it is offered under; to an earlier one, the present question comes again."""
    first = await ask(chat, "letter")
    await seeded(chat, first, ONE, TWO)
    (kind,) = await chat.answered(await chat.reacts(first, TWO), quiet=0)
    assert kind.body.startswith("What kind of letter?")
    await seeded(chat, kind, ONE, TWO, BACK)
    (versions,) = await chat.answered(await chat.reacts(kind, ONE), quiet=0)
    await seeded(chat, versions, ONE, TWO, "3️⃣", BACK)
    again = (await chat.answered(await chat.reacts(first, ONE), quiet=0.25))[-1]
    assert again.body.endswith(versions.body[-60:])
    back = (await chat.answered(await chat.reacts(again, BACK.rstrip("\ufe0f")), quiet=0))[-1]
    assert back.body.startswith("What kind of letter?")


async def test_other_reactions(bot: Running, chat: Chat) -> None:
    """Applause, and reactions to what the bot did not say, answer nothing."""
    question = await ask(chat, "letter")
    hello = await chat.says("!help")
    await chat.answered(hello)
    assert await answers_to(chat, lambda: chat.reacts(question, "👍")) == 0
    assert await answers_to(chat, lambda: chat.reacts(question, "9️⃣")) == 0
    assert await answers_to(chat, lambda: chat.reacts(hello, ONE)) == 0


async def test_ticking(chat: Chat) -> None:
    """Several answers are ticked by reacting, unticked by taking that back, and the question shows it each time."""
    for words in TO_WAYS:
        question = await ask(chat, words)
    assert question.body.startswith("To whom will you send it")

    def shown() -> str:
        now = chat.now(question)
        assert now is not None
        assert now.msgtype == "m.notice"
        return now.body

    said = len(chat.messages())
    for key in (ONE, FOUR):
        await chat.reacts(question, key)
        number = key[0]
        await chat.person.until(lambda n=number: f"  {n} ✓  " in shown(), "a tick")  # type: ignore[misc]
    await chat.unreacts(question, ONE)
    await chat.person.until(lambda: "  1 ✓  " not in shown(), "the tick to go")
    assert "  4 ✓  " in shown()
    assert len(chat.messages()) == said
    edits = [e for e in chat.timeline.events if e.replaces == question.id]
    assert [e.mentions for e in edits] == [{}] * len(edits)
    assert [e.content["m.new_content"]["m.mentions"] for e in edits] == [{}] * 3


@pytest.mark.parametrize("encrypted", [True, False])
async def test_tapping_after_a_restart(
    homeserver: Synapse, people: People, tmp_path: Path, encrypted: bool
) -> None:
    """A question that was asked before a restart is answered by a reaction after it."""
    account, ada = await homeserver.register("Bot"), await people.meet("Ada")
    async with bot_on(homeserver, account, tmp_path / "bot") as bot:
        chat = await private_chat(ada, bot, encrypted=encrypted)
        question = await ask(chat, "letter")
    tapped = await chat.reacts(question, TWO)
    async with bot_on(homeserver, account, tmp_path / "bot"):
        (kind,) = await chat.answered(tapped, quiet=0)
        assert kind.body.startswith("What kind of letter?")
        (versions,) = await chat.answered(await chat.reacts(kind, ONE), quiet=0)
        assert "which letter shall it be?" in versions.body


async def test_the_letter(chat: Chat) -> None:
    """The letter stands in a block of its own, which clients offer to copy; commands are written as they are typed."""
    for words in ("letter", "2", "1", "1", "1", "United Kingdom", "Ada <Lovelace>"):
        await ask(chat, words)
    review = await chat.answered(await chat.says("enough"), quiet=0.25)
    html = "".join(m.formatted_body or "" for m in review)
    (block,) = re.findall("<pre><code>(.*?)</code></pre>", html, re.DOTALL)
    assert block.startswith("The President of the Republic")
    assert "Ada &lt;Lovelace&gt;" in block
    assert "Ada <Lovelace>" in "".join(m.body for m in review)
    for words in ("!help", "!privacy", "!addresses zhanaozen-2011"):
        await ask(chat, words)
    told = [m for m in chat.messages() if m.sender != chat.person.id]
    assert any("!letter" in m.body for m in told)
    assert not [found for m in told for found in COMMAND.findall(m.body + (m.formatted_body or ""))]


async def test_the_country(chat: Chat) -> None:
    """The question for the country is answered by a place and a yes, or by typing; elsewhere a place is no answer."""
    elsewhere = await chat.answered(await chat.shares_location(51.5, -0.1), quiet=0)
    assert elsewhere[0].body.startswith("I need a place only when")
    await ask(chat, "!addresses zhanaozen-2011")
    (asked,) = await chat.answered(await chat.shares_location(51.5, -0.1), quiet=0)
    assert "United Kingdom" in asked.body
    assert "KazMunayGas" in "".join(m.body for m in await chat.answered(await chat.says("yes"), quiet=0.25))
    await ask(chat, "!addresses zhanaozen-2011")
    assert "London" in "".join(m.body for m in await chat.answered(await chat.says("uk"), quiet=0.25))


OTHERS: dict[str, Callable[[Chat], Awaitable[str]]] = {
    "a file": lambda chat: chat.sends_file("letter.pdf", b"%PDF"),
    "a sticker": lambda chat: chat.sends_sticker(),
    "a poll": lambda chat: chat.sends({"m.poll": {}}, "m.poll.start"),
}


async def test_what_is_no_words(chat: Chat) -> None:
    """A file, a sticker and a poll are each answered with one kind sentence."""
    for what, send in OTHERS.items():
        answers = await chat.answered(await send(chat), quiet=0.25)
        assert len(answers) == 1, what
        assert "only" in answers[0].body or "words" in answers[0].body, answers[0].body


async def test_what_is_not_answered(chat: Chat) -> None:
    """What a bot says, what takes something away, what is unknown or malformed is not answered; the rest goes on."""
    said = await chat.says("!help")
    await chat.answered(said)
    assert await answers_to(chat, lambda: chat.notices("!letter")) == 0
    assert await answers_to(chat, lambda: chat.sends({"x": 1}, "test.union.unknown")) == 0
    assert (
        await answers_to(chat, lambda: chat.sends({"msgtype": "m.location", "body": "x", "geo_uri": 5})) == 0
    )
    assert (
        await answers_to(chat, lambda: chat.sends({"msgtype": "m.text", "body": "!help", "m.relates_to": 5}))
        == 1
    )


async def test_changed_words(bot: Running, chat: Chat) -> None:
    """Whoever changes an own message hears that it has no effect; a forged change of the bot's changes nothing."""
    said = await chat.says("letter")
    (question,) = await chat.answered(said, quiet=0.25)
    (told,) = await chat.answered(await chat.edits(said, "addresses"), quiet=0.25)
    assert not told.body.startswith("Which country")
    assert "change" in told.body
    assert await answers_to(chat, lambda: chat.edits(question, "2")) == 0
    await ask(chat, "!cancel")
    assert chat.now(question) == question


async def test_replies_and_threads(bot: Running, chat: Chat) -> None:
    """A reply is read without what it quotes; what is said in a thread is answered there, as is what follows."""
    question = await ask(chat, "letter")
    quoted = f"> <{bot.id}> Which appeal?\n> 1  Cambodia\n\n2"
    (kind,) = await chat.answered(await chat.replies(question, quoted), quiet=0)
    assert kind.body.startswith("What kind of letter?")
    assert kind.thread is None
    root = await chat.says("!cancel")
    await chat.answered(root, quiet=0.25)
    (first,) = await chat.answered(await chat.says("letter", thread=root), quiet=0)
    assert first.thread == root
    await seeded(chat, first, ONE, TWO)
    (second,) = await chat.answered(await chat.reacts(first, TWO), quiet=0)
    assert (second.thread, second.body[:22]) == (root, "What kind of letter?\n•")
    (outside,) = await chat.answered(await chat.says("1"), quiet=0.25)
    assert outside.thread is None


async def test_many_at_once(bot: Running, people: People) -> None:
    """Several people who write at the same time are each answered with their own question."""
    several = [await people.meet(name) for name in ("Ada", "Ben", "Eva")]
    chats = [await private_chat(person, bot, encrypted=True) for person in several]
    for words, beginning in (("letter", "Which appeal?"), ("2", "What kind"), ("back", "Which appeal?")):
        told = await asyncio.gather(*(ask(chat, words) for chat in chats))
        assert [answer.body.startswith(beginning) for answer in told] == [True] * 3
