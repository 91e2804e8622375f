"""Rooms that are replaced on Matrix: the bot follows whoever may do that, with all that was still to be said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.events import Chat as Address
from bot.events import Message
from bot.platforms import matrix_rooms, matrix_upgrades
from bot.platforms.base import GoneError, LaterError, MovedError
from tests.bot.platforms.matrix_bot import Running, bot_on, private_chat
from tests.homeserver.chat import Chat
from tests.homeserver.faults import Hang
from tests.homeserver.gate import Gate
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Account, Synapse

TOMBSTONE = "m.room.tombstone"


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a room looks often whether it is there."""
    monkeypatch.setattr(matrix_rooms, "A_MOMENT", 0.1)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The bot's log at its most talkative."""
    (tmp_path / "log").touch()
    return tmp_path / "log"


@pytest.fixture
async def bot(
    homeserver: Synapse, account: Account, tmp_path: Path, gate: Gate, log: Path
) -> AsyncIterator[Running]:
    """The bot at work."""
    async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log) as running:
        yield running


async def room_with(
    ada: Person, bot_id: str, *asks: Person, public: bool = False, version: str = "10"
) -> Chat:
    """Return a room of Ada and others, into which the bot was asked and where it has introduced itself."""
    room = await ada.makes_room(asks=[p.id for p in asks], public=public, version=version)
    for person in asks:
        await person.accepts(ada.id)
        await room.meets(person.id)
    await room.asks_in(bot_id)
    await ada.until(lambda: bool(room.messages(bot_id)), "an introduction")
    return room


async def is_answered(chat: Chat, words: str = "!addresses zhanaozen-2011") -> None:
    """See that the bot answers there."""
    assert await chat.answered(await chat.says(words), quiet=0)


async def until(holds: Callable[[], object]) -> None:
    """Wait until something is true of the bot."""
    for _ in range(400):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")


async def said(log: Path, words: str) -> None:
    """Wait until that stands in the log."""
    await until(lambda: words in log.read_text("utf-8"))


async def knows(bot: Running, room: Chat) -> None:
    """Wait until the bot knows that a room is replaced."""
    rooms = bot.service.matrix._rooms
    await until(lambda: {room.id} & (rooms._moving | rooms._moved.keys()))


async def to_be_sent(running: Running, address: str, words: str) -> None:
    """Record a message that is still to be sent, and begin to send it."""
    async with running.bot.store.work() as work:
        await work.queue(Address("matrix", address), [Message(words, answers="$before")])
    await running.bot.outbox.pick_up("matrix")


async def arrives(chat: Chat, words: str) -> None:
    """Wait until a message is there."""
    await chat.person.until(lambda: any(words in m.body for m in chat.messages()), words)


@pytest.mark.parametrize(
    ("encrypted", "old", "new"), [(True, "10", "12"), (True, "12", "12"), (False, "9", "10")]
)
async def test_a_private_chat_goes_on(
    people: People, bot: Running, encrypted: bool, old: str, new: str
) -> None:
    """In a private chat that is replaced nobody is greeted again; the open question is answered in the new room."""
    ada = await people.meet("Ada")
    before = await ada.begins_chat(bot.id, encrypted=encrypted, version=old)
    await ada.until(lambda: bool(before.messages(bot.id)), "a hello")
    await before.answered(await before.says("letter"), quiet=0.25)
    after = await before.upgrades(new, asks=[bot.id])
    await after.meets(bot.id)
    (kind,) = await after.answered(await after.says("2"), quiet=0.25)
    assert kind.body.startswith("What kind of letter?")
    assert kind.encrypted == after.encrypted == encrypted
    assert after.messages(bot.id) == [kind]


async def test_writing_in_the_old_chat(people: People, bot: Running) -> None:
    """Whoever writes in the old private chat, or is written to, is answered in the new one, and in no other."""
    ada = await people.meet("Ada")
    other = await private_chat(ada, bot, encrypted=False)
    before = await ada.begins_chat(bot.id)
    await before.meets(bot.id)
    await is_answered(before)
    after = await before.upgrades("12")
    await knows(bot, before)
    await to_be_sent(bot, ada.id, "While it moves.")
    await after.asks_in(bot.id)
    await arrives(after, "While it moves.")
    await to_be_sent(bot, ada.id, "When it has moved.")
    await arrives(after, "When it has moved.")
    assert not [m for m in (*before.messages(), *other.messages()) if "mov" in m.body]
    known = len(before.messages(bot.id)), len(other.messages(bot.id))
    await before.says("!privacy")
    await ada.until(lambda: len(after.messages(bot.id)) == 3, "an answer")
    assert (len(before.messages(bot.id)), len(other.messages(bot.id))) == known


@pytest.mark.parametrize("left", [False, True])
async def test_what_is_to_be_said_in_private(people: People, bot: Running, left: bool) -> None:
    """A message to somebody waits until the bot is asked into the new room, and arrives there, and only there."""
    ada = await people.meet("Ada")
    before = await private_chat(ada, bot, encrypted=True)
    await is_answered(before)
    after = await before.upgrades("12")
    if left:
        await before.leaves()
    await knows(bot, before)
    await to_be_sent(bot, ada.id, "Still to be said.")
    await after.asks_in(bot.id)
    await arrives(after, "Still to be said.")
    assert [m.encrypted for m in after.messages(bot.id)] == [True]
    assert not [m for m in before.messages() if "Still" in m.body]
    assert ada.reader.invitations == {}


