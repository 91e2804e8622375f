"""Files on Telegram: they arrive as they were made, with their words and buttons, and fail as words do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest

from bot.events import Chat, Message, Press, ShownButton
from tests.bot.platforms.telegram_bot import Phone, Running, bot_on
from tests.bot.platforms.telegram_care import following, say, stored, tap
from tests.bot.store.people import count
from tests.botapi import BotApi, Drop, ServerError, TooMany, User
from tests.botapi import Message as Shown
from tests.papers import MAIL, PAGE, SECRET, Printer, deliver

WORDS = "Thank you. Every letter tells somebody that they are not alone."
YES = ShownButton("Yes", Press("token", "step", "yes"), number=1)
LONG = ShownButton(
    "A choice whose words are much too long for a button of a phone", Press("token", "step", "no"), number=2
)


@pytest.fixture
async def bot(server: BotApi, printer: Printer, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work, with a conversation that hands out files."""
    async with bot_on(server, tmp_path, log={"level": "debug", "file": tmp_path / "log"}) as running:
        running.service._calls._request._read = 1.0
        yield running


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who has begun to talk with the bot."""
    user = server.user("Ada", language_code="en")
    user.started = True
    return user


def chat(user: User) -> Chat:
    """Return the private chat with somebody."""
    return Chat("telegram", str(user.id))


def is_what_was_made(shown: Shown, printer: Printer, name: str) -> None:
    """See that the file of a message is the one that was made last: its bytes, its name, its type and its size."""
    assert shown.file is not None
    told = shown.to_json()["document"]
    assert shown.file.data == printer.last.data
    assert (told["file_name"], told["mime_type"], told["file_size"]) == (
        name,
        printer.last.media_type,
        len(printer.last.data),
    )


async def test_a_conversation_with_files(
    server: BotApi, bot: Running, ada: User, printer: Printer, tmp_path: Path
) -> None:
    """A letter and a mail come with their words and buttons below them; a tapped choice is written into the caption."""
    (letter,) = await say(bot, ada, "/paper")
    is_what_was_made(letter, printer, "letter-president.pdf")
    assert letter.text == WORDS
    assert letter.labels == ["1 · Yes, erase it all", "2 · No, keep it"]
    (mail,) = await tap(bot, ada, "No, keep it")
    assert (letter.text, letter.labels) == (f"{WORDS}\n\n➤ No, keep it", [])
    is_what_was_made(mail, printer, "letter-company.eml")
    assert mail.text.startswith("I am not asking anything")
    assert mail.labels == ["Write a letter"]
    assert (await tap(bot, ada, "Write a letter"))[0].text.startswith("Which appeal?")
    for made in printer.made:
        assert made.data not in stored(tmp_path)


async def test_as_in_a_transcript(bot: Running, ada: User) -> None:
    """Whoever reads the conversation as a transcript finds the file's name below its words and buttons."""
    phone = Phone(bot, ada)
    assert (await phone.say("/paper")).splitlines() == [
        WORDS,
        "  1  Yes, erase it all",
        "  2  No, keep it",
        "[letter-president.pdf]",
    ]
    assert (await phone.say("2")).endswith("\n  /letter  Write a letter\n[letter-company.eml]")


async def test_all_that_is_kept(bot: Running, ada: User, printer: Printer) -> None:
    """Whoever taps for it gets all that is kept about them as a file, made anew each time."""
    phone = Phone(bot, ada)
    await phone.say("/language")
    await phone.say("1")
    assert "  /mydata file  Send me all of it as a file\n" in await phone.say("/mydata")
    assert (await phone.say("/mydata file")).endswith("\n[mydata.json]")
    is_what_was_made(ada.private.last, printer, "mydata.json")
    told = json.loads(printer.last.data)
    assert (told["person"], told["pledge"]) == ([{"language": "en"}], [])


async def test_an_answer_that_is_typed(bot: Running, ada: User) -> None:
    """Below a file the buttons go too once somebody types an answer, and what stood for them leaves the caption."""
    await deliver(bot.bot, chat(ada), Message("<b>Which?</b>", (YES, LONG), document=PAGE))
    asked = ada.private.last
    assert asked.text == f"Which?\n\n1 · Yes\n2 · {LONG.label}"
    await say(bot, ada, "/help")
    assert (asked.text, asked.marked("bold"), asked.buttons) == ("Which?", ["Which?"], [])
    assert asked.file is not None


@pytest.mark.parametrize("text", ["a" * 1024, "🏭" * 512, "&" * 1024])
async def test_a_caption(bot: Running, ada: User, printer: Printer, text: str) -> None:
    """Words that fit below a file stand there, with their look."""
    html = f"<b>{text[:2]}</b>{escape(text[2:])}" if "&" not in text else escape(text)
    await deliver(bot.bot, chat(ada), Message(html, (YES,), document=PAGE))
    (shown,) = ada.private.bot_messages
    assert (shown.text, shown.labels) == (text, ["1 · Yes"])
    is_what_was_made(shown, printer, PAGE.name)


@pytest.mark.parametrize("text", ["a" * 1025, "🏭" * 513, "Word. " * 1000])
async def test_words_that_do_not_fit_below(bot: Running, ada: User, printer: Printer, text: str) -> None:
    """Longer words come first; the file is the last part, and the buttons stand below that."""
    mail = replace(MAIL, name="letter")  # which by its name alone could be anything
    await deliver(bot.bot, chat(ada), Message(text, (YES,), document=mail))
    *words, shown = ada.private.bot_messages
    assert " ".join(message.text for message in words) == text.strip()
    assert all(message.labels == [] and message.file is None for message in words)
    assert (shown.text, shown.labels) == ("", ["1 · Yes"])
    is_what_was_made(shown, printer, "letter")


