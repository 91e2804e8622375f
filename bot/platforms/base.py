"""What all platforms have in common: events in, messages out, commands, and the HTML of messages."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from html.parser import HTMLParser
from typing import Literal, Protocol, TypeVar
from urllib.parse import unquote

from bot import documents
from bot.cleaning import clean
from bot.direction import ISOLATES
from bot.documents import Made
from bot.events import Chat, Event, Given, Message, Tap

Handle = Callable[[Event], Awaitable[None]]
"""Takes in one event; once it is awaited, the event has had its effect and is answered."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An event that has had its effect: `answer` ends when it is answered."""

    answer: Awaitable[object]
    tap: Tap | None = None
    heard: bool = True
    """False where nothing came of it: it came too fast, or had had its effect before."""
    note: str = ""
    """HTML of what only whoever has tapped is shown, on platforms that can do that."""


Take = Callable[[Event], Awaitable[Taken]]
"""Takes in one event; once it is awaited, the effect is on the disk.

Raises NotRecordedError if nothing could be recorded: the event is to be given again.
"""


class PlatformError(Exception):
    """A platform cannot be used; the message is one line for the person who runs the bot."""


class NotRecordedError(Exception):
    """An event had no effect, for the database cannot be used just now."""


class UndeliveredError(Exception):
    """A message did not arrive, or may not have."""


class LaterError(UndeliveredError):
    """The platform asks to wait so many `seconds` before anything more is sent to this chat."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"to be sent in {seconds:g} s")
        self.seconds = seconds


class UnreachableError(UndeliveredError):
    """The platform cannot be reached: the message has certainly not arrived."""


class UnsureError(UndeliveredError):
    """The connection broke after the message was written: it may have arrived."""


class GoneError(UndeliveredError):
    """The chat is closed to us: blocked, left or deleted."""


class MovedError(UndeliveredError):
    """The chat has another id from now on."""

    def __init__(self, to: str) -> None:
        super().__init__("the chat has moved")
        self.to = to


class RefusedError(UndeliveredError):
    """The platform does not take this message at all."""


class UnmadeError(UndeliveredError):
    """The file that goes with the message cannot be made or kept: the message can only be sent without it."""


async def file_for(message: Message) -> Made | None:
    """Return the file that goes with `message`, if one is to be brought: what was given lies on its platform already.

    Raises UnmadeError, without a word of the file's.
    """
    if message.document is None or isinstance(message.document.content, Given):
        return None
    try:
        return await documents.made(message.document)
    except Exception as error:  # whatever it is, it would only come again
        raise UnmadeError(type(error).__name__) from error


LATE = timedelta(hours=1)
"""Age of a command beyond which it is asked whether it is still meant."""
REMEMBERED = 10_000
"""People, chats or messages that a platform remembers something of, the latest."""
PAUSES = (0.2, 1.0, 5.0, 15.0)
"""Seconds between two tries of what has to succeed before anything else."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def keep(memory: OrderedDict[Key, Value], key: Key, value: Value, most: int = REMEMBERED) -> None:
    """Remember `value` under `key`; of many, the one that was kept longest ago is forgotten."""
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > most:
        memory.popitem(last=False)


