"""Which buttons a bot may put below a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.botapi.links import why_not
from tests.botapi.refusals import bad
from tests.botapi.spans import Json, units

ROW, ALL, DATA, COPIED = 8, 100, 64, 256

ACTIONS = frozenset(
    "callback_data callback_game copy_text login_url pay switch_inline_query switch_inline_query_chosen_chat"
    " switch_inline_query_current_chat url web_app".split()
)


def check_markup(markup: Json, private: bool) -> Json | None:
    """Return the keyboard below a message, if there is one, checked as Telegram checks it."""
    if "inline_keyboard" in markup:
        return _inline(markup)
    if "keyboard" in markup:
        for button in _buttons(markup["keyboard"], "keyboard"):
            _check_typed(button, private)
    return markup or None


def buttons(markup: Json | None) -> list[Json]:
    """Return the buttons of an inline keyboard, row by row."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _inline(markup: Json) -> Json | None:
    found = list(_buttons(markup["inline_keyboard"], "inline keyboard"))
    for button in found:
        _check_inline(button)
    if len(found) > ALL or any(len(row) > ROW for row in markup["inline_keyboard"]):
        raise bad("reply markup is too long")
    rows = [row for row in markup["inline_keyboard"] if row]
    return {"inline_keyboard": rows} if rows else None


def _buttons(rows: object, called: str) -> Iterator[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad(f'field "{called.replace(" ", "_")}" must be an Array of Arrays')
    for row in rows:
        yield from row


def _check_inline(button: object) -> None:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad("inline keyboard button text must be non-empty")
    actions = [name for name in ACTIONS if button.get(name) not in (None, "")]
    if not actions:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad(f"BUTTON_TYPE_INVALID: {' and '.join(sorted(actions))} in one button")
    _check_action(actions[0], button[actions[0]])


def _check_action(action: str, value: Any) -> None:
    if action == "callback_data" and not (isinstance(value, str) and len(value.encode()) <= DATA):
        raise bad("BUTTON_DATA_INVALID")
    if action == "copy_text":
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= units(copied) <= COPIED:
            raise bad("BUTTON_COPY_TEXT_INVALID")
    if action == "url":
        _check_url(value)


def _check_url(url: object) -> None:
    if not isinstance(url, str):
        raise bad("BUTTON_URL_INVALID")
    if reason := why_not(url):
        invalid = url.lower().startswith(("mailto:", "tel:"))
        raise bad(
            "BUTTON_URL_INVALID" if invalid else f"inline keyboard button URL '{url}' is invalid: {reason}"
        )


def _check_typed(button: object, private: bool) -> None:
    """Check a button that types its label."""
    text = button.get("text") if isinstance(button, dict) else button
    if not isinstance(text, str):
        raise bad("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if not text:
        raise bad("keyboard button text must be non-empty")
    if isinstance(button, dict) and not private:
        for asked, called in (("request_contact", "Phone number"), ("request_location", "Location")):
            if button.get(asked):
                raise bad(f"{called} can be requested in private chats only")
