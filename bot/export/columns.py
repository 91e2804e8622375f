"""The columns of an export: what stands in each, as docs/export.md tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One letter. Days are written as 2026-11-23; what is not known, or was not agreed to, is None.

    `ways` and `answers` are as the database joins them: "kmg:email", "kmg:email:reply:2026-11-23", with spaces between.
    """

    campaign: str
    letter: str
    sender: str
    country: str | None
    status: str
    promised_for: str | None
    sent_on: str | None
    ways: str | None
    answers: str | None
    organisation: str | None
    name: str | None
    consent: str
    consent_wording: str
    consent_on: str
    recorded_on: str


COLUMNS = Line._fields
DAYS = frozenset({"promised_for", "sent_on", "consent_on", "recorded_on"})
"""The columns that hold a day."""


class Way(NamedTuple):
    """One recipient, by one channel, as the campaign calls them."""

    recipient: str
    channel: str


class Answer(NamedTuple):
    """What came back, and when that was said."""

    recipient: str
    channel: str
    kind: str
    on: str


def ways_of(line: Line) -> Iterator[Way]:
    """Yield the ways of a letter, in order."""
    return (Way(*way.split(":", 1)) for way in sorted((line.ways or "").split()))


def answers_of(line: Line) -> Iterator[Answer]:
    """Yield what came back for a letter, in order."""
    return (Answer(*answer.split(":", 3)) for answer in sorted((line.answers or "").split()))
