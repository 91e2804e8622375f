"""First words on Matrix: after a start, to a new device, to somebody who has just come; each can be read."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.events import Chat as Place
from bot.events import Message
from tests.bot.platforms.matrix_bot import ADDRESSES, Running, bot_on, is_answered, private_chat
from tests.homeserver import faults
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse
from tests.matrix_nonsense import CURVE

WORDS = Message("Your letter is waiting.")


async def test_at_work_means_reachable(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """A new device is said to be at work only once others find keys by which to write to it."""
    mallory = await people.meet("Mallory")
    rule = gate.fails(faults.server_error(), "/keys/upload", times=2)
    async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log):
        assert rule.hits == 2
        asked = {"one_time_keys": {account.user_id: {account.device_id: CURVE}}}
        told = await mallory.ask("POST", "/_matrix/client/v3/keys/claim", asked)
        (key,) = told["one_time_keys"][account.user_id][account.device_id].values()
        assert "fallback" not in key


async def test_unasked_after_a_restart(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """Who only asked the bot in was greeted once; after a restart it can write to them before they say anything."""
    folder = tmp_path / "bot"
    ada = await people.meet("Ada")
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        chat = await private_chat(ada, running, encrypted=True)
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        event = await running.service.matrix.send(Place("matrix", ada.id), WORDS, 1000)
        assert event
        assert (await chat.sees(event)).encrypted
    hello, told = chat.messages(account.user_id)
    assert (told.body, hello.body == told.body) == (WORDS.html, False)


async def test_left_off_while_keys_are_claimed(running: Running, people: People, gate: Gate) -> None:
    """A sending that is left off while the keys of a new device are asked for does not mute the room."""
    ada = await people.meet("Ada")
    chat = await private_chat(ada, running, encrypted=True)
    await is_answered(chat)
    laptop = await people.meet_on_another_device(ada)
    rule = gate.fails(faults.Hang(), "/keys/claim", times=None)
    claimed = gate.calls.count("/keys/claim")
    sending = asyncio.create_task(running.service.matrix.send(Place("matrix", ada.id), WORDS, 1000))
    await gate.calls.wait_for("/keys/claim", claimed + 1)
    sending.cancel()
    await asyncio.wait([sending])
    rule.cancel()
    gate.breaks_connections()
    said = await chat.says("!help")
    (answer, *_) = await chat.answered(said, quiet=0)
    assert (await Chat(laptop, chat.id).sees(answer)).body == answer.body


async def test_somebody_who_has_just_come(running: Running, people: People) -> None:
    """In an encrypted room whoever comes later reads the next answer, and is told nothing unasked."""
    ada, bob = await people.meet("Ada"), await people.meet("Bob")
    group = await ada.makes_room(asks=[running.id], encrypted=True)
    await ada.until(lambda: bool(group.messages(running.id)), "a hello")
    await is_answered(group, ADDRESSES)
    before = len(group.messages(running.id))
    await group.asks_in(bob.id)
    seen = await bob.joins(group.id)
    said = await group.says(ADDRESSES)
    (answer, *_) = await group.answered(said, quiet=0)
    found = await seen.sees(answer)
    assert (found.body, found.encrypted) == (answer.body, True)
    assert len(group.messages(running.id)) == before + len(group.answers(said))
