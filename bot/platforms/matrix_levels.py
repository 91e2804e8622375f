"""Who may do what in a room on Matrix, as its state tells: levels of power, and creators whom none binds."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from bot.platforms.matrix_json import Json, inner, items

CREATE, LEVELS, TOMBSTONE = "m.room.create", "m.room.power_levels", "m.room.tombstone"
MEMBER = "m.room.member"
CREATORS_UNBOUND, CREATOR_IS_SENDER, NUMBERS_ONLY = 12, 11, 10
"""The versions of rooms from which on this holds."""
LARGEST = 2**53 - 1
NONE, ALL = -math.inf, math.inf
"""What is understood of a level that is none: as power, less than any; as a need, more than anybody has."""
_NUMERAL = re.compile(r"\s*[+-]?[0-9]{1,16}\s*", re.ASCII)


class Levels:
    """The rights in a room of that `state`; what is malformed there gives nobody a right."""

    def __init__(self, state: Sequence[Json]) -> None:
        made, levels = _found(state, CREATE), _found(state, LEVELS)
        self._version = _version(made)
        self._creators = _creators(made) if self._version >= CREATORS_UNBOUND else frozenset()
        self._first = _first(made, self._version)
        self._content = None if levels is None else inner(levels, "content")

    def power(self, person: str) -> float:
        """Return the level of a person: from version 12 on, a creator is above any."""
        if person in self._creators:
            return ALL
        if self._content is None:
            return 100 if person == self._first else 0
        return self._stated("users", person, "users_default", 0, NONE)

    def may_set(self, person: str, kind: str) -> bool:
        """Return whether a person may set the state of that kind."""
        return self.power(person) >= self._stated("events", kind, "state_default", 50, ALL)

    def administrator(self, person: str) -> bool:
        """Return whether a person may set the levels: who can do that, can give themselves every other right."""
        return self.may_set(person, LEVELS)

    def _stated(self, part: str, name: str, others: str, default: int, malformed: float) -> float:
        """Return the level under `name` in a part of the levels, or else that of all `others`."""
        content = self._content or {}
        parts = content.get(part, {})
        if not isinstance(parts, dict):
            return malformed
        value = parts[name] if name in parts else content.get(others, default)
        if isinstance(value, str) and self._version < NUMBERS_ONLY and _NUMERAL.fullmatch(value):
            value = int(value)
        return value if type(value) is int and abs(value) <= LARGEST else malformed


def is_in(state: Sequence[Json], person: str) -> bool:
    """Return whether a person is in a room of that `state`."""
    theirs = (e for e in state if e.get("type") == MEMBER and e.get("state_key") == person)
    return any(inner(event, "content").get("membership") == "join" for event in theirs)


def _found(state: Sequence[Json], kind: str) -> Json | None:
    return next((e for e in state if e.get("type") == kind and e.get("state_key") == ""), None)


def _version(made: Json | None) -> float:
    """Return the version of a room; of one that has no number, or none that is known, nobody counts as its creator."""
    version = inner(made, "content").get("room_version", "1")
    known = made is not None and isinstance(version, str) and re.fullmatch(r"[1-9][0-9]?", version, re.ASCII)
    return int(version) if known else math.nan


def _creators(made: Json | None) -> frozenset[str]:
    """Return those who have made a room together."""
    others = items(inner(made, "content").get("additional_creators"))
    return frozenset(one for one in (inner(made).get("sender"), *others) if isinstance(one, str))


def _first(made: Json | None, version: float) -> object:
    """Return who has power where there are no levels."""
    if version >= CREATOR_IS_SENDER:
        return inner(made).get("sender")
    return inner(made, "content").get("creator") if version < CREATOR_IS_SENDER else None
