"""The console: a transcript through a pipe, a pleasant dialogue in a terminal."""

import asyncio
import html
import io
import os
import subprocess
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.events import Chat, Event, Message, Person, Press, ShownButton
from bot.platforms.console import Console, Terminal, language, terminal
from bot.platforms.console_view import View

ROOT = Path(__file__).parents[3]
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
    bot.console = Console(ends, lambda: NOON, {}, lambda phrase: phrase.text)
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


# --- through a pipe


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


async def test_a_line_becomes_an_event() -> None:
    """Who, where, when and what: each line has an id of its own, a command its argument."""
    bot = Answering()
    ends = Terminal(io.StringIO("/LETTER one two\nwords\n"), io.StringIO(), False, False, "ru")
    await console(ends, bot).run(bot)
    first, second = bot.heard
    assert (first.command, first.text, second.command, second.text) == ("letter", "one two", None, "words")
    assert first.person == second.person == Person("console", "me", "ru")
    assert first.chat == Chat("console", "me")
    assert first.at == NOON
    assert first.id != second.id


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
    answered, heard = asyncio.Event(), list[str]()

    async def handle(event: Event) -> None:
        heard.append(event.text)
        await answered.wait()

    os.write(into, b"one\ntwo\n")
    os.close(into)
    sink = io.StringIO()
    running = asyncio.create_task(console(terminal(source, sink, {}), Answering()).run(handle))
    while not heard:
        await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert (heard, sink.getvalue()) == (["one"], "› one\n")
    answered.set()
    await running
    assert (heard, sink.getvalue()) == (["one", "two"], "› one\n› two\n")


async def test_waiting_for_a_line_keeps_nobody_waiting(pipe: tuple[io.TextIOWrapper, int]) -> None:
    """While nothing is said, other work goes on, and the wait can be broken off."""
    source, into = pipe
    bot = Answering()
    running = asyncio.create_task(console(terminal(source, io.StringIO(), {}), bot).run(bot))
    await asyncio.sleep(0.01)
    os.write(into, b"half a ")
    await asyncio.sleep(0.01)
    assert bot.heard == []
    os.write(into, b"line\n")
    while not bot.heard:
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert bot.words == [(None, "half a line")]


