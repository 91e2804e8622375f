"""Rooms that are replaced on Matrix: the bot follows whoever may do that, and only where both rooms say so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from bot.platforms.matrix_calls import Calls, MatrixError, path, patiently
from bot.platforms.matrix_json import Json, inner
from bot.platforms.matrix_levels import CREATE, TOMBSTONE, Levels
from bot.platforms.matrix_rooms import Rooms, replacement

log = logging.getLogger(__name__)

HELD = 300.0
"""Seconds in which we may be asked into the new room; until then, what is to be said waits."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What somebody says of a room: that another takes its place."""

    room: str
    to: str
    by: str


class Upgrades:
    """All upgrades of the rooms of one account."""

    def __init__(
        self, calls: Calls, rooms: Rooms, own_id: str, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._calls = calls
        self._rooms = rooms
        self._own_id = own_id
        self._sleep = sleep
        self._known: dict[str, Upgrade] = {}
        self._settled: set[str] = set()
        """Rooms that were followed, or that led astray: whatever is said of them later changes nothing."""
        self._came: set[str] = set()
        """Rooms into which we came for this reason alone."""
        self._following: dict[str, asyncio.Task[None]] = {}
        self.followed: Callable[[str, str], Awaitable[None]] = _nothing
        """What is done once a room has taken the place of another."""

    def notice(self, room: str, state: Sequence[Json]) -> None:
        """Begin to follow an upgrade of a room, if these events tell of one."""
        for event in state:
            upgrade = _upgrade(room, event)
            if upgrade and room not in self._settled and upgrade != self._known.get(room):
                self._known[room] = upgrade
                self._rooms.moving(room)
                asyncio.get_running_loop().call_later(HELD, self._rooms.stays, room)
                if room in self._following:
                    self._following[room].cancel()
                self._following[room] = asyncio.create_task(self._quietly(upgrade))

    def leads_to(self, room: str) -> bool:
        """Return whether a room takes the place of another."""
        return any(upgrade.to == room for upgrade in self._known.values())

    async def asked(self, room: str, by: str) -> bool:
        """Return whether an invitation belongs to an upgrade, and is of somebody who has a say in that."""
        for upgrade in list(self._known.values()):
            if upgrade.to != room or upgrade.room in self._settled:
                continue
            levels = await self._levels(upgrade.room)
            if levels.may_set(upgrade.by, TOMBSTONE) and (by == upgrade.by or levels.administrator(by)):
                self._came.add(room)
                return True
        return False

    def stop(self) -> None:
        """Follow no longer."""
        for task in self._following.values():
            task.cancel()

    async def _quietly(self, upgrade: Upgrade) -> None:
        """Follow, and say it if that was in vain; then everything is as before."""
        try:
            complaint = await self._follow(upgrade)
        except Exception as error:  # whatever somebody has set there
            complaint = f"it cannot be looked at ({type(error).__name__})"
        if complaint:
            log.info("Matrix: a room is not followed to where it is said to have moved: %s", complaint)
            self._known.pop(upgrade.room, None)
            self._rooms.stays(upgrade.room)

    async def _follow(self, upgrade: Upgrade) -> str:
        """Go to the new room as soon as we may, and use it instead of the old one; return what is against that."""
        levels = await self._levels(upgrade.room)
        if not levels.may_set(upgrade.by, TOMBSTONE):
            return "whoever said so may not move it"
        await self._come(upgrade)
        await self._rooms.told_of(upgrade.to)
        made = await self._ask("GET", path("rooms", upgrade.to, "state", CREATE))
        self._settled.add(upgrade.room)
        if inner(made, "predecessor").get("room_id") == upgrade.room:
            if self._rooms.moved(upgrade.room, upgrade.to):
                await self.followed(upgrade.room, upgrade.to)
            return ""
        if upgrade.to in self._came:
            await self._ask("POST", path("rooms", upgrade.to, "leave"), {})
        return "the other room knows nothing of it"

    async def _come(self, upgrade: Upgrade) -> None:
        """Enter the new room if we may without being asked in, and were never there: nobody is followed twice."""
        with suppress(MatrixError):
            if await self._ask("GET", path("rooms", upgrade.to, "state", "m.room.member", self._own_id)):
                return
        via = urlencode({"via": upgrade.by.partition(":")[2]})
        try:
            await self._ask("POST", f"{path('join', upgrade.to)}?{via}", {})
            self._came.add(upgrade.to)
        except MatrixError:
            log.info("Matrix: the room that takes another's place is entered once we are asked in")

    async def _levels(self, room: str) -> Levels:
        """Return who may do what in a room; in one that is closed to us, nobody."""
        where = path("rooms", room, "state")
        try:
            return Levels(await patiently(partial(self._calls.listed, where), self._sleep))
        except MatrixError:
            return Levels([])

    async def _ask(self, method: str, where: str, body: object = None) -> Json:
        return await patiently(partial(self._calls.call, method, where, body), self._sleep)


async def _nothing(room: str, to: str) -> None:
    """Do nothing about a room that has moved."""


def _upgrade(room: str, event: Json) -> Upgrade | None:
    """Return which upgrade of `room` an event tells of."""
    if event.get("type") != TOMBSTONE or event.get("state_key") != "":
        return None
    to, by = replacement(room, event.get("content")), event.get("sender")
    return Upgrade(room, to, by) if to and isinstance(by, str) else None
