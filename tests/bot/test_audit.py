"""The audit log: every line stays as it was written, or it is found out; and nothing leaves without a line."""

from __future__ import annotations

import asyncio
import json
import random
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.audit import AuditLog
from bot.events import Person
from bot.store.errors import StoreError
from bot.store.store import Store
from tests.bot.store.people import python
from tests.door import KEY, NOW

WRITER = """
import asyncio, sys
from pathlib import Path
from bot.audit import AuditLog
from bot.store.store import Store

async def main():
    store = await Store.beside(Path(sys.argv[1]), sys.argv[2])
    for number in range(20):
        await AuditLog(store).record("terminal", "export", {"letters": number})
    await store.close()

asyncio.run(main())
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A database, and nothing in the log."""
    opened = await Store.open(tmp_path / "solidarity.db", KEY, NOW.timestamp)
    yield opened
    await opened.close()


async def write(store: Store, lines: int) -> AuditLog:
    """Return a log with so many lines."""
    log = AuditLog(store, lambda: NOW)
    for number in range(lines):
        who = store.owners.actor(Person("telegram", f"{number % 3}")) if number % 4 else "terminal"
        await log.record(who, "export", {"form": "csv", "campaign": ["zhanaozen-2011"], "letters": number})
    return log


async def test_a_line(store: Store) -> None:
    """It says who, what and when; nobody can read who, and nobody but the bot's user can read it at all."""
    log = AuditLog(store, lambda: NOW)
    await log.record(store.owners.actor(Person("telegram", "4815162342")), "export", {"letters": 7})
    [line] = log.path.read_text("utf-8").splitlines()
    told = json.loads(line)
    assert (told["no"], told["at"], told["what"], told["letters"]) == (1, "2026-11-23T12:00:00Z", "export", 7)
    assert len(told["who"]) == 32
    assert "4815162342" not in line
    assert told["who"] != store.owners.owner(Person("telegram", "4815162342"))
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert await log.verify() == ()


def tampered(lines: list[bytes], chance: random.Random) -> list[bytes]:
    """Return the log as somebody leaves it who has no key: changed, shortened, mixed or added to."""
    at, other = chance.sample(range(len(lines)), 2)
    line = lines[at]
    match chance.randrange(9):
        case 0:  # a byte is another one
            place = chance.randrange(len(line))
            new = bytes([chance.choice([n for n in range(256) if n != line[place]])])
            return [*lines[:at], line[:place] + new + line[place + 1 :], *lines[at + 1 :]]
        case 1:  # a byte is missing
            place = chance.randrange(len(line))
            return [*lines[:at], line[:place] + line[place + 1 :], *lines[at + 1 :]]
        case 2:  # a byte is added
            place = chance.randrange(len(line) + 1)
            return [
                *lines[:at],
                line[:place] + bytes([chance.randrange(256)]) + line[place:],
                *lines[at + 1 :],
            ]
        case 3:
            return [*lines[:at], *lines[at + 1 :]]
        case 4:
            swapped = list(lines)
            swapped[at], swapped[other] = swapped[other], swapped[at]
            return swapped
        case 5:  # one of before is said again
            return [*lines[:at], lines[other], *lines[at:]]
        case 6:  # a line of one's own, with a link that looks like one
            told = json.loads(line) | {"letters": 1, "link": f"{chance.getrandbits(256):064x}"}
            return [*lines[:at], json.dumps(told, separators=(",", ":")).encode() + b"\n", *lines[at + 1 :]]
        case 7:
            return lines[:at]
        case _:
            return [b"".join(lines)[: chance.randrange(sum(map(len, lines)))]]


async def test_a_thousand_tamperings(store: Store) -> None:
    """Whatever is changed, left out, moved, added or cut off, at any place: all of it is found."""
    log = await write(store, 25)
    lines = log.path.read_bytes().splitlines(keepends=True)
    chance, missed = random.Random(20111216), []
    for number in range(1000):
        left = b"".join(tampered(lines, chance))
        if left == b"".join(lines):
            left += b"\n"
        log.path.write_bytes(left)
        if not await log.verify():
            missed.append((number, left))
    assert missed == []
    log.path.write_bytes(b"".join(lines))
    assert await log.verify() == ()


async def test_the_whole_log_is_gone(store: Store) -> None:
    """Even that is found, and what is written afterwards does not hide it."""
    log = await write(store, 3)
    log.path.unlink()
    assert [one.what for one in await log.verify()] == [
        "line 3, the newest that the database knows of, is not there"
    ]
    await log.record("terminal", "export", {})
    assert await log.verify() != ()
    assert [entry.no for entry in log.entries()] == [4]


async def test_an_older_copy_of_the_log(store: Store) -> None:
    """One that is put back in the place of a newer one is found, for the database knows of a newer line."""
    log = await write(store, 3)
    older = log.path.read_bytes()
    await log.record("terminal", "export", {})
    log.path.write_bytes(older)
    assert len(await log.verify()) == 1


async def test_killed_between_the_line_and_the_database(store: Store) -> None:
    """A line that the database does not know of yet is no fault, and the next one is chained to it."""
    log = await write(store, 2)
    async with store.work() as work:
        known = await work.fact("audit")
    await log.record("terminal", "export", {})
    async with store.work() as work:
        await work.set_fact("audit", known or "")
    assert await log.verify() == ()
    await log.record("terminal", "export", {})
    assert await log.verify() == ()
    assert [entry.no for entry in log.entries()] == [1, 2, 3, 4]


async def test_the_power_failed_within_a_line(store: Store) -> None:
    """Half a line is told as what it is, and the lines behind it are sound and readable."""
    log = await write(store, 2)
    with log.path.open("ab") as file:
        file.write(b'{"no":3,"at":"2026-')
    assert [(one.line, one.what) for one in await log.verify()] == [(3, "this line is damaged")]
    await log.record("terminal", "export", {"letters": 1})
    assert [(one.line, one.what) for one in await log.verify()] == [(3, "this line is damaged")]
    assert [entry.no for entry in log.entries()] == [1, 2, 3]


async def test_another_key(store: Store, tmp_path: Path) -> None:
    """A log that was made with another key is not taken for one's own."""
    log = await write(store, 2)
    other = await Store.open(tmp_path / "other" / "solidarity.db", f"{KEY} that is another", NOW.timestamp)
    try:
        forged = await write(other, 2)
        log.path.write_bytes(forged.path.read_bytes())
        assert len(await log.verify()) >= 2
    finally:
        await other.close()


async def test_two_programs_at_once(store: Store) -> None:
    """The bot and two commands of the terminal write at the same time: the chain holds, and no line is lost."""
    writers = [python(WRITER, store.path, KEY) for _ in range(2)]
    log = AuditLog(store, lambda: NOW)
    await asyncio.gather(*(log.record("terminal", "export", {"letters": n}) for n in range(20)))
    for writer in writers:
        _, complaints = await asyncio.to_thread(writer.communicate, timeout=120)
        assert (writer.returncode, complaints) == (0, "")
    assert await log.verify() == ()
    assert [entry.no for entry in log.entries()] == list(range(1, 61))


async def test_a_log_that_cannot_be_written(store: Store) -> None:
    """One line says so, and the error keeps whatever it was for from leaving."""
    AuditLog(store).path.mkdir()
    with pytest.raises(StoreError, match=r"audit\.log"):
        await AuditLog(store).record("terminal", "export", {})
