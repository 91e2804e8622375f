"""What a bot may write: how long, and with which formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.botapi.calls import Call
from tests.botapi.finds import find
from tests.botapi.refusals import bad
from tests.botapi.spans import Json, Span, as_entities, from_entities, melted, merged, trimmed, units
from tests.botapi.tags import parse

TEXT, CAPTION, FORMATS = 4096, 1024, 100

Note = Callable[[str], None]
"""Keeps a fault for which Telegram does not refuse the message."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text as people see it, with what is special in it, and as the bot sent it."""

    text: str
    entities: tuple[Json, ...]
    source: str


def read_text(call: Call, note: Note) -> Text:
    """Return the text of a message, checked as Telegram checks it."""
    if not call.text("text"):
        raise bad("message text is empty")
    text = _read(call, call.text("text"), "entities", note)
    if not text.text:
        raise bad("text must be non-empty")
    if units(text.text) > TEXT:
        raise bad("message is too long")
    return text


def read_caption(call: Call, note: Note) -> Text:
    """Return the caption of a document, checked as Telegram checks it."""
    caption = _read(call, call.text("caption"), "caption_entities", note)
    if units(caption.text) > CAPTION:
        raise bad("message caption is too long")
    return caption


def _read(call: Call, source: str, entities: str, note: Note) -> Text:
    if len(source.encode("utf-8", "surrogatepass")) > 1 << 15:
        raise bad("text is too long")
    if not source:
        return Text("", (), "")
    raw, spans = _formatted(call, source, entities, note)
    text, spans = trimmed(raw, spans)
    whole = as_entities(text, merged(melted(spans), find(text)))
    if len(whole) > FORMATS:
        note(f"{len(whole)} entities in one message, of which Telegram keeps {FORMATS}")
    return Text(text, tuple(whole[:FORMATS]), source)


def _formatted(call: Call, source: str, entities: str, note: Note) -> tuple[str, list[Span]]:
    mode = call.text("parse_mode").lower()
    if mode in ("", "none"):
        return source, from_entities(source, call.listed(entities, "MessageEntity"))
    if mode != "html":
        raise bad("unsupported parse_mode")
    parsed = parse(source)
    for url in parsed.dropped:
        note(f"Telegram drops the link to {url}")
    return parsed.text, parsed.spans
