"""What a homeserver is asked for, and what of its answer tells how rooms are."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from bot.platforms.matrix_json import Json
from bot.platforms.matrix_json import events as read_events
from bot.platforms.matrix_levels import TOMBSTONE

STATES = [
    *("m.room.member", "m.room.encryption", TOMBSTONE),
    *("m.room.name", "m.room.canonical_alias", "m.room.join_rules"),  # they say whether a room is for many
]
"""What must be known of how a room is."""

FILTER: Json = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "state": {"types": STATES},
        "timeline": {"limit": 100},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "include_leave": True,
    },
}


def anew() -> str:
    """Return what to ask for at a start: the present state, and nothing that was answered to anybody before.

    Nothing that was said: to look for the last of it in each of many rooms costs a homeserver more than the rest. For
    some minutes it repeats an old answer to the same question, without the rooms entered since; so each question leaves
    something else out of what is not asked for anyway.
    """
    room = {**FILTER["room"], "timeline": {"limit": 1, "types": []}, "include_leave": False}
    return json.dumps(
        {**FILTER, "room": room, "presence": {"types": [], "not_types": [secrets.token_hex(16)]}}
    )


def happened(info: Json) -> list[Json]:
    """Return what has changed in a room, as its timeline tells."""
    return [event for event in read_events(info.get("timeline")) if "state_key" in event]


def states(rooms: Mapping[str, Json]) -> Json:
    """Return what holds in rooms, without what was said there."""
    return {
        room: {"state": {"events": read_events(info.get("state"))}, "timeline": {"events": happened(info)}}
        for room, info in rooms.items()
    }
