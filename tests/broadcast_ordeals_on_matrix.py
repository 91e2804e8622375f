"""A broadcast into encrypted rooms on Matrix that has to live through the death of the bot: each gets it once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from bot.broadcasts import Broadcast, Fate, State
from bot.events import Chat
from bot.store.store import Store
from tests.bot.store.followers import follow, update
from tests.bot.store.people import ANNA
from tests.broadcast_ordeals import Tally, beside
from tests.homeserver.asking import Json
from tests.homeserver.chat import Chat as Room
from tests.homeserver.gate import Gate
from tests.homeserver.person import ENCRYPTION, People, Person
from tests.homeserver.synapse import Account, Synapse
from tests.matrix_program import Program, behind_a_gate

Thing = TypeVar("Thing")

SENDING = r"/send/m\.room\.encrypted/"
NEWS = "They were reinstated."
PATIENCE = 600.0
ROOMS_OF_ONE = 5
AT_ONCE = 4
"""People who do something at the same time: with more of them the homeserver is no quicker."""
A_MOMENT = 0.1
"""Seconds, about as long as a message takes."""


async def mailed_and_killed(
    homeserver: Synapse, folder: Path, number: int, kills: int, dice: random.Random
) -> Tally:
    """Kill the bot so often while it sends to so many rooms; see that each has it once, and return what that meant."""
    async with (
        behind_a_gate(homeserver, folder / "bot", forked=True) as (gate, program),
        People(homeserver, folder / "people") as everybody,
    ):
        rooms = await _rooms(everybody, program.account, number)
        await _followed(program, [room.id for room in rooms])
        return await killed(gate, program, rooms, kills, dice)


async def killed(
    gate: Gate, program: Program, rooms: Sequence[Room], kills: int, dice: random.Random
) -> Tally:
    """Kill the bot so often while a broadcast goes out to `rooms`, and see that each has it once."""
    lives = Lives(gate, program, dice)
    while lives.tally.ends < kills:
        await lives.one(kills - lives.tally.ends)
    await program.start(works=False)
    found = await _done(program)
    lives.count()
    assert (found.people(Fate.SENT), found.people()) == (len(rooms), len(rooms))
    await program.kill()
    await _each({room.person.id: room.person for room in rooms}.values(), _read)
    heard = Counter(_news(room, program.account.user_id) for room in rooms)
    assert heard == {1: len(rooms)}, heard
    assert all(room.encrypted for room in rooms)
    lives.tally.again = lives.sent.total() - len(lives.sent)
    return lives.tally


class Lives:
    """The lives of a bot that is killed while it starts, or while it sends, spread over the whole broadcast."""

    def __init__(self, gate: Gate, program: Program, dice: random.Random) -> None:
        self.tally = Tally()
        self.sent: Counter[str] = Counter()
        """The messages that were given to the homeserver, each by its name."""
        self._gate = gate
        self._program = program
        self._dice = dice
        self._start = A_MOMENT

    async def one(self, more: int) -> None:
        """Let the bot live once more, so that something is left for each of the lives that come, `more` with this."""
        starting = self._dice.random() < 0.2
        began = time.monotonic()
        await self._program.start(works=False)
        if starting:
            await asyncio.sleep(self._dice.uniform(0, self._start))
        else:
            await self._program.works(PATIENCE)
            self._start = time.monotonic() - began
            with suppress(AssertionError):  # all may have it by now
                least = round(self._dice.uniform(0, 2 * self._number("ready", "sending") / more))
                await self._gate.calls.wait_for(SENDING, least, "PUT", within=20)
            await asyncio.sleep(self._dice.uniform(0, A_MOMENT))
        await self._program.kill()
        self.tally.ends += 1
        self.tally.starting += starting
        self.tally.in_flight += self._number("sending")
        self.count()

    def count(self) -> None:
        """Remember what was sent in this life."""
        self.sent.update(call.path for call in self._gate.calls.of(SENDING, "PUT"))
        self._gate.calls.clear()

    def _number(self, *states: str) -> int:
        """Return how many messages are in one of these states."""
        rows = self._program.rows("SELECT state, count(*) FROM delivery GROUP BY state")
        return sum(int(number) for state, number in rows if state in states)


async def _rooms(everybody: People, bot: Account, number: int) -> list[Room]:
    """Return so many encrypted rooms of people, no more than a few of each, with the bot in them."""
    rooms: list[Room] = []

    async def makes_some(numbers: range) -> None:
        person = await everybody.meet("Ada")
        await person.sleeps()
        rooms.extend([Room(person, await _room(person, n, bot)) for n in numbers])

    starts = range(0, number, ROOMS_OF_ONE)
    await _each([range(n, min(n + ROOMS_OF_ONE, number)) for n in starts], makes_some)
    return rooms


async def _room(person: Person, number: int, bot: Account) -> str:
    """Return a room in which everything is encrypted, and which the bot has entered before it is started."""
    told: Json = {"name": f"Branch {number}", "preset": "private_chat", "invite": [bot.user_id]}
    made = await person.ask("POST", "/_matrix/client/v3/createRoom", {**told, "initial_state": [ENCRYPTION]})
    room = str(made["room_id"])
    where = f"/_matrix/client/v3/join/{quote(room)}"
    await person.homeserver.ask("POST", where, {}, bot.access_token)
    return room


async def _read(person: Person) -> None:
    """Let somebody read everything that has come for them."""
    await person.wakes()
    await person.caught_up()
    await person.until(lambda: not person.reader.unread, "keys")
    await person.sleeps()


async def _each(things: Iterable[Thing], work: Callable[[Thing], Awaitable[None]]) -> None:
    """Do `work` with all things, a few at the same time."""
    rest = iter(list(things))

    async def some() -> None:
        for thing in rest:
            await work(thing)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(some())


async def _followed(program: Program, chats: Sequence[str]) -> None:
    """Let rooms follow a campaign, and a broadcast to them begin."""
    store = await Store.open(program.database)
    try:
        await follow(store, *chats, platform="matrix", private=False)
        async with store.work() as work:
            await work.start_broadcast(ANNA, update(told=Chat("terminal", "")))
    finally:
        await store.close()


async def _done(program: Program) -> Broadcast:
    async with asyncio.timeout(PATIENCE):
        while True:
            async with beside(program.folder) as work:
                found = await work.broadcast(1)
            assert found
            if found.state == State.DONE:
                return found
            await asyncio.sleep(0.2)


def _news(room: Room, bot: str) -> int:
    """Return how often the news can be read in a room."""
    return sum(NEWS in message.body for message in room.messages(bot))
