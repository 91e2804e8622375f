"""Which rooms there are, who is in them, and where one talks with one person alone."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import nio

from bot.events import Chat
from bot.platforms.base import GoneError, LaterError, MovedError, UnreachableError, keep
from bot.platforms.matrix_calls import Calls, MatrixError, path
from bot.platforms.matrix_events import NAME, Room
from bot.platforms.matrix_json import Json, inner
from bot.platforms.matrix_levels import TOMBSTONE

MOST_BY_ONE, MOST = 5, 100
"""Invitations that are accepted in an hour: of one person, and of all."""
HOUR = 3600.0
LONGEST_WAIT = 20.0
"""Seconds in which the homeserver may tell of a room that is there."""
A_MOMENT = 2.0
"""Seconds between two looks whether we are where a room has moved to."""
ENCRYPTED: Json = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


@dataclass(frozen=True, slots=True)
class Place:
    """A room, and the thread in it, by the event that began it."""

    room: str
    thread: str | None = None


@dataclass(slots=True)
class Patience:
    """How many invitations were accepted lately, and whose."""

    clock: Callable[[], float] = time.monotonic
    _accepted: deque[tuple[float, str]] = field(default_factory=deque)

    def admits(self, inviter: str) -> bool:
        """Return whether one more invitation of that person is accepted, and count it if so."""
        now = self.clock()
        while self._accepted and self._accepted[0][0] < now - HOUR:
            self._accepted.popleft()
        theirs = sum(by == inviter for _, by in self._accepted)
        if len(self._accepted) >= MOST or theirs >= MOST_BY_ONE:
            return False
        self._accepted.append((now, inviter))
        return True


class Rooms:
    """The rooms of one account."""

    def __init__(self, client: nio.AsyncClient, calls: Calls) -> None:
        self._client = client
        self._calls = calls
        self._last: OrderedDict[str, Place] = OrderedDict()
        self._left: OrderedDict[str, None] = OrderedDict()
        self._opened: dict[str, str] = {}
        self._moving: set[str] = set()
        self._moved: dict[str, str] = {}
        self._stays: set[str] = set()
        self._news = asyncio.Event()

    def changed(self) -> None:
        """Let those look again who wait until something is told of a room."""
        self._news.set()
        self._news = asyncio.Event()

    def seen(self, room_id: str) -> Room:
        """Return a room as it is now: private if it is for one person alone."""
        room = self._client.rooms.get(room_id)
        title = room.name if room and isinstance(room.name, str) else ""
        return Room(room_id, self.partner(room_id) is None, title, len(self._others(room_id)) == 1)

    def partner(self, room_id: str) -> str | None:
        """Return the one person whom we are alone with in a room, or would be if they came; None if there is none.

        In a room that has a name or an address, or that everybody may enter, others are expected.
        """
        others = self._others(room_id)
        return others[0] if len(others) == 1 and not _for_many(self._client.rooms[room_id]) else None

    def alone(self, room_id: str) -> bool:
        """Return whether nobody else is in a room, or asked in."""
        return not self._others(room_id)

    def _others(self, room_id: str) -> list[str]:
        room = self._client.rooms.get(room_id)
        return [user for user in room.users if user != self._client.user_id] if room else []

    def encrypted(self, room_id: str) -> bool:
        """Return whether everything in a room is encrypted."""
        room = self._client.rooms.get(room_id)
        return room is not None and bool(room.encrypted)

    def wrote(self, person: str, place: Place) -> None:
        """Remember where a person wrote last: there they are answered."""
        self.asked_for(person)
        now = self._now(place.room)
        keep(self._last, person, place if now == place.room else Place(now))

    def asked_for(self, person: str) -> None:
        """Remember that a person wants to talk with us, wherever they said so."""
        self._left.pop(person, None)

    def talks_with(self, person: str) -> bool:
        """Return whether there is still a private chat with a person."""
        return any(self.partner(room) == person for room in self._client.rooms)

    def left(self, person: str) -> None:
        """Remember that a person has left the private chat: they are not asked in again by us."""
        keep(self._left, person, None)
        self._opened.pop(person, None)

    def told(self, room_id: str, events: Iterable[Json]) -> None:
        """Learn from what is told of a room whether somebody refuses the private chat that we have opened there."""
        for person, opened in list(self._opened.items()):
            if opened == room_id and any(_leaves(person, event) for event in events):
                self.left(person)

    def closed(self, room_id: str) -> None:
        """Forget a room that we are no longer in; who has put us out of a private chat has left it."""
        if partner := self.partner(room_id):
            self.left(partner)
        self._client.rooms.pop(room_id, None)

    # --- rooms that take the place of others

    def moving(self, room_id: str) -> None:
        """Let messages to a room wait, for another is to take its place."""
        self._stays.discard(room_id)
        self._moving.add(room_id)

    def stays(self, room_id: str) -> None:
        """Let messages go to a room, whatever was said of another one in its place."""
        if room_id in self._moving:
            self._moving.remove(room_id)
            self._stays.add(room_id)

    def moved(self, room_id: str, to: str) -> bool:
        """Let everything that was to go to a room go `to` another from now on; return False if that cannot be."""
        if self._now(to) == room_id:  # rooms that name each other: nobody is sent round in a circle
            self.stays(room_id)
            return False
        self._moving.discard(room_id)
        self._moved[room_id] = to
        for person, last in self._last.items():
            if last.room == room_id:
                self._last[person] = Place(to)
        return True

    async def replaced(self, room_id: str) -> bool:
        """Return whether a room is given up for another, though we may not have been told yet."""
        if room_id in self._moving or room_id in self._moved:
            return True
        try:
            told = await self._calls.call("GET", path("rooms", room_id, "state", TOMBSTONE))
        except MatrixError:
            return False
        return room_id not in self._stays and replacement(room_id, told) is not None

    async def told_of(self, room_id: str) -> None:
        """Wait until we are in a room, and know it."""
        while room_id not in self._client.rooms:
            await self._news.wait()

    def _now(self, room_id: str) -> str:
        while room_id in self._moved:
            room_id = self._moved[room_id]
        return room_id

    # --- where messages go

    async def find(self, chat: Chat) -> Place:
        """Return where messages to `chat` go; a private chat that is not there is opened.

        Raises GoneError if it is closed, MovedError if it is elsewhere now, LaterError if that is not certain yet.
        """
        if chat.id.startswith("@"):
            return await self._find_private(chat.id)
        room, _, thread = chat.id.partition(" ")
        if room in self._moving:
            raise LaterError(A_MOMENT)
        if room in self._moved:
            raise MovedError(self._moved[room])
        if room not in self._client.rooms:
            raise GoneError
        return Place(room, thread or None)

    async def _find_private(self, person: str) -> Place:
        """Return where one talks with a person alone: where they wrote last, or in any other room."""
        last = self._last.get(person)
        if last and self._serves(last.room, person):
            return last
        room = next((room for room in self._client.rooms if self._serves(room, person)), None)
        nowhere = room is None and any(self.partner(old) == person for old in self._moving)
        if nowhere or (last and last.room in self._moving):
            raise LaterError(A_MOMENT)
        return Place(room or await self._open(person))

    def _serves(self, room_id: str, person: str) -> bool:
        """Return whether a room is the private chat with a person, and no other is to be used instead."""
        return self.partner(room_id) == person and not {room_id} & (self._moving | self._moved.keys())

    async def _open(self, person: str) -> str:
        """Open a private chat with a person, encrypted, and return its room."""
        if person in self._left:
            raise GoneError
        if person not in self._opened:
            self._opened[person] = await self._create(person)
        room = self._opened[person]
        await self._until(lambda: self.partner(room) == person or person in self._left)
        if self._opened.pop(person, None) is None:
            raise GoneError
        return room

    async def _create(self, person: str) -> str:
        wanted = {
            "preset": "trusted_private_chat",
            "is_direct": True,
            "invite": [person],
            "initial_state": [ENCRYPTED],
        }
        made = await self._calls.call("POST", path("createRoom"), wanted)
        return str(made["room_id"])

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is true of the rooms: what is sent sooner, nobody or everybody can read."""
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                while not holds():
                    await self._news.wait()
        except TimeoutError:
            raise UnreachableError("the homeserver has not told of the room yet") from None


def _for_many(room: nio.MatrixRoom) -> bool:
    return bool(room.name or room.canonical_alias) or room.join_rule == "public"


def _leaves(person: str, event: Json) -> bool:
    member = event.get("type") == "m.room.member" and event.get("state_key") == person
    return member and inner(event, "content").get("membership") in ("leave", "ban")


def inviter(told: list[Json], own_id: str) -> str | None:
    """Return who asked us in, as the events of a room tell."""
    for event in reversed(told):
        member = event.get("type") == "m.room.member" and event.get("state_key") == own_id
        if member and inner(event, "content").get("membership") == "invite":
            sender = event.get("sender")
            return sender if isinstance(sender, str) else None
    return None


def replacement(room_id: str, tombstone: object) -> str | None:
    """Return which room takes the place of another, as its tombstone says."""
    to = inner(tombstone).get("replacement_room")
    return to if isinstance(to, str) and to.startswith("!") and to != room_id else None


def private(person: str) -> Chat:
    """Return the private chat with a person."""
    return Chat(NAME, person)
