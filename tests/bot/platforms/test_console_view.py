"""A message on a terminal's screen."""

import html
import io
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.events import Message, Press, ShownButton
from bot.platforms.console_view import View

PRESS = Press("token", "step", "value")
LETTER = """\
Уважаемый господин Президент!

1. Прекратите преследование бастующих нефтяников.

    Анна [b] &lt;a@example.org&gt;"""


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
        "\n▎ We are many and we\n▎ are here\n"
        "\n  1 ✓ For my\n      organisation\n      and myself\n"
        "\n  /letter  Write a\n           letter\n"
        "\n  /skip  Skip\n  /back  Back\n"
    )
    assert "\n  /skip Skip    /back Back\n" in screen(message, 80)