async def test_a_room_of_many(people: People, bot: Running) -> None:
    """What was to be said in a room, in a thread too, is said in the new one, where the bot is not introduced again."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    before = await room_with(ada, bot.id, ben)
    await before.gives_power(bot.id, 50)  # so that it could still write in the old one
    root = await before.says("About Kazakhstan")
    after = await before.upgrades("12", asks=[ben.id])
    await knows(bot, before)
    await to_be_sent(bot, before.id, "To all.")
    await to_be_sent(bot, f"{before.id} {root}", "In the thread.")
    await after.asks_in(bot.id)
    await arrives(after, "To all.")
    await arrives(after, "In the thread.")
    assert {(m.thread, m.replies_to) for m in after.messages(bot.id)} == {(None, None)}
    assert len(before.messages(bot.id)) == 1
    await is_answered(after)
    assert not [m for m in after.messages(bot.id) if m.body.startswith("Hello.")]


async def test_an_open_room(people: People, bot: Running) -> None:
    """Where a room that everybody may enter has moved to, the bot goes without being asked in, time and again."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = first = await room_with(ada, bot.id, ben, public=True)
    for version in ("11", "12"):
        room = await room.upgrades(version)
        await room.meets(bot.id)
        await is_answered(room)
    await to_be_sent(bot, first.id, "To all.")
    await arrives(room, "To all.")


async def test_replaced_before_the_bot_knows(people: People, bot: Running, gate: Gate) -> None:
    """A message that the old room no longer takes is kept, although the bot has not been told why."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    before = await room_with(ada, bot.id, ben, public=True)
    hanging = gate.fails(Hang(), "/sync$", times=None)
    await before.says("hello")
    await until(lambda: hanging.hits)
    after = await before.upgrades("12")
    with pytest.raises(LaterError):
        await bot.service.matrix.send(Address("matrix", before.id), Message("To all."), 0)
    hanging.cancel()
    gate.breaks_connections()
    await after.meets(bot.id)
    await is_answered(after)
    with pytest.raises(MovedError):
        await bot.service.matrix.send(Address("matrix", before.id), Message("To all."), 0)


async def test_replaced_while_the_bot_is_away(
    homeserver: Synapse, people: People, account: Account, tmp_path: Path
) -> None:
    """Rooms that are replaced while the bot is down, or between being told and being asked in, are followed."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    folder = tmp_path / "bot"
    async with bot_on(homeserver, account, folder) as bot:
        chat = await private_chat(ada, bot, encrypted=True)
        room = await room_with(ada, bot.id, ben)
    new_chat, new_room = await chat.upgrades("12"), await room.upgrades("12")
    async with bot_on(homeserver, account, folder) as bot:
        await knows(bot, room)
    await new_chat.asks_in(account.user_id)
    async with bot_on(homeserver, account, folder) as bot:
        await new_chat.meets(bot.id)
        await is_answered(new_chat)
        await to_be_sent(bot, room.id, "To all.")
        await new_room.asks_in(bot.id)
        await arrives(new_room, "To all.")
    async with bot_on(homeserver, account, folder) as bot:  # it knows it after the next start, too
        await to_be_sent(bot, room.id, "Once more.")
        await arrives(new_room, "Once more.")
        await to_be_sent(bot, ada.id, "To Ada.")
        await arrives(new_chat, "To Ada.")


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
        await is_answered(chat)
    async with bot_on(homeserver, account, folder) as bot:
        await knows(bot, before)
        await is_answered(chat)
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
        await is_answered(after)
    await is_answered(chat)
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
        await is_answered(room)
        await ben.caught_up()
        assert bot.id not in new.members


async def test_a_room_that_knows_nothing_of_it(people: People, bot: Running, log: Path) -> None:
    """A room that does not say that it takes the other's place is left again; no other one is tried for that."""
    ada, cy = await people.meet("Ada"), await people.meet("Cy")
    room = await room_with(ada, bot.id, cy)
    foreign = await cy.makes_room("Elsewhere", public=True)
    await room.sets(TOMBSTONE, {"body": "", "replacement_room": foreign.id})
    await said(log, "knows nothing of it")
    await is_answered(room)
    await cy.until(lambda: came(foreign, bot.id) == ["join", "leave"], "coming and going")
    another = await cy.makes_room("Another", public=True)
    await room.sets(TOMBSTONE, {"body": "", "replacement_room": another.id})
    await is_answered(room)
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
    await is_answered(room)
    await is_answered(others)


async def test_a_room_that_cannot_be_entered(
    people: People, bot: Running, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody asks the bot into the new room, it goes on in the old one after a while, and may come later."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben)
    monkeypatch.setattr(matrix_upgrades, "HELD", 0.5)
    await room.sets(TOMBSTONE, {"body": "", "replacement_room": "!nowhere:union.test"})
    await said(log, "once we are asked in")
    await is_answered(room)
    new = await room.upgrades("12", asks=[ben.id, bot.id])
    await new.meets(bot.id)
    await is_answered(new)


async def test_malformed_tombstones(people: People, bot: Running) -> None:
    """A tombstone that names no room, or no other, changes nothing."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben)
    named: list[object] = ["", None, 7, [], {}, "nonsense", "#alias:union.test", "@ada:union.test"]
    for to in named:
        await room.sets(TOMBSTONE, {"body": "", "replacement_room": to})
        await is_answered(room)


async def test_rooms_that_name_each_other(bot: Running) -> None:
    """Where two rooms say that they take each other's place, nobody is sent round in a circle."""
    rooms = bot.service.matrix._rooms
    rooms.moved("!a:x", "!b:x")
    rooms.moved("!b:x", "!a:x")
    with pytest.raises(MovedError):
        await rooms.find(Address("matrix", "!a:x"))
    with pytest.raises(GoneError):
        await rooms.find(Address("matrix", "!b:x"))
