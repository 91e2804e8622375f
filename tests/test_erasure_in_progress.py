"""/forget of somebody with everything in progress: pledges, answers, reminders, news, a group's link, updates."""

from __future__ import annotations

import json
import tempfile
from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from bot.broadcasts import Scope
from bot.events import Chat, Extract, Message, Person
from bot.exporting import Exports
from bot.store.owners import Owners
from tests.bot.store.followers import update
from tests.door import KEY, NOW, Door, furnished
from tests.test_erasure import (
    ANNA,
    BEGINNING,
    BEGUN,
    HER_CHAT,
    LETTER,
    NAME,
    SECRETS,
    UNION,
    UNION_LETTER,
    everything_logged,
    opened,
    say,
    somebody_else,
    traces,
)
from tests.unsealed import left, pieces

CAMPAIGN = "zhanaozen-2011"
SENT = (f"/pledge {CAMPAIGN}", "solidarity", "person", "DE", "sent", "1", "nameless")
MARK = Owners(KEY).owner(ANNA)
EVERYTHING = (*SECRETS, MARK)
ORGANISER = Person("wire", "99")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the data, the log, and whatever is written for a moment only."""
    for name in ("log", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path / "temporary"))
    return tmp_path


async def in_progress(anna: Door) -> int:
    """Let there be something of Anna wherever something can be; return the update that is on its way to her."""
    async with anna.store.work() as work:
        group = await work.add_group(Chat("wire", "-77"), "Branch 7", anna.person)
        await work.came(anna.person, group)
    await say(anna, "/language en", *LETTER, *UNION_LETTER, *SENT, "/answer reply", f"/updates {CAMPAIGN}")
    await say(somebody_else(anna), f"/updates {CAMPAIGN}")
    await say(anna, *BEGINNING, "/mydata", "/mydata file")
    async with anna.store.work() as work:
        await work.start_broadcast(ANNA, replace(update(Scope("nagaworld-2021"), NOW), told=HER_CHAT))
        number = await work.start_broadcast(ORGANISER, update(Scope(CAMPAIGN), NOW))
        await work.queue(HER_CHAT, [Message(f"Dear {NAME}, this has not left yet.")])
        under_way = await work.claim(number, "wire", 2)
        assert HER_CHAT in [one.chat for one in under_way]
    return number


async def exported(anna: Door) -> bytes:
    """Return the file that an organiser is handed out while Anna's letters are in it."""
    world, messages = furnished()
    exports = Exports(anna.store, world.campaigns, world.countries, messages, ["wire:99"], clock=lambda: NOW)
    wanted = Extract("wire:99", "csv", (), "", "", "en")
    content = (await exports.finished(wanted)).document.content
    data = getattr(content, "data", b"")
    await exports.finished(replace(wanted, form="xlsx"))
    return bytes(data)


@pytest.mark.usefixtures("unsealed")
async def test_nothing_is_left_of_somebody_with_everything_in_progress(place: Path) -> None:
    """No byte of hers is left in the database, its journal, the log, after exports, and in temporary files."""
    with everything_logged(place / "log" / "everything.log"):
        async with opened(place) as anna:
            number = await in_progress(anna)
            async with anna.store.work() as work:
                held = {one.table for one in await work.held(ANNA, HER_CHAT) if one.rows}
            assert held >= {"pledge", "came", "conversation", "reminder", "subscription", "delivery"}
            assert held >= {"group_chat", "broadcast", "person"}
            assert UNION.encode() in await exported(anna)
            assert {NAME, UNION, BEGUN, HER_CHAT.id, MARK} <= traces(place, EVERYTHING)
            assert await say(anna, "/forget", "1")
            assert traces(place, EVERYTHING) == set()
            async with anna.store.work() as work:
                assert not [one for one in await work.held(ANNA, HER_CHAT) if one.rows]
                other = somebody_else(anna)
                [waiting] = [
                    one for one in await work.held(other.person, other.chat) if one.table == "delivery"
                ]
                assert [row.columns["broadcast"] for row in waiting.rows] == [number]
        assert traces(place, EVERYTHING) == set()


async def test_nothing_sealed_is_left_of_her(place: Path) -> None:
    """As people use it, encrypted: no piece of what was sealed of her is left, and nothing that opens says her name."""
    secrets, database = (NAME, UNION, BEGUN, HER_CHAT.id), place / "solidarity.db"
    async with opened(place) as anna:
        await in_progress(anna)
        sealed = pieces(database, *secrets, key=KEY)
        assert left(place, sealed) == set(secrets)
        assert traces(place) == set()
        assert await say(anna, "/forget", "1")
        assert left(place, sealed) == set()
        assert pieces(database, *SECRETS, key=KEY) == {}
    assert left(place, sealed) == traces(place, EVERYTHING) == set()


@pytest.mark.parametrize("before", [b"", b"x", b"xy"], ids=["0", "1", "2"])
@pytest.mark.parametrize("secret", [NAME, UNION, HER_CHAT.id, MARK])
def test_the_search_finds_what_is_written_otherwise(secret: str, before: bytes, tmp_path: Path) -> None:
    """What is in UTF-16, in JSON's escapes or in base64 is found, wherever it begins."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        data = before + secret.encode(encoding) + b"and more"
        for written in (data, b64encode(data), urlsafe_b64encode(data), json.dumps(secret).encode(encoding)):
            (tmp_path / "file").write_bytes(b"..." + written)
            assert traces(tmp_path, (secret,)) == {secret}
