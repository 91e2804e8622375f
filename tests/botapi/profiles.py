"""What people see of the bot before they talk with it: its names, descriptions and commands, by language."""

from __future__ import annotations

import json
import re

from tests.botapi.calls import Call, Json
from tests.botapi.refusals import bad
from tests.botapi.spans import units

LIMITS = {"name": 64, "description": 512, "short_description": 120}
COMMANDS, COMMAND, MEANING = 100, re.compile(r"[a-z0-9_]{1,32}"), 256
LANGUAGE = re.compile(r"[a-z]{2}|")
SCOPES = frozenset(["default", "all_private_chats", "all_group_chats", "all_chat_administrators"])
CHAT_SCOPES = frozenset(["chat", "chat_administrators", "chat_member"])


class Profile:
    """The texts of the profile and the lists of commands."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], str] = {}
        """By what it is (`name`, `description`, `short_description`) and the language, "" for all others."""
        self.commands: dict[tuple[str, str], list[Json]] = {}
        """By the scope, as sorted JSON, and the language."""

    def set_text(self, what: str, text: str, language: str) -> None:
        """Keep a name or description; an empty one is forgotten."""
        if units(text) > LIMITS[what]:
            raise bad(f"BOT_{what.upper()}_TOO_LONG")
        key = (what, checked_language(language))
        if text:
            self.texts[key] = text
        else:
            self.texts.pop(key, None)

    def text(self, what: str, language: str) -> str:
        """Return a name or description in a language, else the one for all others."""
        return self.texts.get((what, checked_language(language)), self.texts.get((what, ""), ""))


def read_commands(call: Call) -> list[Json]:
    """Return a list of commands, checked as Telegram checks it."""
    commands = call.listed("commands", "BotCommand")
    if len(commands) > COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    return [_checked_command(command) for command in commands]


def _checked_command(command: object) -> Json:
    if not isinstance(command, dict):
        raise bad("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad(f"can't parse BotCommand: Can't find field \"{name}\"")
    name = command["command"].removeprefix("/")
    if not COMMAND.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    if not 1 <= units(command["description"]) <= MEANING:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": command["description"]}


def read_scope(call: Call) -> Json:
    """Return whom a list of commands is for."""
    scope = call.record("scope", "BotCommandScope") or {"type": "default"}
    if scope.get("type") not in SCOPES | CHAT_SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    if scope["type"] in CHAT_SCOPES and not scope.get("chat_id"):
        raise bad("can't parse BotCommandScope: Empty chat_id specified")
    return scope


def scope_key(scope: Json) -> str:
    """Return a scope as the key of its commands."""
    return json.dumps(scope, sort_keys=True)


def checked_language(code: str) -> str:
    """Return a language code of two letters, or ""."""
    if not LANGUAGE.fullmatch(code):
        raise bad("invalid language code specified")
    return code
