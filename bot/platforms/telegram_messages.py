"""A message as Telegram can show it: parts within its limits, and a keyboard below the last."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape

from bot.events import Message
from bot.platforms.base import Block, Run, blocks, plain_text
from bot.platforms.telegram_keyboards import listed, notes

LONGEST = 4096
"""UTF-16 units of one message's text."""
LONGEST_CAPTION = 1024
"""UTF-16 units of the words below a file."""
LONGEST_NOTE = 200
"""Characters of what only whoever has tapped is shown."""
MOST_ENTITIES = 95
"""Words with a look or a link in one message; Telegram keeps a hundred."""
_WEB = re.compile(r"(?:https?|tg)://")
_TAG = re.compile(r"<[^>]*>")
_FOUND = re.compile(r"[@#$/+]\w")
_DOTTED = re.compile(r"\w\.\w")
"""In a word that Telegram may make a link of by itself: a command, a name, a number; an address."""
_SPACES = ("\n\n", "\n", ". ", " ")


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, or a whole letter: what it is in HTML, and how much room it takes."""

    html: str
    size: int
    entities: int
    glue: str = ""
    """What parts it from the piece before."""


def parts(message: Message) -> tuple[str, ...]:
    """Return the texts of `message` as HTML, each short enough for Telegram; paragraphs and letters stay whole."""
    made: list[list[Piece]] = [[]]
    for piece in _pieces(message):
        if made[-1] and not _fits(made[-1], piece):
            made.append([])
        made[-1].append(piece)
    texts = (_joined(part) for part in made if part)
    return tuple(text for text in texts if _TAG.sub("", text).strip())


def answered(message: Message) -> str | None:
    """Return what the last part of a question says once it is answered; None if that is the same as before."""
    if not (listed(message.buttons) or notes(message.buttons)):
        return None
    shorter = parts(replace(message, buttons=()))
    return shorter[-1] if shorter and len(shorter) == len(parts(message)) else None


def units(text: str) -> int:
    """Return how long `text` is for Telegram: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def noted(html: str) -> dict[str, str]:
    """Return the parameter that shows `html` to whoever has tapped, and to nobody else."""
    return {"text": plain_text(html)[:LONGEST_NOTE]} if html else {}


def captions(texts: Sequence[str]) -> bool:
    """Return whether `texts` are so few words that they can stand below a file."""
    return len(texts) == 1 and units(unescape(_TAG.sub("", texts[0]))) <= LONGEST_CAPTION


def _pieces(message: Message) -> Iterator[Piece]:
    """Yield the pieces of `message`; what its buttons cannot say stands below."""
    for number, block in enumerate(blocks(message.html, spelled_out=False)):
        glue = "\n" * bool(number)
        for piece in _divided(block):
            yield replace(piece, glue=glue)
            glue = "\n\n"
    below = [*listed(message.buttons), *notes(message.buttons)]
    if below:
        text = "\n".join(below)
        yield Piece(escape(text, quote=False), units(text), 0, "\n\n")


def _divided(block: Block) -> Iterator[Piece]:
    if block.kind == "text":
        yield from (_written(runs) for runs in _paragraphs(block.runs))
        return
    if block.kind == "pre":
        letter = Run("".join(run.text for run in block.runs), frozenset({"code"}))
        yield from (replace(_written(runs), html=_letter(runs)) for runs in _cut([letter]))
        return
    attribute = " expandable" if block.kind == "fold" else ""
    for runs in _filled(_paragraphs(block.runs)):
        inner = _written(runs)
        html = f"<blockquote{attribute}>{inner.html}</blockquote>"
        yield replace(inner, html=html, entities=inner.entities + 1)


def _letter(runs: Sequence[Run]) -> str:
    return f"<pre>{escape(''.join(run.text for run in runs), quote=False)}</pre>"


def _paragraphs(runs: Sequence[Run]) -> Iterator[tuple[Run, ...]]:
    """Yield the paragraphs of `runs`, each short enough for a message."""
    paragraph: list[Run] = []
    for run in runs:
        first, *others = run.text.split("\n\n")
        paragraph.append(replace(run, text=first))
        for other in others:
            yield from _cut(paragraph)
            paragraph = [replace(run, text=other)]
    yield from _cut(paragraph)


def _filled(paragraphs: Iterable[tuple[Run, ...]]) -> Iterator[tuple[Run, ...]]:
    """Yield as many paragraphs together as fit into a message: a quotation is no longer one in every line."""
    together: tuple[Run, ...] = ()
    for paragraph in paragraphs:
        longer = (*together, Run("\n\n"), *paragraph) if together else paragraph
        if together and not _whole(longer):
            yield together
            longer = paragraph
        together = longer
    if together:
        yield together


def _cut(runs: Sequence[Run]) -> Iterator[tuple[Run, ...]]:
    """Yield `runs` in parts that fit into a message each, cut between paragraphs, lines, sentences or words."""
    rest = tuple(run for run in runs if run.text)
    while not _whole(rest):
        text = "".join(run.text for run in rest)
        end = bisect_left(range(1, len(text)), True, key=lambda end: not _whole(_between(rest, 0, end)))
        head = text[:end]
        space = next((space for space in _SPACES if head.rfind(space) > len(head) // 2), "")
        end = head.rfind(space) + len(space) if space else len(head)
        yield _between(rest, 0, end)
        rest = _between(rest, end, len(text))
    if rest:
        yield rest


def _between(runs: Sequence[Run], start: int, end: int) -> tuple[Run, ...]:
    """Return the words of `runs` from the character `start` up to `end`."""
    found, at = [], 0
    for run in runs:
        text = run.text[max(0, start - at) : max(0, end - at)]
        at += len(run.text)
        if text:
            found.append(replace(run, text=text))
    return tuple(found)


def _size(runs: Iterable[Run]) -> int:
    return sum(units(run.text) for run in runs)


def _entities(runs: Sequence[Run]) -> int:
    """Return how many words have a look or a link, those that Telegram finds by itself included; rather too many."""
    plain = "".join(" " if run.link or "code" in run.styles else run.text for run in runs)
    words = plain.split() if _FOUND.search(plain) or _DOTTED.search(plain) else ()
    found = sum(len(_FOUND.findall(word)) or bool(_DOTTED.search(word)) for word in words)
    return found + sum(len(run.styles) + bool(run.link) for run in runs)


def _whole(runs: Sequence[Run]) -> bool:
    """Return whether `runs` fit into one message."""
    return _size(runs) <= LONGEST and _entities(runs) <= MOST_ENTITIES


def _written(runs: Sequence[Run]) -> Piece:
    return Piece("".join(map(_html, runs)), _size(runs), _entities(runs))


def _html(run: Run) -> str:
    """Return words as HTML. Telegram makes links of e-mail addresses by itself, and refuses ours."""
    return (run if _WEB.match(run.link or "") else replace(run, link=None)).html


def _fits(part: Sequence[Piece], piece: Piece) -> bool:
    size = sum(p.size + len(p.glue) for p in (*part, piece))
    return size <= LONGEST and sum(p.entities for p in (*part, piece)) <= MOST_ENTITIES


def _joined(part: Sequence[Piece]) -> str:
    return "".join((piece.glue if number else "") + piece.html for number, piece in enumerate(part))
