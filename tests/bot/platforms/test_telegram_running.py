"""`solidarity-bot run`, the real program: one clear line for whatever is wrong, and patience where waiting helps."""

from __future__ import annotations

import asyncio
import signal
import time
from datetime import UTC, date, datetime
from pathlib import Path
from sqlite3 import Connection

from bot.events import Person
from bot.pledges import Consent, NewPledge, Status
from bot.store.store import Store
from tests.bot.platforms.telegram_care import following, stored
from tests.bot.platforms.telegram_program import PATIENCE, program, variables
from tests.bot.store.people import looking
from tests.botapi import BotApi, Hang, ServerError

OTHER = "4815162342:AAE-another_token_of_this_machine_"


async def fails(folder: Path, **settings: str) -> str:
    """Return the one line with which the program ends by itself."""
    async with program(folder, **settings) as running:
        assert await running.ends() == 1
    assert running.said.count("\n") == 1
    assert "Traceback" not in running.said
    return running.said.strip()


async def test_tokens(server: BotApi, tmp_path: Path) -> None:
    """Without a token, with a malformed one, or with one that Telegram does not know, one line says what to do."""
    kept = tmp_path / "token"
    kept.write_text(f"{OTHER}\n")
    kept.chmod(0o644)
    malformed = server.token.replace(":", ";")
    none, wrong, unknown, readable = await asyncio.gather(
        fails(tmp_path, **variables(server, TOKEN="")),
        fails(tmp_path, **variables(server, TOKEN=malformed)),
        fails(tmp_path, **variables(server, TOKEN=OTHER)),
        fails(tmp_path, **variables(server, TOKEN="", TOKEN_FILE=str(kept))),
    )
    assert none.startswith("telegram.token: there is nobody to serve without it")
    assert wrong.startswith("SOLIDARITY_TELEGRAM__TOKEN: is not a token as @BotFather gives it")
    assert unknown.startswith("telegram.token: Telegram does not know this token")
    assert readable.startswith("SOLIDARITY_TELEGRAM__TOKEN_FILE: ")
    secrets = (malformed, OTHER, OTHER.partition(":")[2], server.token.partition(":")[2])
    assert not any(secret in line for secret in secrets for line in (none, wrong, unknown, readable))


async def test_a_whole_life(server: BotApi, tmp_path: Path) -> None:
    """With its token in a file it answers, logs no token, name, number or word, and stops at SIGTERM without a word."""
    kept = tmp_path / "token"
    kept.write_text(f"{server.token}\n")
    kept.chmod(0o600)
    ada = server.user("Lovelace", language_code="en")
    data = tmp_path / "data"
    settings = {"TOKEN": "", "TOKEN_FILE": str(kept)}
    async with program(data, LOG__LEVEL="debug", **variables(server, **settings)) as running:
        await running.says("Telegram: @SolidarityTestBot is at work.")
        said = ada.says("Secretword")
        await ada.private.after(said)
        server.fails(ServerError(), "getUpdates")
        server.push({"update_id": 700_000_009, "message": "Secretword"})
        said = ada.says("/help")
        await ada.private.after(said)
        assert await running.stops() == 0
    for secret in (server.token.partition(":")[2], "Lovelace", str(ada.id), "Secretword", "Traceback"):
        assert secret not in running.said
    assert server.token.encode() not in stored(data)


async def test_an_organiser(server: BotApi, tmp_path: Path) -> None:
    """The account that the settings name sees every number in private; everybody else sees none below five."""
    ada, ben = server.user("Ada", language_code="en"), server.user("Ben", language_code="en")
    consent = Consent("nothing", "1", datetime(2026, 11, 23, tzinfo=UTC))
    letter = NewPledge(
        "zhanaozen-2011", "protest", "person", "DE", (), Status.SENT, date(2026, 11, 23), consent
    )
    store = await Store.open(tmp_path / "solidarity.db")
    async with store.work() as work:
        await work.add_pledge(Person("telegram", "1"), letter)
    await store.close()
    accounts = f"telegram:{ada.id}"
    async with program(tmp_path, ORGANISERS__ACCOUNTS=accounts, **variables(server)) as running:
        (full,) = await ada.private.after(ada.says("/stats"))
        (rounded,) = await ben.private.after(ben.says("/stats"))
        assert "Germany: 1 sent" in full.text
        assert "not enough letters yet" in rounded.text
        assert await running.stops() == 0


