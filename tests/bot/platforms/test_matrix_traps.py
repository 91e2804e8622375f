"""What a stranger can do to the bot on Matrix: it is neither stopped nor muted by it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.bot.platforms.matrix_bot import Running, bot_on, is_answered, private_chat
from tests.bot.platforms.matrix_traps import sends_nonsense, with_events, with_timeline
from tests.homeserver import faults
from tests.homeserver.asking import Json, RefusedError
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse
from tests.matrix_nonsense import KEY, NO_EVENTS, SHAPES, nonsense

SYNC, SEND, SHARE = r"/sync$", r"/send/m\.room\.", r"/sendToDevice/m\.room\.encrypted"


async def test_between_devices(running: Running, people: People, gate: Gate) -> None:
    """Nothing that devices can send each other stops or mutes the bot, from a stranger nor from the homeserver."""
    ada, mallory = await people.meet("Ada"), await people.meet("Mallory")
    chat = await private_chat(ada, running, encrypted=True)
    await sends_nonsense(mallory, running.id)
    await is_answered(chat)
    own_key = running.service.matrix._keys.published[f"curve25519:{running.service._client.device_id}"]
    shapes = [{"type": k, "sender": mallory.id, "content": c} for k, c in nonsense(own_key)]
    flood = [{"type": "m.room_key_request", "sender": mallory.id, "content": shapes[13]["content"]}] * 1000
    rule = gate.fails(with_events([*NO_EVENTS, *shapes, *flood]), SYNC)
    await is_answered(chat)
    assert rule.hits
    await is_answered(chat)


async def test_malformed_events(running: Running, people: People, gate: Gate) -> None:
    """Whatever stands in a room, a thousand times over, nobody waits because of it."""
    ada, mallory = await people.meet("Ada"), await people.meet("Mallory")
    chat = await private_chat(ada, running, encrypted=False)
    bad = await private_chat(mallory, running, encrypted=False)
    for shape in SHAPES:
        content = {"msgtype": "m.text", "body": "?", **shape}
        for kind in ("m.room.message", "m.reaction", "m.sticker", "m.room.encrypted"):
            path = f"/_matrix/client/v3/rooms/{bad.id}/send/{kind}/{mallory.new_transaction()}"
            with contextlib.suppress(RefusedError):  # of some the homeserver itself is afraid
                await mallory.ask("PUT", path, content)
    await is_answered(chat)
    rule = gate.fails(faults.Rewrite(lambda told: with_timeline(told, bad.id, mallory.id)), SYNC)
    await is_answered(chat)
    assert rule.hits
    await is_answered(chat)
    await is_answered(bad)


async def test_malformed_room_at_a_start(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """At a start all rooms are taken in at once, and one that cannot be read leaves the others as they are."""
    async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log) as running:
        chats = [await private_chat(await people.meet(), running, encrypted=True) for _ in range(3)]

    def spoils(told: Json) -> Json:
        for event in told["rooms"]["join"][chats[1].id]["state"]["events"]:
            event["unsigned"] = {"prev_content": 7}
        return told

    rule = gate.fails(faults.Rewrite(spoils), SYNC, when=lambda call: "since" not in call.query)
    async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log):
        await is_answered(chats[0])
        await is_answered(chats[2])
    assert rule.hits
    assert log.read_text("utf-8").count("a room cannot be read") == 1


@pytest.mark.parametrize("encrypted", [False, True])
async def test_told_twice(
    homeserver: Synapse,
    account: Account,
    people: People,
    tmp_path: Path,
    gate: Gate,
    log: Path,
    encrypted: bool,
) -> None:
    """What a homeserver tells again has no second effect; nor, if it was encrypted, as another event and later."""
    ada, folder = await people.meet("Ada"), tmp_path / "bot"
    heard: list[Json] = []

    def overhears(told: Json) -> Json:
        for room in told.get("rooms", {}).get("join", {}).values():
            heard.extend(
                e for e in room["timeline"]["events"] if e["sender"] == ada.id and "state_key" not in e
            )
        return told

    def repeats(told: Json) -> Json:
        others = [{**event, "event_id": f"$again{n}"} for n, event in enumerate(heard)] if encrypted else []
        rooms = told.setdefault("rooms", {}).setdefault("join", {})
        timeline = rooms.setdefault(chat.id, {}).setdefault("timeline", {})
        timeline["events"] = [*heard, *others, *timeline.get("events", [])]
        return told

    rule = gate.fails(faults.Rewrite(overhears), SYNC, times=None)
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        chat = await private_chat(ada, running, encrypted=encrypted)
        await is_answered(chat)
        before = len(chat.messages(account.user_id))
        rule.cancel()
        assert len(heard) == 1
        rule = gate.fails(faults.Rewrite(repeats), SYNC)
        await is_answered(chat)
        assert rule.hits
    rule = gate.fails(faults.Rewrite(repeats), SYNC, when=lambda call: "since" in call.query)
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await is_answered(chat)
        await is_answered(chat)
        assert rule.hits
    await ada.caught_up()
    assert len(chat.messages(account.user_id)) == before + 3


@pytest.mark.parametrize("event", ["Ω" * 5000, "$" + "a" * 20_000, "\ud800", "$none"])
async def test_no_such_event(running: Running, people: People, event: str) -> None:
    """An edit of what is no event, written where the homeserver cannot see that, keeps nobody waiting."""
    ada, mallory = await people.meet("Ada"), await people.meet("Mallory")
    chat = await private_chat(ada, running, encrypted=True)
    bad = await private_chat(mallory, running, encrypted=True)
    await is_answered(bad)
    told = {"msgtype": "m.text", "body": "* !help", "m.new_content": {"msgtype": "m.text", "body": "!help"}}
    relation = {"m.relates_to": {"rel_type": "m.replace", "event_id": event}}
    kind, content = mallory.client.encrypt(bad.id, "m.room.message", told | relation)
    del content["m.relates_to"]
    await mallory.ask("PUT", f"/_matrix/client/v3/rooms/{bad.id}/send/{kind}/unseen", content)
    await is_answered(chat)
    await is_answered(bad)


async def test_looking_up_fails(running: Running, people: People, gate: Gate) -> None:
    """That an earlier event cannot be looked up just now ends nothing: it is asked for again."""
    ada = await people.meet()
    chat = await private_chat(ada, running, encrypted=False)
    said = await chat.says("!help")
    await chat.answered(said, quiet=0)
    for fault in (faults.error_page(), faults.too_many(300)):
        rule = gate.fails(fault, "/event/")
        edit = await chat.edits(said, "!letter")
        await chat.answered(edit, quiet=0)
        assert rule.hits


async def test_log(running: Running, people: People, account: Account, gate: Gate, log: Path) -> None:
    """The log says nothing of who wrote what, nor any secret, though everything goes wrong."""
    ada, mallory = await people.meet("Ada"), await people.meet("Mallory")
    chat = await private_chat(ada, running, encrypted=True)
    bad = await private_chat(mallory, running, encrypted=False)
    await sends_nonsense(mallory, running.id)
    gate.fails(faults.Rewrite(lambda told: with_timeline(told, bad.id, mallory.id)), SYNC)
    gate.fails(with_events([{"type": "m.room_key", "sender": ada.id, "content": "words"}]), SYNC)
    gate.fails(faults.server_error(), SHARE)
    gate.fails(faults.server_error(), SEND)
    await is_answered(chat, "!language Zanzibar")
    await is_answered(bad)
    await is_answered(chat, "Zanzibar")
    told = log.read_text("utf-8")
    assert "malformed" in told
    secrets = (account.access_token, ada.id, mallory.id, "ada", "mallory", "Zanzibar", chat.id, bad.id, KEY)
    assert not [secret for secret in secrets if secret in told]
