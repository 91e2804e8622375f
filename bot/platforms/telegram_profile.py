"""What Telegram shows of the bot before anybody writes: its menus, name and descriptions, by language."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.platforms.telegram_calls import Calls

log = logging.getLogger(__name__)

_LONGEST_COMMAND, _LONGEST_DESCRIPTION = 32, 256


@dataclass(frozen=True, slots=True)
class Profile:
    """What is shown in one language; commands by name and summary."""

    private: Mapping[str, str]
    group: Mapping[str, str]
    name: str
    description: str
    short_description: str
    organisers: Mapping[str, str] = field(default_factory=dict)
    """What some commands are for organisers."""


async def introduce(calls: Calls, profiles: Mapping[str, Profile], organisers: Sequence[int] = ()) -> None:
    """Tell Telegram what differs from what it shows; the language "" is for everybody whose own is not among them.

    Those of the `organisers` who have not written to the bot yet see their own menu after its next start.
    """
    wishes = [wish for language, profile in profiles.items() for wish in _wishes(language, profile)]
    try:
        for one in organisers:
            await _show_more(calls, profiles, one)
        await asyncio.gather(*(_wish(calls, *wish) for wish in wishes))
    except TelegramError as error:
        log.warning("Telegram does not take the bot's menus or descriptions yet: %s", error.message)


async def _show_more(calls: Calls, profiles: Mapping[str, Profile], organiser: int) -> None:
    """Show the menu of organisers to one of them, if they have ever written to the bot."""
    with suppress(BadRequest):
        for language, profile in profiles.items():
            shown = {**profile.private, **profile.organisers}
            await _wish(calls, *_menu(language, {"type": "chat", "chat_id": organiser}, shown))


def _wishes(language: str, profile: Profile) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield what is to be asked and set, of whom, and the value."""
    spoken = _spoken(language)
    for kind, commands in (
        ("all_private_chats", profile.private),
        ("all_group_chats", profile.group),
        ("all_chat_administrators", profile.group),
    ):
        yield _menu(language, {"type": kind}, commands)
    yield "MyName", spoken, {"name": profile.name}
    yield "MyDescription", spoken, {"description": profile.description}
    yield "MyShortDescription", spoken, {"short_description": profile.short_description}


def _menu(
    language: str, scope: dict[str, Any], commands: Mapping[str, str]
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    shown = [_command(name, summary) for name, summary in commands.items()]
    return "MyCommands", {**_spoken(language), "scope": scope}, {"commands": shown}


def _spoken(language: str) -> dict[str, str]:
    return {"language_code": language} if language else {}


def _command(name: str, summary: str) -> dict[str, str]:
    return {"command": name[:_LONGEST_COMMAND], "description": summary[:_LONGEST_DESCRIPTION]}


async def _wish(calls: Calls, what: str, of: dict[str, Any], value: dict[str, Any]) -> None:
    shown = await calls.call(f"Get{what}", of)
    if (shown if what == "MyCommands" else {**shown}) != (
        value["commands"] if what == "MyCommands" else value
    ):
        await calls.call(f"Set{what}", {**of, **value})
