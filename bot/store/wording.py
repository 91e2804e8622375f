"""Messages as the database holds them until they are sent: short JSON."""

from __future__ import annotations

import json

from bot.events import Message, Press, ShownButton


def dump(message: Message) -> str:
    """Return `message` as JSON."""
    buttons = [_button(button) for button in message.buttons]
    return json.dumps([message.html, buttons, message.edits, message.answers], ensure_ascii=False)


def _button(b: ShownButton) -> list[object]:
    press = b.press and [b.press.token, b.press.step, b.press.value]
    return [b.label, press, b.number, b.command, b.ticked, b.private, b.copy, b.place]


def parse(text: str) -> Message:
    """Return the message that `dump` wrote."""
    html, buttons, *others = json.loads(text)
    shown = (ShownButton(label, press and Press(*press), *rest) for label, press, *rest in buttons)
    return Message(html, tuple(shown), *others)
