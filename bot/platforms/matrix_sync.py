"""What happens on Matrix, in order and without gaps: asked for, recorded, and only then let go of."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import nio

from bot.platforms.base import LaterError, Take, UndeliveredError
from bot.platforms.matrix import Matrix
from bot.platforms.matrix_calls import Calls, Json, MatrixError, path
from bot.platforms.matrix_events import Reader
from bot.platforms.matrix_keys import Keys, Session
from bot.platforms.matrix_rooms import Patience, Rooms, inviter

log = logging.getLogger(__name__)

T = TypeVar("T")

WAIT = 30.0
"""Seconds for which the homeserver holds a question while nothing happens."""
UNREAD_FOR = 20.0
"""Seconds after which somebody whose message cannot be read is told so."""
HELD = 300.0
"""Seconds for which what cannot be read is asked for again after a restart."""
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds after a failure; each time twice as long."""
LAST_EVENTS = 1.5
"""Seconds in which events under way may still be recorded at the end; the homeserver brings the rest again."""
MOST_PAGES = 200
"""Pages of a hundred events that are read to fill a gap."""
FILTER: Json = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": 100},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "include_leave": True,
    },
}


class Memory(Protocol):
    """What is remembered over a restart."""

    async def since(self) -> str | None:
        """Return up to where everything is recorded; None before the first start."""
        ...

    async def keep(self, since: str) -> None:
        """Remember that everything up to there is recorded."""
        ...


