"""Messages as the database holds them until they are sent: short JSON."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import astuple, replace
from typing import Any

from bot.events import (
    Chart,
    Document,
    Draft,
    Extract,
    Given,
    Message,
    Page,
    Plain,
    Press,
    ShownButton,
    Upload,
)

_Kept = Page | Draft | Chart | Given | Extract | Plain
_KINDS: dict[str, type[_Kept]] = {
    "page": Page,
    "draft": Draft,
    "chart": Chart,
    "given": Given,
    "extract": Extract,
    "plain": Plain,
}


def dump(message: Message) -> str:
    """Return `message` as JSON; of its file, only what it is made of."""
    buttons = [_button(button) for button in message.buttons]
    words = [message.html, buttons, message.edits, message.answers]
    document = message.document and _document(message.document)
    file = [document, message.apology, message.card, message.language]
    others = file if message.document or message.card else []
    return json.dumps([*words, *others], ensure_ascii=False)


def _button(b: ShownButton) -> list[object]:
    press = b.press and [b.press.token, b.press.step, b.press.value]
    return [b.label, press, b.number, b.command, b.ticked, b.private, b.copy, b.place, b.through]


def _document(document: Document) -> list[object]:
    content = document.content
    if isinstance(content, Upload):
        return [document.name, "upload", content.media_type, content.photo, b64encode(content.data).decode()]
    kind = next(name for name, kind in _KINDS.items() if isinstance(content, kind))
    return [document.name, kind, *astuple(content)]


def parse(text: str) -> Message:
    """Return the message that `dump` wrote."""
    html, buttons, *others = json.loads(text)
    shown = (ShownButton(label, press and Press(*press), *rest) for label, press, *rest in buttons)
    message = Message(html, tuple(shown), *others[:2])
    if len(others) <= 2:  # no file goes with it, and it is no card
        return message
    document, apology, *later = others[2:]  # versions before this one kept less
    return replace(
        message,
        document=document and _read(*document),
        apology=apology,
        card=later[0] if later else None,
        language=later[1] if later[1:] else "",
    )


def _read(name: str, kind: str, *parts: Any) -> Document:
    if kind == "upload":
        media_type, photo, data = parts
        return Document(name, Upload(media_type, photo, b64decode(data)))
    values: Iterator[Any] = (tuple(part) if isinstance(part, list) else part for part in parts)
    return Document(name, _KINDS[kind](*values))
