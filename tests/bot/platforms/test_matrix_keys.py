"""The keys of encrypted rooms: nothing that is nonsense, lost or late mutes the bot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.platforms import matrix_unread
from tests.bot.platforms.matrix_bot import Running, bot_on, is_answered, private_chat
from tests.bot.platforms.matrix_traps import forged, with_events
from tests.homeserver import faults
from tests.homeserver.asking import Json
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse
from tests.matrix_nonsense import CURVE

SYNC, SEND, SHARE = r"/sync$", r"/send/m\.room\.", r"/sendToDevice/m\.room\.encrypted"


NO_DEVICES: list[object] = [
    None,
    "text",
    {"X": None},
    {"X": {"user_id": 7}},
    {"X": {"keys": {"curve25519:X": "?", "ed25519:X": "?"}, "signatures": None, "algorithms": []}},
]


async def test_nonsense_device_keys(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """Nonsense as the keys of a member does not keep others from reading the bot, at the start and later."""
    ada, mallory = await people.meet("Ada"), await people.meet("Mallory")
    group = await ada.makes_room(asks=[account.user_id, mallory.id], encrypted=True)
    await mallory.joins(group.id)
    shapes = [*NO_DEVICES, {"X": forged(mallory.id)}]

    def change(told: Json) -> Json:
        if mallory.id in told.get("device_keys", {}):
            told["device_keys"][mallory.id] = shapes[rule.hits % len(shapes)]
        return told

    rule = gate.fails(faults.Rewrite(change), "/keys/query", times=None)
    for _ in range(2):
        async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log):
            await group.meets(account.user_id)
            await is_answered(group)
            for _ in shapes:
                before = rule.hits
                await people.meet_on_another_device(mallory)
                await is_answered(group)
                assert rule.hits > before


async def test_nonsense_one_time_keys(running: Running, people: People, gate: Gate) -> None:
    """Nonsense as the key by which to begin to write to a device leaves out that device alone."""
    ada, bob, mallory = [await people.meet(name) for name in ("Ada", "Bob", "Mallory")]
    group = await ada.makes_room(asks=[running.id, bob.id, mallory.id], encrypted=True)
    seen = await bob.joins(group.id)
    await mallory.joins(group.id)
    for key in ("text", {}, {f"{CURVE}:A": {"key": "?"}}, {f"{CURVE}:A": None}):

        def change(told: Json, key: object = key) -> Json:
            if mallory.id in told["one_time_keys"]:
                devices = told["one_time_keys"][mallory.id]
                told["one_time_keys"][mallory.id] = dict.fromkeys(devices, key)
            return told

        rule = gate.fails(faults.Rewrite(change), "/keys/claim", times=None)
        await people.meet_on_another_device(mallory)
        await group.meets(running.id)
        said = await group.says("!help")
        answer = (await group.answered(said, quiet=0))[0]
        assert (await seen.sees(answer)).encrypted
        assert rule.hits
        rule.cancel()


async def test_another_device(running: Running, people: People) -> None:
    """Whoever logs in on another device reads the next answer there too, though nobody has verified it."""
    ada = await people.meet("Ada")
    chat = await private_chat(ada, running, encrypted=True)
    await is_answered(chat)
    laptop = await people.meet_on_another_device(ada)
    said = await chat.says("!help")
    (answer, *_) = await chat.answered(said, quiet=0)
    seen = await Chat(laptop, chat.id).sees(answer)
    assert (seen.body, seen.encrypted) == (answer.body, True)


async def test_claimed_keys(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """If somebody takes all keys while the bot is down, a new device can still reach it, and there are new keys."""
    folder = tmp_path / "bot"
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        pass
    mallory = await people.meet("Mallory")
    asked = {"one_time_keys": {account.user_id: {account.device_id: CURVE}}}
    told: list[Json] = [await mallory.ask("POST", "/_matrix/client/v3/keys/claim", asked) for _ in range(60)]
    (key,) = told[-1]["one_time_keys"][account.user_id][account.device_id].values()
    assert key["fallback"]
    ada = await people.meet("Ada")
    chat = await ada.begins_chat(account.user_id)
    said = await chat.says("!help")
    gate.calls.clear()
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await chat.answered(said, quiet=0)
        (first, *_) = await gate.calls.wait_for("/keys/upload")
        assert len(first.body["one_time_keys"]) >= 40
        assert first.body["fallback_keys"]
        told = [await mallory.ask("POST", "/_matrix/client/v3/keys/claim", asked)]
        (key,) = told[-1]["one_time_keys"][account.user_id][account.device_id].values()
        assert "fallback" not in key


async def test_keys_taken_without_a_word(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """Keys that the homeserver took, though the bot ended before it knew, are of use to whoever writes meanwhile."""
    folder = tmp_path / "bot"
    mallory, bob = await people.meet("Mallory"), await people.meet("Bob")
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        chat = await private_chat(bob, running, encrypted=False)
        asked = {"one_time_keys": {account.user_id: {account.device_id: CURVE}}}
        for _ in range(60):
            await mallory.ask("POST", "/_matrix/client/v3/keys/claim", asked)
        rule = gate.fails(faults.Hang(done=True), "/keys/upload", times=None)
        await chat.says("!help")
        await gate.calls.wait_for("/keys/upload", gate.calls.count("/keys/upload") + 1)
        await asyncio.sleep(1)
    assert rule.hits
    rule.cancel()
    ada = await people.meet("Ada")
    written = await ada.begins_chat(account.user_id)
    said = await written.says("!help")
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await written.answered(said, quiet=0)


@pytest.mark.parametrize(
    "fault",
    [faults.server_error(), faults.error_page(), faults.too_many(300), faults.Drop(), faults.not_json()],
    ids=["500", "502", "429", "reset", "html"],
)
async def test_keys_cannot_be_shared(
    running: Running, people: People, gate: Gate, fault: faults.Fault
) -> None:
    """What cannot be made readable waits until it can be; the login is kept."""
    rule = gate.fails(fault, SHARE, times=None)
    chat = await (await people.meet()).begins_chat(running.id)
    await chat.meets(running.id)
    said = await chat.says("!help")
    await gate.calls.wait_for(SHARE, 1)
    assert not gate.calls.count(SEND)
    rule.cancel()
    await chat.answered(said, quiet=0)
    await is_answered(chat)
    assert all(call.token for call in gate.calls)


async def test_keys_hang(running: Running, people: People, gate: Gate) -> None:
    """While the keys of one chat come to no end others are answered, and that one is once they do."""
    ada, bob = await people.meet("Ada"), await people.meet("Bob")
    other = await private_chat(bob, running, encrypted=True)
    await is_answered(other)
    rule = gate.fails(faults.Hang(), SHARE, times=None, when=lambda call: ada.id in str(call.body))
    chat = await ada.begins_chat(running.id)
    await chat.meets(running.id)
    said = await chat.says("!help")
    await gate.calls.wait_for(SHARE, 1)
    await is_answered(other)
    rule.cancel()
    gate.breaks_connections()
    await chat.answered(said, quiet=0)


async def test_unreadable(
    running: Running, people: People, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cannot be read is told so after a while, and is answered once the key comes."""
    monkeypatch.setattr(matrix_unread, "UNREAD_FOR", 0.5)
    chat = await private_chat(await people.meet(), running, encrypted=True)
    withheld: list[Json] = []

    def change(told: Json) -> Json:
        events = told.get("to_device", {}).get("events", [])
        withheld.extend(e for e in events if e["type"] == "m.room.encrypted")
        return {**told, "to_device": {"events": [e for e in events if e["type"] != "m.room.encrypted"]}}

    rule = gate.fails(faults.Rewrite(change), SYNC, times=None)
    gate.breaks_connections()
    said = await chat.says("!help")
    (advice,) = await chat.answered(said)
    assert withheld
    rule.cancel()
    gate.fails(with_events(withheld), SYNC)
    answers = await chat.answered(said, lambda told: len(told) > 1)
    assert [answer.body for answer in answers].count(advice.body) == 1