@given(st.text(), st.text(), st.text())
def test_nothing_steers_the_terminal(said: str, markup: str, label: str) -> None:
    """No input, no HTML and no label brings a control character into a transcript."""
    buttons = (ShownButton(label), ShownButton(label, number=1), ShownButton(label, command="x"))
    transcript = asyncio.run(talk(said, Answering(Message(markup, buttons))))
    assert {c for c in transcript if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n"}


# --- on a screen


def screen(message: Message, width: int = 80, *, colour: bool = False) -> str:
    """Return what a terminal of `width` columns is sent for `message`."""
    sink = io.StringIO()
    View(sink, colour=colour, width=width).show(message)
    return sink.getvalue()


TEXT = st.text(
    st.one_of(
        st.sampled_from("ab  \n\t-1.[]\\é€—…"),
        st.sampled_from("Ждшלשםع中日ー한😀🇰👩\u200d❤\ufe0f\u0301"),
        st.characters(exclude_categories=["Cs"]),
    )
)


@given(TEXT, st.sampled_from([16, 40, 80, 120]))
def test_a_letter_is_wrapped_and_stays_whole(letter: str, width: int) -> None:
    """No line is wider than the screen, no character is lost or added, and short words are not cut."""
    shown = screen(Message(f"<pre>{html.escape(letter)}</pre>"), width).splitlines()
    if shown:
        rule, *lines, end = shown[1:]
        assert rule == end == "─" * min(width, 88)
        assert max(map(cell_len, lines)) <= min(width, 88)
        words = screen(Message(f"<pre>{html.escape(letter)}</pre>"), 100_000).split()[1:-1]
        assert "".join("".join(lines).split()) == "".join(words)


@given(st.lists(st.text(st.sampled_from("Жшaе中😀[-.,1"), min_size=1, max_size=6), max_size=40))
def test_words_are_not_cut(words: list[str]) -> None:
    """A word that fits on a line stays in one piece."""
    assert screen(Message(f"<pre>{' '.join(words)}</pre>"), 24).split()[1:-1] == words


@given(TEXT, TEXT, st.sampled_from([16, 40, 80, 120]))
def test_no_text_steers_the_screen(markup: str, label: str, width: int) -> None:
    """Without colour a message is words and line ends alone, whatever it says, and fits on the screen."""
    buttons = (ShownButton(label), ShownButton(label, number=12), ShownButton(label, command="x"))
    shown = screen(Message(f"{markup}<blockquote>{markup}</blockquote>", buttons), width)
    assert {c for c in shown if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n"}
    assert all(cell_len(line) <= width for line in shown.splitlines())


def test_a_supporters_words_are_no_markup() -> None:
    """Square brackets, colons and tags that a person typed are shown as they are."""
    words = "[bold]x[/bold] :smile: &lt;b&gt; https://example.org 12"
    assert "[bold]x[/bold] :smile: <b> https://example.org 12\n" in screen(Message(words), colour=True)


def test_looks() -> None:
    """Bold, italic, code and a link are told apart; a link can be followed, and its address is seen."""
    shown = screen(
        Message('<b>bold</b> <i>it</i> <code>/x</code> <a href="https://example.org/a">page</a>'), colour=True
    )
    assert "\x1b[1mbold\x1b[0m \x1b[3mit\x1b[0m \x1b[36m/x\x1b[0m" in shown
    assert ";https://example.org/a\x1b\\\x1b[4;34mpage\x1b[0m" in shown
    assert "page (https://example.org/a)" in screen(Message('<a href="https://example.org/a">page</a>'))


def test_a_letter_can_be_copied_from_the_screen() -> None:
    """A letter stands between rules, with nothing at its sides; a numbered demand hangs behind its number."""
    assert screen(Message(f"<pre>{LETTER}</pre>"), 40).split("\n") == [
        "",
        "─" * 40,
        "Уважаемый господин Президент!",
        "",
        "1. Прекратите преследование бастующих",
        "   нефтяников.",
        "",
        "    Анна [b] <a@example.org>",
        "─" * 40,
        "",
    ]


def test_a_quotation_and_buttons_on_a_narrow_screen() -> None:
    """A quotation has its bar on every line, a long label hangs, ways that do not fit have a line each."""
    buttons = (
        ShownButton("For my organisation and myself", PRESS, 1, ticked=True),
        ShownButton("Write a letter", command="letter"),
        ShownButton("Skip", PRESS, command="skip"),
        ShownButton("Back", PRESS, command="back"),
    )
    message = Message("<blockquote>We are many and we are here</blockquote>", buttons)
    assert screen(message, 20) == (
        "\n▎ We are many and\n▎ we are here\n"
        "\n  1 ✓ For my\n      organisation\n      and myself\n"
        "\n  /letter  Write a\n           letter\n"
        "\n  /skip  Skip\n  /back  Back\n"
    )
    assert "\n  /skip Skip    /back Back\n" in screen(message, 80)


# --- the two ends


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "sr_RS@latin"}, "sr"),
        ({"LANG": "kk_KZ.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C.UTF-8"}, None),
        ({"LANG": "C"}, None),
        ({"LANG": "POSIX"}, None),
        ({"LANG": ""}, None),
        ({}, None),
    ],
)
def test_the_language_of_a_terminal(environ: Mapping[str, str], code: str | None) -> None:
    """The system's settings say which language a person reads, if they say anything."""
    assert language(environ) == code


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({"TERM": "xterm"}, True),
        ({}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colour_can_be_declined(environ: Mapping[str, str], colour: bool) -> None:
    """NO_COLOR and a terminal that can do nothing get no colour."""
    assert terminal(io.StringIO(), io.StringIO(), environ).colour is colour


def test_by_hand_only_if_both_ends_are_a_terminal() -> None:
    """Whoever reads the output from a file, or types through a pipe, gets a transcript."""
    ours, theirs = os.openpty()
    with os.fdopen(ours, "r") as near, os.fdopen(theirs, "w") as far:
        assert terminal(near, far, {}).interactive
        assert not terminal(near, io.StringIO(), {}).interactive
        assert not terminal(io.StringIO(), far, {}).interactive


# --- as a program

PROGRAM = """
import asyncio, os, sys
from datetime import UTC, datetime
from html import escape
from bot.events import Message, ShownButton
from bot.platforms.console import Console, terminal

async def main():
    ends = terminal(sys.stdin, sys.stdout, os.environ)
    commands = {"letter": "Write a letter", "late": "Hear of me later"}
    console = Console(ends, lambda: datetime.now(UTC), commands, lambda phrase: phrase.text)
    tasks = []

    async def later():
        await asyncio.sleep(0.3)
        await console.send(None, Message("Late news."), 2)

    async def handle(event):
        if event.command == "late":
            tasks.append(asyncio.create_task(later()))
        loaded = {"rich", "prompt_toolkit"} & set(sys.modules)
        heard = f"{event.command} {event.text!r} {event.person.language} {sorted(loaded)}"
        await console.send(event.chat, Message(f"Heard: {escape(heard)}"), 1)

    await console.run(handle)

asyncio.run(main())
"""
ENVIRON = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT),
    "PYTHONUTF8": "1",
    "TERM": "xterm",
    "LANG": "ru_RU.UTF-8",
    "PROMPT_TOOLKIT_NO_CPR": "1",
}