async def test_options_that_stand_above(bot: Running, ada: User) -> None:
    """Where the words stand before the file, it gets no caption, and they stay as they are once it is answered."""
    await deliver(bot.bot, chat(ada), Message("Word. " * 200 + "End.", (YES, LONG), document=PAGE))
    words, shown = ada.private.bot_messages
    assert words.text.endswith(f"End.\n\n1 · Yes\n2 · {LONG.label}")
    await say(bot, ada, "/help")
    assert (shown.text, shown.buttons) == ("", [])
    assert words.text.endswith(LONG.label)


async def test_no_edit(bot: Running, ada: User, printer: Printer) -> None:
    """What would take an earlier message's place is a message of its own if a file goes with it."""
    await deliver(bot.bot, chat(ada), Message("Before"))
    earlier = ada.private.last
    await deliver(bot.bot, chat(ada), Message("After", edits=str(earlier.id), document=PAGE))
    assert [message.text for message in ada.private.bot_messages] == ["Before", "After"]
    is_what_was_made(ada.private.last, printer, PAGE.name)


async def test_asked_to_wait(server: BotApi, bot: Running, ada: User, printer: Printer) -> None:
    """A file that Telegram wants later is brought once more then; words that have arrived are not."""
    server.fails(TooMany(1), "sendDocument")
    await deliver(bot.bot, chat(ada), Message("Word. " * 300, document=PAGE), Message("Two."))
    words, shown, second = ada.private.bot_messages
    assert (words.text, second.text) == (("Word. " * 300).strip(), "Two.")
    is_what_was_made(shown, printer, PAGE.name)
    brought = [call.files["document"].data for call in server.calls.of("sendDocument")]
    assert brought == [printer.last.data] * 2
    assert server.calls.count("sendMessage") == 2


@pytest.mark.parametrize("fault", [Drop(), Drop(done=True), ServerError(), ServerError(done=True)], ids=repr)
async def test_unsure(
    server: BotApi, bot: Running, ada: User, fault: Drop | ServerError, tmp_path: Path
) -> None:
    """A file of which nobody knows whether it has arrived is not sent twice, and keeps nothing behind it waiting."""
    server.fails(fault, "sendDocument")
    await deliver(bot.bot, chat(ada), Message("One.", document=PAGE), Message("Two."))
    texts = ["One.", "Two."] if fault.done else ["Two."]
    assert [message.text for message in ada.private.bot_messages] == texts
    assert server.calls.count("sendDocument") == 1
    assert "whether a message arrived is not known" in (tmp_path / "log").read_text()


async def test_nobody_there(server: BotApi, bot: Running, ada: User, printer: Printer) -> None:
    """What was to be sent while Telegram could not be reached arrives once, with its file."""
    await server.goes_down()
    sending = asyncio.create_task(deliver(bot.bot, chat(ada), Message("One.", document=PAGE)))
    await asyncio.sleep(0.3)
    await server.comes_back()
    await sending
    (shown,) = ada.private.bot_messages
    is_what_was_made(shown, printer, PAGE.name)


async def test_after_a_restart(server: BotApi, ada: User, printer: Printer, tmp_path: Path) -> None:
    """A file that was still to be sent when the bot ended is made when it is back, and arrives."""
    async with bot_on(server, tmp_path) as running, running.bot.store.work() as work:
        await work.queue(chat(ada), [Message("One.", document=PAGE)])
    assert printer.made == []
    async with bot_on(server, tmp_path):
        (shown,) = ada.private.bot_messages
    is_what_was_made(shown, printer, PAGE.name)


async def test_gone_or_moved(
    server: BotApi, bot: Running, ada: User, printer: Printer, tmp_path: Path
) -> None:
    """A file for whoever has blocked the bot is given up; one for a group that has moved follows it."""
    group = server.group("Union", members=[ada], bot=True)
    new = group.migrates()
    await deliver(bot.bot, Chat("telegram", str(group.id)), Message("One.", document=PAGE))
    is_what_was_made(new.last, printer, PAGE.name)
    ada.blocks()
    await deliver(bot.bot, chat(ada), Message("One.", document=PAGE))
    assert "given up" in (tmp_path / "log").read_text()
    assert await count(bot.bot.store) == 0


async def test_a_file_that_cannot_be_made(
    server: BotApi, bot: Running, ada: User, printer: Printer, tmp_path: Path
) -> None:
    """The words and buttons come without it, with one sentence that says so; the log knows nobody's words."""
    printer.broken = True
    (letter,) = await say(bot, ada, "/paper")
    assert letter.text == (
        f"{WORDS}\n\nI could not make the file letter-president.pdf; please ask for it again later."
    )
    assert (letter.file, len(letter.labels)) == (None, 2)
    log = (tmp_path / "log").read_text()
    assert "ERROR" in log
    assert "a message goes out without its file: ValueError" in log
    assert SECRET not in log
    ben = server.user("Ben", language_code="ru")
    (letter,) = await say(bot, ben, "/paper")
    assert letter.text.endswith(
        "Файл letter-president.pdf сделать не получилось; попросите о нём, пожалуйста, ещё раз позже."
    )
    assert following(letter) == []
