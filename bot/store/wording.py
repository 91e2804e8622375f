"""Messages as the database holds them until they are sent: short JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, replace
from typing import Any

from bot.events import Document, Draft, Message, Page, Press, ShownButton

_KINDS: dict[str, type[Page] | type[Draft]] = {"page": Page, "draft": Draft}


def dump(message: Message) -> str:
    """Return `message` as JSON; of its file, only what it is made of."""
    buttons = [_button(button) for button in message.buttons]
    words = [message.html, buttons, message.edits, message.answers]
    file = [message.document and _document(message.document), message.apology, message.card]
    others = file if message.document or message.card else []
    return json.dumps([*words, *others], ensure_ascii=False)


def _button(b: ShownButton) -> list[object]:
    press = b.press and [b.press.token, b.press.step, b.press.value]
    return [b.label, press, b.number, b.command, b.ticked, b.private, b.copy, b.place]


def _document(document: Document) -> list[object]:
    kind = next(name for name, kind in _KINDS.items() if isinstance(document.content, kind))
    return [document.name, kind, *astuple(document.content)]


def parse(text: str) -> Message:
    """Return the message that `dump` wrote."""
    html, buttons, *others = json.loads(text)
    shown = (ShownButton(label, press and Press(*press), *rest) for label, press, *rest in buttons)
    message = Message(html, tuple(shown), *others[:2])
    if len(others) <= 2:  # no file goes with it, and it is no card
        return message
    document, apology, *card = others[2:]
    return replace(
        message, document=document and _read(*document), apology=apology, card=card[0] if card else None
    )


def _read(name: str, kind: str, *parts: Any) -> Document:
    values: Iterator[Any] = (tuple(part) if isinstance(part, list) else part for part in parts)
    return Document(name, _KINDS[kind](*values))
