"""What every message must be, whatever was said before it: whole, safe, within the limits of every platform."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser

from bot.events import Message
from bot.platforms.base import blocks
from bot.resources import templates

SUBSET = frozenset(("b", "i", "code", "pre", "a", "blockquote"))
ATTRIBUTES = {"a": [["href"]], "blockquote": [[], ["expandable"]]}
TEXT_UNITS, LABEL_CHARACTERS, DATA_BYTES, COPY_CHARACTERS = 4096, 90, 64, 256
"""What the narrowest platform takes: UTF-16 units of a text, characters of a button, bytes behind it, and a copy."""

_MACHINERY = re.compile(
    r"\bNone\b|\bUndefined\b|\bTrue\b|\bFalse\b|\{\{|\}\}|\{%|%\}|%\(|\bMarkup\(|<\w+[\w.]* object"
    r"|\b[A-Z][A-Za-z]*\(\w+=|\[\]|\(\)|\{\}|\b(?:en|ru)=|['\"]\w+['\"]: "
)


class _Tags(HTMLParser):
    """Collects the tags of a message, and refuses what no platform promises to understand."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        assert tag in SUBSET, tag
        assert [name for name, _ in attrs] in ATTRIBUTES.get(tag, [[]]), tag
        self.seen.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag
        self.seen.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def tags(html: str) -> list[str]:
    """Return the tags of `html` in order; raises AssertionError if one is unknown or not closed in its turn."""
    parser = _Tags()
    parser.feed(html)
    parser.close()
    assert not parser.open, parser.open
    return parser.seen


def units(message: Message) -> int:
    """Return the length of a message's text in UTF-16 units, as Telegram counts it."""
    words = "".join(run.text for block in blocks(message.html) for run in block.runs)
    return len(words.encode("utf-16-le")) // 2


@cache
def template_names() -> frozenset[str]:
    """Return the names of all message templates."""
    folder = templates() / "messages"
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*.j2"))
    return frozenset(name.removesuffix(".html.j2") for name in names if "/" in name)


def machinery(text: str, typed: Iterable[str] = ()) -> list[str]:
    """Return what of the machine shows in `text`, apart from what was `typed`."""
    for words in sorted(typed, key=len, reverse=True):
        text = text.replace(words, "…") if _shown(words) else text
    return _shown(text)


def _shown(text: str) -> list[str]:
    return [*_MACHINERY.findall(text), *(name for name in template_names() if name in text)]


def check(message: Message) -> None:
    """Raise AssertionError if a platform could not show `message`."""
    tags(message.html)
    for button in message.buttons:
        if button.place:  # a hint, not a button
            assert button.label.endswith(".")
            continue
        if button.copy is not None:
            assert 0 < len(button.copy) <= COPY_CHARACTERS, button.copy
            continue
        assert 0 < len(button.label) <= LABEL_CHARACTERS, button.label
        if press := button.press:
            data = f"{press.token}|{press.step}|{press.value}".encode()
            assert len(data) <= DATA_BYTES, data
        else:
            assert button.command
            assert len(f"/{button.command}".encode()) <= DATA_BYTES, button.command
