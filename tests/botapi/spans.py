"""Stretches of a text that mean something (bold, a link, a command), counted as Telegram counts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

Json = dict[str, Any]

SEVERAL = frozenset(["bold", "italic", "underline", "strikethrough", "spoiler"])
"""Formats that melt together where two of the same kind touch."""

CLOSED = frozenset(["code", "pre"])
"""Formats with nothing else inside."""

LINKED = CLOSED | {"text_link", "text_mention", "custom_emoji"}
"""Formats in which Telegram looks for no links, commands or addresses of its own."""

ORDER = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 10,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
}
ORDER |= {"bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch from `start` to `end`, in characters of a Python string."""

    kind: str
    start: int
    end: int
    more: Json = field(default_factory=dict)

    @property
    def rank(self) -> tuple[int, int, int]:
        """Where Telegram puts it in the list: outer before inner."""
        return self.start, -self.end, ORDER.get(self.kind, 50)


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units, which is how Telegram measures."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def as_entities(text: str, spans: Iterable[Span]) -> list[Json]:
    """Return `spans` as MessageEntity objects, with places in UTF-16 units."""
    place = _places(text)
    found = sorted(spans, key=lambda span: span.rank)
    return [
        {"offset": place[s.start], "length": place[s.end] - place[s.start], "type": s.kind, **s.more}
        for s in found
    ]


def from_entities(text: str, entities: Iterable[Json]) -> list[Span]:
    """Return MessageEntity objects as spans; places outside the text are moved to its edge."""
    character = {unit: index for index, unit in enumerate(_places(text))}
    last = len(text)
    spans = []
    for entity in entities:
        given = dict(entity)
        start, length = int(given.pop("offset")), int(given.pop("length"))
        kind = str(given.pop("type"))
        spans.append(Span(kind, character.get(start, last), character.get(start + length, last), given))
    return spans


def _places(text: str) -> range | list[int]:
    """Return the place in UTF-16 units of every character, and of the end."""
    if text.isascii() or max(text) <= "\uffff":
        return range(len(text) + 1)
    return list(accumulate((2 if c > "\uffff" else 1 for c in text), initial=0))


def trimmed(text: str, spans: Iterable[Span]) -> tuple[str, list[Span]]:
    """Return `text` without space at its ends, and the spans that still hold something."""
    ended = text.rstrip()
    leading = len(ended) - len(ended.lstrip(" \n"))
    first = min((span.start for span in spans), default=len(ended))
    cut = min(leading, first)
    whole = ended[cut:]
    moved = [replace(s, start=max(s.start - cut, 0), end=min(s.end - cut, len(whole))) for s in spans]
    return whole, [s for s in moved if s.start < s.end and whole[s.start : s.end].strip()]


def melted(spans: Iterable[Span]) -> list[Span]:
    """Return spans as Telegram keeps them: the same kind in one piece, nothing inside code."""
    kept: list[Span] = []
    last: dict[str, int] = {}
    closed = 0
    for span in sorted(spans, key=lambda s: s.rank):
        if span.start < closed:
            continue
        if span.kind in CLOSED:
            closed = span.end
        at = last.get(span.kind)
        if span.kind in SEVERAL and at is not None and kept[at].end >= span.start:
            kept[at] = replace(kept[at], end=max(kept[at].end, span.end))
            continue
        last[span.kind] = len(kept)
        kept.append(span)
    return kept


def merged(given: list[Span], found: Iterable[Span]) -> list[Span]:
    """Return `given` with those of `found` that lie in no link and no code."""
    closed = [span for span in given if span.kind in LINKED]
    return given + [f for f in found if not any(f.start < c.end and c.start < f.end for c in closed)]
