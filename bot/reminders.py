"""A reminder: what somebody wants to be asked, and when; it knows their chat, and nothing else of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.events import Chat
from bot.pledges import LetterKey


class Asking(StrEnum):
    """What is asked, or was asked."""

    SEND = "send"
    """Whether the letter has left."""
    SEND_ASKED = "send-asked"
    ANSWER = "answer"
    """Whether anything came back."""
    ANSWER_ASKED = "answer-asked"

    @property
    def asked(self) -> Asking:
        """What it is once it was asked."""
        return Asking.SEND_ASKED if self in (Asking.SEND, Asking.SEND_ASKED) else Asking.ANSWER_ASKED

    @property
    def unasked(self) -> Asking:
        """What it was before it was asked."""
        return Asking.SEND if self in (Asking.SEND, Asking.SEND_ASKED) else Asking.ANSWER

    @property
    def waits(self) -> bool:
        """Whether it is still to be asked."""
        return self in (Asking.SEND, Asking.ANSWER)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One question to one chat about one letter.

    `zone` is a time zone as in the tz database, or a distance from UTC such as "+05:30"; `due` is when it is asked,
    and once it was asked, until when it is kept for the answer.
    """

    chat: Chat
    letter: LetterKey
    asking: Asking
    zone: str
    due: datetime
    language: str | None = None
    id: int = 0
