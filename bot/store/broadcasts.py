"""Broadcasts in the database: whom they are for, how far they have come, and what became of each message."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from bot.broadcasts import Attached, Broadcast, Content, Counts, Fate, NewBroadcast, Quiet, Scope, Size, State
from bot.events import Chat, Person
from bot.store import broadcast_statements as statements
from bot.store.reach import Reach

STEERED = {
    State.PAUSED: (State.RUNNING,),
    State.RUNNING: (State.PAUSED,),
    State.CANCELLED: (State.ASKED, State.SET, State.RUNNING, State.PAUSED),
}
"""To which states somebody may bring a broadcast, and out of which."""


class BroadcastWork(Reach):
    """What can be done about broadcasts in one transaction."""

    async def audience(self, scope: Scope) -> Size:
        """Return how many people can be reached within `scope`, by platform and language; "" is one not known."""
        known = await self.platforms()
        everybody = await self._everybody(scope)
        return {of: people for of, people in everybody.items() if not known or of[0] in known}

    async def out_of_reach(self, scope: Scope) -> Mapping[str, int]:
        """Return how many people within `scope` cannot be reached, by the platforms that have no account of ours."""
        known = await self.platforms()
        found: Counter[str] = Counter()
        for (platform, _), people in (await self._everybody(scope)).items():
            found[platform] += people if known and platform not in known else 0
        return +found

    async def _everybody(self, scope: Scope) -> Size:
        rows = await self._connection.rows(statements.AUDIENCE, **filters(scope))
        return {(row["platform"], row["language"]): row["people"] for row in rows}

    async def start_broadcast(self, person: Person, new: NewBroadcast) -> int:
        """Record the broadcast that `person` has agreed to, begun at once if it is due, and return its number."""
        [row] = await self._connection.rows(
            statements.ADD,
            author=self._owners.owner(person),
            platform=new.told.platform,
            chat=new.told.id,
            scope=json.dumps(asdict(new.scope)),
            content=json.dumps([dict(new.content.texts), new.content.usual], ensure_ascii=False),
            state=State.ASKED if new.state == State.ASKED else State.SET,
            starts_at=int(new.starts_at.timestamp()),
            quiet=json.dumps(asdict(new.quiet)) if new.quiet else None,
            created_at=self._now,
        )
        if file := new.content.file:
            columns = {"name": file.name, "media_type": file.media_type, "photo": file.photo}
            await self._connection.each(
                statements.ATTACH, [{"broadcast": row["id"], "data": file.data, **columns}]
            )
        await self.begin(row["id"])
        return int(row["id"])

    async def begin(self, number: int) -> bool:
        """Return whether a broadcast was begun: that is done once it is due, for those who ask for news by then.

        It goes to the platforms on which there is an account.
        """
        found = await self._one(number)
        if found is None or found.state != State.SET or found.terms.starts_at.timestamp() > self._now:
            return False
        among = "".join(f"[{name}]" for name in await self.platforms()) or None
        await self._connection.rows(
            statements.ADDRESS, number=number, at=self._now, among=among, **filters(found.terms.scope)
        )
        await self._set_state(number, State.RUNNING)
        return True

    async def agree(self, number: int, person: Person) -> Broadcast | None:
        """Let `person` agree to another's broadcast and return it; None if it is not to be agreed to by them."""
        owner = self._owners.owner(person)
        if not await self._connection.rows(statements.AGREE, number=number, owner=owner):
            return None
        await self.begin(number)
        return await self.broadcast(number)

    async def broadcasts(self, most: int = 10) -> tuple[Broadcast, ...]:
        """Return the latest broadcasts, the newest first, without their files."""
        rows = await self._connection.rows(statements.LATEST, most=most)
        return tuple([await self._read(row) for row in rows])

    async def broadcast(self, number: int) -> Broadcast | None:
        """Return a broadcast with its file; None if there is none with this number."""
        files = await self._connection.rows(statements.FILE, number=number)
        return await self._one(number, files[0] if files else None)

    async def steer(self, number: int, to: State) -> Broadcast | None:
        """Pause, go on with or cancel a broadcast and return it; None where that cannot be done."""
        found = await self._one(number)
        if found is None or found.state not in STEERED.get(to, ()):
            return None
        if to == State.CANCELLED:
            await self._end(number, Fate.READY, Fate.CANCELLED)
            for platform in found.waiting:
                await self._connection.rows(statements.CUT_OFF, number=number, platform=platform)
        await self._set_state(number, to)
        return await self.broadcast(number)

    async def settle(self, number: int, again: bool) -> int:
        """Send those messages `again`, silently, that may not have arrived, or leave them; return how many."""
        [row] = await self._connection.rows(statements.UNSETTLED, number=number)
        found = await self._one(number)
        if found is None or not row["people"]:
            return 0
        if not again:
            await self._end(number, Fate.UNKNOWN, Fate.UNKNOWN)
        else:
            await self._connection.rows(statements.AGAIN, number=number, at=self._now)
            if found.state in (State.DONE, State.CANCELLED):
                await self._set_state(number, State.RUNNING)
        return int(row["people"])

    async def last_broadcast(self, person: Person, group: str | None = None) -> int | None:
        """Return when the last broadcast of `person` was confirmed, to a group if one is named; None if there is none.

        In seconds since 1970. One that was cancelled before anybody could have got it does not count.
        """
        owner = self._owners.owner(person)
        [row] = await self._connection.rows(statements.LAST, owner=owner, group=group)
        return None if row["at"] is None else int(row["at"])

    async def _end(self, number: int, was: Fate, fate: Fate) -> None:
        """Let the messages that are in one state have an end; the chats are forgotten."""
        rows = await self._connection.rows(statements.OF_STATE, number=number, was=was.value)
        await self._count(number, {(r["platform"], r["language"], fate): r["people"] for r in rows})
        await self._connection.rows(statements.END_ALL, number=number, was=was.value)

    async def _count(self, number: int, counts: Counts) -> None:
        """Add messages whose end is known to those of before."""
        rows = [
            {"broadcast": number, "platform": platform, "language": language, "state": fate, "people": people}
            for (platform, language, fate), people in counts.items()
        ]
        await self._connection.each(statements.COUNT, rows)

    async def _set_state(self, number: int, to: State) -> None:
        ended = self._now if to in (State.DONE, State.CANCELLED) else None
        await self._connection.rows(statements.SET_STATE, number=number, to=to.value, ended=ended)

    async def _one(self, number: int, file: sqlite3.Row | None = None) -> Broadcast | None:
        rows = await self._connection.rows(statements.ONE, number=number)
        return await self._read(rows[0], file) if rows else None

    async def _read(self, row: sqlite3.Row, file: sqlite3.Row | None = None) -> Broadcast:
        counts: Counter[tuple[str, str, Fate]] = Counter()
        for one in await self._connection.rows(statements.COUNTS, number=row["id"]):
            counts[one["platform"], one["language"], Fate(one["state"])] += one["people"]
        [left] = await self._connection.rows(statements.UNSETTLED, number=row["id"])
        connected = await self.platforms()
        waiting: Counter[str] = Counter()
        for (platform, _, fate), people in counts.items():
            if connected and not connected.get(platform) and fate in (Fate.READY, Fate.SENDING):
                waiting[platform] += people
        return Broadcast(
            row["id"],
            row["author"],
            _terms(row, file),
            State(row["state"]),
            counts,
            datetime.fromtimestamp(row["created_at"], UTC),
            None if row["ended_at"] is None else datetime.fromtimestamp(row["ended_at"], UTC),
            left["people"],
            dict(waiting),
        )


def filters(scope: Scope) -> dict[str, object]:
    """Return what the statements are told of a scope."""
    return {**asdict(scope), "waiting": int(scope.waiting)}


def _terms(row: sqlite3.Row, file: sqlite3.Row | None) -> NewBroadcast:
    texts, usual = json.loads(row["content"])
    attached = Attached(file["name"], file["media_type"], bool(file["photo"]), file["data"]) if file else None
    return NewBroadcast(
        Scope(**json.loads(row["scope"])),
        Content(texts, usual, attached),
        datetime.fromtimestamp(row["starts_at"], UTC),
        Chat(row["platform"], row["chat"]),
        Quiet(**json.loads(row["quiet"])) if row["quiet"] else None,
        State(row["state"]),
    )
