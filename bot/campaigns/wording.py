"""What is wrong in a campaign.toml, for somebody who edits text files: which key, and what to change."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic_core import ErrorDetails

from bot.config_errors import did_you_mean

_PLAIN = {
    "missing": "is missing",
    "unexpected_keyword_argument": "is not a key that is known here",
    "string_type": "must be text in quotation marks",
    "bool_type": "must be true or false, without quotation marks",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "greater_than": "must be more than 0",
    "tuple_type": "must be a list",
    "mapping_type": "must be a table",
    "dataclass_type": "must be a table, under a line such as [[demand]]",
    "too_short": "needs at least one entry",
}


def plain_words(error: ErrorDetails) -> str:
    """Return what `error` says, without a word of Python."""
    context = error.get("ctx", {})
    match error["type"]:
        case "literal_error":
            known = re.findall("'([^']+)'", context["expected"])
            return f"must be one of {', '.join(known)}{did_you_mean(error['input'], known)}"
        case "value_error":
            return str(context["error"])
    return _PLAIN.get(error["type"], error["msg"])


def named_place(location: tuple[int | str, ...], raw: object) -> str:
    """Return a place such as `recipient.embassy.channel.fax.value`; an entry without a key has its number."""
    names = []
    for part in location:
        if isinstance(part, int):
            raw = raw[part] if isinstance(raw, list) else None
            names.append(_name(raw) or str(part + 1))
        else:
            raw = raw.get(part) if isinstance(raw, dict) else None
            names.append(part)
    return ".".join(names)


def _name(entry: object) -> str | None:
    name = (entry.get("key") or entry.get("kind")) if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


def tables(raw: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """Return the [[tables]] under `key`, passing over whatever is none."""
    found = raw.get(key)
    return [table for table in found if isinstance(table, dict)] if isinstance(found, list) else []


def name_channels(raw: Mapping[str, object]) -> None:
    """Give each channel without a key its type for one, and a number from the second of that type on."""
    for recipient in tables(raw, "recipient"):
        seen: dict[object, int] = {}
        for channel in tables(recipient, "channel"):
            kind = channel.get("type")
            seen[kind] = seen.get(kind, 0) + 1
            if isinstance(kind, str):
                channel.setdefault("key", kind if seen[kind] == 1 else f"{kind}-{seen[kind]}")
