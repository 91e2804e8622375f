"""A message on a terminal's screen: wrapped at words, a letter between rules, buttons with what to type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from bot.events import Message
from bot.platforms.base import Run, blocks
from bot.platforms.console_rows import TICK, Row, groups

WIDEST = 88
"""Columns beyond which lines are hard to read."""

_NARROWEST = 16
_TAB = 4
_LIST_MARK = re.compile(r"\s*(?:(?:[-–—•*]|\d{1,3}[.)])\s+)?")
_LOOK = {"b": Style(bold=True), "i": Style(italic=True), "code": Style(color="cyan")}
_LINK = Style(color="blue", underline=True)
_DIM = Style(dim=True)
_TYPED = Style(color="cyan", bold=True)
_DONE = Style(color="green", bold=True)


class View:
    """A screen, `width` columns wide or as wide as its terminal; without `colour` it gets words alone."""

    def __init__(self, sink: TextIO, *, colour: bool, width: int | None = None) -> None:
        self._rich = Console(
            file=sink,
            force_terminal=True,
            color_system="standard" if colour else None,
            width=width,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def show(self, message: Message) -> None:
        """Show a message, and an empty line before each of its parts."""
        parts = [list(self._body(message)), *(list(self._rows(group)) for group in groups(message.buttons))]
        for part in filter(None, parts):
            self._print(Text(), *part)

    def tell(self, words: str) -> None:
        """Show a remark that is no message."""
        self._print(Text(), *self._wrapped(Text(words, _DIM)))

    @property
    def _width(self) -> int:
        return max(_NARROWEST, min(self._rich.width, WIDEST))

    def _print(self, *lines: Text) -> None:
        for line in lines:
            line.rstrip()
            self._rich.print(line, no_wrap=True, overflow="ignore", crop=False)

    def _body(self, message: Message) -> Iterator[Text]:
        for block in blocks(message.html):
            text = _styled(block.runs)
            if block.kind == "pre":
                # No bars at the sides: whoever copies the letter from the screen gets the letter alone.
                yield self._rule()
                yield from self._wrapped(text)
                yield self._rule()
            elif block.kind == "blockquote":
                yield from self._behind(Text("▎ " if self._draws else "> ", _DIM), text)
            else:
                yield from self._wrapped(text)

    @property
    def _draws(self) -> bool:
        return not self._rich.options.ascii_only

    def _rule(self) -> Text:
        return Text(("─" if self._draws else "-") * self._width, _DIM)

    def _behind(self, bar: Text, text: Text) -> Iterator[Text]:
        return (bar + line for line in self._wrapped(text, bar.cell_len))

    def _wrapped(self, text: Text, indent: int = 0) -> Iterator[Text]:
        """Return `text` in lines; what follows a list's mark hangs below its first word."""
        for line in text.split("\n", allow_blank=True):
            line.expand_tabs(_TAB)
            mark = _LIST_MARK.match(line.plain)
            head, tail = line.divide([mark.end() if mark and mark.end() < self._width // 2 else 0])
            yield from self._hanging(head, tail, indent)

    def _hanging(self, head: Text, tail: Text, indent: int = 0) -> Iterator[Text]:
        room = max(_NARROWEST // 2, self._width - indent - head.cell_len)
        lines = tail.wrap(self._rich, room, overflow="fold")
        yield head + lines[0]
        yield from (Text(" " * head.cell_len) + line for line in lines[1:])

    def _rows(self, group: Sequence[Row]) -> Iterator[Text]:
        if group[0].kind == "way":
            line = Text("".join(f"{row.lead.rstrip()} {row.label}  " for row in group).rstrip(), _DIM)
            if line.cell_len <= self._width:
                yield line
                return
        for row in group:
            yield from self._hanging(_lead(row), Text(row.label, _DIM if row.kind == "way" else ""))


def _styled(runs: Sequence[Run]) -> Text:
    text = Text()
    for run in runs:
        text.append(run.text, _style(run))
    return text


def _style(run: Run) -> Style:
    looks = [_LOOK[name] for name in sorted(run.styles)]
    link = [_LINK, Style(link=run.link)] if run.link else []
    return Style.combine([Style.null(), *looks, *link])


def _lead(row: Row) -> Text:
    """Return what is to be typed, so that it stands out; a tick stands out in its own way."""
    lead = Text(row.lead, _DIM if row.kind == "way" else _TYPED)
    lead.highlight_words([TICK], _DONE)
    return lead
