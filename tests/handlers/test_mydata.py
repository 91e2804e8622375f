"""/mydata as a file: it holds whatever the database holds of a person, and nothing of anybody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.broadcasts import Scope
from bot.documents import made
from bot.events import Chat, Message, Person
from bot.store.owners import Owners
from bot.store.personal import REGISTER
from bot.store.tables import metadata
from tests.bot.store.followers import update
from tests.door import KEY, NOW, Door, open_door

NOBODYS = {"seen", "card", "fact", "broadcast_file"}
"""Tables that hold nothing which could be told to be a certain person's."""
PLEDGE = ("/pledge nagaworld-2021", "person", "DE", "tomorrow", "1", "Count it, and name me", "Ada Ünlü")
SENT = (
    "/pledge zhanaozen-2011",
    "protest",
    "person",
    "DE",
    "sent",
    "E-mail: KazMunayGas",
    "1",
    "/answer reply",
)
HASHES = {"owner", "author", "keeper", "key"}
"""Columns that say whose something is; they would say so to whoever finds the file, too."""
BELOW = {"pledge_way", "answer", "pledge_via"}
"""Tables whose rows hang on a pledge."""


@asynccontextmanager
async def somebody(folder: Path) -> AsyncIterator[Door]:
    """Enter the chat of somebody of whom there is something in every table, beside somebody else's."""
    async with open_door(folder) as door:
        async with door.store.work() as work:
            group = await work.add_group(Chat("wire", "-77"), "Branch 7", door.person)
            await work.came(door.person, group)
        other = replace(door, person=Person("wire", "2", "en"), chat=Chat("wire", "2"))
        for line in (*PLEDGE[:-1], "Boris", "/updates nagaworld-2021"):
            await other.say(line)
        for line in ("/language en", *PLEDGE, *SENT, "/updates nagaworld-2021", "/letter zhanaozen-2011"):
            await door.say(line)
        await in_progress(door)
        yield door


async def in_progress(door: Door) -> None:
    """Let an update of the person's own be on its way to everybody who follows, and a message wait for them."""
    async with door.store.work() as work:
        new = update(Scope("nagaworld-2021"), NOW, told=door.chat)
        await work.start_broadcast(door.person, new)
        await work.queue(door.chat, [Message("That has <b>not left</b> yet.")])


async def as_file(door: Door) -> dict[str, Any]:
    """Return what the file holds."""
    await door.say("/mydata")
    await door.tap("Send me all of it as a file")
    [document] = [message.document for message in door.last if message.document]
    assert document.name == "mydata.json"
    file = await made(document)
    assert file.media_type == "application/json"
    return dict(json.loads(file.data))


async def test_the_file_holds_every_column_of_every_table(tmp_path: Path) -> None:
    """Whatever the register calls personal is in it, but for the hashes."""
    async with somebody(tmp_path) as door:
        told = await as_file(door)
    for pledge in told["pledge"]:
        for name in BELOW:
            told.setdefault(name, []).extend(pledge.pop(name))
    for table in set(REGISTER) - NOBODYS:
        assert told[table], f"there is something in {table}"
        columns = {column.name for column in metadata.tables[table].c} - HASHES
        assert set(told[table][0]) == columns


async def test_the_file_says_what_was_agreed_and_what_is_to_come(tmp_path: Path) -> None:
    """Consent with its wording and its second, the answer, reminders, news, the group, what waits, open answers."""
    async with somebody(tmp_path) as door:
        told = await as_file(door)
    planned, sent = told["pledge"]
    agreed = [planned[name] for name in ("name", "consent", "consent_version", "consent_at")]
    assert agreed == ["Ada Ünlü", "name", "2026-12", "2026-11-23T12:00:00+00:00"]
    assert [(one["kind"], one["day"]) for one in sent["answer"]] == [("reply", "2026-11-23")]
    assert (
        [one["code"] for one in sent["pledge_via"]]
        == [told["came"][0]["code"]]
        == [told["group_chat"][0]["code"]]
    )
    due = [(one["campaign"], one["due_at"], one["zone"]) for one in told["reminder"]]
    assert due == [("nagaworld-2021", "2026-11-24T09:00:00+00:00", "Europe/Berlin")]
    assert [one["campaign"] for one in told["subscription"]] == ["nagaworld-2021"]
    update_to_many, waiting = told["delivery"]
    assert update_to_many["broadcast"] == told["broadcast"][0]["id"]
    assert waiting["message"][0] == "That has <b>not left</b> yet."
    assert "zhanaozen-2011" in json.dumps(told["conversation"])


async def test_the_file_is_about_one_person(tmp_path: Path) -> None:
    """Nothing in it is somebody else's, and no hash joins it with a stolen database."""
    async with somebody(tmp_path) as door:
        told = json.dumps(await as_file(door), ensure_ascii=False)
        other = replace(door, person=Person("wire", "2", "en"), chat=Chat("wire", "2"))
        theirs = json.dumps(await as_file(other), ensure_ascii=False)
    assert ("Ada Ünlü" in told, "Boris" in told) == (True, False)
    assert ("Ada Ünlü" in theirs, "Boris" in theirs) == (False, True)
    assert Owners(KEY).owner(door.person) not in told


async def test_the_file_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    """It goes out with its message, and leaves nothing beside the database."""
    async with somebody(tmp_path) as door:
        before = {file.name for file in tmp_path.rglob("*")}
        await as_file(door)
        again = await as_file(door)
        assert {file.name for file in tmp_path.rglob("*")} == before
        assert not [row for row in again["delivery"] if "mydata.json" in str(row["message"])]


async def test_in_the_chat_it_is_short(tmp_path: Path) -> None:
    """Reminders with their hour, news on its way, and the day of the consent."""
    async with somebody(tmp_path) as door:
        said = await door.say("/mydata")
    assert "News that is on its way to this chat: 1\n" in said
    assert "Reminder of Tuesday 24 November, 10:00: Cambodia" in said
    assert "You agreed on 23 November 2026 (wording 2026-12)." in said
    assert "That you came through the link of a group" in said
    assert "I got a reply: JSC National Company KazMunayGas" in said
