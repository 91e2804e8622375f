"""How fast a bot may write; off until a test sets it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from tests.botapi.refusals import too_many


@dataclass(slots=True)
class Flood:
    """At most so many messages to a chat and to all chats in every stretch of `window` seconds."""

    per_chat: int | None = None
    overall: int | None = None
    window: float = 1.0
    _sent: dict[int, deque[float]] = field(default_factory=dict)

    def check(self, chat_id: int, now: float) -> None:
        """Refuse a message that comes too soon, and count it otherwise."""
        rows = [(chat_id, self.per_chat), (0, self.overall)]
        limited = [(self._row(key, now), most) for key, most in rows if most is not None]
        for row, most in limited:
            if len(row) >= most:
                raise too_many(max(1, math.ceil(row[0] + self.window - now)))
        for row, _ in limited:
            row.append(now)

    def _row(self, key: int, now: float) -> deque[float]:
        """Return when messages were sent lately."""
        row = self._sent.setdefault(key, deque())
        while row and row[0] <= now - self.window:
            row.popleft()
        return row
