"""Files in the terminal: they lie in the folder of whoever asked for them, and take nothing's place."""

from __future__ import annotations

import io
import json
import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bot import assembly
from bot.config import Settings
from bot.events import Document, Draft, Event, Message, Phrase
from bot.messages import Messages
from bot.platforms.console import Console, Terminal
from tests.bot.platforms.test_console_live import CTRL_D, ENTER, Typing, typing
from tests.door import furnished
from tests.papers import MAIL, PAGE, SECRET, Printer

__all__ = ["typing"]

NOBODY = 65534
NOT_MADE = "I could not make the file letter-president.pdf; please ask for it again later."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the bot is started."""
    folder = tmp_path / "my letters"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@contextmanager
def by_somebody_else() -> Iterator[None]:
    """Enter as somebody to whom other people's folders are closed, as they are not to root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def said_by(messages: Messages, own: str) -> Callable[[Phrase, str], str]:
    """Return what speaks in any language, and in its `own` where none is named."""
    return lambda phrase, language: messages.speak(language or own)(phrase)


async def heard(message: Message, language: str = "en") -> str:
    """Return what whoever sends a line through a pipe reads, if that is the answer."""
    _, messages = furnished()
    ends = Terminal(io.StringIO("x\n"), io.StringIO(), interactive=False, colour=False, language=None)
    console = Console(ends, lambda: datetime.now(UTC), {}, said_by(messages, language))

    async def answer(event: Event) -> None:
        await console.send(event.chat, message, 1)

    await console.run(answer)
    assert isinstance(ends.sink, io.StringIO)
    return ends.sink.getvalue().removeprefix("› x\n")


async def talk(said: str, data: Path) -> str:
    """Return the transcript of a piped talk with the whole bot."""
    world, messages = furnished()
    sink = io.StringIO()
    ends = Terminal(io.StringIO(said), sink, interactive=False, colour=False, language="en")
    console = Console(ends, lambda: datetime.now(UTC), {}, said_by(messages, "en"))
    settings = Settings.model_validate({"data_dir": data, "log": {"level": "debug", "file": data / "log"}})
    async with assembly.running(settings, world, messages, console) as bot:
        await console.run(bot.dispatcher.handle)
    return sink.getvalue()


async def test_a_conversation_with_files(folder: Path, tmp_path: Path, printer: Printer) -> None:
    """Each file is in the folder, for its owner alone, and one line below its words says where."""
    words = "Thank you. Every letter tells somebody that they are not alone."
    said = await talk("/paper\n1\n/paper\n", tmp_path / "data")
    assert f"\n{words}\n\nThe file is here: {folder}/letter-president.pdf\n\n  1  Yes, erase it all\n" in said
    assert f"\n\nThe file is here: {folder}/letter-company.eml\n\n  /letter  Write a letter\n" in said
    assert f"{words}\n\nThe file is here: {folder}/letter-president-2.pdf\n" in said
    names = ("letter-president.pdf", "letter-company.eml", "letter-president-2.pdf")
    assert [(folder / name).read_bytes() for name in names] == [made.data for made in printer.made]
    assert {file.name for file in folder.iterdir()} == {*names}
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


async def test_all_that_is_kept(folder: Path, tmp_path: Path) -> None:
    """Whoever asks for it finds all that is kept about them in the folder."""
    said = await talk("/language en\n/mydata\n/mydata file\n", tmp_path / "data")
    assert "  /mydata file  Send me all of it as a file\n" in said
    assert f"\n\nThe file is here: {folder}/mydata.json\n" in said
    assert json.loads((folder / "mydata.json").read_bytes())["person"] == [{"language": "en"}]


async def test_in_the_chosen_language(folder: Path, tmp_path: Path) -> None:
    """Whoever has chosen a language is told in it where the file is, whatever the computer's is."""
    said = await talk("/language ru\n/mydata file\n", tmp_path / "data")
    assert f"\n\nФайл лежит здесь: {folder}/mydata.json\n" in said


async def test_nothing_is_overwritten(folder: Path) -> None:
    """What has the file's name already stays as it is, be it a folder or a link that leads elsewhere."""
    (folder / "letter-president.pdf").write_text("mine")
    (folder / "letter-president-2.pdf").mkdir()
    (folder / "letter-president-3.pdf").symlink_to(folder / "elsewhere")
    assert await heard(Message("Here.", document=PAGE)) == (
        f"Here.\n\nThe file is here: {folder}/letter-president-4.pdf\n\n"
    )
    assert (folder / "letter-president.pdf").read_text() == "mine"
    assert not (folder / "elsewhere").exists()


async def test_a_name_that_leads_elsewhere(folder: Path) -> None:
    """A file never leaves the folder, whatever it is called."""
    await heard(Message("Here.", document=Document("../letter.eml", MAIL.content)))
    assert [file.name for file in folder.iterdir()] == ["letter.eml"]


def read_only(folder: Path) -> None:
    """Let nobody write into the folder."""
    folder.chmod(0o555)


def gone(folder: Path) -> None:
    """Let the folder vanish under whoever is in it."""
    folder.rmdir()


@pytest.mark.parametrize(
    ("spoil", "reason"), [(read_only, "Permission denied"), (gone, "No such file or directory")]
)
async def test_a_folder_that_takes_nothing(folder: Path, spoil: Callable[[Path], None], reason: str) -> None:
    """The words come all the same, and one line says what is wrong and what to do."""
    for language in ("en", "ru"):  # what has to be loaded for that may be closed to somebody else
        await heard(Message("Here."), language)
    spoil(folder)
    with by_somebody_else():
        english = await heard(Message("Here.", document=MAIL))
        russian = await heard(Message("Вот.", document=MAIL), "ru")
    assert english == (
        f"Here.\n\nThe file letter-company.eml cannot be written into this folder ({reason}). "
        "Start me in a folder of your own, and ask for it again.\n\n"
    )
    assert russian == (
        f"Вот.\n\nФайл letter-company.eml не записать в эту папку ({reason}). "
        "Запустите меня в своей папке и попросите о нём ещё раз.\n\n"
    )


async def test_a_full_disk(folder: Path) -> None:
    """Of a file that has no room whole, nothing is left."""
    assert isinstance(MAIL.content, Draft)
    long = replace(MAIL, content=replace(MAIL.content, text="Word. " * 10_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        said = await heard(Message("Here.", document=long))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be written into this folder (File too large)" in said
    assert list(folder.iterdir()) == []


async def test_a_file_that_cannot_be_made(folder: Path, tmp_path: Path, printer: Printer) -> None:
    """The words come without it, with one sentence that says so; the log knows nobody's words."""
    printer.broken = True
    said = await talk("/paper\n", tmp_path / "data")
    log = (tmp_path / "data" / "log").read_text()
    assert f"\n\n{NOT_MADE}\n\n  1  Yes" in said
    assert list(folder.iterdir()) == []
    assert "a message goes out without its file: ValueError" in log
    assert SECRET not in log


def test_by_hand(typing: Typing, folder: Path) -> None:
    """Whoever types by hand reads the same line."""
    typing.types("/file" + ENTER)
    typing.sees("Here.")
    typing.sees("The file is here: ")
    typing.types(CTRL_D)
    typing.leaves()
    (file,) = folder.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("letter.eml", 0o600)
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail.get_content().strip() == "I write to you."
