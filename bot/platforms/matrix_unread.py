"""Events that cannot be read yet: they wait for their keys, and are asked for again after a restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.platforms.matrix_json import Json
from bot.platforms.matrix_keys import Session
from bot.platforms.matrix_lanes import Position

UNREAD_FOR = 20.0
"""Seconds after which somebody whose message cannot be read is told so."""
HELD = 300.0
"""Seconds for which what cannot be read is waited for."""


@dataclass(slots=True)
class Waiting:
    """An event whose key has not come yet, and up to where everything before it was recorded."""

    raw: Json
    room: str
    at: float
    since: Position
    told: bool = False


class Unread:
    """All such events, oldest first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: list[tuple[Session, Waiting]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, session: Session, raw: Json, since: Position) -> None:
        """Let an event wait for the key `session`."""
        self._waiting.append((session, Waiting(raw, session[0], self._clock(), since)))

    def readable(self, found: set[Session]) -> list[Waiting]:
        """Return those whose keys have come; they wait no longer."""
        come = [waiting for session, waiting in self._waiting if session in found]
        self._waiting = [(session, waiting) for session, waiting in self._waiting if session not in found]
        return come

    def overdue(self) -> list[Waiting]:
        """Return those that have waited so long that it should be said, each once; very old ones are given up."""
        now = self._clock()
        self._waiting = [(session, waiting) for session, waiting in self._waiting if now - waiting.at < HELD]
        late = [w for _, w in self._waiting if not w.told and now - w.at > UNREAD_FOR]
        for waiting in late:
            waiting.told = True
        return late

    def oldest(self) -> Position | None:
        """Return from where to ask so that all of these are told again; None if there are none."""
        return min((waiting.since for _, waiting in self._waiting), default=None)
