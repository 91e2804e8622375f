"""What happens on Matrix, in order and without gaps: asked for, recorded, and only then let go of."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from urllib.parse import urlencode

import nio

from bot.platforms import matrix_gaps
from bot.platforms.base import LaterError, PlatformError, Take, UndeliveredError, UnreachableError
from bot.platforms.matrix import Matrix
from bot.platforms.matrix_asking import FILTER, anew, happened, states
from bot.platforms.matrix_calls import (
    LONGEST_PAUSE,
    SHORTEST_PAUSE,
    Calls,
    MatrixError,
    path,
    patiently,
    refused,
)
from bot.platforms.matrix_events import Reader
from bot.platforms.matrix_gaps import Gap, Gaps
from bot.platforms.matrix_json import Json, inner, objects
from bot.platforms.matrix_json import events as read_events
from bot.platforms.matrix_keys import Keys, Session, encrypted
from bot.platforms.matrix_lanes import BEGINNING, Lanes, Position
from bot.platforms.matrix_rooms import Patience, Place, Rooms, inviter
from bot.platforms.matrix_unread import Unread
from bot.platforms.matrix_upgrades import Upgrades
from bot.waiting import unless

log = logging.getLogger(__name__)

WAIT = 30.0
"""Seconds for which the homeserver holds a question while nothing happens."""
LAST_EVENTS = 1.5
"""Seconds in which events under way may still be recorded at the end; the homeserver brings the rest again."""
MOST_UNDER_WAY = 1000
"""Pieces of what has happened that may be under way to their effect before more is asked for."""
MOST_REFUSALS = 3
"""How often in a row the homeserver may refuse to tell anything at the start before that is taken for its last word."""


class Memory(matrix_gaps.Memory, Protocol):
    """What is remembered over a restart."""

    async def since(self) -> str | None:
        """Return up to where everything is recorded; None before the first start."""
        ...

    async def keep(self, since: str) -> None:
        """Remember that everything up to there is recorded."""
        ...


@dataclass(slots=True)
class Syncing:
    """Asks what has happened until it is stopped."""

    client: nio.AsyncClient
    calls: Calls
    keys: Keys
    rooms: Rooms
    reader: Reader
    matrix: Matrix
    memory: Memory
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    unread: Unread = field(default_factory=lambda: Unread(time.monotonic))
    patience: Patience = field(default_factory=Patience)
    lanes: Lanes = field(default_factory=Lanes)
    upgrades: Upgrades = field(init=False)
    gaps: Gaps = field(init=False)
    _since: Position = BEGINNING
    _pause: float = field(default_factory=lambda: SHORTEST_PAUSE)
    _complaint: str = ""
    _refusals: int = 0
    _joining: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.upgrades = Upgrades(self.calls, self.rooms, str(self.client.user_id), self.sleep)
        self.gaps = Gaps(self.calls, self.memory, time.monotonic, self.sleep)

    async def run(self, take: Take, stopping: asyncio.Event, ready: Callable[[], None]) -> None:
        """Receive until `stopping` is set; `ready` is called once others can write. PlatformError if in vain."""
        stopped = asyncio.create_task(stopping.wait())
        self.upgrades.followed = partial(self._moved, take)
        try:
            await unless(stopped, self._begin(ready))
            while not stopping.is_set():
                told = await unless(stopped, self._ask())
                if told:
                    await unless(stopped, self._record(told, take), LAST_EVENTS)
        finally:
            stopped.cancel()
            self.upgrades.stop()
            await self.lanes.end(LAST_EVENTS)
            for task in list(self._joining):
                task.cancel()

    # --- asking

    async def _begin(self, ready: Callable[[], None]) -> None:
        """Learn which rooms there are, and who asks us in; what was said there is told from where we stopped."""
        since = await self.memory.since()
        await self.gaps.recall()
        told: Json | None = None
        while told is None:
            told = await self._asked({"timeout": 0, "filter": anew()})
            if self._refusals >= MOST_REFUSALS:
                raise PlatformError(refused(self._complaint))
        self.keys.take_in(told, first=True)
        await self._feed(_rooms(told, "join"))
        await self._invited(told)
        await self._upkeep()
        self._since = self._since.then(since or str(told["next_batch"]))
        await self.memory.keep(self._since.token)
        self.matrix.ready.set()
        ready()

    async def _ask(self) -> Json | None:
        """Return what has happened since; after a failure None, and not before a while."""
        wait = 2.0 if self.unread else WAIT
        return await self._asked(
            {"since": self._since.token, "timeout": int(wait * 1000), "filter": json.dumps(FILTER)}, wait + 30
        )

    async def _asked(self, question: Mapping[str, object], wait: float = 60.0) -> Json | None:
        try:
            told = await self.calls.call("GET", f"{path('sync')}?{urlencode(question)}", wait=wait)
            if not isinstance(told.get("next_batch"), str):
                raise UnreachableError("no next_batch")
        except LaterError as later:
            await self.sleep(later.seconds)
        except (UndeliveredError, MatrixError) as error:
            self._refusals = self._refusals + 1 if isinstance(error, MatrixError) else 0
            await self._complain(str(error))
        else:
            if self._complaint:
                log.warning("Matrix: the homeserver answers again")
            self._pause, self._complaint, self._refusals = SHORTEST_PAUSE, "", 0
            return told
        return None

    async def _complain(self, complaint: str) -> None:
        """Say once what is wrong, and wait."""
        if not self._complaint:
            what = "refuses to say what happens" if self._refusals else "cannot be reached"
            log.error("Matrix: the homeserver %s (%s); trying on", what, complaint)
        self._complaint = complaint
        await self.sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    # --- recording

    async def _record(self, told: Json, take: Take) -> None:
        """Let what has happened have its effect, each room in its lane, and let go of what is recorded."""
        self._readable(self.keys.take_in(told), take)
        for room, info in _rooms(told, "join").items():
            self.lanes.put(room, self._since, partial(self._room, room, info, self._since, take))
        for room in _rooms(told, "leave"):
            self.lanes.put(room, self._since, partial(self._closed, room, self._since, take))
        for gap in self.gaps.due():
            self.lanes.put(gap.room, self._since, partial(self._late, gap, take))
        await self._invited(told)
        self._despair(take)
        self._since = self._since.then(str(told["next_batch"]))
        await self._upkeep()
        await self.lanes.at_most(MOST_UNDER_WAY)
        await self.matrix.answers.catch_up()
        held = (self.lanes.oldest(), self.unread.oldest(), self._since)
        await self.memory.keep(min(one for one in held if one).token)

    async def _room(self, room: str, info: Json, since: Position, take: Take) -> None:
        """Record what has happened in one room `since`, in order."""
        new, partner = room not in self.client.rooms, self.rooms.partner(room)
        timeline = inner(info, "timeline")
        events = read_events(timeline)
        await self._feed({room: info})
        if partner and self.rooms.alone(room):
            self.rooms.left(partner)
            await self._left(partner, f"{room} {since.token}", take)
        if timeline.get("limited"):
            gap = Gap(room, str(timeline.get("prev_batch", "")), since.token)
            events = [*await self.gaps.fill(gap), *events]
        if new:
            await self._entered(room, info, events, since, take)
            return
        for raw in events:
            await self._take(raw, room, since, take)

    async def _closed(self, room: str, since: Position, take: Take) -> None:
        """Forget a room that we are no longer in."""
        partner = self.rooms.partner(room)
        self.rooms.closed(room)
        if partner is None:
            await self.matrix.take_until_recorded(self.reader.closed(f"{room} {since.token}", room), take)
        else:
            await self._left(partner, f"{room} {since.token}", take)

    async def _left(self, person: str, name: str, take: Take) -> None:
        """Record that somebody is in no private chat with us any more."""
        if not self.rooms.talks_with(person):
            await self.matrix.take_until_recorded(self.reader.closed(name, person), take)

    async def _moved(self, take: Take, room: str, to: str) -> None:
        """Record that a room has taken the place of another."""
        await self.matrix.take_until_recorded(self.reader.moved(room, to), take)

    async def _feed(self, rooms: Mapping[str, Json]) -> None:
        """Let nio know who is in rooms, and what holds there: in all of them at once, for each time costs it much."""
        try:
            told = {"next_batch": f"{len(rooms)} {time.monotonic_ns()}", "rooms": {"join": states(rooms)}}
            await self.client.receive_response(nio.SyncResponse.from_dict(told))
            for room in rooms:
                self.client.rooms[room].members_synced = True  # for we ask for all members, not for some
        except Exception as error:  # whatever somebody has set there: other rooms are not stalled by it
            if len(rooms) > 1:
                for room, info in rooms.items():
                    await self._feed({room: info})
                return
            log.warning("Matrix: a room cannot be read (%s)", type(error).__name__)
        for room, info in rooms.items():
            known = [*read_events(info.get("state")), *happened(info)]
            self.upgrades.notice(room, known)
            self.rooms.told(room, known)
        self.rooms.changed()

    async def _entered(self, room: str, info: Json, events: list[Json], since: Position, take: Take) -> None:
        """Record what was said since we were asked in; who only asked us in is greeted."""
        own = [n for n, e in enumerate(events) if e.get("state_key") == self.client.user_id]
        asked = [n for n in own if inner(events[n], "content").get("membership") == "invite"]
        after = events[(asked[-1] if asked else own[0]) + 1 :] if own else []
        said = [e for e in after if "state_key" not in e]
        seen = self.rooms.seen(room)
        for raw in said:
            await self._take(raw, room, since, take)
        came = events[own[-1]] if own else None
        told = [*read_events(info.get("state")), *events]
        by = inviter(told, str(self.client.user_id)) or _asked_before(came)
        if came and by and (seen.public or not said) and not self.upgrades.leads_to(room):
            if not seen.public:
                self.rooms.wrote(by, Place(room))
            await self.matrix.take_until_recorded(self.reader.entered(came, seen, by), take)

    async def _late(self, gap: Gap, take: Take) -> None:
        """Record what could not be had of a room when it happened."""
        events, rest = await self.gaps.fill_again(gap)
        for raw in events:
            await self._take(raw, gap.room, self._since, take)
        await self.gaps.settle(gap, rest)

    async def _take(self, raw: Json, room: str, since: Position, take: Take) -> None:
        """Let an event have its effect; one that cannot be read yet waits for its key."""
        if raw.get("sender") == self.client.user_id:
            return
        shown = self.matrix.decrypted(raw, room)
        if shown is not None:
            await self.matrix.take(shown, room, take)
            return
        if event := encrypted(raw, room):
            self.unread.add((room, str(event.session_id)), raw, since)
            try:
                await self.keys.ask(event)
            except (UndeliveredError, MatrixError):
                log.info("Matrix: a key could not be asked for")

    def _readable(self, found: set[Session], take: Take) -> None:
        """Let events have their effect whose keys have come."""
        for waiting in self.unread.readable(found):
            shown = self.matrix.decrypted(waiting.raw, waiting.room)
            if shown is not None:
                work = partial(self.matrix.take, shown, waiting.room, take)
                self.lanes.put(waiting.room, waiting.since, work)

    def _despair(self, take: Take) -> None:
        """Tell people that their messages cannot be read; in a room with others, that is left to them."""
        for waiting in self.unread.overdue():
            room = self.rooms.seen(waiting.room)
            if not room.public:
                event = self.reader.unreadable(waiting.raw, room)
                telling = partial(self.matrix.take_until_recorded, event, take)
                self.lanes.put(waiting.room, waiting.since, telling)

    # --- coming and going

    async def _invited(self, told: Json) -> None:
        """Go where we are asked in, as often as is good."""
        for room, info in _rooms(told, "invite").items():
            by = inviter(read_events(info.get("invite_state")), str(self.client.user_id))
            if by:
                task = asyncio.create_task(self._join(room, by))
                self._joining.add(task)
                task.add_done_callback(self._joining.discard)

    async def _join(self, room: str, by: str) -> None:
        """Accept an invitation, unless there were many; where a room we are in has moved to, they are not counted."""
        try:
            if await self.upgrades.asked(room, by) or self.patience.admits(by):
                await patiently(partial(self.calls.call, "POST", path("join", room), {}), self.sleep)
        except MatrixError:
            log.info("Matrix: an invitation was withdrawn")
        except PlatformError:
            log.info("Matrix: an invitation could not be accepted")

    async def _upkeep(self) -> None:
        try:
            await self.keys.upkeep()
        except (UndeliveredError, MatrixError) as error:
            log.info("Matrix: keys could not be kept up (%s)", type(error).__name__)


def _asked_before(came: Json | None) -> str | None:
    """Return who asked us in, as our own coming tells."""
    sender = inner(came, "unsigned").get("prev_sender")
    return sender if isinstance(sender, str) else None


def _rooms(told: Json, kind: str) -> dict[str, Json]:
    return objects(inner(told, "rooms", kind))
