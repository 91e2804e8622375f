"""`solidarity-bot matrix login` and `run`, the real program: logged in once, at work again after every end."""

from __future__ import annotations

import asyncio
import json
import stat
from collections import Counter
from pathlib import Path

import pytest

from tests.bot.platforms.telegram_program import Program, program, variables
from tests.botapi import BotApi
from tests.homeserver.asking import RefusedError
from tests.homeserver.identity import unsigned_devices
from tests.homeserver.person import People
from tests.homeserver.ports import free_port
from tests.homeserver.synapse import PASSWORD, Synapse
from tests.matrix_program import logs_in, ready

WHOAMI = "/_matrix/client/v3/account/whoami"


def login_of(folder: Path) -> dict[str, str]:
    """Return the login as it is kept."""
    told: dict[str, str] = json.loads((folder / "matrix" / "account.json").read_text("utf-8"))
    return told


async def test_login(homeserver: Synapse, tmp_path: Path) -> None:
    """A login is kept where nobody else reads it, without the password, and vouched for; the next one ends it."""
    data = tmp_path / "data"
    account = await ready(homeserver, data)
    first = login_of(data)
    files = [file for file in (data / "matrix").rglob("*") if file.is_file()]
    assert stat.S_IMODE((data / "matrix").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    done = await logs_in(data, homeserver.url, account.user_id, MATRIX__PASSWORD=PASSWORD)
    assert done.status == 0, done.complaint
    second = login_of(data)
    assert second["device"] != first["device"]
    assert second["pickle_key"] != first["pickle_key"]
    assert len(bytes.fromhex(first["pickle_key"])) == 32
    assert not [f for f in data.rglob("*") if f.is_file() and PASSWORD.encode() in f.read_bytes()]
    with pytest.raises(RefusedError):
        await homeserver.ask("GET", WHOAMI, token=first["token"])
    done = await logs_in(data, homeserver.url, account.user_id, PASSWORD, new=True)
    assert done.status == 0, done.complaint
    async with People(homeserver, tmp_path) as people:
        ada = await people.meet("Ada")
        assert login_of(data)["device"] not in await unsigned_devices(ada, account.user_id)


async def test_login_fails(homeserver: Synapse, tmp_path: Path) -> None:
    """A wrong password, no such server and one that is away each get one line, and leave no login."""
    account = await homeserver.register("Bot")
    away = f"http://127.0.0.1:{free_port()}"
    tries = ((homeserver.url, "wrong"), ("http://nowhere.invalid", PASSWORD), (away, PASSWORD))
    for number, (url, password) in enumerate(tries):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = await logs_in(folder, url, account.user_id, password)
        assert done.status == 1
        assert done.complaint.count("\n") == 1, done.complaint
        assert password not in done.complaint
        assert not (folder / "matrix" / "account.json").exists()


async def test_a_life_and_the_next(homeserver: Synapse, tmp_path: Path) -> None:
    """It answers, stops at SIGTERM, and answers once on the same device what was said while it was away."""
    data = tmp_path / "data"
    account = await ready(homeserver, data)
    device = login_of(data)["device"]
    async with People(homeserver, tmp_path) as people:
        ada = await people.meet("Ada")
        async with program(data) as running:
            await running.says("is at work.")
            chat = await ada.begins_chat(account.user_id)
            await chat.meets(account.user_id)
            await chat.answered(await chat.says("!help"))
            assert await running.stops() == 0
        said = [await chat.says("!help") for _ in range(3)]
        async with program(data) as running:
            await running.says("is at work.")
            answers = await chat.answered(said[0], lambda heard: len(heard) >= len(said), quiet=2)
            assert await running.stops() == 0
            assert "Traceback" not in running.said
        assert [*Counter(answer.body for answer in answers).values()] == [3]
        assert login_of(data)["device"] == device


async def test_one_platform_is_down(homeserver: Synapse, server: BotApi, tmp_path: Path) -> None:
    """A token that Telegram does not know leaves the bot at work on Matrix."""
    data = tmp_path / "data"
    account = await ready(homeserver, data)
    unknown = variables(server, TOKEN="4815162342:AAE-another_token_of_this_machine_")
    async with People(homeserver, tmp_path) as people, program(data, **unknown) as running:
        await both_said(running, "Telegram does not know this token", "Matrix: ")
        ada = await people.meet("Ada")
        chat = await ada.begins_chat(account.user_id)
        await chat.meets(account.user_id)
        assert await chat.answered(await chat.says("!help"))
        assert await running.stops() == 0


async def test_both_platforms(homeserver: Synapse, server: BotApi, tmp_path: Path) -> None:
    """People on Telegram and on Matrix are answered by one program, at the same time."""
    data = tmp_path / "data"
    account = await ready(homeserver, data)
    async with People(homeserver, tmp_path) as people, program(data, **variables(server)) as running:
        await both_said(running, "Telegram: ", "Matrix: ")
        ada, ben = await people.meet("Ada"), server.user("Ben", language_code="en")
        chat = await ada.begins_chat(account.user_id)
        await chat.meets(account.user_id)
        said, asked = await chat.says("!letter"), ben.says("/letter")
        one, two = await asyncio.gather(chat.answered(said), ben.private.after(asked))
        assert "Which appeal?" in one[-1].body
        assert "Which appeal?" in two[-1].text
        assert await running.stops() == 0


async def test_the_homeserver_is_down(server: BotApi, tmp_path: Path) -> None:
    """A homeserver that is killed leaves the bot at work on Telegram, and ready to stop."""
    with Synapse(tmp_path / "homeserver") as homeserver:
        await ready(homeserver, tmp_path / "data")
        async with program(tmp_path / "data", **variables(server)) as running:
            await both_said(running, "Telegram: ", "Matrix: ")
            homeserver.kill()
            ben = server.user("Ben", language_code="en")
            await ben.private.after(ben.says("/help"))
            assert await running.stops() == 0


async def both_said(running: Program, *words: str) -> None:
    """Wait until the program has said everything."""
    for one in words:
        await running.says(one)
