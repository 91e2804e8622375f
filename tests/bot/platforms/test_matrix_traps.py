"""What a stranger or a homeserver can do to the bot on Matrix: it is neither stopped nor muted by it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.platforms import matrix_unread
from bot.platforms.base import PlatformError
from bot.platforms.matrix_account import kept
from tests.bot.platforms.matrix_bot import Running, bot_on, private_chat
from tests.homeserver import faults
from tests.homeserver.asking import Json, RefusedError
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Account, Synapse
from tests.matrix_nonsense import CURVE, KEY, MEGOLM, NO_EVENTS, OLM, SHAPES, nonsense

SYNC, SEND, SHARE = r"/sync$", r"/send/m\.room\.", r"/sendToDevice/m\.room\.encrypted"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The bot's log at its most talkative, as the program keeps it; there is never a traceback in it."""
    file = tmp_path / "log"
    file.touch()
    yield file
    assert "Traceback" not in file.read_text("utf-8")


@pytest.fixture
async def running(
    homeserver: Synapse, account: Account, tmp_path: Path, gate: Gate, log: Path
) -> AsyncIterator[Running]:
    """The bot at work behind the gate."""
    async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log) as bot:
        yield bot


async def is_answered(chat: Chat, words: str = "!help") -> None:
    """See that the bot answers."""
    said = await chat.says(words)
    answers = await chat.answered(said, quiet=0)
    assert answers[0].encrypted == chat.encrypted


async def sends_nonsense(stranger: Person, own_id: str) -> None:
    """Send the bot's devices everything that no device should send another."""
    told = await stranger.ask("POST", "/_matrix/client/v3/keys/query", {"device_keys": {own_id: []}})
    (device,) = told["device_keys"][own_id].values()
    own_key = device["keys"][f"curve25519:{device['device_id']}"]
    for kind, content in nonsense(own_key):
        if kind:
            path = f"/_matrix/client/v3/sendToDevice/{kind}/{stranger.new_transaction()}"
            await stranger.ask("PUT", path, {"messages": {own_id: {"*": content}}})


def with_events(events: list[Any]) -> faults.Rewrite:
    """Let more events between devices be told than there are."""

    def change(told: Json) -> Json:
        known = told.get("to_device", {}).get("events", [])
        return {**told, "to_device": {"events": [*events, *known]}}

    return faults.Rewrite(change)


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


def forged(user: str) -> Json:
    """Return a device that looks like one, and whose keys are keys, though it was signed by nobody."""
    keys = {"curve25519:X": KEY, "ed25519:X": KEY}
    signatures = {user: {"ed25519:X": "A" * 86}}
    shown = {"user_id": user, "device_id": "X", "algorithms": [OLM, MEGOLM]}
    return {**shown, "keys": keys, "signatures": signatures}


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


async def test_sync_fails(running: Running, people: People, gate: Gate) -> None:
    """While the homeserver cannot say what happens it is asked a few times only, and all is well afterwards."""
    chat = await private_chat(await people.meet(), running, encrypted=True)
    await is_answered(chat)
    for fault in (faults.server_error(), faults.error_page(), faults.not_json(), faults.too_many(700)):
        rule = gate.fails(fault, SYNC, times=None)
        gate.breaks_connections()
        said = await chat.says("!help")
        await gate.calls.wait_for(SYNC, gate.calls.count(SYNC) + 1)
        await asyncio.sleep(0.5)
        assert rule.hits <= 3
        rule.cancel()
        await chat.answered(said, quiet=0)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("early", [False, True])
async def test_logged_out(
    homeserver: Synapse, account: Account, tmp_path: Path, gate: Gate, log: Path, soft: bool, early: bool
) -> None:
    """Without a valid login it ends with one line that says what to do."""
    out = faults.refusal(401, "M_UNKNOWN_TOKEN", soft_logout=soft)
    if early:
        gate.fails(out, times=None)
    with pytest.raises(PlatformError, match=r"\Amatrix: .* log in anew with `solidarity-bot matrix login`\Z"):
        await loses_login(homeserver, account, tmp_path / "bot", gate, log, out)


async def test_refused(homeserver: Synapse, account: Account, tmp_path: Path, gate: Gate, log: Path) -> None:
    """A homeserver that will have nothing to do with this login is not asked for ever; that is one line."""
    gate.fails(faults.refusal(403, "M_USER_LOCKED"), times=None)
    with pytest.raises(
        PlatformError, match=r"\Amatrix: the homeserver refuses this login \(403 M_USER_LOCKED\); .*\Z"
    ):
        async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log):
            pass


async def loses_login(
    homeserver: Synapse, account: Account, folder: Path, gate: Gate, log: Path, out: faults.Fault
) -> None:
    """Let the bot work until its login is not accepted any more."""
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        gate.fails(out, times=None)
        gate.breaks_connections()
        await gate.calls.wait_for(SYNC, gate.calls.count(SYNC) + 1)
        await asyncio.sleep(0.2)


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


async def test_sent_already(running: Running, people: People, gate: Gate) -> None:
    """What the homeserver took, though it did not say so, arrives once; impatience in one chat stops nobody."""
    ada, bob = await people.meet("Ada"), await people.meet("Bob")
    chat = await private_chat(ada, running, encrypted=True)
    other = await private_chat(bob, running, encrypted=False)
    await is_answered(chat)
    for fault in (faults.server_error(done=True), faults.Drop(done=True), faults.error_page(done=True)):
        gate.calls.clear()
        gate.fails(fault, SEND, times=2)
        said = await chat.says("!language")
        calls = await gate.calls.wait_for(r"/send/m\.room\.encrypted", 3)
        assert len({call.path for call in calls}) == 1
        await is_answered(chat)
        assert [a.body for a in chat.answers(said)].count(chat.answers(said)[0].body) == 1
    rule = gate.fails(faults.too_many(60_000), f"{chat.id}/send/", times=None)
    await chat.says("!help")
    await is_answered(other)
    rule.cancel()


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


