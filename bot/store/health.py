"""Whether the database is sound, and what waits in it, seen from beside the bot."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from bot.broadcasts import Fate
from bot.store.reading import reading
from bot.store.tables import delivery

_OLDEST = select(func.min(delivery.c.queued_at), func.count()).where(delivery.c.state == Fate.READY.value)
_CHECK = text("SELECT * FROM pragma_quick_check(1)")


@dataclass(frozen=True, slots=True)
class Health:
    """What a look at the database has shown; `damage` is None if there is none."""

    damage: str | None
    waiting: int
    oldest: int | None
    """When the oldest message was recorded that waits, in seconds since 1970."""


def health(path: Path, key: str | None, thorough: bool = True) -> Health:
    """Return how the database at `path` is, all of it looked through if `thorough`; StoreError if it cannot be read."""
    with reading(path, key=key) as look:
        try:
            [[damage]] = look.rows(_CHECK) if thorough else [["ok"]]
        except sqlite3.DatabaseError as error:
            damage = str(error)
        [[oldest, waiting]] = look.rows(_OLDEST)
    return Health(None if damage == "ok" else str(damage).splitlines()[-1], waiting, oldest)
