"""The buttons of a message as an inline keyboard: what a thumb finds, in rows that a phone can show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from bot.events import ShownButton
from bot.platforms.telegram_updates import data

Key = dict[str, object]
"""A button as the Bot API takes it."""

BACK, TICKED, OPEN, PLACE, CHOSEN, COPY = "‹ ", "☑ ", "☐ ", "📍 ", "➤ ", "📋 "
MOST = 100
"""Buttons below one message."""
WIDEST = 34
"""Characters of a button that a phone shows whole."""
_HALF, _THIRD = 17, 10
"""Characters of a button that stands in a row with one or two others."""
_LONGEST_COPY = 256
"""UTF-16 units."""
_NUMBERED = re.compile(r"\d+ · ")
_NO_PAYLOAD = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_PAYLOAD = 64


def keyboard(buttons: Sequence[ShownButton], username: str) -> list[list[Key]]:
    """Return the rows of an inline keyboard; links lead into the private chat with the bot called `username`."""
    kept = sorted([button for button in buttons if _tappable(button)][:MOST], key=_order)
    groups = (list(group) for _, group in groupby(kept, _kind))
    return [[_key(button, username) for button in row] for group in groups for row in _rows(group)]


def listed(buttons: Sequence[ShownButton]) -> list[str]:
    """Return the numbered options as lines, if one of them is too long for a button."""
    options = [button for button in buttons if button.number is not None]
    if all(len(_label(button)) <= WIDEST for button in options):
        return []
    return [_label(button) for button in options]


def notes(buttons: Sequence[ShownButton]) -> list[str]:
    """Return what is said below a message rather than tapped."""
    return [PLACE + button.label for button in buttons if button.place]


def lasting(rows: Sequence[Sequence[Mapping[str, Any]]]) -> list[Sequence[Mapping[str, Any]]]:
    """Return the rows that are of use even when the question is answered: what they copy is still wanted."""
    return [row for row in rows if all("copy_text" in key for key in row)]


def bare(text: str) -> str:
    """Return the text of a question without what `listed` and `notes` have put below it."""
    lines = text.split("\n")
    while lines and (not lines[-1].strip() or lines[-1].startswith(PLACE) or _NUMBERED.match(lines[-1])):
        lines.pop()
    return "\n".join(lines) or text


def words_of(message: Mapping[str, Any]) -> str:
    """Return what `message` says; below a file that is its caption."""
    return str(message.get("text") or message.get("caption") or "")


def chosen(query: Mapping[str, Any]) -> str | None:
    """Return what stands below a question once the button of `query` was tapped; None if that button is gone."""
    rows = (query["message"].get("reply_markup") or {}).get("inline_keyboard") or []
    keys = [key for row in rows for key in row]
    label = next((key["text"] for key in keys if key.get("callback_data") == query.get("data")), None)
    if label is None:
        return None
    lines = words_of(query["message"]).splitlines()
    ticked = [words for key in keys if (words := _in_full(key["text"], lines)).startswith(TICKED)]
    if ticked and _NUMBERED.match(label):  # the button below the list: that was all
        return CHOSEN + ", ".join(words.removeprefix(TICKED) for words in ticked)
    return CHOSEN + _in_full(label, lines).removeprefix(BACK)


def _in_full(label: str, lines: Sequence[str]) -> str:
    """Return what a button says without its number; where it is cut, one of `lines` has it whole."""
    begun = label.removesuffix("…")
    whole = next((line for line in lines if begun != label and line.startswith(begun)), label)
    return _NUMBERED.sub("", whole, count=1)


def _tappable(button: ShownButton) -> bool:
    if button.copy is not None:
        return 0 < len(button.copy.encode("utf-16-le")) // 2 <= _LONGEST_COPY
    return not button.place


def _order(button: ShownButton) -> int:
    """Return where a button stands: what is copied between the answers and the ways on."""
    return ("option", "copy", "other", "way").index(_kind(button))


def _kind(button: ShownButton) -> str:
    if button.copy is not None:
        return "copy"
    if button.number is not None:
        return "option"
    return "way" if button.press and button.command else "other"


def _rows(group: Sequence[ShownButton]) -> Iterator[Sequence[ShownButton]]:
    """Yield `group` in rows of one, two or three, as wide as its widest label allows."""
    widest = max(len(_label(button)) for button in group)
    row = 3 if widest <= _THIRD else 2 if widest <= _HALF else 1
    yield from (group[start : start + row] for start in range(0, len(group), row))


def _label(button: ShownButton) -> str:
    if button.number is not None:
        tick = "" if button.ticked is None else TICKED if button.ticked else OPEN
        return f"{button.number} · {tick}{button.label}"
    before = COPY if button.copy is not None else BACK if button.command == "back" else ""
    return before + button.label


def _key(button: ShownButton, username: str) -> Key:
    label = _label(button)
    whole = len(label) <= WIDEST or (button.number is None and button.copy is None)
    shown = label if whole else f"{label[: WIDEST - 1].rstrip()}…"
    if button.copy is not None:
        return {"text": shown, "copy_text": {"text": button.copy}}
    if button.private:
        payload = _payload((button.command or "").removeprefix("start "), button.through)
        return {"text": shown, "url": f"https://t.me/{username}?start={payload}"}
    return {"text": shown, "callback_data": data(button.press) if button.press else f"/{button.command}"}


def _payload(command: str, through: str) -> str:
    """Return a command as a link may carry it: "letter zhanaozen-2011" as "letter_zhanaozen-2011".

    Behind it stands the code of the group out of which it leads, if there is room for it.
    """
    payload = _NO_PAYLOAD.sub("", "_".join(command.split()))[:_LONGEST_PAYLOAD]
    whole = f"{payload}_{through}" if through and payload != through else payload
    return whole if len(whole) <= _LONGEST_PAYLOAD else payload
