"""The register of what is personal: every column of every table, why it is kept, how it is protected, for how long.

A column that is added to a table must be entered here; docs/privacy.md says the same in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Guarded(StrEnum):
    """How a column that is personal is protected in a stolen file."""

    HASHED = "a keyed hash"
    SEALED = "encrypted"
    OPEN = "readable, under a keyed hash or an encrypted chat alone"


@dataclass(frozen=True, slots=True)
class Personal:
    """Columns that say something of a person."""

    columns: tuple[str, ...]
    purpose: str
    guarded: Guarded
    kept: str


_PLEDGE = "until /forget, or 90 days after the campaign was closed (retention.pledges)"
_ASKED = "until /stop or /forget, or until the chat is closed to the bot"
_CHAT = "until the bot is put out of the group"
_MOMENT = "until it is sent"
_UPDATE = "until the update is deleted; whose it was until /forget"

REGISTER: Mapping[str, tuple[Personal, ...]] = {
    "seen": (Personal(("event",), "no event takes effect twice", Guarded.HASHED, "14 days"),),
    "conversation": (
        Personal(("key", "owner"), "whose conversation it is", Guarded.HASHED, "24 hours of silence"),
        Personal(("frames",), "what was answered so far", Guarded.SEALED, "24 hours of silence, or /cancel"),
        Personal(("updated_at",), "when it has fallen silent", Guarded.OPEN, "24 hours of silence"),
    ),
    "person": (
        Personal(("owner",), "whose language it is", Guarded.HASHED, "until /forget"),
        Personal(("language",), "in which language to speak", Guarded.OPEN, "until /forget"),
    ),
    "pledge": (
        Personal(("owner",), "counting nobody twice, /mydata, /forget", Guarded.HASHED, _PLEDGE),
        Personal(("name", "organisation"), "being listed, by consent", Guarded.SEALED, _PLEDGE),
        Personal(
            ("campaign", "kind", "sender", "country", "status", "day", "created_at"),
            "how many letters were sent, and from where",
            Guarded.OPEN,
            _PLEDGE,
        ),
        Personal(("consent", "consent_version", "consent_at"), "what was agreed to", Guarded.OPEN, _PLEDGE),
    ),
    "pledge_way": (
        Personal(("pledge", "recipient", "channel"), "by which way it went", Guarded.OPEN, _PLEDGE),
    ),
    "answer": (
        Personal(("pledge", "recipient", "channel", "kind", "day"), "what came back", Guarded.OPEN, _PLEDGE),
    ),
    "pledge_via": (Personal(("pledge", "code"), "what a group's link has led to", Guarded.OPEN, _PLEDGE),),
    "came": (
        Personal(("owner",), "who came through a link", Guarded.HASHED, f"until /forget, or {_CHAT}"),
        Personal(("code", "at"), "through which, and when", Guarded.OPEN, f"until /forget, or {_CHAT}"),
    ),
    "group_chat": (
        Personal(("code", "keeper"), "its link; who set it up", Guarded.HASHED, f"/forget, or {_CHAT}"),
        Personal(("chat", "title", "topic", "before"), "where it is, and its name", Guarded.SEALED, _CHAT),
    ),
    "subscription": (
        Personal(("chat",), "where news go", Guarded.SEALED, _ASKED),
        Personal(
            ("platform", "campaign", "private", "language", "country", "via", "waiting", "asked_at"),
            "which news, and in which language",
            Guarded.OPEN,
            _ASKED,
        ),
    ),
    "reminder": (
        Personal(("chat",), "whom to remind", Guarded.SEALED, _ASKED),
        Personal(
            ("platform", "campaign", "kind", "sender", "step", "language", "zone", "due_at"),
            "of what, and when",
            Guarded.OPEN,
            _ASKED,
        ),
    ),
    "delivery": (
        Personal(("chat", "message"), "what is said to whom", Guarded.SEALED, _MOMENT),
        Personal(("platform", "queued_at", "language"), "where, since when", Guarded.OPEN, _MOMENT),
    ),
    "broadcast": (
        Personal(("author",), "who wrote it", Guarded.HASHED, _UPDATE),
        Personal(("chat", "content"), "who is told of it; what it says", Guarded.SEALED, _UPDATE),
        Personal(("platform",), "where its author is told of it", Guarded.OPEN, _UPDATE),
    ),
    "broadcast_file": (
        Personal(("name", "data"), "what goes with it", Guarded.SEALED, "until the update has ended"),
    ),
    "card": (Personal(("message",), "which message is edited", Guarded.SEALED, _CHAT),),
    "fact": (Personal(("value",), "up to where rooms were read", Guarded.SEALED, "until it is read on"),),
}
"""What is personal, by table."""

NOT_PERSONAL: Mapping[str, tuple[str, ...]] = {
    "pledge": ("id",),
    "group_chat": ("platform", "language", "goal", "until", "who", "opened", "added_at"),
    "reminder": ("id",),
    "delivery": ("id", "broadcast", "state", "tries"),
    "broadcast": ("id", "scope", "state", "starts_at", "quiet", "created_at", "ended_at"),
    "broadcast_file": ("broadcast", "media_type", "photo"),
    "broadcast_fate": ("broadcast", "platform", "language", "state", "people"),
    "card": ("name",),
    "fact": ("name",),
    "seen": ("at",),
}
"""What says nothing of a person, by table."""
