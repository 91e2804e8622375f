"""What is wrong in a campaign.toml, for somebody who edits text files: which key, and what to change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import get_args, get_type_hints

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.campaigns.campaign import Campaign
from bot.campaigns.parts import (
    Channel,
    DatedFact,
    Demand,
    Fact,
    Holder,
    LetterKind,
    MissionNote,
    Oddity,
    Question,
    Recipient,
)
from bot.config_errors import AT_THE_TOP, did_you_mean

_TABLES: dict[str, type] = {
    "": Campaign,
    "event": DatedFact,
    "demand": Demand,
    "recipient": Recipient,
    "recipient.holder": Holder,
    "recipient.channel": Channel,
    "mission_note": MissionNote,
    "letter": LetterKind,
    "question": Question,
    "question.fact": Fact,
    "oddity": Oddity,
}
"""What stands under a line such as [[recipient.channel]]; at the top, the campaign's own keys."""

_BESIDE = ("slug", "sections", "templates", "missions")
"""What a campaign has from its folder's name and from the other files."""

Location = tuple[int | str, ...]

_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text in quotation marks",
    "bool_type": "must be true or false, without quotation marks",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than": "must be more than 0",
    "dict_type": 'must give the names by language, such as { en = ["Natalia Sokolova"] }',
    "too_short": "needs at least one entry",
}


def in_plain_words(errors: Sequence[ErrorDetails], raw: object) -> Iterator[tuple[str, str]]:
    """Yield the place of each error and what it says; that a list is empty is left out if its entries are wrong."""
    for error in errors:
        place = error["loc"]
        inside = any(len(o["loc"]) > len(place) and o["loc"][: len(place)] == place for o in errors)
        if error["type"] != "too_short" or not inside:
            yield named_place(place, raw), _plain_words(error)


def _plain_words(error: ErrorDetails) -> str:
    """Return what `error` says, without a word of Python."""
    context, table = error.get("ctx", {}), _table(error["loc"])
    match error["type"], error["input"]:
        case "literal_error", value:
            words = re.findall("'([^']+)'", context["expected"])
            return f"must be one of {', '.join(words)}{did_you_mean(value, words)}"
        case "unexpected_keyword_argument", _:
            keys = _keys(_table(error["loc"][:-1]))
            return f"is not a key that is known here{did_you_mean(error['loc'][-1], keys)}"
        case "value_error", [{}, *_]:
            return f"must stand in single brackets: [{table}]"
        case "value_error", _:
            return str(context["error"])
        case ("tuple_type", {}) | ("dataclass_type", _) if table in _TABLES:
            return f"must stand in double brackets: [[{table}]]"
        case "tuple_type", _:
            return 'must be a list, such as ["one", "two"]'
    return _PLAIN.get(error["type"], "has a value that cannot be used here")


def _table(location: Location) -> str:
    return ".".join(part for part in location if isinstance(part, str))


@cache
def _keys(table: str) -> tuple[str, ...]:
    """Return the keys that are known in a table of campaign.toml."""
    if table not in _TABLES:
        return ()
    hints = get_type_hints(_TABLES[table], include_extras=True)
    return tuple(_key(name, hint) for name, hint in hints.items() if name not in _BESIDE)


def _key(name: str, hint: object) -> str:
    aliases = [extra.alias for extra in get_args(hint) if isinstance(extra, FieldInfo) and extra.alias]
    return aliases[0] if aliases else name


def lift(raw: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Put each key that the top lacks and a table has by mistake where it was meant; yield its place and what to do."""
    lacking = {key for key in _keys("") if key not in _TABLES and key not in raw}
    for place, table in [*_tables_below((), raw)]:
        for key in sorted(lacking.intersection(table) - set(_keys(_table(place)))):
            yield named_place((*place, key), raw), AT_THE_TOP
            raw.setdefault(key, table.pop(key))


def _tables_below(place: Location, value: object) -> Iterator[tuple[Location, dict[str, object]]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, found in inner:
        if isinstance(found, dict):
            yield (*place, part), found
        yield from _tables_below((*place, part), found)


def named_place(location: Location, raw: object) -> str:
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
    """Return the [[tables]] under `key`, or the one that lacks its second brackets; whatever is none is passed over."""
    found = raw.get(key)
    entries = found if isinstance(found, list) else [found]
    return [table for table in entries if isinstance(table, dict)]


def name_channels(raw: Mapping[str, object]) -> None:
    """Give each channel without a key its type for one, and a number from the second of that type on."""
    for recipient in tables(raw, "recipient"):
        seen: Counter[str] = Counter()
        for channel in tables(recipient, "channel"):
            kind = channel.get("type")
            if isinstance(kind, str):
                seen[kind] += 1
                channel.setdefault("key", kind if seen[kind] == 1 else f"{kind}-{seen[kind]}")
