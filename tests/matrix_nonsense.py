"""What no client sends to a bot on Matrix, and no homeserver tells it: events of every kind with something wrong."""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy
from itertools import count
from typing import Any

from tests.homeserver.asking import Json
from tests.nonsense import NONSENSE, spoil

CURVE, OLM, MEGOLM = "signed_curve25519", "m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"
KEY = "A" * 43
ROOM_KEY: Json = {"algorithm": MEGOLM, "room_id": "!x:y", "session_id": "s", "session_key": "nonsense"}
FORWARDED: Json = {**ROOM_KEY, "sender_key": KEY, "sender_claimed_ed25519_key": KEY}
ASKING: Json = {"action": "request", "request_id": "1", "requesting_device_id": "X"}


def olm(own_key: str, body: object, kind: object = 0) -> tuple[str, object]:
    """Return something encrypted for whoever has that key, which says that it is."""
    told = {"algorithm": OLM, "sender_key": KEY, "ciphertext": {own_key: {"type": kind, "body": body}}}
    return "m.room.encrypted", told


def nonsense(own_key: str) -> list[tuple[str, Any]]:
    """Return what no device should send another."""
    return [
        olm(own_key, "broken"),
        olm(own_key, ""),
        olm(own_key, "A" * 50_000),
        olm(own_key, "AwoA", 1),
        olm(own_key, None, "x"),
        ("m.room.encrypted", {"algorithm": OLM, "sender_key": "?", "ciphertext": {own_key: []}}),
        ("m.room.encrypted", {"algorithm": OLM, "sender_key": None, "ciphertext": None}),
        ("m.room.encrypted", {"algorithm": ["?"], "ciphertext": "text"}),
        ("m.room.encrypted", {}),
        ("m.room_key", ROOM_KEY),
        ("m.room_key", {"algorithm": None, "room_id": [], "session_id": {}, "session_key": 7}),
        ("m.forwarded_room_key", {**FORWARDED, "forwarding_curve25519_key_chain": "?"}),
        ("m.forwarded_room_key", {**FORWARDED, "forwarding_curve25519_key_chain": []}),
        ("m.room_key_request", {**ASKING, "body": {**ROOM_KEY, "sender_key": KEY}}),
        ("m.room_key_request", {**ASKING, "body": "text"}),
        ("m.room_key_request", {"action": "request_cancellation", "request_id": 7}),
        ("m.key.verification.request", {"from_device": "X", "methods": "?", "timestamp": "now"}),
        ("m.key.verification.start", {"from_device": "X", "transaction_id": "1", "method": "m.sas.v1"}),
        ("m.key.verification.key", {"transaction_id": "1", "key": None}),
        ("m.key.verification.cancel", {}),
        ("m.secret.request", {**ASKING, "name": "m.cross_signing.master"}),
        ("m.secret.send", {"request_id": "1", "secret": {}}),
        ("m.dummy", {"huge": "x" * 50_000}),
        ("", {}),
    ]


NO_EVENTS: list[object] = [
    None,
    7,
    "text",
    [],
    {},
    {"type": None, "content": None, "sender": None},
    {"type": "m.room.encrypted", "content": [], "sender": "@a:b"},
    {"type": "m.room.encrypted", "content": {"algorithm": OLM}, "sender": 7},
    {"type": "m.room_key", "content": "text", "sender": "@a:b"},
    {"type": ["m.room_key"], "content": {}, "sender": {}},
]


SHAPES: list[Json] = [
    {"m.relates_to": "text"},
    {"m.relates_to": None},
    {"m.relates_to": []},
    {"m.relates_to": {"rel_type": "m.replace", "event_id": ["?"]}},
    {"m.relates_to": {"rel_type": "m.replace", "event_id": "$none"}},
    {"m.relates_to": {"rel_type": "m.thread", "event_id": {}}},
    {"m.relates_to": {"m.in_reply_to": "?"}},
    {"body": None},
    {"body": ["!help"]},
    {"body": {"x": 1}},
    {"msgtype": None},
    {"msgtype": "m.location", "geo_uri": 7},
    {"msgtype": "m.location", "geo_uri": "geo:999,-999"},
    {"m.mentions": "everybody"},
    {"m.new_content": 7, "m.relates_to": {"rel_type": "m.annotation", "event_id": 7, "key": None}},
]


