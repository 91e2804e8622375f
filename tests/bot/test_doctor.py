"""What `doctor` finds: in good health nothing, and each ailment with what to do."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import doctor
from bot.audit import AuditLog
from bot.backups import Keeping, make
from bot.cli import main
from bot.config import Settings
from bot.doctor import Finding, examine
from bot.events import Chat, Message
from bot.store.store import Store
from tests.botapi import BotApi
from tests.door import KEY

TOKEN = "123456789:a-token-for-tests-that-nobody-gave-us"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A server of Telegram's kind."""
    async with BotApi(token=TOKEN) as running:
        yield running


@pytest.fixture
async def settings(tmp_path: Path, api: BotApi) -> AsyncIterator[Settings]:
    """A bot at work with everything in order."""
    telegram = {"token": TOKEN, "base_url": f"{api.url}/bot"}
    chosen = Settings.model_validate({"data_dir": tmp_path / "data", "owner_key": KEY, "telegram": telegram})
    store = await Store.open(chosen.database, KEY)
    make(chosen.database, chosen.backup_folder, (), Keeping(1, timedelta(days=1)), datetime.now(UTC))
    yield chosen
    await store.close()


async def findings(settings: Settings, later: timedelta = timedelta()) -> dict[str, Finding]:
    """Return what is found, by what was looked at."""
    return {one.what: one async for one in examine(settings, datetime.now(UTC) + later)}


async def test_all_is_well_beside_the_bot_at_work(settings: Settings, api: BotApi) -> None:
    """While the bot runs, all is looked at, and nothing is wrong."""
    found = await findings(settings)
    assert set(found) == {
        "rights",
        "database",
        "messages",
        "audit log",
        "disk",
        "backup",
        "Telegram",
        "clock",
    }
    assert not [one for one in found.values() if one.wrong or one.advice]
    assert "knows the bot" in str(found["Telegram"])


async def test_a_message_that_waits_long(settings: Settings) -> None:
    """A message may wait for minutes; after a quarter of an hour somebody should look."""
    store = await Store.beside(settings.database, KEY)
    async with store.work() as work:
        await work.queue(Chat("wire", "1"), [Message("hello")])
    await store.close()
    assert not (await findings(settings))["messages"].wrong
    late = (await findings(settings, timedelta(hours=3)))["messages"]
    assert (late.wrong, late.how) == (True, "one waits, for 3 hours")


async def test_the_age_of_backups(settings: Settings) -> None:
    """An old backup, and none, are told of; that alone is not wrong."""
    old = (await findings(settings, timedelta(days=3)))["backup"]
    assert (old.how, old.wrong) == ("the newest is 3 days old", False)
    assert "solidarity-bot backup" in old.advice
    shutil.rmtree(settings.backup_folder)
    assert "there is none" in (await findings(settings))["backup"].how


async def test_what_others_can_read(settings: Settings) -> None:
    """A database that others can read is wrong, with the command that mends it."""
    settings.database.chmod(0o644)
    found = (await findings(settings))["rights"]
    assert found.wrong
    assert found.advice == f"chmod go= {settings.database}"


async def test_a_token_that_is_not_accepted(settings: Settings, api: BotApi) -> None:
    """What Telegram refuses is told with what to do, without the token; a server that is down, too."""
    wrong = settings.telegram.model_copy(update={"base_url": f"{api.url}/nothing"})
    found = (await findings(settings.model_copy(update={"telegram": wrong})))["Telegram"]
    assert found.wrong
    assert "@BotFather" in found.advice
    nowhere = settings.telegram.model_copy(update={"base_url": "http://127.0.0.1:9/bot"})
    found = (await findings(settings.model_copy(update={"telegram": nowhere})))["Telegram"]
    assert (found.wrong, "cannot be reached" in found.how) == (True, True)
    assert TOKEN.partition(":")[2] not in str(found)


async def test_a_clock_that_is_wrong(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is far from the server's is told of."""
    monkeypatch.setattr(doctor, "APART", timedelta(seconds=-1))
    found = (await findings(settings))["clock"]
    assert found.wrong
    assert "NTP" in found.advice


async def test_a_damaged_database(settings: Settings) -> None:
    """A file in which something is torn is found, and the way out is a backup."""
    broken = settings.data_dir.parent / "broken"
    broken.mkdir(mode=0o700)
    copy = broken / "solidarity.db"
    [backup] = settings.backup_folder.iterdir()
    pages = bytearray(backup.read_bytes())
    pages[-8192:] = os.urandom(8192)
    copy.write_bytes(pages)
    copy.chmod(0o600)
    found = (await findings(settings.model_copy(update={"data_dir": broken})))["database"]
    assert found.wrong
    assert "backup" in found.advice


async def test_an_audit_log_that_was_changed(settings: Settings) -> None:
    """A line that somebody has changed or taken away, and a log that cannot be read, are wrong, with what to do."""
    store = await Store.beside(settings.database, KEY)
    log = AuditLog(store)
    assert (await findings(settings))["audit log"].how == "nothing ever left"
    for letters in (1, 2, 3):
        await log.record("terminal", "export", {"letters": letters})
    await store.close()
    assert (await findings(settings))["audit log"].how.endswith("with 3 lines")
    written = log.path.read_bytes()
    for changed, line in (
        (written.replace(b'"letters":2', b'"letters":7'), 2),
        (written[: written.rindex(b'{"no":3')], 3),
        (b"", 1),
    ):
        log.path.write_bytes(changed)
        found = (await findings(settings))["audit log"]
        assert (found.wrong, f"from line {line} on" in found.how) == (True, True)
        assert "solidarity-bot audit verify" in found.advice
    log.path.unlink()
    log.path.mkdir(mode=0o700)
    assert (await findings(settings))["audit log"].wrong


async def test_a_full_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Little space is told of, and too little is wrong."""
    for free, wrong in ((500 << 20, False), (5 << 20, True)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: shutil._ntuple_diskusage(1, 1, free))
        found = (await findings(settings))["disk"]
        assert (found.wrong, found.advice) == (wrong, "free some space")


async def test_the_command(settings: Settings, tmp_path: Path) -> None:
    """In the terminal: a line each, and exit status 1 only if something is wrong."""
    data = {
        "SOLIDARITY_DATA_DIR": str(settings.data_dir),
        "SOLIDARITY_OWNER_KEY": KEY,
        "SOLIDARITY_TELEGRAM__TOKEN": TOKEN,
        "SOLIDARITY_TELEGRAM__BASE_URL": settings.telegram.base_url,
    }
    done = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"], env=data)
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.output.splitlines()] == ["ok"] * 9
    data["SOLIDARITY_TELEGRAM__BASE_URL"] = "http://127.0.0.1:9/bot"
    wrong = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"], env=data)
    assert wrong.exit_code == 1
    assert wrong.output.splitlines()[-1].startswith("wrong  Telegram: ")
