"""What somebody's client knows of a room: everything that happened there, in order, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.homeserver.asking import Json

UNREADABLE = "m.room.encrypted"
"""The type of what was encrypted and could not be read."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as it reached somebody, decrypted if it was encrypted and can be read."""

    id: str
    sender: str
    type: str
    content: Json
    encrypted: bool
    source: Json
    """The whole event, as it came or as it was inside."""

    @property
    def msgtype(self) -> str:
        """What kind of message it is."""
        return str(self.content.get("msgtype", ""))

    @property
    def body(self) -> str:
        """What it says, as plain text."""
        return str(self.content.get("body", ""))

    @property
    def formatted_body(self) -> str | None:
        """What it says, as HTML, if it does."""
        return self.content.get("formatted_body")

    @property
    def mentions(self) -> Json | None:
        """Whom it calls, if it says so."""
        return self.content.get("m.mentions")

    @property
    def relates_to(self) -> Json:
        """What it has to do with another event, if anything."""
        relation = self.content.get("m.relates_to")
        return relation if isinstance(relation, dict) else {}

    @property
    def replaces(self) -> str | None:
        """The event instead of which it is to be shown, if any."""
        return self._related("m.replace")

    @property
    def thread(self) -> str | None:
        """The event that began the thread it stands in, if any."""
        return self._related("m.thread")

    @property
    def replies_to(self) -> str | None:
        """The event it answers, if any; in a thread, a client that knows no threads would show that too."""
        answered: Json = self.relates_to.get("m.in_reply_to") or {}
        return answered.get("event_id")

    @property
    def reaction(self) -> tuple[str, str] | None:
        """The event it reacts to, and with what, if it does."""
        event = self._related("m.annotation")
        return (
            None if event is None or self.type != "m.reaction" else (event, str(self.relates_to.get("key")))
        )

    @property
    def redacts(self) -> str | None:
        """The event that it takes away, if it does."""
        taken = self.source.get("redacts") or self.content.get("redacts")
        return taken if self.type == "m.room.redaction" else None

    def _related(self, kind: str) -> str | None:
        return self.relates_to.get("event_id") if self.relates_to.get("rel_type") == kind else None


class Timeline:
    """What happened in one room, as far as somebody knows."""

    def __init__(self) -> None:
        self.events: list[Seen] = []
        self._ids: set[str] = set()

    def add(self, events: Iterable[Seen]) -> None:
        """Let more happen; what is known already is left as it is."""
        for event in events:
            if event.id not in self._ids:
                self._ids.add(event.id)
                self.events.append(event)

    def has_read(self, event: Seen) -> None:
        """Put an event that can now be read where it stood."""
        at = next(n for n, known in enumerate(self.events) if known.id == event.id)
        self.events[at] = event

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._ids

    def __getitem__(self, event_id: str) -> Seen:
        return next(event for event in self.events if event.id == event_id)

    def after(self, event_id: str) -> list[Seen]:
        """Return what happened later than an event."""
        return self.events[self.events.index(self[event_id]) + 1 :]

    @property
    def gone(self) -> set[str]:
        """What was taken away."""
        return {event.redacts for event in self.events if event.redacts is not None}

    def now(self, event: Seen) -> Seen | None:
        """Return a message as it is shown now, with the last edit its sender made, or None if it was taken away."""
        gone = self.gone
        if event.id in gone or "redacted_because" in event.source.get("unsigned", {}):
            return None
        edits = [
            e for e in self.events if e.replaces == event.id and e.id not in gone and _may_edit(e, event)
        ]
        return replace(event, content=edits[-1].content["m.new_content"]) if edits else event

    def messages(self) -> list[Seen]:
        """Return the messages that are shown now, as they are shown: edits are no messages of their own."""
        shown = [self.now(e) for e in self.events if e.type in ("m.room.message", "m.sticker")]
        return [event for event in shown if event is not None and event.replaces is None]

    def reactions(self, event_id: str) -> dict[str, set[str]]:
        """Return who reacts to an event now, by what they react with, in the order that came up."""
        found: dict[str, set[str]] = {}
        gone = self.gone
        for event in self.events:
            if event.reaction is not None and event.reaction[0] == event_id and event.id not in gone:
                found.setdefault(event.reaction[1], set()).add(event.sender)
        return found


def _may_edit(edit: Seen, event: Seen) -> bool:
    """Return whether a client believes an edit."""
    new = edit.content.get("m.new_content")
    return isinstance(new, dict) and edit.sender == event.sender and edit.type == event.type
