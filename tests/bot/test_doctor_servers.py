"""What `doctor` says of the servers that the bot talks with: who answers there, which time it is, and logins."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner

from bot.cli import main
from bot.config import Settings
from bot.doctor import Finding, examine
from bot.platforms.matrix_account import FILE
from bot.platforms.matrix_service import STORE
from tests.homeserver.synapse import Synapse
from tests.matrix_program import ready

TOKEN = "123456789:a-token-for-tests-that-nobody-gave-us"
LOGIN = {
    "homeserver": "http://127.0.0.1:9",
    "user": "@bot:example.org",
    "device": "ABC",
    "token": "a secret",
    "pickle_key": "another",
}


async def findings(settings: Settings) -> dict[str, Finding]:
    """Return what is found, by what was looked at."""
    return {one.what: one async for one in examine(settings, datetime.now(UTC))}


@asynccontextmanager
async def answering(text: str, date: str) -> AsyncIterator[str]:
    """Enter a web server that answers everything with `text` and a `Date`, at the address that is given."""

    async def answer(_request: web.BaseRequest) -> web.Response:
        return web.Response(text=text, headers={"Date": date})

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    finally:
        await runner.cleanup()


def on_telegram(folder: Path, url: str) -> Settings:
    """Return the settings of a bot whose Telegram is at `url`."""
    return Settings.model_validate({"data_dir": folder, "telegram": {"token": TOKEN, "base_url": url}})


def in_three_hours() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=3, minutes=30), usegmt=True)


def now_without_a_zone() -> str:
    return format_datetime(datetime.now(UTC).replace(tzinfo=None))  # it ends with -0000


@pytest.mark.parametrize(
    ("date", "how"),
    [
        (in_three_hours, "it is behind that of Telegram by 3 hours"),
        (now_without_a_zone, "it goes with that of Telegram"),
        (lambda: "yesterday, I think", None),
        (lambda: "Thu, 99 Nov 2026 77:00:00 GMT", None),
    ],
)
async def test_the_servers_time(date: Callable[[], str], how: str | None, tmp_path: Path) -> None:
    """A clock is compared with the server's; where that tells no time, there is nothing to compare and no fault."""
    async with answering('{"ok": true, "result": {}}', date()) as url:
        found = await findings(on_telegram(tmp_path, url))
    assert found["Telegram"].how == "it answers, and knows the bot"
    assert (found["clock"].how if "clock" in found else None) == how


@pytest.mark.parametrize("text", ["<h1>Log in to the hotel's network</h1>", "[]", '{"ok": true}', ""])
async def test_somebody_else_answers(text: str, tmp_path: Path) -> None:
    """A page that a network puts in the place of Telegram is not taken for it."""
    async with answering(text, in_three_hours()) as url:
        found = await findings(on_telegram(tmp_path, url))
    assert (found["Telegram"].wrong, "clock" in found) == (True, False)
    assert found["Telegram"].how == "something else answers in its place"


async def test_logged_in_on_matrix(homeserver: Synapse, tmp_path: Path) -> None:
    """A homeserver that knows the bot's device is well; one that has logged it out is told of with what to do."""
    folder = tmp_path / "data"
    await ready(homeserver, folder)
    found = await findings(Settings(data_dir=folder))
    assert str(found["Matrix"]) == "ok     Matrix: it answers, and knows the bot"
    assert not found["clock"].wrong
    file = folder / "matrix" / FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), "token": "that-was-once-one"}))
    found = await findings(Settings(data_dir=folder))
    assert str(found["Matrix"]) == "wrong  Matrix: it answers with 401; `solidarity-bot matrix login`"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this is no login"),
        ('{"homeserver": "http', "this is no login"),
        ("[]", "this is no login"),
        (json.dumps({**LOGIN, "homeserver": 5}), "this is no login"),
        (json.dumps({**LOGIN, "token": "a\nb"}), "this is no login"),
        (json.dumps({**LOGIN, "token": None}), "this is no login"),
        ("\udcff", "this is no login"),
        (json.dumps(LOGIN), "the keys of this device are missing"),
    ],
)
def test_a_damaged_login(text: str, said: str, tmp_path: Path) -> None:
    """In the terminal: one line says which file it is, and how to log in anew; `run` says the same."""
    file = tmp_path / "matrix" / FILE
    file.parent.mkdir(mode=0o700)
    file.write_text(text, "utf-8", "surrogateescape")
    for command in ("doctor", "run"):
        done = CliRunner().invoke(main, [command], env={"SOLIDARITY_DATA_DIR": str(tmp_path)})
        assert done.exit_code == 1
        assert not done.exception or isinstance(done.exception, SystemExit)
        [line] = [line for line in done.output.splitlines() if said in line]
        assert f"{file.parent}" in line
        assert "`solidarity-bot matrix login`" in line


async def test_a_homeserver_that_is_down(tmp_path: Path) -> None:
    """It is said that it cannot be reached, and nothing of the login."""
    (tmp_path / "matrix").mkdir(mode=0o700)
    (tmp_path / "matrix" / STORE).touch()
    for homeserver in ("http://127.0.0.1:9", "nowhere at all", "http://[::1"):
        (tmp_path / "matrix" / FILE).write_text(json.dumps({**LOGIN, "homeserver": homeserver}))
        found = (await findings(Settings(data_dir=tmp_path)))["Matrix"]
        assert (found.wrong, "cannot be reached" in found.how) == (True, True)
        assert "secret" not in str(found)
