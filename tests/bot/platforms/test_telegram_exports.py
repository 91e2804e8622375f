"""/export on Telegram: the file reaches an organiser in private, and nobody else, and nothing of it stays behind."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyrage
import pytest

from bot.events import Chat, Document, Extract, Message, Person
from bot.export.order import Form, Order
from bot.exporting import Exports
from bot.pledges import Status
from bot.store.store import Store
from handlers import export
from tests.bot.platforms.telegram_bot import Running, bot_on
from tests.bot.platforms.telegram_care import say, stored, tap
from tests.bot.reading import text
from tests.bot.sheets import fill
from tests.bot.store.people import count, pledge
from tests.botapi import BotApi, User
from tests.botapi import Message as Shown
from tests.door import KEY, NOW, furnished

UNION = "=Union of Quedlinburg"


@pytest.fixture
def ada(server: BotApi) -> User:
    """An organiser, who has begun to talk with the bot."""
    return begun(server, "Ada")


@pytest.fixture
def vera(server: BotApi) -> User:
    """Another one."""
    return begun(server, "Vera")


def begun(server: BotApi, name: str) -> User:
    """Return somebody who has begun to talk with the bot."""
    user = server.user(name, language_code="en")
    user.started = True
    return user


@pytest.fixture
async def bot(server: BotApi, ada: User, vera: User, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot of these two, with a letter in it."""
    organisers = {"accounts": [f"telegram:{ada.id}", f"telegram:{vera.id}"]}
    async with bot_on(server, tmp_path, organisers=organisers) as running:
        await fill(running.bot.store, (UNION,))
        yield running


async def asked(bot: Running, user: User, form: str = "A table") -> list[Shown]:
    """Let `user` ask for everything that there is of the oil workers, in a few taps; return what the bot says."""
    await say(bot, user, "/export")
    await tap(bot, user, form)
    await tap(bot, user, "Kazakhstan")
    return await tap(bot, user, "From the beginning")


def logged(folder: Path) -> list[dict[str, object]]:
    """Return the lines of the audit log."""
    file = folder / "audit.log"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def files(server: BotApi) -> int:
    """Return how many files were sent to anybody."""
    return server.calls.count("sendDocument") + server.calls.count("sendPhoto")


async def test_a_file_for_an_organiser(
    server: BotApi, bot: Running, ada: User, vera: User, tmp_path: Path
) -> None:
    """It comes after three taps; it stands in the log, the other organiser is told, and nothing lies on the disk."""
    [shown] = await asked(bot, ada)
    assert shown.file is not None
    assert shown.file.name == "letters-zhanaozen-2011-2026-11-23.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(shown.file.data)).worksheets[0]
    assert (sheet["J2"].value, sheet["J2"].data_type) == (UNION, "s")
    assert "1 letter, XLSX" in shown.text
    [line] = logged(tmp_path)
    assert line["who"] not in (None, "terminal", str(ada.id))
    assert (line["form"], line["campaign"], line["letters"]) == ("xlsx", ["zhanaozen-2011"], 1)
    await bot.settled()
    told = vera.private.last.text
    assert "Letters were taken out" in told
    assert "By an organiser on Telegram" in told
    assert str(ada.id) not in told
    assert await count(bot.bot.store) == 0
    assert shown.file.data not in stored(tmp_path)
    left = {file.name for file in tmp_path.iterdir()}
    assert left <= {
        "audit.lock",
        "audit.log",
        "solidarity.db",
        "solidarity.db-shm",
        "solidarity.db-wal",
        "solidarity.lock",
        "telegram.log",
    }


async def test_every_form(bot: Running, ada: User) -> None:
    """Each of the forms arrives as what it is called."""
    for form, suffix, begins in (
        ("A plain table", "csv", b"\xef\xbb\xbfcampaign,"),
        ("Lines", "jsonl", b'{"campaign": "zhanaozen-2011"'),
        ("A page", "pdf", b"%PDF-"),
    ):
        [shown] = await asked(bot, ada, form)
        assert shown.file is not None
        assert shown.file.name.endswith(f".{suffix}")
        assert shown.file.data.startswith(begins)
    assert shown.file is not None
    assert UNION in text(shown.file.data)


async def test_other_days(bot: Running, ada: User, tmp_path: Path) -> None:
    """Days can be typed; what cannot be read is asked again, and where there is no letter there is no file."""
    for days, answer in (("2026-11-23", "Here is the file"), ("2026-01-01 2026-01-31", "no such letter")):
        await say(bot, ada, "/export")
        await tap(bot, ada, "A plain table")
        await tap(bot, ada, "All of them")
        await tap(bot, ada, "Other days")
        [refused] = await say(bot, ada, "last May")
        assert "2026-11-01" in refused.text
        [shown] = await say(bot, ada, days)
        assert answer in shown.text
    [line] = logged(tmp_path)
    assert (line["since"], line["until"]) == ("2026-11-23", "2026-11-23")


