"""Files on Matrix: somebody else's client fetches them, reads them where all is encrypted, and has them once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.events import Message
from bot.platforms.matrix_rooms import private
from tests.bot.platforms.matrix_bot import Phone, Running, bot_on, private_chat
from tests.bot.platforms.telegram_care import stored
from tests.bot.store.people import count
from tests.homeserver import faults
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse
from tests.homeserver.timeline import Seen
from tests.papers import PAGE, SECRET, Printer, deliver

WORDS = "Thank you. Every letter tells somebody that they are not alone."
UPLOAD, SEND = r"/media/v3/upload", r"/send/m\.room\."


@pytest.fixture
async def bot(homeserver: Synapse, gate: Gate, printer: Printer, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work, with a conversation that hands out files."""
    account = await homeserver.register("Bot")
    async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=tmp_path / "log") as running:
        yield running


@pytest.fixture(params=["encrypted", "plain"])
async def chat(
    request: pytest.FixtureRequest, bot: Running, homeserver: Synapse, tmp_path: Path
) -> AsyncIterator[Chat]:
    """A private chat of Ada with the bot, which has said hello."""
    async with People(homeserver, tmp_path) as people:
        person = await people.meet("Ada")
        yield await private_chat(person, bot, encrypted=request.param == "encrypted")


async def is_what_was_made(chat: Chat, shown: Seen, printer: Printer, name: str) -> None:
    """See that a message brings the file that was made last: its bytes, its name, its type and its size."""
    made = printer.last
    assert (shown.msgtype, shown.body, shown.content["filename"], shown.mentions) == (
        "m.file",
        name,
        name,
        {},
    )
    assert shown.content["info"] == {"mimetype": made.media_type, "size": len(made.data)}
    assert shown.encrypted == chat.encrypted
    assert ("file" in shown.content, "url" in shown.content) == (chat.encrypted, not chat.encrypted)
    assert await chat.file(shown) == made.data


async def test_a_conversation_with_files(bot: Running, chat: Chat, printer: Printer, tmp_path: Path) -> None:
    """A letter and a mail come behind their words; nothing of them is on the bot's disk."""
    question, letter = await chat.answered(await chat.says("!paper"), lambda heard: len(heard) == 2)
    assert question.body == f"{WORDS}\n  1  Yes, erase it all\n  2  No, keep it"
    await is_what_was_made(chat, letter, printer, "letter-president.pdf")
    answer = await chat.says("2")
    words, mail = await chat.answered(answer, lambda heard: len(heard) == 2)
    assert words.body.endswith("\n  !letter  Write a letter")
    await is_what_was_made(chat, mail, printer, "letter-company.eml")
    for made in printer.made:
        assert made.data not in stored(tmp_path / "bot")


async def test_all_that_is_kept(chat: Chat, printer: Printer) -> None:
    """Whoever asks for it gets all that is kept about them as a file, found by their private chat as well."""
    await chat.answered(await chat.says("!updates zhanaozen-2011"))
    words, file = await chat.answered(await chat.says("!mydata file"), lambda heard: len(heard) == 2)
    assert words.body.startswith("Here is all that is kept about you")
    await is_what_was_made(chat, file, printer, "mydata.json")
    [news] = json.loads(printer.last.data)["subscription"]
    assert (news["platform"], news["campaign"]) == ("matrix", "zhanaozen-2011")


async def test_what_the_homeserver_knows(chat: Chat, homeserver: Synapse, gate: Gate) -> None:
    """Where all is encrypted the homeserver is told neither the file's name nor its type."""
    await chat.answered(await chat.says("!paper"), lambda heard: len(heard) == 2)
    (upload,) = gate.calls.of(UPLOAD, "POST")
    assert upload.query == ({} if chat.encrypted else {"filename": "letter-president.pdf"})


async def test_as_in_a_transcript(bot: Running, chat: Chat) -> None:
    """Whoever reads the conversation as a transcript finds the file's name below its words and buttons."""
    phone = Phone(bot, chat)
    assert await phone.say("!paper") == (
        f"{WORDS}\n  1  Yes, erase it all\n  2  No, keep it\n[letter-president.pdf]"
    )


async def test_in_a_thread(chat: Chat, printer: Printer) -> None:
    """A file stands in the thread in which it was asked for."""
    root = await chat.says("!help")
    await chat.answered(root, quiet=0.25)
    said = await chat.says("!paper", thread=root)
    question, letter = await chat.answered(said, lambda heard: len(heard) == 2)
    assert (question.thread, letter.thread) == (root, root)
    await is_what_was_made(chat, letter, printer, "letter-president.pdf")


async def test_no_edit(bot: Running, chat: Chat, printer: Printer) -> None:
    """What would take an earlier message's place is a message of its own if a file goes with it."""
    (earlier,) = await chat.answered(await chat.says("!language"), quiet=0.25)
    message = Message("After", edits=earlier.id, document=PAGE)
    await deliver(bot.bot, private(chat.person.id), message)
    words, letter = await chat.answered(earlier, lambda heard: len(heard) == 2)
    assert (chat.now(earlier), words.body) == (earlier, "After")
    await is_what_was_made(chat, letter, printer, PAGE.name)


@pytest.mark.parametrize("part", ["0", "file"])
async def test_sent_already(bot: Running, chat: Chat, gate: Gate, printer: Printer, part: str) -> None:
    """Where the homeserver did not say that it took them, the file is brought once more, and both arrive once."""
    fault = faults.server_error(done=True)
    gate.fails(fault, SEND, when=lambda call: call.path.endswith(f".{part}"))
    ready = await chat.says("!paper")
    _, letter = await chat.answered(ready, lambda heard: len(heard) == 2, quiet=1.5)
    assert gate.calls.count(UPLOAD, "POST") == len(printer.made) == 2
    assert len(chat.answers(ready)) == 2
    assert len({call.path for call in gate.calls.of(SEND) if call.path.endswith(".file")}) == 1
    assert await chat.file(letter) in {made.data for made in printer.made}
    assert await count(bot.bot.store) == 0


@pytest.mark.parametrize(
    "fault",
    [faults.too_many(600), faults.server_error(), faults.Drop(), faults.error_page()],
    ids=["too many", "500", "dropped", "no answer"],
)
async def test_the_file_is_not_taken_yet(
    chat: Chat, gate: Gate, printer: Printer, fault: faults.Fault
) -> None:
    """Words and file wait until the homeserver takes the file, and come together."""
    gate.fails(fault, UPLOAD)
    said = await chat.says("!paper")
    _, letter = await chat.answered(said, lambda heard: len(heard) == 2)
    assert gate.calls.count(UPLOAD, "POST") == 2
    await is_what_was_made(chat, letter, printer, "letter-president.pdf")


@pytest.mark.parametrize("refused", [False, True], ids=["not made", "not taken"])
async def test_no_file(chat: Chat, gate: Gate, printer: Printer, refused: bool, tmp_path: Path) -> None:
    """A file that cannot be made, or that is too large for the homeserver: the words say so, and are all there is."""
    printer.broken = not refused
    gate.fails(faults.refusal(413, "M_TOO_LARGE"), UPLOAD, times=None)
    said = await chat.says("!paper")
    (question,) = await chat.answered(said, quiet=0.5)
    assert question.body.startswith(
        f"{WORDS}\n\nI could not make the file letter-president.pdf; please ask for it again later.\n  1  Yes"
    )
    log = (tmp_path / "log").read_text()
    assert f"without its file: {'413 M_TOO_LARGE' if refused else 'ValueError'}" in log
    assert SECRET not in log