@pytest.fixture
def piped() -> Iterator[subprocess.Popen[str]]:
    """The program, with a pipe on every end."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRON,
        encoding="utf-8",
    ) as program:
        yield program
        program.kill()


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


Say = Callable[[str], Awaitable[None]]


class Typing:
    """A person at a terminal, and the screen that they read."""

    def __init__(self, **environ: str) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-W", "error", "-c", PROGRAM],
            env={**ENVIRON, **environ},
            encoding="utf-8",
            timeout=20,
            dimensions=(40, 100),
            echo=False,
        )
        self.sees("Heard: start '' ru")
        self.sees("› ")

    def types(self, keys: str) -> None:
        self.child.send(keys)

    def sees(self, words: str) -> None:
        self.child.expect_exact(words)

    def leaves(self) -> str:
        """Return the rest of the screen, after the program ended by itself and well."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus == 0
        return self.child.before or ""


@pytest.fixture
def typing() -> Iterator[Typing]:
    """A person in front of an open chat: the bot greeted them first."""
    person = Typing()
    yield person
    person.child.close(force=True)


GOODBYE = "Goodbye. When you come back, we go on where you left off."
ENTER, UP, CTRL_C, CTRL_D, TAB = "\r", "\x1b[A", "\x03", "\x04", "\t"


def test_a_talk_by_hand(typing: Typing) -> None:
    """Lines are answered, an empty one is not; Ctrl-D says goodbye and that nothing is lost."""
    typing.types(ENTER)
    typing.types("  " + ENTER)
    typing.types("/letter Жанаозен" + ENTER)
    typing.sees("Heard: letter 'Жанаозен' ru")
    typing.types(CTRL_D)
    rest = typing.leaves()
    assert GOODBYE in rest
    assert "Heard" not in rest


def test_leaving_by_a_word(typing: Typing) -> None:
    """/quit leaves as Ctrl-D does, and the bot does not hear of it."""
    typing.types("/quit" + ENTER)
    rest = typing.leaves()
    assert GOODBYE in rest
    assert "Heard" not in rest


def test_ctrl_c_empties_the_line_and_then_says_how_to_leave(typing: Typing) -> None:
    """A half-typed line is thrown away; on an empty one a hint comes, and the chat stays open."""
    typing.types("nonsense")
    typing.sees("nonsense")
    typing.types(CTRL_C)
    typing.types("sense" + ENTER)
    typing.sees("Heard: None 'sense'")
    typing.types(CTRL_C)
    typing.sees("To leave, type /quit or press Ctrl-D.")
    typing.types("still here" + ENTER)
    typing.sees("Heard: None 'still here'")


def test_commands_are_offered(typing: Typing) -> None:
    """A slash brings up the commands and what they do; Tab completes one."""
    typing.types("/")
    typing.sees("Write a letter")
    typing.sees("Leave; the conversation stays as it is")
    typing.types("let" + TAB + " x" + ENTER)
    typing.sees("Heard: letter 'x'")


def test_an_earlier_line_can_be_recalled(typing: Typing) -> None:
    """Arrow-up brings back what was typed before."""
    typing.types("once more" + ENTER)
    typing.sees("Heard: None 'once more'")
    typing.types(UP + " again" + ENTER)
    typing.sees("Heard: None 'once more again'")


def test_pasted_lines_are_one_answer(typing: Typing) -> None:
    """A pasted paragraph of several lines is said at once, when Return is hit."""
    typing.types("\x1b[200~one\ntwo\x1b[201~" + ENTER)
    typing.sees(r"Heard: None 'one\ntwo'")


def test_a_message_that_comes_while_one_is_typing(typing: Typing) -> None:
    """It appears above the line, and the half-typed line is kept."""
    typing.types("/late" + ENTER)
    typing.sees("Heard: late")
    typing.types("half a ")
    typing.sees("Late news.")
    typing.types("line" + ENTER)
    typing.sees("Heard: None 'half a line'")


def test_a_terminal_without_colour() -> None:
    """With NO_COLOR no colour is sent, neither for the answer nor for the prompt."""
    typing = Typing(NO_COLOR="1")
    typing.types("hello" + ENTER)
    typing.sees("Heard: None 'hello'")
    typing.types(CTRL_D)
    rest = typing.leaves()
    assert GOODBYE in rest
    assert "\x1b[2mGoodbye" not in rest
