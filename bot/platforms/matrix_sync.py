"""What happens on Matrix, in order and without gaps: asked for, recorded, and only then let go of."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from urllib.parse import urlencode

import nio

from bot.platforms.base import LaterError, PlatformError, Take, UndeliveredError
from bot.platforms.matrix import Matrix
from bot.platforms.matrix_calls import LONGEST_PAUSE, SHORTEST_PAUSE, Calls, MatrixError, path, patiently
from bot.platforms.matrix_events import Reader
from bot.platforms.matrix_json import Json, inner, items, objects
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
    _since: Position = BEGINNING
    _pause: float = SHORTEST_PAUSE
    _complaint: str = ""
    _joining: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.upgrades = Upgrades(self.calls, self.rooms, str(self.client.user_id), self.sleep)

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
        told: Json | None = None
        while told is None:  # another number each time, for the homeserver would repeat an old answer
            told = await self._asked({"timeout": secrets.randbelow(1000), "filter": _filter(1)})
        self.keys.take_in(told)
        for room, info in _rooms(told, "join").items():
            await self._feed(room, info)
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
        """Let what has happened have its effect, each room in its lane, and let go of what is recorded."""
        self._readable(self.keys.take_in(told), take)
        for room, info in _rooms(told, "join").items():
            self.lanes.put(room, self._since, partial(self._room, room, info, self._since, take))
        for room in _rooms(told, "leave"):
            self.lanes.put(room, self._since, partial(self._closed, room, self._since, take))
        await self._invited(told)
        self._despair(take)
        self._since = self._since.then(str(told["next_batch"]))
        await self._upkeep()
        await self.lanes.at_most(MOST_UNDER_WAY)
        await self.matrix.catch_up()
        held = (self.lanes.oldest(), self.unread.oldest(), self._since)
        await self.memory.keep(min(one for one in held if one).token)

    async def _room(self, room: str, info: Json, since: Position, take: Take) -> None:
        """Record what has happened in one room `since`, in order."""
        new, partner = room not in self.client.rooms, self.rooms.partner(room)
        timeline = inner(info, "timeline")
        events = read_events(timeline)
        await self._feed(room, info)
        if partner and self.rooms.alone(room):
            self.rooms.left(partner)
            await self._left(partner, f"{room} {since.token}", take)
        if new:
            await self._entered(room, info, events, since, take)
            return
        if timeline.get("limited"):
            events = [*await self._gap(room, str(timeline.get("prev_batch", "")), since), *events]
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

    async def _feed(self, room: str, info: Json) -> None:
        """Let nio know who is in a room, and what holds there."""
        happened = [event for event in read_events(info.get("timeline")) if "state_key" in event]
        piece = {"state": {"events": read_events(info.get("state"))}, "timeline": {"events": happened}}
        told = {"next_batch": f"{room} {time.monotonic()}", "rooms": {"join": {room: piece}}}
        try:
            answer = nio.SyncResponse.from_dict(told)
            await self.client.receive_response(answer)
            self.client.rooms[room].members_synced = True  # for we ask for all members, not for some
        except Exception as error:  # whatever somebody has set there: other rooms are not stalled by it
            log.warning("Matrix: a room cannot be read (%s)", type(error).__name__)
        self.upgrades.notice(room, [*read_events(info.get("state")), *happened])
        self.rooms.changed()

    async def _entered(self, room: str, info: Json, events: list[Json], since: Position, take: Take) -> None:
        """Record what was said since we were asked in; who only asked us in is greeted."""
        own = [n for n, e in enumerate(events) if e.get("state_key") == self.client.user_id]
        after = events[own[0] + 1 :] if own else []
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

    async def _gap(self, room: str, start: str, since: Position) -> list[Json]:
        """Return what has happened in a room between `since` and `start`, in order."""
        found: list[Json] = []
        for _ in range(MOST_PAGES):
            question = urlencode({"dir": "b", "from": start, "to": since.token, "limit": 100})
            page = await self._patiently(f"{path('rooms', room, 'messages')}?{question}")
            events = [event for event in items(page.get("chunk")) if isinstance(event, dict)]
            found += events
            start = str(page.get("end", ""))
            if not events or not start:
                break
        return found[::-1]

    async def _patiently(self, where: str) -> Json:
        """Return what a call brings, however long that takes; nothing if it is refused."""
        try:
            return await patiently(partial(self.calls.call, "GET", where), self.sleep)
        except MatrixError:
            return {}

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


def _filter(limit: int) -> str:
    room = {**FILTER["room"], "timeline": {"limit": limit}, "include_leave": False}
    return json.dumps({**FILTER, "room": room})


def _asked_before(came: Json | None) -> str | None:
    """Return who asked us in, as our own coming tells."""
    sender = inner(came, "unsigned").get("prev_sender")
    return sender if isinstance(sender, str) else None


def _rooms(told: Json, kind: str) -> dict[str, Json]:
    return objects(inner(told, "rooms", kind))
