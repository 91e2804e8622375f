"""A broadcast into encrypted rooms on Matrix that has to live through the death of the bot: each gets it once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bot.broadcasts import Broadcast, Fate, State
from bot.events import Chat
from bot.platforms.matrix_rooms import MOST_BY_ONE
from bot.store.store import Store
from tests.bot.store.followers import follow, update
from tests.bot.store.people import ANNA
from tests.broadcast_ordeals import Tally, beside
from tests.homeserver.chat import Chat as Room
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Synapse
from tests.matrix_program import Program, behind_a_gate

SENDING = r"/send/m\.room\.encrypted/"
NEWS = "They were reinstated."
PATIENCE = 120.0


async def mailed_and_killed(
    homeserver: Synapse, folder: Path, number: int, kills: int, dice: random.Random, life: float
) -> Tally:
    """Kill the bot so often while it sends to so many rooms; see that each has it once, and return what that meant."""
    tally = Tally()
    async with (
        behind_a_gate(homeserver, folder / "bot", forked=True) as (gate, program),
        People(homeserver, folder / "people") as everybody,
    ):
        ada = await everybody.meet("Ada")
        made: list[Room] = []
        while len(made) < number:  # a running bot accepts no more of one person at once
            await program.start()
            some = range(min(MOST_BY_ONE, number - len(made)))
            made += await asyncio.gather(*(_room(ada, len(made) + n, program.account.user_id) for n in some))
            await program.end()
        await _followed(program, [room.id for room in made])
        while tally.ends < kills:
            starting = dice.random() < 0.2
            before = gate.calls.count(SENDING, "PUT")
            await program.start(works=not starting)
            if not starting and tally.ends < kills - 1:
                with suppress(AssertionError, TimeoutError):  # all may have it by now
                    await gate.calls.wait_for(SENDING, before + 1, "PUT", within=4)
            await asyncio.sleep(dice.uniform(0, life))
            await program.kill()
            tally.ends += 1
            tally.starting += starting
            [(under_way,)] = program.rows("SELECT count(*) FROM delivery WHERE state = 'sending'")
            tally.in_flight += under_way
        await program.start()
        found = await _done(program)
        assert (found.people(Fate.SENT), found.people()) == (number, number)
        await ada.caught_up()
        heard = [_news(room, program.account.user_id) for room in made]
        assert Counter(heard) == {1: number}, Counter(heard)
        assert all(room.encrypted for room in made)
        sent = Counter(call.path for call in gate.calls.of(SENDING, "PUT"))
        tally.again = sent.total() - len(sent)
    return tally


async def _room(ada: Person, number: int, bot: str) -> Room:
    """Return a room with the bot in it, where everything is encrypted."""
    room = await ada.makes_room(f"Branch {number}", asks=[bot], encrypted=True)
    await ada.until(lambda: bot in room.members, "the bot", PATIENCE)
    return room


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
