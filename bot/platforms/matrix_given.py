"""Which device was given which key of ours: whoever lost it may have it again, and nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from nio.crypto import OutboundGroupSession
from nio.store import MatrixStore
from peewee import CompositeKey, DateTimeField, Model, TextField  # type: ignore[import-untyped]

KEPT = timedelta(days=14)
"""For how long a key is given again; by then its messages have been read, or never will be."""
Device = tuple[str, str]
"""A person, and the id of one of their devices."""


class GivenKey(Model):  # type: ignore[misc]  # peewee says nothing of its types
    """A key that messages of ours in a room were encrypted with, as it was first given to anybody."""

    session = TextField(primary_key=True)
    room = TextField()
    pickle = TextField()
    at = DateTimeField(index=True)


class GivenTo(Model):  # type: ignore[misc]
    """A device that was given a key."""

    session = TextField()
    user = TextField()
    device = TextField()

    class Meta:
        """How it is found."""

        primary_key = CompositeKey("session", "user", "device")


TABLES = [GivenKey, GivenTo]


class Given:
    """All keys of ours that were given lately, in the file with this device's other keys."""

    def __init__(self, store: MatrixStore, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        with self._store.database.bind_ctx(TABLES):
            self._store.database.create_tables(TABLES)

    def remember(self, room: str, session: OutboundGroupSession, whom: Iterable[Device]) -> None:
        """Keep that these devices are about to be given a key with which nothing was encrypted yet."""
        rows = [{"session": session.id, "user": user, "device": device} for user, device in whom]
        with self._store.database.bind_ctx(TABLES), self._store.database.atomic():
            kept = {"session": session.id, "room": room, "at": self._now()}
            pickle = session.pickle(self._store.pickle_key).decode()
            GivenKey.insert(**kept, pickle=pickle).on_conflict_ignore().execute()
            GivenTo.insert_many(rows).on_conflict_ignore().execute()
            self._forget()

    def key(self, room: str, session: str, whom: Device) -> str | None:
        """Return a key as that device was given it; None if it was not."""
        user, device = whom
        with self._store.database.bind_ctx(TABLES):
            given: Any = GivenTo.get_or_none(
                GivenTo.session == session, GivenTo.user == user, GivenTo.device == device
            )
            kept: Any = GivenKey.get_or_none(GivenKey.session == session, GivenKey.room == room)
        if given is None or kept is None:
            return None
        return OutboundGroupSession.from_pickle(kept.pickle.encode(), self._store.pickle_key).session_key

    def _forget(self) -> None:
        """Forget what was given long ago."""
        old = GivenKey.select(GivenKey.session).where(GivenKey.at < self._now() - KEPT)
        GivenTo.delete().where(GivenTo.session.in_(old)).execute()
        GivenKey.delete().where(GivenKey.at < self._now() - KEPT).execute()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC).replace(tzinfo=None)
