"""The console through a pipe: lines in, a transcript out."""

import asyncio
import io
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Event, Message, Press, ShownButton
from bot.platforms.console import Console, Terminal, terminal

NOON = datetime(2011, 12, 16, 12, tzinfo=UTC)
PRESS = Press("token", "step", "value")
LETTER = """\
Уважаемый господин Президент!

1. Прекратите преследование бастующих нефтяников.

    Анна [b] &lt;a@example.org&gt;"""


class Answering:
    """A bot that notes what it hears and gives the same answer to everything."""

    def __init__(self, *messages: Message) -> None:
        self.heard: list[Event] = []
        self.messages = messages
        self.console: Console | None = None

    async def __call__(self, event: Event) -> None:
        self.heard.append(event)
        for message in self.messages:
            assert self.console
            await self.console.send(event.chat, message, 1)

    @property
    def words(self) -> list[tuple[str | None, str]]:
        return [(event.command, event.text) for event in self.heard]


def console(ends: Terminal, bot: Answering) -> Console:
    bot.console = Console(ends, lambda: NOON, {}, lambda phrase, language: phrase.text)
    return bot.console


async def talk(said: str, bot: Answering) -> str:
    """Return the transcript of what was `said` to `bot`."""
    sink = io.StringIO()
    await console(terminal(io.StringIO(said), sink, {}), bot).run(bot)
    return sink.getvalue()


async def talk_by_file(said: bytes, bot: Answering, folder: Path) -> str:
    """Return the transcript of what `bot` was told by a file."""
    (folder / "said").write_bytes(said)
    with (folder / "said").open() as source, (folder / "heard").open("w", encoding="utf-8") as sink:
        await console(terminal(source, sink, {}), bot).run(bot)
    return (folder / "heard").read_text("utf-8")


async def test_a_piped_talk_reads_as_a_transcript() -> None:
    """Each line is repeated before its answer; looks are left out, a letter stands between rules."""
    bot = Answering(Message(f"<b>Here</b>:\n<pre>{LETTER}</pre>\n<blockquote>We\nare many</blockquote>"))
    rule = "─" * 60
    assert (
        await talk("/letter now\nyes\n", bot)
        == f"""\
› /letter now
Here:
{rule}
Уважаемый господин Президент!

1. Прекратите преследование бастующих нефтяников.

    Анна [b] <a@example.org>
{rule}
> We
> are many

› yes
Here:
{rule}
Уважаемый господин Президент!

1. Прекратите преследование бастующих нефтяников.

    Анна [b] <a@example.org>
{rule}
> We
> are many

"""
    )


async def test_every_button_says_what_to_type() -> None:
    """Numbers and ticks stand in columns; suggestions, offered commands and ways have lines of their own."""
    buttons = (
        ShownButton("Germany", PRESS),
        *(ShownButton(f"Demand {n}", PRESS, number=n, ticked=n == 9) for n in (1, 9, 10)),
        ShownButton("Write\na letter", command="letter"),
        ShownButton("What I do", command="help"),
        ShownButton("Skip", PRESS, command="skip"),
        ShownButton("Back", PRESS, command="back"),
    )
    assert await talk("x\n", Answering(Message("Which?", buttons))) == (
        "› x\nWhich?\n\n  Germany\n\n"
        "   1   Demand 1\n   9 ✓ Demand 9\n  10   Demand 10\n\n"
        "  /letter  Write a letter\n  /help    What I do\n\n"
        "  /skip  Skip\n  /back  Back\n\n"
    )


async def test_choices_without_a_tick_stand_closer() -> None:
    """Where nothing is ticked, no room is kept for ticks."""
    buttons = (ShownButton("As myself", PRESS, 1), ShownButton("For us all", PRESS, 2))
    assert "\n  1  As myself\n  2  For us all\n" in await talk("x\n", Answering(Message("Who?", buttons)))


async def test_an_empty_line_is_an_empty_answer() -> None:
    """In a pipe nobody hit Return by mistake: an empty line is said, too."""
    bot = Answering(Message("Hm."))
    assert await talk("\n  \n", bot) == "›\nHm.\n\n›\nHm.\n\n"
    assert bot.words == [(None, ""), (None, "  ")]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"no end", ["no end"]),
        ("\ufeffПривет\nя".encode(), ["Привет", "я"]),
        ("Привет\n".encode("koi8-r"), ["\ufffd" * 6]),
        (b"\xff\x00\x1b[31mred\n", ["\ufffd[31mred"]),
        (b"", []),
        (b"\n", [""]),
    ],
)
async def test_bytes_of_any_kind(said: bytes, heard: list[str], tmp_path: Path) -> None:
    """Line ends of any system are understood; what is no UTF-8 or steers a terminal does no harm."""
    bot = Answering(Message("Hm."))
    await talk_by_file(said, bot, tmp_path)
    assert [event.text for event in bot.heard] == heard


