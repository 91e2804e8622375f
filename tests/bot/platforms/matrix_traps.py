"""What strangers and homeservers do to a bot on Matrix, in the tests that see whether it minds."""

from __future__ import annotations

from typing import Any

from tests.homeserver import faults
from tests.homeserver.asking import Json
from tests.homeserver.person import Person
from tests.matrix_nonsense import KEY, MEGOLM, OLM, nonsense


async def sends_nonsense(stranger: Person, own_id: str) -> None:
    """Send the bot's devices everything that no device should send another."""
    told = await stranger.ask("POST", "/_matrix/client/v3/keys/query", {"device_keys": {own_id: []}})
    (device,) = told["device_keys"][own_id].values()
    own_key = device["keys"][f"curve25519:{device['device_id']}"]
    for kind, content in nonsense(own_key):
        if kind:
            path = f"/_matrix/client/v3/sendToDevice/{kind}/{stranger.new_transaction()}"
            await stranger.ask("PUT", path, {"messages": {own_id: {"*": content}}})


def with_events(events: list[Any]) -> faults.Rewrite:
    """Let more events between devices be told than there are."""

    def change(told: Json) -> Json:
        known = told.get("to_device", {}).get("events", [])
        return {**told, "to_device": {"events": [*events, *known]}}

    return faults.Rewrite(change)


def forged(user: str) -> Json:
    """Return a device that looks like one, and whose keys are keys, though it was signed by nobody."""
    keys = {"curve25519:X": KEY, "ed25519:X": KEY}
    signatures = {user: {"ed25519:X": "A" * 86}}
    shown = {"user_id": user, "device_id": "X", "algorithms": [OLM, MEGOLM]}
    return {**shown, "keys": keys, "signatures": signatures}


def with_timeline(told: Json, room: str, sender: str) -> Json:
    """Let much happen in a room that no homeserver should tell of."""
    sound: Json = {"type": "m.room.message", "sender": sender, "content": {"msgtype": "m.text", "body": "?"}}
    wrong: dict[str, list[object]] = {
        "origin_server_ts": [10**30, -(10**30), -1, "now", None, [], 1e308],
        "content": [None, [], "text", 7, {}],
        "type": [None, [], 7, "m.room.encrypted", "m.reaction", "m.room.redaction"],
        "sender": [None, [], 7],
        "event_id": [None],
    }
    changes: list[Json] = [{name: value} for name, values in wrong.items() for value in values]
    changes.append({"type": "m.room.member", "state_key": 7})
    changes.append({"type": "m.room.name", "state_key": "", "content": []})
    changes.append({"type": "m.room.redaction", "redacts": ["?"]})
    changes += [{"type": "m.room.encrypted", "origin_server_ts": value} for value in ("now", None, {"id": 1})]
    events: list[object] = [None, 7, [], {}]
    for number in range(1000):
        whole = {**sound, "event_id": f"$bad{number}", "origin_server_ts": 1}
        events.append({**whole, **changes[number % len(changes)]})
        events.append({**{n: v for n, v in whole.items() if n != list(whole)[number % len(whole)]}})
    rooms = told.setdefault("rooms", {}).setdefault("join", {})
    nothing: Json = {"events": [None, 7, "text", []]}
    rooms[room] = {**rooms.get(room, {}), "timeline": {"events": events}, "account_data": nothing}
    return told