async def test_no_network_at_first(server: BotApi, tmp_path: Path) -> None:
    """Without a network at the start it says so in one line, and works as soon as there is one."""
    await server.goes_down()
    async with program(tmp_path, **variables(server)) as running:
        await running.says("Telegram cannot be reached (NetworkError); trying until it can")
        await asyncio.sleep(1.2)
        await server.comes_back()
        await running.says("is at work")
        ada = server.user("Ada", language_code="en")
        await ada.private.after(ada.says("/help"))
        assert running.said.count("\n") == 2
        assert await running.stops(signal.SIGINT) == 0
    assert "Traceback" not in running.said


async def test_stopped_while_there_is_no_network(server: BotApi, tmp_path: Path) -> None:
    """Whoever stops it while it waits for a network need not wait as well."""
    await server.goes_down()
    async with program(tmp_path, **variables(server)) as running:
        await running.says("Telegram cannot be reached")
        assert await running.stops() == 0
    await server.comes_back()


async def test_somebody_else_receives(server: BotApi, tmp_path: Path) -> None:
    """If somebody else polls with the token, one line warns of a thief; once they stop, it works again."""
    async with program(tmp_path, **variables(server)) as running:
        await running.says("is at work")
        await server.calls.wait_for("getUpdates")
        for _ in range(2):
            asked = server.calls.count("getUpdates")
            thief = asyncio.create_task(server.world.updates.get(0, 100, 5))
            await server.calls.wait_for("getUpdates", asked + 1)
            await asyncio.gather(thief, return_exceptions=True)
        await running.says("somebody else receives with this bot's token")
        ada = server.user("Ada", language_code="en")
        await ada.private.after(ada.says("/help"))
        server.user("Ben").says("/help")
        await server.drained()
        await running.says("updates arrive again")
        assert running.said.count("somebody else receives") == 1
        assert await running.stops() == 0


async def test_a_revoked_token(server: BotApi, tmp_path: Path) -> None:
    """If the token is revoked while it works, it ends with one line, and the update that came last is not lost."""
    async with program(tmp_path, **variables(server)) as running:
        await running.says("is at work")
        await server.calls.wait_for("getUpdates")
        server._gate.token = OTHER
        server.world.updates.interrupt(None)
        assert await running.ends() == 1
    assert running.said.splitlines()[-1].startswith("telegram.token: Telegram no longer accepts this token")
    assert server.token.partition(":")[2] not in running.said


async def _all_sent(other: Connection) -> None:
    """Wait until the bot has recorded that its answers are sent."""
    for _ in range(500):
        if other.execute("SELECT count(*) FROM delivery").fetchone() == (0,):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("messages are still to be sent")


async def test_stopping_is_quick(server: BotApi, tmp_path: Path) -> None:
    """Whatever it waits for, a database or an answer of Telegram, it ends within ten seconds, and nothing is lost."""
    ada = server.user("Ada", language_code="en")
    async with program(tmp_path, **variables(server)) as running:
        await running.says("is at work")
        await ada.private.after(ada.says("/help"))
        with looking(tmp_path / "solidarity.db") as other:
            await _all_sent(other)
            other.execute("BEGIN IMMEDIATE")
            said = ada.says("/privacy")
            await asyncio.sleep(0.3)
            begun = time.monotonic()
            assert await running.stops() == 0
            assert time.monotonic() - begun < 10
            other.execute("ROLLBACK")
    assert following(said) == []
    server.fails(Hang(), "deleteWebhook")
    async with program(tmp_path, **variables(server)) as running:
        await server.calls.wait_for("deleteWebhook", 2)
        assert await running.stops() == 0
    async with program(tmp_path, **variables(server)) as running:
        assert len(await ada.private.after(said, within=PATIENCE)) == 1
        assert await running.stops() == 0


async def test_two_at_once(server: BotApi, tmp_path: Path) -> None:
    """A second one with the same data ends with one line, and the first goes on."""
    async with program(tmp_path, **variables(server)) as running:
        await running.says("is at work")
        async with program(tmp_path, **variables(server)) as second:
            assert await second.ends() == 1
        assert "Traceback" not in second.said
        ada = server.user("Ada", language_code="en")
        await ada.private.after(ada.says("/help"))
        assert await running.stops() == 0


async def test_a_port_in_use(server: BotApi, tmp_path: Path) -> None:
    """A webhook whose port is taken ends it with one line behind the greeting."""
    port = str(server.port)
    hook = {"WEBHOOK_URL": f"http://127.0.0.1:{port}/x", "WEBHOOK_PORT": port}
    async with program(tmp_path, **variables(server, **hook)) as running:
        assert await running.ends() == 1
    assert running.said.splitlines()[-1].startswith(f"telegram.webhook_port: 127.0.0.1:{port} cannot be used")
    assert "Traceback" not in running.said
