"""A broadcast: an update for many, who it is for, what it says in each language, and what became of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.events import Chat, Document, Message, Phrase, Upload

APPS: Mapping[str, str | Phrase] = {
    "telegram": "Telegram",
    "matrix": "Matrix",
    "console": Phrase("Terminal"),
}
"""How the platforms are called."""


AGREEABLE = timedelta(minutes=15)
"""How long somebody can agree to what they have seen."""


MANY = 500
"""People beyond whom another organiser has to agree, whoever writes, where there are two at least."""


def asks_another(people: int, organisers: Collection[str]) -> bool:
    """Return whether an update to so many `people` waits for another organiser than its author to agree."""
    return people > MANY and len(organisers) > 1


class State(StrEnum):
    """How far a broadcast has come."""

    ASKED = "asked"
    """A second organiser has still to agree."""
    SET = "set"
    """It waits for its time."""
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class Fate(StrEnum):
    """What became of one of its messages."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    GONE = "gone"
    """The chat is closed to us; it gets no news any more."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may have arrived: the connection broke after it was written."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a broadcast is for: all who follow the campaign and, of what is named, only those."""

    campaign: str
    platform: str | None = None
    language: str | None = None
    country: str | None = None
    group: str | None = None
    """The code of a group: that group itself, and the people who came through it."""
    waiting: bool = False
    """Only people who have pledged a letter and not sent it yet."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A photo or another file that goes with it."""

    name: str
    media_type: str
    photo: bool
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """What it says: HTML of the messages' subset by language, and a file; `usual` is the language for all others."""

    texts: Mapping[str, str] = field(repr=False)
    usual: str
    file: Attached | None = None

    def text(self, language: str | None) -> str:
        """Return what is said to somebody who reads `language`."""
        return self.texts.get(language or self.usual, self.texts[self.usual])

    def message(self, language: str | None, *, silent: bool = False) -> Message:
        """Return it as it goes to somebody who reads `language`, without a sound if it is to be `silent`."""
        file = self.file
        document = Document(file.name, Upload(file.media_type, file.photo, file.data)) if file else None
        return Message(self.text(language), document=document, silent=silent)

    @property
    def digest(self) -> str:
        """What a confirmation is bound to: it differs as soon as a character does."""
        known = (self.file.name, hashlib.sha256(self.file.data).hexdigest()) if self.file else None
        return digest(self.texts, self.usual, known)


def digest(texts: Mapping[str, str], usual: str, file: tuple[str, str] | None) -> str:
    """Return the digest of a content of which the file's name and SHA-256 are known."""
    said = json.dumps([sorted(texts.items()), usual, file])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing goes out, of a day in a time zone: from 22 to 8 in Europe/Berlin."""

    start: int
    end: int
    zone: str

    def holds(self, moment: datetime) -> bool:
        """Return whether nothing goes out at `moment`."""
        now, start, end = moment.astimezone(ZoneInfo(self.zone)).time(), time(self.start), time(self.end)
        return start <= now < end if start <= end else now >= start or now < end


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """A broadcast that its author has agreed to; `told` is the chat in which they are kept informed."""

    scope: Scope
    content: Content
    starts_at: datetime
    told: Chat
    quiet: Quiet | None = None
    state: State = State.SET


Counts = Mapping[tuple[str, str, Fate], int]
"""People by platform, language and what became of their message."""
Size = Mapping[tuple[str, str], int]
"""People by platform and language."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A recorded broadcast, and what has become of it so far."""

    id: int
    author: str
    """The keyed hash of whoever wrote it."""
    terms: NewBroadcast
    state: State
    counts: Counts
    created_at: datetime
    ended_at: datetime | None = None
    unsettled: int = 0
    """How many of the unknown somebody can still decide on: to send them again, or to leave them."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """How many messages wait for a platform that is not connected, by platform."""

    def people(self, *fates: Fate) -> int:
        """Return how many people there are, or how many whose message had one of these `fates`."""
        return sum(n for (_, _, fate), n in self.counts.items() if not fates or fate in fates)
