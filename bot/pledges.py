"""A pledge: what somebody has promised to send, or has sent, and what they agreed that we keep of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


class Status(StrEnum):
    """How far a pledge has come."""

    PLEDGED = "pledged"
    """Promised, for no day in particular."""
    PLANNED = "planned"
    """Promised for a day."""
    SENT = "sent"
    ANSWERED = "answered"
    """Sent, and somebody has replied, acknowledged it or forwarded it."""

    @property
    def has_left(self) -> bool:
        """Whether the letter has been sent, whatever became of it."""
        return self in (Status.SENT, Status.ANSWERED)


class CameBack(StrEnum):
    """What became of a letter that was sent."""

    REPLY = "reply"
    ACKNOWLEDGED = "acknowledged"
    FORWARDED = "forwarded"
    RETURNED = "returned"
    """It could not be delivered."""
    NOTHING = "nothing"

    @property
    def is_answer(self) -> bool:
        """Whether somebody has done something with the letter."""
        return self in (CameBack.REPLY, CameBack.ACKNOWLEDGED, CameBack.FORWARDED)


class Recorded(StrEnum):
    """What became of a pledge when it was recorded."""

    NEW = "new"
    REPLACED = "replaced"
    """It took the place of a promise of the same letter."""
    ADDED = "added"
    """The same letter had been sent before: its ways are added up."""


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """One recipient, by one channel; both by their keys in the campaign."""

    recipient: str
    channel: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one recipient, by the channel that the letter was sent by, and when that was said."""

    way: Way
    kind: CameBack
    day: date


@dataclass(frozen=True, slots=True)
class LetterKey:
    """Which letter of a person it is: what is promised of it or sent twice is still one letter."""

    campaign: str
    kind: str
    sender: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to, which wording of the question they saw, and when."""

    listed: str
    """What organisers may list: "nothing", "name" or "organisation"."""
    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewPledge:
    """A pledge about to be recorded. `name` and `organisation` are None unless the consent covers them."""

    campaign: str
    kind: str
    sender: str
    country: str | None
    ways: tuple[Way, ...]
    status: Status
    day: date
    """The day it was sent, or shall be; of one that is promised for no day, the day of the promise."""
    consent: Consent
    name: str | None = None
    organisation: str | None = None

    @property
    def letter(self) -> LetterKey:
        """Which letter it is."""
        return LetterKey(self.campaign, self.kind, self.sender)


@dataclass(frozen=True, slots=True)
class Pledge:
    """A recorded pledge; `number` counts its owner's pledges from 1, oldest first."""

    number: int
    terms: NewPledge
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How many letters of one kind have come so far and no further, from one country."""

    campaign: str
    kind: str
    sender: str
    country: str | None
    status: Status
    letters: int


@dataclass(frozen=True, slots=True)
class WayCount:
    """How many letters have come so far and no further, by one channel."""

    campaign: str
    channel: str
    status: Status
    letters: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many letters left on one day."""

    campaign: str
    day: date
    letters: int


By = Literal["all", "kind", "sender", "country"]
"""What people are counted by."""


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """How many people have sent a letter, and how many others have promised one; each of them once.

    They are counted in all, or of those with one kind of letter, sender or country ("" where none was given).
    """

    campaign: str
    by: By
    value: str
    sent: int
    promised: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many letters there are; a letter that goes by two channels is counted for each of them."""

    letters: tuple[LetterCount, ...]
    ways: tuple[WayCount, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted at one moment: people, and where it was read in full, letters and days as well."""

    people: tuple[PeopleCount, ...]
    tally: Tally = Tally((), ())
    days: tuple[DayCount, ...] = ()
    """Of each campaign the earliest first."""


@dataclass(frozen=True, slots=True)
class Returned:
    """How many different people had letters to a recipient returned, by one channel.

    `country` is where they wrote from, as it decides on the embassy: "" if they did not say, None for all together.
    """

    campaign: str
    way: Way
    country: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is kept about one person."""

    pledges: tuple[Pledge, ...]
    language: str | None
    conversations: tuple[str, ...]
    """What is open, each as the store keeps it."""