@pytest.mark.parametrize(
    ("far", "where", "found"),
    [
        ("Those that were sent", "Germany", ["sent", "answered"]),
        ("Those that were answered", "/skip", ["answered"]),
        ("Those that are promised", "/skip", ["pledged", "planned"]),
        ("All of them", "/skip", ["sent", "sent", "answered", "pledged", "planned"]),
        ("Those that are promised", "France", []),
    ],
)
async def test_a_part(
    bot: Running, ada: User, far: str, where: str, found: list[str], tmp_path: Path
) -> None:
    """Letters can be chosen by country and by what became of them; a wrong answer is asked again in its own words."""
    one = pledge("zhanaozen-2011", day=NOW.date())
    letters = [replace(one, status=status) for status in (Status.ANSWERED, Status.PLEDGED, Status.PLANNED)]
    async with bot.bot.store.work() as work:
        for n, letter in enumerate((replace(one, status=Status.SENT, country="FR"), *letters)):
            await work.add_pledge(Person("wire", f"{n} of them"), letter)
    await say(bot, ada, "/export")
    assert "In which form?" in (await say(bot, ada, "xyzzy"))[0].text
    await tap(bot, ada, "A plain table")
    await tap(bot, ada, "Kazakhstan")
    assert "From which days?" in (await say(bot, ada, "xyzzy"))[0].text
    await tap(bot, ada, "Choose by country")
    assert "Which of the letters?" in (await say(bot, ada, "xyzzy"))[0].text
    await tap(bot, ada, far)
    await say(bot, ada, where)
    [shown] = await tap(bot, ada, "The last 30 days")
    if not found:
        assert shown.file is None
        assert logged(tmp_path) == []
        return
    assert shown.file is not None
    rows = csv.DictReader(io.StringIO(shown.file.data.decode("utf-8-sig"), newline=""))
    assert sorted(row["status"] for row in rows) == sorted(found)
    [line] = logged(tmp_path)
    assert line.get("country") == (["DE"] if where == "Germany" else None)
    assert ("Germany" in shown.text) == (where == "Germany")


@pytest.mark.parametrize("words", ["/export", "/export all", "/export xlsx"])
async def test_a_stranger(server: BotApi, bot: Running, words: str, tmp_path: Path) -> None:
    """Whoever is no organiser is told so, also where they go on as if they had been asked; nothing leaves."""
    boris = begun(server, "Boris")
    for said in (words, "1", "2", "1"):
        await say(bot, boris, said)
    assert "Only the organisers" in boris.private.bot_messages[0].text
    assert files(server) == 0
    assert logged(tmp_path) == []


async def test_among_others(server: BotApi, bot: Running, ada: User, tmp_path: Path) -> None:
    """In a group an organiser is led into the private chat, and nothing leaves there."""
    group = server.group("Union", members=[ada], bot=True)
    for words in ("/export@SolidarityTestBot", "1", "2", "1"):
        await say(bot, ada, words, group)
    assert all(message.file is None for message in group.messages)
    assert files(server) == 0
    assert logged(tmp_path) == []


async def test_no_organiser_any_more(server: BotApi, ada: User, vera: User, tmp_path: Path) -> None:
    """Whoever was taken off the settings in the middle of asking is refused at the next answer."""
    async with bot_on(server, tmp_path, organisers={"accounts": [f"telegram:{ada.id}"]}) as running:
        await fill(running.bot.store, (UNION,))
        await say(running, ada, "/export")
        await tap(running, ada, "A table")
        await tap(running, ada, "Kazakhstan")
        asked_last = ada.private.last
    async with bot_on(server, tmp_path, organisers={"accounts": [f"telegram:{vera.id}"]}) as running:
        [told] = await tap(running, ada, "From the beginning", asked_last)
        assert "Only the organisers" in told.text
    assert files(server) == 0
    assert logged(tmp_path) == []


