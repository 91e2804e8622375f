"""What people write with a look: all that chat apps can show is kept, and nothing that could do harm."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.base import plain_text
from bot.platforms.received import file_name, subset, typed

LOOKS = {
    "bold and italic": ("<strong>All</strong> <em>out</em>", "<b>All</b> <i>out</i>"),
    "one in the other": ("<strong>All <em>out</em></strong>", "<b>All </b><i><b>out</b></i>"),
    "paragraphs": ("<p>One<br/>two</p>\n<p>Three</p>", "One\ntwo\n\nThree"),
    "a heading": ("<h2>Strike</h2>Today", "<b>Strike</b>\n\nToday"),
    "lists": ("<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>", "• a\n• b\n\n1. c\n2. d"),
    "a quotation": (
        "<blockquote><p>q</p><p>r</p></blockquote><p>s</p>",
        "<blockquote>q\n\nr</blockquote>s",
    ),
    "a block": ('<pre><code class="language-sh">a  &lt; b\n c</code></pre>', "<pre>a  &lt; b\n c</pre>"),
    "a link": ('<a href="https://a.example/?x=1&amp;y=2">here</a>', None),
    "a person": ('<a href="https://matrix.to/#/@ada:example.org">Ada</a>: come', "Ada: come"),
    "what is answered": ("<mx-reply><blockquote>old</blockquote></mx-reply>new", "new"),
    "a picture in it": ('<img src="mxc://a/b" alt="✊" onerror="x()"> on', "✊ on"),
    "struck out": ("<del>old</del> <u>new</u>", "old new"),
}
HOSTILE = (
    "<script>alert(1)</script>x",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" data:text/html,x">x</a>',
    '<b onclick="a()">x</b>',
    "<b><b><b>x",
    "</b></i>x",
    "<svg><a href='https://a.example'>x</a></svg>x",
    "<!-- <b>x</b> --><![CDATA[x]]>x",
    "<style>*{}</style>x<iframe src=x>y</iframe>",
    "<b" * 500 + ">x",
    "\u202ex\x00<i>\x1b[31m</i>",
)


@pytest.mark.parametrize("name", LOOKS)
def test_what_is_kept(name: str) -> None:
    """Each look that every platform can show is kept, and what has another keeps its words."""
    shown, kept = LOOKS[name]
    assert subset(shown, lines=False) == (shown if kept is None else kept)


@pytest.mark.parametrize("shown", HOSTILE)
def test_hostile(shown: str) -> None:
    """Of what could do harm nothing is left but the words."""
    assert harmless(subset(shown, lines=False))
    assert "alert" not in subset(shown, lines=False)


@given(st.lists(st.sampled_from([*HOSTILE, *(a for a, _ in LOOKS.values()), "<", ">", "&", " ", "\n"])))
def test_anything(parts: list[str]) -> None:
    """Whatever is put together, the result is of the subset, well nested, and stays as it is if read again."""
    kept = subset("".join(parts), lines=False)
    assert harmless(kept)
    assert plain_text(subset(kept, lines=True)).split() == plain_text(kept).split()


def test_lines() -> None:
    """Where a new line was typed as such, it is kept; elsewhere it is a space."""
    assert subset("a\nb", lines=True) == "a\nb"
    assert subset("a\nb", lines=False) == "a b"


def test_typed_on_a_terminal() -> None:
    """Tags of the subset count where they are typed; whoever types others, or a smaller-than sign, means just that."""
    assert typed("<b>All</b> out<br>now") == "<b>All</b> out\nnow"
    assert (typed("a < b"), typed("<wage> & <b>"), typed("plain")) == ("", "", "")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("c:\\files\\list 1.pdf", "list 1.pdf"),
        ("листовка.pdf", "листовка.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("", "document"),
        (None, "document"),
        ("...", "document"),
        ("x" * 300 + ".jpeg", "x" * 60 + ".jpeg"),
    ],
)
def test_names(sent: object, kept: str) -> None:
    """A file's name leads nowhere, and is not what it does not look like."""
    assert file_name(sent, "document") == kept


def harmless(html: str) -> bool:
    """Return whether `html` is of the messages' subset, each tag closed within the one it stands in."""
    stack: list[str] = []
    for end, name, attributes in re.findall(r"<(/?)([^\s<>/]+)([^<>]*)>", html):
        if end:
            if not stack or stack.pop() != name:
                return False
            continue
        stack.append(name)
        link = re.fullmatch(r' href="(?:https?://|mailto:|tel:)[^"<>]*"', attributes)
        if name not in {"b", "i", "code", "pre", "a", "blockquote"} or bool(attributes) != (name == "a"):
            return False
        if name == "a" and not link:
            return False
    return not stack and "<" not in re.sub(r"</?[^<>]*>", "", html)
