"""Keys that did not arrive on Matrix: they are asked for and given again, though only to whom they were meant for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.platforms import matrix_mending
from tests.bot.platforms.matrix_bot import Running, bot_on, is_answered, private_chat
from tests.bot.platforms.matrix_traps import with_events
from tests.homeserver import faults
from tests.homeserver.asking import Json
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Account, Synapse

SYNC, SEND, SHARE, CLAIM = (
    r"/sync$",
    r"/send/m\.room\.encrypted",
    r"/sendToDevice/m\.room\.encrypted",
    "/keys/claim",
)
LOST = faults.Answer(200, "{}")
"""What a homeserver says that takes something and loses it."""


def session(running: Running, chat: Chat) -> tuple[str, str]:
    """Return the key that the bot encrypts with in a chat, and the key of the device that made it."""
    olm = running.service.matrix._keys._olm
    return olm.outbound_group_sessions[chat.id].id, olm.account.identity_keys["curve25519"]


async def wants(person: Person, running: Running, chat: Chat, key: tuple[str, str], name: str) -> None:
    """Ask the bot's device for a key."""
    body = {
        "algorithm": matrix_mending.MEGOLM,
        "room_id": chat.id,
        "session_id": key[0],
        "sender_key": key[1],
    }
    asking = {"action": "request", "request_id": name, "requesting_device_id": person.account.device_id}
    path = f"/_matrix/client/v3/sendToDevice/m.room_key_request/{person.new_transaction()}"
    await person.ask("PUT", path, {"messages": {running.id: {"*": {**asking, "body": body}}}})


def given(gate: Gate, person: Person) -> int:
    """Return how often the bot has written something encrypted to a person's devices."""
    return sum(person.id in call.body["messages"] for call in gate.calls.of(SHARE))


@pytest.mark.parametrize("restarted", [False, True])
async def test_lost_on_the_way(
    homeserver: Synapse,
    account: Account,
    people: People,
    tmp_path: Path,
    gate: Gate,
    log: Path,
    restarted: bool,
) -> None:
    """If the key of an answer is lost on its way, whoever asks for it gets it, after a restart of the bot too."""
    folder = tmp_path / "bot"
    ada = await people.meet("Ada")
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        chat = await private_chat(ada, running, encrypted=True)
        await is_answered(chat)
    if restarted:
        await ada.sleeps()
    rule = gate.fails(LOST, SHARE)
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        sent = gate.calls.count(SEND)
        said = await chat.says("!help")
        await gate.calls.wait_for(SEND, sent + 1)
        if not restarted:
            await ada.until(lambda: bool(chat.answers(said)), "an answer")
    assert rule.hits
    if restarted:
        await ada.wakes()
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await ada.until(lambda: bool(chat.answers(said)), "an answer")
        assert chat.answers(said)[0].encrypted
        await is_answered(chat)


async def test_for_nobody_else(running: Running, people: People, gate: Gate) -> None:
    """Nobody is given a key who was not given it before: not who came into the room later, nor a later device."""
    ada, mallory = await people.meet("Ada"), await people.meet("Mallory")
    group = await ada.makes_room(asks=[running.id], encrypted=True)
    await group.meets(running.id)
    await is_answered(group, "!addresses zhanaozen-2011")
    other = await private_chat(mallory, running, encrypted=True)
    await is_answered(other)
    key = session(running, group)
    await group.asks_in(mallory.id)
    await mallory.joins(group.id)
    laptop = await people.meet_on_another_device(ada)
    before = given(gate, mallory), given(gate, ada)
    for person in (mallory, laptop):
        await wants(person, running, group, key, "a")
    await is_answered(other)
    assert (given(gate, mallory), given(gate, ada)) == before
    await wants(ada, running, group, key, "b")
    await is_answered(other)
    assert given(gate, ada) == before[1] + 1


async def test_asked_for_again_and_again(running: Running, people: People, gate: Gate) -> None:
    """However often a device asks for a key, it is given it a few times, and then no more."""
    ada = await people.meet("Ada")
    chat = await private_chat(ada, running, encrypted=True)
    await is_answered(chat)
    key, before = session(running, chat), given(gate, ada)
    for number in range(2 * matrix_mending.MOST_ANSWERS):
        await wants(ada, running, chat, key, f"request {number}")
        await gate.calls.wait_for(SYNC, gate.calls.count(SYNC) + 1)
    await is_answered(chat)
    assert given(gate, ada) == before + matrix_mending.MOST_ANSWERS


async def test_not_understood(running: Running, people: People, gate: Gate) -> None:
    """If what a device sends cannot be understood, a new beginning is made with it, and its key asked for."""
    ada = await people.meet("Ada")
    chat = await private_chat(ada, running, encrypted=True)
    asked = await chat.says("!help")
    (answer, *_) = await chat.answered(asked, quiet=0)
    spoilt: list[Json] = []

    def change(told: Json) -> Json:
        for event in told.get("to_device", {}).get("events", []):
            if event["type"] == "m.room.encrypted" and not spoilt:
                spoilt.append(event)
                (hidden,) = event["content"]["ciphertext"].values()
                hidden["body"] = hidden["body"][:-8] + "AAAAAAAA"
        return told

    rule = gate.fails(faults.Rewrite(change), SYNC, times=None)
    gate.breaks_connections()
    claimed = gate.calls.count(CLAIM)
    ada.client.invalidate_outbound_session(chat.id)
    said = await chat.says("!help")
    assert [found.body for found in await chat.answered(said, quiet=0)][:1] == [answer.body]
    assert spoilt
    assert gate.calls.count(CLAIM) == claimed + 1
    rule.cancel()
    ada.client.invalidate_outbound_session(chat.id)
    await is_answered(chat)


async def test_a_device_that_cannot_begin(running: Running, people: People, gate: Gate) -> None:
    """With a device that could not begin to write to it the bot begins, however often that is said only once."""
    ada = await people.meet("Ada")
    chat = await private_chat(ada, running, encrypted=True)
    await is_answered(chat)
    own = ada.client.olm
    assert own is not None
    told = {"algorithm": matrix_mending.MEGOLM, "code": "m.no_olm"}
    event = {
        "type": matrix_mending.WITHHELD,
        "sender": ada.id,
        "content": {**told, "sender_key": own.account.identity_keys["curve25519"]},
    }
    claimed, before = gate.calls.count(CLAIM), given(gate, ada)
    rule = gate.fails(with_events([event] * 20), SYNC, times=3)
    await is_answered(chat)
    await is_answered(chat)
    await is_answered(chat)
    assert rule.hits == 3
    assert gate.calls.count(CLAIM) == claimed + 1
    assert given(gate, ada) == before + 1


async def test_told_again(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """What is told again after a restart, and so cannot be read, is no reason to begin anew with its sender."""
    folder = tmp_path / "bot"
    told: list[Json] = []

    def change(answer: Json) -> Json:
        told.extend(answer.get("to_device", {}).get("events", []))
        return answer

    rule = gate.fails(faults.Rewrite(change), SYNC, times=None)
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        chat = await private_chat(await people.meet("Ada"), running, encrypted=True)
        await is_answered(chat)
    rule.cancel()
    claimed = gate.calls.count(CLAIM)
    assert told
    rule = gate.fails(with_events(told), SYNC, times=2)
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await is_answered(chat)
        await is_answered(chat)
    assert rule.hits == 2
    assert gate.calls.count(CLAIM) == claimed
