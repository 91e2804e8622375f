"""What all platforms have in common: commands and the HTML of messages."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.base import parse_command, plain_text

SLASH = ("/",)


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("/letter", "letter", ""),
        ("/letter zhanaozen-2011", "letter", "zhanaozen-2011"),
        ("/LETTER@SomeBot x", "letter", "x"),
        ("/letter@SomeBot", "letter", ""),
        ("  /letter   two  words ", "letter", "two  words"),
        ("/letter\nfirst line\nsecond line\n", "letter", "first line\nsecond line"),
        ("/my-data", "my-data", ""),
        ("/письмо сейчас", "письмо", "сейчас"),
        ("/cancel.", "cancel", ""),
        ("/help?", "help", ""),
    ],
)
def test_a_command_and_its_argument(text: str, command: str, argument: str) -> None:
    """A name behind a slash is a command; its case, an addressed bot and a full stop do not matter."""
    assert parse_command(text, SLASH) == (command, argument)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "/",
        "/ 5",
        "/5",
        "//x",
        "/usr/bin is full",
        "/etc/passwd",
        "and/or",
        "/_x",
        "!help",
        " / ",
    ],
)
def test_words_are_no_command(text: str) -> None:
    """Whatever only looks like a command stays as it was typed."""
    assert parse_command(text, SLASH) == (None, text)


def test_a_platform_has_its_own_prefixes() -> None:
    """Where "!" begins a command too, both ways lead to the same command."""
    assert parse_command("!help me", ("/", "!")) == parse_command("/help me", ("/", "!")) == ("help", "me")


@pytest.mark.parametrize("text", ["/" + "a" * 200_000, "/a@" + "b." * 100_000, "/a" + "?" * 200_000 + "b"])
def test_a_very_long_line_is_read_at_once(text: str) -> None:
    """A line of 200 kB is taken apart like any other, in one pass."""
    command, argument = parse_command(text, SLASH)
    assert argument == ("" if command else text)


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<b>Bold</b>, <i>italic</i> and <code>code</code>", "Bold, italic and code"),
        ("&lt;b&gt; &amp; &quot;you&quot; &#1057;", '<b> & "you" С'),
        ("one<br>two<br/>three\nfour", "one\ntwo\nthree\nfour"),
        (
            'See <a href="https://example.org/?a=1&amp;b=2">our page</a>.',
            "See our page (https://example.org/?a=1&b=2).",
        ),
        ('<a href="https://example.org">https://example.org</a>', "https://example.org"),
        ('<a href="mailto:a@example.org">a@example.org</a>', "a@example.org"),
        ('<a href="mailto:a@example.org?subject=s&amp;body=b">Open it</a>', "Open it (a@example.org)"),
        ('<a href="tel:+49301234">+49301234</a>', "+49301234"),
        ('<a href="https://example.org"><b>our</b> page</a>', "our page (https://example.org)"),
        ("<a>nowhere</a>", "nowhere"),
        ("They said:\n<blockquote>one\n\ntwo</blockquote>\nSo.", "They said:\n> one\n> \n> two\nSo."),
        ("Here:\n\n<pre>  Dear\n\n\tyou,  \n</pre>\n\nRight?", "Here:\n\n  Dear\n\n\tyou,  \n\nRight?"),
        ("Here: <pre>letter</pre>Right?", "Here: \nletter\nRight?"),
        ("<blockquote>a</blockquote>\n\n<pre>b</pre>", "> a\n\nb"),
        ("<blockquote>a</blockquote>\n<pre>b</pre>", "> a\nb"),
        ("a < b & c", "a < b & c"),
        ("<u>unknown</u> tags", "unknown tags"),
        ("never <b>closed", "never closed"),
        ("never opened</b></a></pre>", "never opened"),
        ("", ""),
    ],
)
def test_html_as_plain_text(markup: str, plain: str) -> None:
    """A message reads the same without its looks; nothing of a link or a letter is lost."""
    assert plain_text(markup) == plain


@given(st.text())
def test_plain_text_holds_no_control_character(markup: str) -> None:
    """Whatever the HTML says, nothing in the text steers a terminal."""
    assert {c for c in plain_text(markup) if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n", "\t"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1))
def test_escaped_words_come_back(words: str) -> None:
    """A supporter's words, escaped for HTML, are read as they were written, in a letter and outside."""
    written = unicodedata.normalize("NFC", words)
    assert plain_text(html.escape(words)) == written
    assert plain_text(f"<pre>{html.escape(words)}</pre>") == written