RELATED: Json = {"rel_type": "m.thread", "event_id": "$none", "is_falling_back": True}
TEXT: Json = {"msgtype": "m.text", "body": "!letter", "m.mentions": {}, "m.relates_to": RELATED}
SAID: list[tuple[str, Json]] = [
    ("m.room.message", TEXT),
    ("m.room.message", {**TEXT, "m.new_content": TEXT, "m.relates_to": {**RELATED, "rel_type": "m.replace"}}),
    ("m.room.message", {**TEXT, "m.relates_to": {"m.in_reply_to": {"event_id": "$none"}}}),
    ("m.room.message", {"msgtype": "m.location", "body": "here", "geo_uri": "geo:51.5,-0.1"}),
    ("m.room.message", {"msgtype": "m.file", "body": "a", "url": "mxc://a/b", "info": {"size": 1}}),
    ("m.room.message", {"msgtype": "m.key.verification.request", "to": "x", "methods": ["m.sas.v1"]}),
    ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$none", "key": "1️⃣"}}),
    ("m.sticker", {"body": "!", "url": "mxc://a/b", "info": {"w": 1}}),
    ("m.room.redaction", {"redacts": "$none", "reason": "!"}),
    ("m.poll.start", {"m.poll": {"question": {"m.text": [{"body": "?"}]}, "answers": []}}),
    ("m.room.encrypted", {**ROOM_KEY, "ciphertext": "AwgA" + KEY, "sender_key": KEY, "device_id": "X"}),
    ("m.call.invite", {"call_id": "1", "offer": {"sdp": "x"}, "lifetime": 1, "version": "1"}),
]
"""What people say in rooms, before something is made wrong in it: the type and the content."""
HELD: list[tuple[str, Json]] = [
    ("m.room.name", {"name": "x"}),
    ("m.room.topic", {"topic": "x"}),
    ("m.room.avatar", {"url": "mxc://a/b", "info": {"w": 1}}),
    ("m.room.canonical_alias", {"alias": "#a:union.test", "alt_aliases": []}),
    ("m.room.encryption", {"algorithm": MEGOLM, "rotation_period_msgs": 1, "rotation_period_ms": 1}),
    ("m.room.pinned_events", {"pinned": ["$none"]}),
    ("m.room.guest_access", {"guest_access": "can_join"}),
    ("m.room.history_visibility", {"history_visibility": "shared"}),
    ("m.space.parent", {"via": ["union.test"], "canonical": True}),
    ("org.matrix.msc4332.commands", {"sigil": "!", "commands": [{"syntax": "x"}]}),
]
"""What whoever holds a room may set there."""
GOVERNED: list[tuple[str, Json]] = [
    *HELD,
    ("m.room.power_levels", {"users": {"@x:union.test": 100}, "events": {"m.room.name": 50}, "ban": 50}),
    ("m.room.member", {"membership": "join", "displayname": "x", "avatar_url": "mxc://a/b"}),
    ("m.room.join_rules", {"join_rule": "invite", "allow": [{"type": "m.room_membership"}]}),
    ("m.room.create", {"creator": "@x:union.test", "room_version": "11", "predecessor": {"room_id": "!x"}}),
    ("m.room.tombstone", {"body": "x", "replacement_room": "!x:union.test"}),
]
"""What holds in rooms at all."""


def wrong(stones: Sequence[tuple[str, Json]], dice: random.Random) -> tuple[str, Json]:
    """Return a type, and a content in which something is wrong."""
    kind, content = deepcopy(dice.choice(stones))
    for _ in range(dice.randint(1, 3)):
        spoil(content, dice)
    return kind, content


class Liar:
    """A homeserver that tells the bot of things that are none, in rooms of a stranger and between devices."""

    def __init__(self, stranger: str, rooms: Sequence[str], own_key: str, dice: random.Random) -> None:
        self._stranger = stranger
        self._rooms = rooms
        self._between = [(kind, inside) for kind, inside in nonsense(own_key) if isinstance(inside, dict)]
        self._dice = dice
        self._numbers = count(1)
        self.told = 0
        """Of how many such things it has told."""

    def adds(self, answer: Json, number: int) -> Json:
        """Return what a homeserver tells of late, and so many things more."""
        for _ in range(number):
            self.told += 1
            event = self._event()
            place = self._places(answer)
            place.insert(self._dice.randint(0, len(place)), event)
        return answer

    def _event(self) -> object:
        """Return an event of any kind, in which something is wrong anywhere; sometimes it is none at all."""
        if self._dice.random() < 0.1:
            return deepcopy(self._dice.choice([*NO_EVENTS, *NONSENSE]))
        held, between = self._dice.random() < 0.3, self._dice.random() < 0.3
        kind, content = wrong(self._between if between else GOVERNED if held else SAID, self._dice)
        event: Json = {"type": kind, "sender": self._stranger, "content": content}
        if not between:
            event |= {"event_id": f"$wrong{next(self._numbers)}", "origin_server_ts": 1_790_000_000_000}
            event |= {"state_key": self._dice.choice(("", self._stranger))} if held else {}
            event |= {"unsigned": {"age": 1, "transaction_id": "x"}}
        for _ in range(self._dice.randint(0, 2)):
            spoil(event, self._dice)
        return event

    def _places(self, answer: Json) -> list[Any]:
        """Return a part of what is told in which events stand, in a room or between devices."""
        rooms = answer.setdefault("rooms", {})
        room = rooms.setdefault("join", {}).setdefault(self._dice.choice(self._rooms), {})
        invented = f"!invented{self._dice.randrange(50)}:union.test"
        match self._dice.randrange(12):
            case 0 | 1 | 2 | 3:
                part = room.setdefault("timeline", {})
            case 4 | 5:
                part = room.setdefault("state", {})
            case 6:
                part = room.setdefault(self._dice.choice(("ephemeral", "account_data")), {})
            case 7 | 8 | 9:
                part = answer.setdefault("to_device", {})
            case 10:
                part = answer.setdefault("account_data", {})
            case _:
                kind, name = self._dice.choice((("invite", "invite_state"), ("leave", "timeline")))
                part = rooms.setdefault(kind, {}).setdefault(invented, {}).setdefault(name, {})
        events: list[Any] = part.setdefault("events", [])
        return events