@dataclass(slots=True)
class Unread:
    """An event whose key has not come yet."""

    raw: Json
    room: str
    at: float
    since: str
    told: bool = False


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
    clock: Callable[[], float] = time.monotonic
    patience: Patience = field(default_factory=Patience)
    _since: str = ""
    _pause: float = SHORTEST_PAUSE
    _complaint: str = ""
    _unread: dict[Session, list[Unread]] = field(default_factory=dict)
    _joining: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, take: Take, stopping: asyncio.Event, ready: Callable[[], None]) -> None:
        """Receive until `stopping` is set; `ready` is called once others can write. PlatformError if in vain."""
        stopped = asyncio.create_task(stopping.wait())
        try:
            await _unless(stopped, self._begin(ready))
            while not stopping.is_set():
                told = await _unless(stopped, self._ask())
                if told:
                    await _unless(stopped, self._record(told, take), LAST_EVENTS)
        finally:
            stopped.cancel()
            for task in list(self._joining):
                task.cancel()

    # --- asking

    async def _begin(self, ready: Callable[[], None]) -> None:
        """Learn which rooms there are, and who asks us in; what was said there is told from where we stopped."""
        self._since = await self.memory.since() or ""
        told: Json | None = None
        while told is None:  # another number each time, for the homeserver would repeat an old answer
            told = await self._asked({"timeout": random.randrange(1, 1000), "filter": _filter(1)})  # noqa: S311
        self.keys.take_in(told)
        for room, info in _rooms(told, "join").items():
            await self._feed(room, info)
        await self._invited(told)
        await self._upkeep()
        self._since = self._since or str(told["next_batch"])
        await self.memory.keep(self._since)
        self.matrix.ready.set()
        ready()

    async def _ask(self) -> Json | None:
        """Return what has happened since; after a failure None, and not before a while."""
        wait = 2.0 if self._unread else WAIT
        return await self._asked(
            {"since": self._since, "timeout": int(wait * 1000), "filter": json.dumps(FILTER)}, wait + 30
        )

    async def _asked(self, question: Mapping[str, Any], wait: float = 60.0) -> Json | None:
        try:
            told = await self.calls.call("GET", f"{path('sync')}?{urlencode(question)}", wait=wait)
            if not isinstance(told.get("next_batch"), str):
                raise MatrixError(200, "no next_batch")
        except LaterError as later:
            await self.sleep(later.seconds)
        except (UndeliveredError, MatrixError) as error:
            await self._complain(str(error))
        else:
            if self._complaint:
                log.warning("Matrix: the homeserver answers again")
            self._pause, self._complaint = SHORTEST_PAUSE, ""
            return told
        return None

    async def _complain(self, complaint: str) -> None:
        """Say once what is wrong, and wait."""
        if not self._complaint:
            log.error("Matrix: the homeserver cannot be reached (%s); trying until it can", complaint)
        self._complaint = complaint
        await self.sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    # --- recording

    async def _record(self, told: Json, take: Take) -> None:
        """Record what has happened, in different rooms at the same time, and let go of it."""
        found = self.keys.take_in(told)
        await self._readable(found, take)
        joined = _rooms(told, "join")
        await asyncio.gather(*(self._room(room, info, take) for room, info in joined.items()))
        for room in _rooms(told, "leave"):
            self.rooms.closed(room)
        await self._invited(told)
        await self._despair(take)
        self._since = str(told["next_batch"])
        await self.memory.keep(
            min((u.since for us in self._unread.values() for u in us), default=self._since)
        )
        await self._upkeep()
        await self.matrix.catch_up()

    async def _room(self, room: str, info: Json, take: Take) -> None:
        """Record what has happened in one room, in order."""
        new, partner = room not in self.client.rooms, self.rooms.partner(room)
        timeline = _dict(info.get("timeline"))
        events = _events(timeline)
        await self._feed(room, info)
        if partner and self.rooms.alone(room):
            self.rooms.left(partner)
        if new:
            await self._entered(room, info, events, take)
            return
        if timeline.get("limited"):
            events = [*await self._gap(room, str(timeline.get("prev_batch", ""))), *events]
        for raw in events:
            await self._take(raw, room, take)

    async def _feed(self, room: str, info: Json) -> None:
        """Let nio know who is in a room, and what holds there."""
        timeline = _dict(info.get("timeline"))
        state = [event for event in _events(timeline) if "state_key" in event]
        piece = {**info, "timeline": {**timeline, "events": state, "limited": False}}
        answer = nio.SyncResponse.from_dict(
            {"next_batch": f"{room} {time.monotonic()}", "rooms": {"join": {room: piece}}}
        )
        try:
            await self.client.receive_response(answer)
            self.client.rooms[room].members_synced = True  # for we ask for all members, not for some
        except Exception as error:  # whatever somebody has set there: other rooms are not stalled by it
            log.warning("Matrix: a room cannot be read (%s)", type(error).__name__)
        self.rooms.changed()

    async def _entered(self, room: str, info: Json, events: list[Json], take: Take) -> None:
        """Record what was said since we were asked in; who only asked us in is greeted."""
        own = [n for n, e in enumerate(events) if e.get("state_key") == self.client.user_id]
        after = events[own[0] + 1 :] if own else []
        said = [e for e in after if "state_key" not in e]
        seen = self.rooms.seen(room)
        for raw in said:
            await self._take(raw, room, take)
        came = events[own[-1]] if own else None
        by = inviter(_dict(info.get("state")), str(self.client.user_id)) or _asked_by(
            came, events, self.client.user_id
        )
        if came and by and (seen.public or not said):
            await self.matrix.take_until_recorded(self.reader.entered(came, seen, by), take)

    async def _gap(self, room: str, start: str) -> list[Json]:
        """Return what has happened in a room between where we stopped and `start`, in order."""
        found: list[Json] = []
        for _ in range(MOST_PAGES):
            question = urlencode({"dir": "b", "from": start, "to": self._since, "limit": 100})
            page = await self._patiently(f"{path('rooms', room, 'messages')}?{question}")
            events = [e for e in page.get("chunk", []) if isinstance(e, dict)]
            found += events
            start = str(page.get("end", ""))
            if not events or not start:
                break
        return found[::-1]

    async def _patiently(self, where: str) -> Json:
        """Return what a call brings, however long that takes; nothing if it is refused."""
        while True:
            try:
                return await self.calls.call("GET", where)
            except LaterError as later:
                await self.sleep(later.seconds)
            except UndeliveredError:
                await self.sleep(SHORTEST_PAUSE)
            except MatrixError:
                return {}

    async def _take(self, raw: Json, room: str, take: Take) -> None:
        """Let an event have its effect; one that cannot be read yet waits for its key."""
        if raw.get("sender") == self.client.user_id:
            return
        shown = self.matrix.decrypted(raw, room)
        if shown is not None:
            await self.matrix.take(shown, room, take)
            return
        event = nio.Event.parse_encrypted_event(raw)
        if isinstance(event, nio.MegolmEvent):
            event.room_id = room
            session = (room, str(event.session_id))
            self._unread.setdefault(session, []).append(Unread(raw, room, self.clock(), self._since))
            try:
                await self.keys.ask(event)
            except (UndeliveredError, MatrixError):
                log.info("Matrix: a key could not be asked for")

    async def _readable(self, found: set[Session], take: Take) -> None:
        """Let events have their effect whose keys have come."""
        for session in found:
            for unread in self._unread.pop(session, []):
                shown = self.matrix.decrypted(unread.raw, unread.room)
                if shown is not None:
                    await self.matrix.take(shown, unread.room, take)

    async def _despair(self, take: Take) -> None:
        """Tell people that their messages cannot be read; forget those that never will be."""
        now = self.clock()
        for session, waiting in list(self._unread.items()):
            for unread in waiting:
                if not unread.told and now - unread.at > UNREAD_FOR:
                    unread.told = True
                    await self._tell(unread, take)
            kept = [unread for unread in waiting if now - unread.at < HELD]
            if kept:
                self._unread[session] = kept
            else:
                del self._unread[session]

    async def _tell(self, unread: Unread, take: Take) -> None:
        room = self.rooms.seen(unread.room)
        if not room.public:
            event = self.reader.unreadable(unread.raw, room)
            await self.matrix.take_until_recorded(event, take)

    # --- coming and going

    async def _invited(self, told: Json) -> None:
        """Go where we are asked in, as often as is good."""
        for room, info in _rooms(told, "invite").items():
            by = inviter(_dict(info.get("invite_state")), str(self.client.user_id))
            if by and self.patience.admits(by):
                task = asyncio.create_task(self._join(room))
                self._joining.add(task)
                task.add_done_callback(self._joining.discard)

    async def _join(self, room: str) -> None:
        pause = SHORTEST_PAUSE
        while True:
            try:
                await self.calls.call("POST", path("join", room), {})
                return
            except LaterError as later:
                await self.sleep(later.seconds)
            except UndeliveredError:
                await self.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            except MatrixError:
                log.info("Matrix: an invitation was withdrawn")
                return

    async def _upkeep(self) -> None:
        try:
            await self.keys.upkeep()
        except (UndeliveredError, MatrixError) as error:
            log.info("Matrix: keys could not be kept up (%s)", type(error).__name__)


def _filter(limit: int) -> str:
    room = {**FILTER["room"], "timeline": {"limit": limit}, "include_leave": False}
    return json.dumps({**FILTER, "room": room})


def _asked_by(came: Json | None, events: list[Json], own_id: object) -> str | None:
    """Return who asked us in, as the timeline of the room says."""
    asked = [
        e
        for e in events
        if e.get("state_key") == own_id and _dict(e.get("content")).get("membership") == "invite"
    ]
    sender = asked[-1].get("sender") if asked else _dict((came or {}).get("unsigned")).get("prev_sender")
    return sender if isinstance(sender, str) else None


def _rooms(told: Json, kind: str) -> dict[str, Json]:
    found = _dict(_dict(told.get("rooms")).get(kind))
    return {room: info for room, info in found.items() if isinstance(info, dict)}


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _events(part: Json) -> list[Json]:
    events = part.get("events")
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []


async def _unless(stopped: asyncio.Task[Any], work: Coroutine[Any, Any, T], grace: float = 0) -> T | None:
    """Return what `work` brings; None if the end comes first, and `grace` more seconds do not suffice."""
    task = asyncio.create_task(work)
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        await asyncio.wait([task], timeout=grace)
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.wait([task])
    return None