def with_timeline(told: Json, room: str, sender: str) -> Json:
    """Let much happen in a room that no homeserver should tell of."""
    sound: Json = {"type": "m.room.message", "sender": sender, "content": {"msgtype": "m.text", "body": "?"}}
    wrong: dict[str, list[object]] = {
        "origin_server_ts": [10**30, -(10**30), -1, "now", None, [], 1e308],
        "content": [None, [], "text", 7, {}],
        "type": [None, [], 7, "m.room.encrypted", "m.reaction", "m.room.redaction"],
        "sender": [None, [], 7],
        "event_id": [None],
    }
    changes: list[Json] = [{name: value} for name, values in wrong.items() for value in values]
    changes.append({"type": "m.room.member", "state_key": 7})
    changes.append({"type": "m.room.name", "state_key": "", "content": []})
    changes.append({"type": "m.room.redaction", "redacts": ["?"]})
    changes += [{"type": "m.room.encrypted", "origin_server_ts": value} for value in ("now", None, {"id": 1})]
    events: list[object] = [None, 7, [], {}]
    for number in range(1000):
        whole = {**sound, "event_id": f"$bad{number}", "origin_server_ts": 1}
        events.append({**whole, **changes[number % len(changes)]})
        events.append({**{n: v for n, v in whole.items() if n != list(whole)[number % len(whole)]}})
    rooms = told.setdefault("rooms", {}).setdefault("join", {})
    nothing: Json = {"events": [None, 7, "text", []]}
    rooms[room] = {**rooms.get(room, {}), "timeline": {"events": events}, "account_data": nothing}
    return told


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


async def test_store(homeserver: Synapse, account: Account, tmp_path: Path, log: Path) -> None:
    """Keys that are missing or not this device's, and a login of another device, are each told in one line."""
    folder, foreign = tmp_path / "bot", tmp_path / "foreign"
    async with bot_on(homeserver, account, folder, log=log):
        pass
    keys = folder / "matrix" / "keys.db"
    other = await homeserver.register("Bot")
    async with bot_on(homeserver, other, foreign, log=log):
        pass
    whole = keys.read_bytes()
    keys.write_bytes((foreign / "matrix" / "keys.db").read_bytes())
    await ends(homeserver, account, folder, "by other keys", log)
    keys.write_bytes(b"no database, " * 1000)
    await ends(homeserver, account, folder, "keys.db", log)
    keys.write_bytes(whole)
    elsewhere = Account(account.user_id, account.access_token, "ELSEWHERE")
    await ends(homeserver, elsewhere, folder, "another device", log)
    login = '{"homeserver": "x", "user": "x", "device": "x", "token": "x", "pickle_key": "x"}'
    (keys.parent / "account.json").write_text(login)
    assert kept(keys.parent)
    keys.unlink()
    with pytest.raises(PlatformError, match=r"\A.*keys.db: .* missing.*\Z"):
        kept(keys.parent)


async def ends(homeserver: Synapse, account: Account, folder: Path, told: str, log: Path) -> None:
    """See that the bot does not begin, and says why in one line."""
    with pytest.raises(PlatformError, match=rf"\A.*{told}.*\Z"):
        async with bot_on(homeserver, account, folder, log=log):
            pass


async def test_long_absence(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, log: Path
) -> None:
    """Everything that was said while the bot was down is answered, once, however much it is."""
    folder = tmp_path / "bot"
    ada = await people.meet()
    async with bot_on(homeserver, account, folder, log=log) as running:
        chat = await private_chat(ada, running, encrypted=False)
        await is_answered(chat)
    before = len(chat.messages(account.user_id))
    for number in range(130):
        path = f"/_matrix/client/v3/rooms/{chat.id}/send/m.room.message/many{number}"
        await ada.ask("PUT", path, {"msgtype": "m.text", "body": "!privacy"})
    async with bot_on(homeserver, account, folder, log=log):
        own = account.user_id
        await ada.until(lambda: len(chat.messages(own)) >= before + 130, "all answers", within=40)
    await ada.caught_up()
    assert len(chat.messages(account.user_id)) == before + 130


AWAY: list[tuple[faults.Fault, int | None]] = [(faults.Drop(), 2), (faults.error_page(), None)]
"""What a homeserver that is away looks like, the one behind the other."""


async def test_long_outage(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """Somebody who wrote much is heard to the end, though the homeserver is away for long just then."""
    folder, own = tmp_path / "bot", account.user_id
    ada = await people.meet()
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        chat = await private_chat(ada, running, encrypted=False)
    before, sent = len(chat.messages(own)), gate.calls.count(SEND)
    for _ in range(45):
        await chat.says("!privacy")
    rules = [gate.fails(fault, SEND, times=times) for fault, times in AWAY]
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await gate.calls.wait_for(SEND, sent + 3)
        await asyncio.sleep(3)
        for rule in rules:
            rule.cancel()
        await ada.until(lambda: len(chat.messages(own)) >= before + 45, "all answers", within=60)
    await ada.caught_up()
    assert len(chat.messages(own)) == before + 45


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