async def test_a_file_that_was_on_its_way(server: BotApi, ada: User, vera: User, tmp_path: Path) -> None:
    """A file that was still to be sent when its organiser was taken off the settings is not made; words go instead."""
    wanted = Extract(f"telegram:{ada.id}", "csv", (), "", "", "en")
    message = Message("Here.", document=Document("letters.csv", wanted), apology="No file.")
    async with bot_on(server, tmp_path, organisers={"accounts": [f"telegram:{vera.id}"]}) as running:
        await fill(running.bot.store, (UNION,))
        async with running.bot.store.work() as work:
            waiting = await work.queue(Chat("telegram", str(ada.id)), [message])
        await running.bot.outbox.send(waiting)
    assert ada.private.last.text == "Here.\n\nNo file."
    assert files(server) == 0
    assert logged(tmp_path) == []


async def test_a_restart_before_the_file_was_made(server: BotApi, ada: User, tmp_path: Path) -> None:
    """What was asked for is kept, not the file: after a restart it is made then, logged, and arrives."""
    wanted = Extract(f"telegram:{ada.id}", "csv", (), "", "", "en")
    organisers = {"accounts": [f"telegram:{ada.id}"]}
    async with bot_on(server, tmp_path, organisers=organisers) as running:
        await fill(running.bot.store, (UNION,))
        async with running.bot.store.work() as work:
            await work.queue(
                Chat("telegram", str(ada.id)), [Message("Here.", document=Document("letters.csv", wanted))]
            )
    assert files(server) == 0
    async with bot_on(server, tmp_path, organisers=organisers) as running:
        await running.settled()
        assert ada.private.last.file is not None
        assert UNION.encode() in ada.private.last.file.data
    assert len(logged(tmp_path)) == 1


async def test_a_log_that_cannot_be_written(server: BotApi, bot: Running, ada: User, tmp_path: Path) -> None:
    """Then no file leaves, and the organiser is told that it could not be made."""
    (tmp_path / "audit.log").mkdir()
    [told] = await asked(bot, ada)
    assert "I could not make the file" in told.text
    assert files(server) == 0


async def test_too_many_for_a_chat(
    server: BotApi, bot: Running, ada: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More letters than a file in a chat holds are not made into one; the answer says what to do instead."""
    monkeypatch.setattr(export, "MOST", 0)
    [told] = await asked(bot, ada)
    assert "solidarity-bot export" in told.text
    assert files(server) == 0
    assert logged(tmp_path) == []


async def test_sealed(server: BotApi, ada: User, tmp_path: Path) -> None:
    """With keys in the settings the file in the chat can be read by their owners alone."""
    key = pyrage.x25519.Identity.generate()
    organisers = {"accounts": [f"telegram:{ada.id}"], "recipients": [str(key.to_public())]}
    async with bot_on(server, tmp_path, organisers=organisers) as running:
        await fill(running.bot.store, (UNION,))
        [shown] = await asked(running, ada, "A plain table")
    assert shown.file is not None
    assert shown.file.name.endswith(".csv.age")
    assert UNION.encode() not in shown.file.data
    assert UNION.encode() in pyrage.decrypt(shown.file.data, [key])
    assert "encrypted to the organisers" in shown.text


async def test_the_menu_and_the_list(bot: Running, ada: User, server: BotApi) -> None:
    """/help lists the command for an organiser, and for nobody else."""
    [listed] = await say(bot, ada, "/help")
    assert "/export" in listed.text
    [others] = await say(bot, begun(server, "Boris"), "/help")
    assert "/export" not in others.text


async def test_what_a_command_of_the_terminal_tells(
    bot: Running, ada: User, vera: User, tmp_path: Path
) -> None:
    """Whoever exports in the terminal beside the bot is told of to all organisers, once, without a restart."""
    beside = await Store.beside(tmp_path / "solidarity.db", KEY)
    world, messages = furnished()
    accounts = [f"telegram:{one.id}" for one in (ada, vera)]
    try:
        exports = Exports(beside, world.campaigns, world.countries, messages, accounts)
        assert await exports.record(Order(Form.CSV), 7) == ()
    finally:
        await beside.close()
    await bot.bot.outbox.collect()
    await bot.bot.outbox.collect()
    await bot.bot.outbox.drain(10)
    for one in (ada, vera):
        [told] = [m for m in one.private.bot_messages if "taken out" in m.text]
        assert "By somebody in the terminal" in told.text
        assert "7 letters, CSV" in told.text
    assert await count(bot.bot.store) == 0


async def test_what_is_asked_again_is_what_was_asked(bot: Running, ada: User) -> None:
    """Whoever mistypes is asked the same once more, and never whether to erase everything."""
    await say(bot, ada, "/export")
    for short, choice in (
        ("In which form?", "A table"),
        ("Which appeal?", "All"),
        ("From which days?", "From"),
    ):
        again = (await say(bot, ada, "what?"))[-1].text
        assert short in again
        assert "erase" not in again
        await tap(bot, ada, choice)