async def test_a_very_long_line(tmp_path: Path) -> None:
    """A line of 200 kB arrives whole, and so does the short one behind it."""
    bot = Answering(Message("Hm."))
    await talk_by_file("я".encode() * 100_000 + b"\n/help\n", bot, tmp_path)
    assert bot.words == [(None, "я" * 100_000), ("help", "")]


async def test_quit_ends_a_transcript() -> None:
    """What comes after /quit is not said any more."""
    bot = Answering(Message("Hm."))
    assert await talk("a\n/QUIT\nb\n", bot) == "› a\nHm.\n\n› /QUIT\n"
    assert bot.words == [(None, "a")]


async def test_letters_that_the_output_lacks(tmp_path: Path) -> None:
    """An output that knows ASCII alone gets question marks, not a crash."""
    bot = Answering(Message("Уж <b>now</b>"))
    with (tmp_path / "heard").open("w", encoding="ascii") as sink:
        await console(terminal(io.StringIO("да\n"), sink, {}), bot).run(bot)
    assert (tmp_path / "heard").read_text("ascii") == "? ??\n?? now\n\n"


@pytest.fixture
def pipe() -> Iterator[tuple[io.TextIOWrapper, int]]:
    """A pipe: the end to read from, and the descriptor to write to."""
    out, into = os.pipe()
    with os.fdopen(out) as source:
        yield source, into
        with suppress(OSError):
            os.close(into)


async def test_one_line_at_a_time(pipe: tuple[io.TextIOWrapper, int]) -> None:
    """A line is taken only when the one before it is answered completely."""
    source, into = pipe
    heard, taken, answered = list[str](), asyncio.Event(), asyncio.Event()

    async def handle(event: Event) -> None:
        heard.append(event.text)
        taken.set()
        await answered.wait()

    os.write(into, b"one\ntwo\n")
    os.close(into)
    sink = io.StringIO()
    running = asyncio.create_task(console(terminal(source, sink, {}), Answering()).run(handle))
    await taken.wait()
    await asyncio.sleep(0.02)
    assert (heard, sink.getvalue()) == (["one"], "› one\n")
    answered.set()
    await running
    assert (heard, sink.getvalue()) == (["one", "two"], "› one\n› two\n")


async def test_waiting_for_a_line_keeps_nobody_waiting(pipe: tuple[io.TextIOWrapper, int]) -> None:
    """While nothing is said, other work goes on, and the wait can be broken off."""
    source, into = pipe
    heard = asyncio.Queue[str]()

    async def handle(event: Event) -> None:
        await heard.put(event.text)

    running = asyncio.create_task(console(terminal(source, io.StringIO(), {}), Answering()).run(handle))
    await asyncio.sleep(0.01)
    os.write(into, b"half a ")
    await asyncio.sleep(0.01)
    assert heard.empty()
    os.write(into, b"line\n")
    assert await heard.get() == "half a line"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@given(st.text(), st.text(), st.text())
def test_nothing_steers_the_terminal(said: str, markup: str, label: str) -> None:
    """No input, no HTML and no label brings a control character into a transcript."""
    buttons = (ShownButton(label), ShownButton(label, number=1), ShownButton(label, command="x"))
    transcript = asyncio.run(talk(said, Answering(Message(markup, buttons))))
    assert {c for c in transcript if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n"}


@pytest.fixture
def piped(program: str, surroundings: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The program, with a pipe on every end."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings,
        encoding="utf-8",
    ) as running:
        yield running
        running.kill()


def test_an_answer_is_out_before_the_next_line_is_read(piped: subprocess.Popen[str]) -> None:
    """Two programs can talk in turns, and what is needed only for typing by hand is not loaded."""
    assert piped.stdin
    assert piped.stdout
    for words in ("one", "two"):
        piped.stdin.write(f"{words}\n")
        piped.stdin.flush()
        assert [piped.stdout.readline() for _ in range(3)] == [
            f"› {words}\n",
            f"Heard: None '{words}' ru []\n",
            "\n",
        ]
    assert piped.communicate() == ("", "")
    assert piped.returncode == 0


def test_nobody_listens_any_more(piped: subprocess.Popen[str]) -> None:
    """When the reader is gone (`| head -1`), the program ends without a complaint."""
    assert piped.stdin
    assert piped.stdout
    piped.stdin.write("one\n")
    piped.stdin.flush()
    piped.stdout.readline()
    piped.stdout.close()
    assert piped.communicate("two\nthree\n")[1] == ""
    assert piped.returncode == 0