async def until_recorded(
    work: Callable[[], Awaitable[Value]], sleep: Callable[[float], Awaitable[None]]
) -> Value:
    """Return what `work` brings, however long the database cannot be used."""
    tries = 0
    while True:
        try:
            return await work()
        except NotRecordedError:
            await sleep(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1


Kind = Literal["text", "pre", "blockquote", "fold"]
"""Words, a letter, a quotation, or a long text that may be folded up where the platform can do that."""
_STYLES = ("b", "i", "code")
_INSIDE: tuple[Kind, ...] = ("pre", "blockquote", "fold")


class Platform(Protocol):
    """A place where people talk with the bot. It also has a `run` that receives until nothing more is to come."""

    @property
    def name(self) -> str:
        """The platform's name, as in Person.platform and Chat.platform."""
        ...

    async def send(self, chat: Chat, message: Message, delivery: int) -> str | None:
        """Send `message`, and return its id there, if it has one by which it can be edited.

        `delivery` is the same whenever the same message is sent again.

        Raises UndeliveredError, by its kind, if it did not arrive.
        """
        ...


def parse_command(text: str, prefixes: tuple[str, ...]) -> tuple[str | None, str]:
    """Return the command that `text` is, in lower case, and its argument; (None, `text`) if it is none.

    A command is a prefix and a name that begins with a letter, with space or nothing behind it: "/letter",
    "/LETTER@Bot" and "/cancel." are commands; "/", "/ 5", "/5", "//x" and "/usr/bin is" are words. A newline
    may part the name from its argument, and the argument keeps its own lines.
    """
    found = re.match(
        rf"(?:{'|'.join(map(re.escape, prefixes))})"
        r"([^\W\d_][\w-]*+)(?:@\w++)?+[.,:;!?…]*+(?:\s++(.*))?\Z",
        clean(text).lstrip(),  # it may be copied from a message of ours, with what is around it there
        re.DOTALL,
    )
    return (found[1].casefold(), (found[2] or "").rstrip()) if found else (None, text)


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look: some of "b", "i" and "code", and perhaps a link."""

    text: str
    styles: frozenset[str] = frozenset()
    link: str | None = None

    @property
    def html(self) -> str:
        """The words with their look, as HTML."""
        words = escape(self.text, quote=False)
        if not self.text.strip():
            return words
        for style in ("code",) if "code" in self.styles else sorted(self.styles):
            words = f"<{style}>{words}</{style}>"
        return f'<a href="{escape(self.link)}">{words}</a>' if self.link else words


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a message that begins on a line of its own; a newline in it is a line's end."""

    kind: Kind
    runs: tuple[Run, ...]

    @property
    def plain(self) -> str:
        """The words alone; each line of a quotation begins with "> "."""
        words = "".join(run.text for run in self.runs)
        return re.sub("^", "> ", words, flags=re.MULTILINE) if self.kind == "blockquote" else words


def plain_text(html: str) -> str:
    """Return a message's `html` as plain text: a link as "words (address)", a quotation's lines with "> "."""
    return "\n".join(block.plain for block in blocks(html))


def blocks(html: str, *, spelled_out: bool = True) -> tuple[Block, ...]:
    """Return the parts of a message's `html`, without control characters and without tags we do not know.

    A link's address stands behind its words; that of a web page only if it is to be `spelled_out`.
    """
    parser = _Parser(spelled_out=spelled_out)
    parser.feed(html)
    parser.close()
    found = parser.found
    trimmed = (_trimmed(b, first=n == 0, last=n == len(found) - 1) for n, b in enumerate(found))
    return tuple(block for block in trimmed if block)


class _Parser(HTMLParser):
    """Collects the blocks of a message's HTML."""

    def __init__(self, *, spelled_out: bool) -> None:
        super().__init__()
        self._spelled_out = spelled_out
        self.found: list[Block] = []
        self._open: list[str] = []
        self._link: str | None = None
        self._linked = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._add("\n")
        elif tag == "a":
            self._link, self._linked = clean(dict(attrs).get("href") or "") or None, ""
        elif tag == "blockquote" and "expandable" in dict(attrs):
            self._open.append("fold")
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote" and tag not in self._open:
            tag = "fold"
        if tag == "a":
            self._end_link()
        elif tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        words = clean(data, ISOLATES)
        self._linked += words
        self._add(words)

    def _end_link(self) -> None:
        """Put a link's address behind its words, unless they say it already."""
        link, self._link = self._link, None
        hidden = not self._spelled_out and re.match(r"https?://", link or "")
        if link and not hidden and self._linked.strip() not in (link, _address(link)):
            self._add(f" ({_address(link)})")

    def _add(self, words: str) -> None:
        kind: Kind = next((kind for kind in _INSIDE if kind in self._open), "text")
        run = Run(words, frozenset(self._open).intersection(_STYLES), self._link)
        if self.found and self.found[-1].kind == kind:
            self.found[-1] = Block(kind, (*self.found[-1].runs, run))
        else:
            self.found.append(Block(kind, (run,)))


def _address(link: str) -> str:
    """Return what a person needs to see of a link: of a mail the address alone, not the letter in it."""
    scheme, _, rest = link.partition(":")
    match scheme.lower():
        case "mailto":
            return clean(unquote(rest.partition("?")[0]))
        case "tel":
            return rest
        case _:
            return link


def _trimmed(block: Block, *, first: bool, last: bool) -> Block | None:
    """Return `block` without the newlines that part it from its neighbours; None if nothing else is in it."""
    runs = list(block.runs)
    if block.kind != "text" or not first:
        runs[0] = replace(runs[0], text=runs[0].text.removeprefix("\n"))
    if not any(run.text for run in runs):
        return None
    if block.kind != "text" or not last:
        runs[-1] = replace(runs[-1], text=runs[-1].text.removesuffix("\n"))
    return Block(block.kind, tuple(run for run in runs if run.text))
