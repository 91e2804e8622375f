"""Rooms that are said to be replaced on Matrix: the bot follows nobody who may not do that, and is led nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.events import Chat as Address
from bot.platforms import matrix_rooms, matrix_upgrades
from bot.platforms.base import GoneError, MovedError
from tests.bot.platforms.matrix_bot import ADDRESSES, Running, bot_on, is_answered, private_chat
from tests.bot.platforms.matrix_moves import knows, room_with, said
from tests.homeserver.chat import Chat
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse

TOMBSTONE = "m.room.tombstone"


pytestmark = pytest.mark.usefixtures("short_moments")


@pytest.fixture
def bot(running: Running) -> Running:
    """The bot at work."""
    return running


async def test_put_out_of_the_new_room(
    homeserver: Synapse, people: People, account: Account, tmp_path: Path, log: Path
) -> None:
    """Into a new room out of which it was put, the bot does not come back by itself after a restart."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    folder = tmp_path / "bot"
    async with bot_on(homeserver, account, folder) as bot:
        chat = await private_chat(ada, bot, encrypted=False)
        before = await room_with(ada, bot.id, ben, public=True)
        after = await before.upgrades("12")
        await after.meets(bot.id)
        await after.kicks(bot.id)
        await is_answered(chat, ADDRESSES)
    async with bot_on(homeserver, account, folder) as bot:
        await knows(bot, before)
        await is_answered(chat, ADDRESSES)
        await ada.caught_up()
        assert bot.id not in after.members


@pytest.mark.parametrize(
    ("replaced_by", "asked_by", "level", "heard"),
    [("Ada", "Ada", 0, True), ("Ada", "Ben", 100, True), ("Ada", "Ben", 50, False), ("Ben", "Ben", 50, True)],
)
async def test_invitations_to_a_new_room(
    people: People,
    bot: Running,
    monkeypatch: pytest.MonkeyPatch,
    replaced_by: str,
    asked_by: str,
    level: int,
    heard: bool,
) -> None:
    """Whoever has replaced a room, or may set its levels, can ask the bot into the new one however often they asked."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    before = await room_with(ada, bot.id, ben)
    levels = await before._ask("GET", "state/m.room.power_levels")
    users, events = {**levels["users"], ben.id: level}, {**levels["events"], TOMBSTONE: 50}
    await before.sets("m.room.power_levels", {**levels, "users": users, "events": events})
    chat = await private_chat(ada, bot, encrypted=False)
    monkeypatch.setattr(matrix_rooms, "MOST_BY_ONE", 0)
    others = await ada.makes_room(asks=[bot.id])
    first, second = (ada, ben) if replaced_by == "Ada" else (ben, ada)
    after = await Chat(first, before.id).upgrades("12", asks=[second.id])
    theirs = {first.name: after, second.name: await second.accepts(first.id)}
    await theirs[asked_by].asks_in(bot.id)
    if heard:
        await after.meets(bot.id)
        await is_answered(after, ADDRESSES)
    await is_answered(chat, ADDRESSES)
    await first.caught_up()
    assert (bot.id in after.members) == heard
    assert bot.id not in others.members


async def test_who_may_not_replace_a_room(
    homeserver: Synapse, people: People, account: Account, tmp_path: Path, log: Path
) -> None:
    """Somebody who may not replace the room any more is not followed, though the new one is open."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    async with bot_on(homeserver, account, tmp_path / "bot") as bot:
        room = await room_with(ada, bot.id, ben, public=True, version="12")
    await room.gives_power(ben.id, 150)
    new = await Chat(ben, room.id).upgrades("12")
    await room.gives_power(ben.id, 0)
    await room.sets_levels(events_default=0)
    async with bot_on(homeserver, account, tmp_path / "bot", log=log) as bot:
        await said(log, "whoever said so may not move it")
        await is_answered(room, ADDRESSES)
        await ben.caught_up()
        assert bot.id not in new.members


async def test_a_room_that_knows_nothing_of_it(people: People, bot: Running, log: Path) -> None:
    """A room that does not say that it takes the other's place is left again; no other one is tried for that."""
    ada, cy = await people.meet("Ada"), await people.meet("Cy")
    room = await room_with(ada, bot.id, cy)
    foreign = await cy.makes_room("Elsewhere", public=True)
    await room.sets(TOMBSTONE, {"body": "", "replacement_room": foreign.id})
    await said(log, "knows nothing of it")
    await is_answered(room, ADDRESSES)
    await cy.until(lambda: came(foreign, bot.id) == ["join", "leave"], "coming and going")
    another = await cy.makes_room("Another", public=True)
    await room.sets(TOMBSTONE, {"body": "", "replacement_room": another.id})
    await is_answered(room, ADDRESSES)
    await cy.caught_up()
    assert came(another, bot.id) == []
    assert foreign.messages(bot.id) == []


def came(room: Chat, who: str) -> list[str]:
    """Return how somebody has come and gone in a room."""
    moves = [
        e for e in room.timeline.events if e.type == "m.room.member" and e.source.get("state_key") == who
    ]
    return [move.content["membership"] for move in moves]


async def test_a_room_that_the_bot_is_in(people: People, bot: Running, log: Path) -> None:
    """By naming a room that the bot is in anyway, nobody gets it out of there."""
    ada, ben, cy = await people.meet("Ada"), await people.meet("Ben"), await people.meet("Cy")
    others = await room_with(cy, bot.id, ben)
    room = await room_with(ada, bot.id, ben)
    await room.sets(TOMBSTONE, {"body": "", "replacement_room": others.id})
    await said(log, "knows nothing of it")
    await is_answered(room, ADDRESSES)
    await is_answered(others, ADDRESSES)


async def test_a_room_that_cannot_be_entered(
    people: People, bot: Running, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody asks the bot into the new room, it goes on in the old one after a while, and may come later."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben)
    monkeypatch.setattr(matrix_upgrades, "HELD", 0.5)
    await room.sets(TOMBSTONE, {"body": "", "replacement_room": "!nowhere:union.test"})
    await said(log, "once we are asked in")
    await is_answered(room, ADDRESSES)
    new = await room.upgrades("12", asks=[ben.id, bot.id])
    await new.meets(bot.id)
    await is_answered(new, ADDRESSES)


async def test_malformed_tombstones(people: People, bot: Running) -> None:
    """A tombstone that names no room, or no other, changes nothing."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben)
    named: list[object] = ["", None, 7, [], {}, "nonsense", "#alias:union.test", "@ada:union.test"]
    for to in named:
        await room.sets(TOMBSTONE, {"body": "", "replacement_room": to})
        await is_answered(room, ADDRESSES)


async def test_rooms_that_name_each_other(bot: Running) -> None:
    """Where two rooms say that they take each other's place, nobody is sent round in a circle."""
    rooms = bot.service.matrix._rooms
    rooms.moved("!a:x", "!b:x")
    rooms.moved("!b:x", "!a:x")
    with pytest.raises(MovedError):
        await rooms.find(Address("matrix", "!a:x"))
    with pytest.raises(GoneError):
        await rooms.find(Address("matrix", "!b:x"))
