"""A homeserver that is away, answers errors or refuses: nothing is lost, and a lasting refusal is told in one line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.platforms import matrix_sync
from bot.platforms.base import PlatformError
from bot.platforms.matrix_account import kept
from bot.platforms.matrix_asking import anew
from tests.bot.platforms.matrix_bot import Running, bot_on, is_answered, private_chat
from tests.homeserver import faults
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse

SYNC, SEND = r"/sync$", r"/send/m\.room\."


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


async def test_refused_to_say_what_happens(
    homeserver: Synapse,
    account: Account,
    tmp_path: Path,
    gate: Gate,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A homeserver that knows this login and will never say what happens is not asked for ever; that is one line."""
    monkeypatch.setattr(matrix_sync, "SHORTEST_PAUSE", 0.01)
    rule = gate.fails(faults.refusal(403, "M_FORBIDDEN"), SYNC, times=None)
    with pytest.raises(
        PlatformError, match=r"\Amatrix: the homeserver refuses this login \(403 M_FORBIDDEN\); .*\Z"
    ):
        async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log):
            pass
    assert rule.hits == matrix_sync.MOST_REFUSALS


async def test_refused_for_a_while(
    running: Running, people: People, gate: Gate, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it refuses later, the log says so, and it is asked again: what was said meanwhile is answered."""
    monkeypatch.setattr(matrix_sync, "LONGEST_PAUSE", 0.1)
    chat = await private_chat(await people.meet(), running, encrypted=True)
    await is_answered(chat)
    rule = gate.fails(faults.refusal(403, "M_FORBIDDEN"), SYNC, times=None)
    gate.breaks_connections()
    said = await chat.says("!help")
    await gate.calls.wait_for(SYNC, gate.calls.count(SYNC) + matrix_sync.MOST_REFUSALS)
    rule.cancel()
    await chat.answered(said, quiet=0)
    assert "refuses to say what happens (403 M_FORBIDDEN); trying on" in log.read_text("utf-8")


async def loses_login(
    homeserver: Synapse, account: Account, folder: Path, gate: Gate, log: Path, out: faults.Fault
) -> None:
    """Let the bot work until its login is not accepted any more."""
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        gate.fails(out, times=None)
        gate.breaks_connections()
        await gate.calls.wait_for(SYNC, gate.calls.count(SYNC) + 1)
        await asyncio.sleep(0.2)


async def test_refused(homeserver: Synapse, account: Account, tmp_path: Path, gate: Gate, log: Path) -> None:
    """A homeserver that will have nothing to do with this login is not asked for ever; that is one line."""
    gate.fails(faults.refusal(403, "M_USER_LOCKED"), times=None)
    with pytest.raises(
        PlatformError, match=r"\Amatrix: the homeserver refuses this login \(403 M_USER_LOCKED\); .*\Z"
    ):
        async with bot_on(homeserver, account, tmp_path / "bot", gate.url, log=log):
            pass


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
        await ada.until(lambda: len(chat.messages(own)) >= before + 130, "all answers", within=180)
    await ada.caught_up()
    assert len(chat.messages(account.user_id)) == before + 130


async def test_old_answers(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """However often it is started, it asks something else each time: the homeserver would repeat what it said before.

    That was before the rooms that the bot has entered since, and answers in those would go astray.
    """
    folder = tmp_path / "bot"
    chats: list[Chat] = []
    for _ in range(2):
        async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
            for chat in chats:
                await is_answered(chat)
            chats.append(await private_chat(await people.meet(), running, encrypted=True))
    first = [call.query for call in gate.calls.of(SYNC) if "since" not in call.query]
    assert len(first) == 2
    asked = [json.loads(query["filter"])["room"]["timeline"] for query in first]
    assert asked == [{"limit": 1, "types": []}] * 2
    assert first[0] != first[1]
    assert len({anew() for _ in range(10_000)}) == 10_000


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
        await ada.until(lambda: len(chat.messages(own)) >= before + 45, "all answers", within=180)
    await ada.caught_up()
    assert len(chat.messages(own)) == before + 45
