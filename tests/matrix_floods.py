"""Strangers who flood the bot on Matrix with what is malformed, and how long others wait for answers meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import aiohttp

from tests.homeserver import faults
from tests.homeserver.asking import Json, RefusedError
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Synapse
from tests.matrix_nonsense import HELD, SAID, Liar, nonsense, wrong
from tests.matrix_program import Program, behind_a_gate
from tests.program import wrong as complaints_of

PAUSE = 1.1
"""Seconds between two questions of one person: they ask as slowly as the bot wants it."""
AT_ONCE = 100
"""Events with which a homeserver that lies answers each time it is asked."""
HANDS = 4
"""Requests that a stranger makes at the same time."""


@dataclass
class Digest:
    """What became of malformed events, and how many seconds others waited for their answers."""

    accepted: int = 0
    refused: int = 0
    """What the homeserver itself does not take."""
    told: int = 0
    """What it would not tell either, and the bot was told all the same."""
    waits: list[float] = field(default_factory=list)


@dataclass
class Stranger:
    """Somebody who sends the bot what is malformed: in private chats, in a room of theirs, and between devices."""

    person: Person
    bot: str
    rooms: Sequence[Chat]
    secret: Chat
    """Where the homeserver cannot see what is sent."""
    key: str
    """The key of the bot's device."""
    dice: random.Random
    _sharing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def between(self) -> list[tuple[str, Json]]:
        """Return what is sent between devices, before something is made wrong in it."""
        return [(kind, content) for kind, content in nonsense(self.key) if kind and isinstance(content, dict)]

    async def sends(self) -> None:
        """Send something; RefusedError if the homeserver does not take it, ValueError if it cannot be encrypted."""
        path, body = await self._secretly() if self.dice.random() < 0.3 else self._something()
        await self.person.ask("PUT", f"/_matrix/client/v3/{path}", body)

    async def _secretly(self) -> tuple[str, Json]:
        """Return the path and the body of a request that shows nothing of what is in it."""
        kind, content = wrong(SAID, self.dice)
        room, client = self.secret.id, self.person.client
        assert client.olm is not None
        async with self._sharing:
            if client.olm.should_share_group_session(room):
                await client.share_group_session(room, ignore_unverified_devices=True)
            kind, sealed = client.encrypt(room, kind, content)
        sealed.pop("m.relates_to", None)  # which clients show, so that homeservers can count reactions
        return f"rooms/{quote(room)}/send/{kind}/{self.person.new_transaction()}", sealed

    def _something(self) -> tuple[str, Json]:
        """Return the path and the body of a request."""
        room, transaction = quote(self.dice.choice(self.rooms).id), self.person.new_transaction()
        match self.dice.randrange(10):
            case 0 | 1 | 2 | 3:
                kind, content = wrong(SAID, self.dice)
                return f"rooms/{room}/send/{kind}/{transaction}", content
            case 4 | 5:
                kind, content = wrong(HELD, self.dice)
                return f"rooms/{room}/state/{kind}/", content
            case 6:
                _, content = wrong([("m.room.member", {"displayname": "x", "avatar_url": "x"})], self.dice)
                member = {**content, "membership": "join"}
                return f"rooms/{room}/state/m.room.member/{quote(self.person.id)}", member
            case _:
                kind, content = wrong(self.between, self.dice)
                return f"sendToDevice/{kind}/{transaction}", {"messages": {self.bot: {"*": content}}}


async def comes(people: People, bot: str, dice: random.Random) -> Stranger:
    """Return a stranger who has begun to talk with the bot, and has asked it into a room."""
    mallory = await people.meet("Mallory")
    rooms = [await mallory.begins_chat(bot, encrypted=False), await mallory.makes_room(asks=[bot])]
    secret = await mallory.begins_chat(bot)
    for room in (*rooms, secret):
        await room.meets(bot)
    await secret.answered(await secret.says("!help"))
    await mallory.sleeps()  # for a client need not bear what its owner sends here
    told = await mallory.ask("POST", "/_matrix/client/v3/keys/query", {"device_keys": {bot: []}})
    (device,) = told["device_keys"][bot].values()
    return Stranger(mallory, bot, rooms, secret, device["keys"][f"curve25519:{device['device_id']}"], dice)


async def digested(homeserver: Synapse, folder: Path, sent: int, told: int, dice: random.Random) -> Digest:
    """Return what becomes of so many malformed events that are sent, and as many as are told by a homeserver that lies.

    AssertionError if the bot does not end well.
    """
    found = Digest()
    async with (
        behind_a_gate(homeserver, folder / "bot", LIMITS__AT_ONCE="10") as (gate, program),
        People(homeserver, folder / "people") as people,
    ):
        await program.start()
        bot = program.account.user_id
        ada, ben = await people.meet("Ada"), await people.meet("Ben")
        chats = [await ada.begins_chat(bot), await ben.begins_chat(bot, encrypted=False)]
        stranger = await comes(people, bot, dice)
        flood = asyncio.create_task(_flood(stranger, gate, found, sent, told))
        await asyncio.gather(flood, *(_asks(chat, program, flood, found) for chat in chats))
        for chat in chats:
            await _ask(chat, program, found)
        assert (await program.end())[0] == 0
        assert [line for line in complaints_of(program.complaints) if "had no effect" not in line] == []
    return found


async def _flood(stranger: Stranger, gate: Gate, found: Digest, sent: int, told: int) -> None:
    left = iter(range(sent))

    async def hand() -> None:
        for _ in left:
            try:
                await stranger.sends()
                found.accepted += 1
            except (RefusedError, aiohttp.ClientError, ValueError):  # of some the homeserver itself is afraid
                found.refused += 1

    await asyncio.gather(*(hand() for _ in range(HANDS)))
    rooms = [room.id for room in stranger.rooms]
    liar = Liar(stranger.person.id, rooms, stranger.key, stranger.dice)
    rule = gate.fails(faults.Rewrite(lambda answer: liar.adds(answer, AT_ONCE)), r"/sync$", times=None)
    while liar.told < told:
        await gate.calls.wait_for(r"/sync$", gate.calls.count(r"/sync$") + 1, within=60)
    rule.cancel()
    found.told = liar.told


async def _asks(chat: Chat, program: Program, flood: asyncio.Task[None], found: Digest) -> None:
    """Ask again and again until the flood is over."""
    while not flood.done():
        await _ask(chat, program, found)
        await asyncio.sleep(PAUSE)


async def _ask(chat: Chat, program: Program, found: Digest) -> None:
    begun = time.monotonic()
    said = await chat.says("!help")
    answers = await chat.answered(said, quiet=0, within=60)
    found.waits.append(time.monotonic() - begun)
    assert program.runs
    assert answers[0].encrypted == chat.encrypted
