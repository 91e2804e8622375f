"""What the homeserver leaves out of a room on Matrix: it is asked for, and nobody else waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.platforms import matrix_gaps
from tests.bot.platforms.matrix_bot import Running, bot_on, is_answered, private_chat
from tests.homeserver import faults
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse

MANY, TOLD = 130, 100
"""What is said while the bot is down, and how much of that the homeserver tells of by itself."""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for long."""
    monkeypatch.setattr(matrix_gaps, "SHORTEST_PAUSE", 0.01)
    monkeypatch.setattr(matrix_gaps, "SOON", 0.1)
    monkeypatch.setattr(matrix_gaps, "LATE", 1.0)


async def says_much(chat: Chat) -> None:
    """Say more than the homeserver tells of at once.

    Before that comes what no bot answers: the homeserver may keep what it was about to tell a bot that has gone, and
    tell it apart when that asks again.
    """
    await _says(chat, "first", "m.notice", "I have much to say.")
    await chat.person.caught_up()
    for number in range(MANY):
        await _says(chat, f"many{number}", "m.text", "!privacy")


async def _says(chat: Chat, name: str, kind: str, words: str) -> None:
    path = f"/_matrix/client/v3/rooms/{chat.id}/send/m.room.message/{name}"
    await chat.person.ask("PUT", path, {"msgtype": kind, "body": words})


async def has(chat: Chat, bot: str, number: int) -> None:
    """Wait until the bot has said so much, and see that it was not more."""
    await chat.person.until(lambda: len(chat.messages(bot)) >= number, f"{number} messages", within=180)
    await chat.person.caught_up()
    assert len(chat.messages(bot)) == number


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_page_cannot_be_had(
    homeserver: Synapse,
    account: Account,
    people: People,
    tmp_path: Path,
    gate: Gate,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
    page: int,
    restarted: bool,
) -> None:
    """If a part of one room cannot be read, others and the rest of it are answered; that part is, once it can."""
    folder, own = tmp_path / "bot", account.user_id
    ada, bob = await people.meet("Ada"), await people.meet("Bob")
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        chat = await private_chat(ada, running, encrypted=False)
        other = await private_chat(bob, running, encrypted=False)
    before = len(chat.messages(own))
    await says_much(chat)
    said = await other.says("!help")
    monkeypatch.setattr(matrix_gaps, "PAGE", 15)
    pages: list[str] = []

    def strikes(call: faults.Call) -> bool:
        if chat.id not in call.path:  # of a room that it has just entered, something may be left out as well
            return False
        pages.extend({call.query["from"]} - {*pages})
        return pages.index(call.query["from"]) + 1 >= page

    rule = gate.fails(faults.server_error(), r"/messages$", times=None, when=strikes)
    lost = MANY - TOLD - 15 * (page - 1)
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await other.answered(said, quiet=0)
        await has(chat, own, before + MANY - lost)
        tries = rule.hits
        if not restarted:
            rule.cancel()
            await other.says("!help")
            await has(chat, own, before + MANY)
    assert tries >= matrix_gaps.TRIES
    assert "parts of rooms that cannot be read just now: 1;" in log.read_text("utf-8")
    rule.cancel()
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await is_answered(other)
        await has(chat, own, before + MANY)
    gate.calls.clear()
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await is_answered(other)
    assert not gate.calls.count(r"/messages$")


async def test_the_homeserver_is_away(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, gate: Gate, log: Path
) -> None:
    """While the whole homeserver is away, no room goes on without what was said there."""
    folder, own = tmp_path / "bot", account.user_id
    ada = await people.meet("Ada")
    async with bot_on(homeserver, account, folder, gate.url, log=log) as running:
        chat = await private_chat(ada, running, encrypted=False)
    before = len(chat.messages(own))
    await says_much(chat)
    rule = gate.fails(faults.error_page(), r"/messages$", times=None)
    async with bot_on(homeserver, account, folder, gate.url, log=log):
        await gate.calls.wait_for(r"/messages$", matrix_gaps.TRIES + 1)
        assert len(chat.messages(own)) == before
        rule.cancel()
        await has(chat, own, before + MANY)


async def test_refused(running: Running, people: People, gate: Gate, account: Account) -> None:
    """What the homeserver refuses to say of a room is not asked for again, and the rest is answered."""
    chat = await private_chat(await people.meet("Ada"), running, encrypted=False)
    before = len(chat.messages(account.user_id))
    hanging = gate.fails(faults.Hang(), r"/sync$", times=None)
    gate.breaks_connections()
    await says_much(chat)
    rule = gate.fails(faults.refusal(403, "M_FORBIDDEN"), r"/messages$", times=None)
    hanging.cancel()
    gate.breaks_connections()
    await has(chat, account.user_id, before + TOLD)
    assert rule.hits == 1
