"""Rooms that are replaced on Matrix: the bot follows whoever may do that, with all that was still to be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.events import Chat as Address
from bot.events import Message
from bot.platforms.base import LaterError, MovedError
from tests.bot.platforms.matrix_bot import ADDRESSES, Running, bot_on, is_answered, private_chat
from tests.bot.platforms.matrix_moves import arrives, knows, room_with, to_be_sent, until
from tests.homeserver.faults import Hang
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse

pytestmark = pytest.mark.usefixtures("short_moments")


@pytest.fixture
def bot(running: Running) -> Running:
    """The bot at work."""
    return running


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
    await is_answered(before, ADDRESSES)
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
    await is_answered(before, ADDRESSES)
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
    await is_answered(after, ADDRESSES)
    assert not [m for m in after.messages(bot.id) if m.body.startswith("Hello.")]


async def test_an_open_room(people: People, bot: Running) -> None:
    """Where a room that everybody may enter has moved to, the bot goes without being asked in, time and again."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = first = await room_with(ada, bot.id, ben, public=True)
    for version in ("11", "12"):
        room = await room.upgrades(version)
        await room.meets(bot.id)
        await is_answered(room, ADDRESSES)
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
    await is_answered(after, ADDRESSES)
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
        await is_answered(new_chat, ADDRESSES)
        await to_be_sent(bot, room.id, "To all.")
        await new_room.asks_in(bot.id)
        await arrives(new_room, "To all.")
    async with bot_on(homeserver, account, folder) as bot:  # it knows it after the next start, too
        await to_be_sent(bot, room.id, "Once more.")
        await arrives(new_room, "Once more.")
        await to_be_sent(bot, ada.id, "To Ada.")
        await arrives(new_chat, "To Ada.")
