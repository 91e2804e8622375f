"""Trouble: a full disk, a lock, missing rights, a damaged file - one clear line each, and nothing half recorded."""

import asyncio
import os
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.events import Message
from bot.store.errors import StoreError
from bot.store.store import Store
from tests.bot.store.people import (
    ANNA,
    BORIS,
    KEY,
    add_message,
    an_event,
    count,
    database,
    event,
    inside,
    looking,
    opened,
    pledge,
)

NOBODY = 65534
LONG = "a long letter " * 20_000


async def refused(path: Path) -> str:
    """Return the line with which a store refuses to open."""
    with pytest.raises(StoreError) as caught:
        await Store.open(path, KEY, patience=0.1)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def fails(store: Store, words: str = LONG) -> str:
    """Return the line with which an event of Boris fails, having tried everything that an event does."""
    with pytest.raises(StoreError) as caught:
        await an_event(store, BORIS, words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def before_trouble(store: Store) -> None:
    """Let Anna have pledged a letter, and a message be waiting."""
    async with store.work() as work:
        await work.add_pledge(ANNA, pledge())
    await add_message(store)


async def goes_on(store: Store) -> None:
    """See that all is as it was before the trouble, and that the event which failed has its effect now."""
    async with store.work() as work:
        assert len(await work.pledges(ANNA)) == 1
        assert await work.pledges(BORIS) == ()
        arrival = await work.arrive(event(BORIS, 1))
        assert (arrival.new, arrival.frames) == (True, None)
        await work.add_pledge(BORIS, pledge())
    assert await count(store) == 1
    async with store.work() as work:
        assert len(await work.pledges(BORIS)) == 1


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes, as on a disk that is full; it binds root too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def ordinary_user() -> Iterator[Path]:
    """Enter an empty folder as somebody whom rights bind, which they do not bind root."""
    with tempfile.TemporaryDirectory() as name:
        root = os.geteuid() == 0
        if root:
            os.chown(name, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Path(name)
        finally:
            if root:
                os.seteuid(0)


# --- a full disk


async def test_a_full_database(tmp_path: Path) -> None:
    """When SQLite finds no room, the event leaves nothing, and goes through once there is room."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
        [row] = await inside(store).rows(text("PRAGMA page_count"))
        await inside(store).rows(text(f"PRAGMA max_page_count = {row[0] + 1}"))
        assert await fails(store) == f"{store.path}: the disk is full; free some space (SQLITE_FULL)"
        await inside(store).rows(text("PRAGMA max_page_count = 1000000"))
        await goes_on(store)


async def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    """When the system refuses to write on, the event leaves nothing, and goes through once it may."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
        with no_file_beyond(store.path.with_name("solidarity.db-wal").stat().st_size + 5000):
            assert f"{store.path}: the disk reports an error" in await fails(store)
            assert f"{store.path}: the disk reports an error" in await fails(store)
        await goes_on(store)


async def test_a_first_start_on_a_full_disk(tmp_path: Path) -> None:
    """A start without room is refused in one line, and succeeds once there is room."""
    with no_file_beyond(8000):
        assert "the disk" in await refused(database(tmp_path))
    async with opened(tmp_path) as store:
        await before_trouble(store)


async def test_erasing_on_a_full_disk_is_not_claimed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What could not be erased is not said to be: the log has the reason, and the next time it is."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
        async with store.work() as work:
            await work.set_language(ANNA, "en")
            await work.queue(event(ANNA, 1).chat, [Message(LONG)])
        assert await store.purge()
        with no_file_beyond(10_000):
            assert not await store.purge()
        assert "the disk reports an error" in caplog.text
        assert await store.purge()


# --- a database in use


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
async def test_another_program_writes(tmp_path: Path, lock: str) -> None:
    """While another program writes, the event fails in one line after a while; afterwards it goes through."""
    async with opened(tmp_path, patience=0.05) as store:
        await before_trouble(store)
        with looking(store.path) as other:
            other.execute(lock)
            assert await fails(store) == (
                f"{store.path}: another program is using it; close that one first (SQLITE_BUSY)"
            )
        await goes_on(store)


async def test_another_program_writes_for_a_moment(tmp_path: Path) -> None:
    """A short wait for another program is not noticed, and nothing else stands still meanwhile."""
    async with opened(tmp_path, patience=60) as store:
        with looking(store.path) as other:
            other.execute("BEGIN EXCLUSIVE")
            waiting = asyncio.create_task(before_trouble(store))
            for _ in range(10):
                await asyncio.sleep(0.01)
            assert not waiting.done()
            other.execute("ROLLBACK")
            await waiting
        await goes_on(store)


@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
async def test_a_start_while_another_program_writes(tmp_path: Path, mode: str) -> None:
    """A start waits no longer than it was told to, and names the database."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
    with looking(store.path) as other:
        other.execute(f"PRAGMA locking_mode = {mode}")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE x (y)")
        assert f"{store.path}: another program is using it" in await refused(store.path)
        other.execute("ROLLBACK")
    async with opened(tmp_path) as store:
        await goes_on(store)


async def test_another_program_reads(tmp_path: Path) -> None:
    """A program that reads, such as one that writes statistics, hinders nobody."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
        with looking(store.path) as other:
            other.execute("BEGIN")
            assert other.execute("SELECT count(*) FROM delivery").fetchone() == (1,)
            await add_message(store)
            assert other.execute("SELECT count(*) FROM delivery").fetchone() == (1,)
        assert await count(store) == 2


# --- missing rights


@pytest.mark.parametrize("which", ["solidarity.db", "solidarity.lock"])
async def test_a_file_that_may_not_be_written(which: str) -> None:
    """A file that belongs to somebody else is named, with what to look at."""
    with ordinary_user() as folder:
        async with opened(folder) as store:
            await before_trouble(store)
        file = store.path.with_name(which)
        file.chmod(0o400)
        reason = "it may not be read and written; check who owns it and its folder"
        assert await refused(store.path) == f"{file}: {reason}"
        file.chmod(0o600)
        async with opened(folder) as store:
            await goes_on(store)


async def test_a_key_that_may_not_be_read() -> None:
    """A key of somebody else is named."""
    with ordinary_user() as folder:
        path = database(folder)
        path.parent.mkdir()
        key = path.with_name("owner.key")
        key.mkdir(mode=0o000)
        with pytest.raises(StoreError) as caught:
            await Store.open(path)
        assert str(caught.value).startswith(f"{key}: ")


async def test_a_folder_that_may_not_be_written() -> None:
    """A folder without the right to write is refused at the first start and at a later one."""
    with ordinary_user() as folder:
        folder.chmod(0o500)
        assert "it may not be read and written" in await refused(database(folder))
        folder.chmod(0o700)
        async with opened(folder) as store:
            await before_trouble(store)
        store.path.parent.chmod(0o500)
        assert str(store.path) in await refused(store.path)
        store.path.parent.chmod(0o700)
        async with opened(folder) as store:
            await goes_on(store)


async def test_a_database_that_may_no_longer_be_written(tmp_path: Path) -> None:
    """When the right to write is lost in the middle of work, the event leaves nothing."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
        await inside(store).rows(text("PRAGMA query_only = ON"))
        assert "it may not be read and written" in await fails(store)
        await inside(store).rows(text("PRAGMA query_only = OFF"))
        await goes_on(store)


async def test_a_folder_where_the_database_should_be(tmp_path: Path) -> None:
    """A folder in the place of the file is refused in one line."""
    database(tmp_path).mkdir(parents=True)
    assert (
        await refused(database(tmp_path)) == f"{database(tmp_path)}: this is a folder; a file is needed here"
    )


async def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    """A file in the place of the data folder is refused in one line."""
    database(tmp_path).parent.write_text("not a folder")
    assert str(database(tmp_path).parent) in await refused(database(tmp_path))


# --- a damaged file


def garbage_header(content: bytes) -> bytes:
    return b"\xff" * 100 + content[100:]


def garbage_pages(content: bytes) -> bytes:
    return content[:4096] + b"\xa5" * (len(content) - 4096)


def one_garbage_page(content: bytes) -> bytes:
    return content[: 2 * 4096] + b"\xa5" * 4096 + content[3 * 4096 :]


def half_of_it(content: bytes) -> bytes:
    return content[: len(content) // 2]


def some_bytes(content: bytes) -> bytes:
    return content[:50]


def another_file(_content: bytes) -> bytes:
    return b"Dear Sir or Madam,\n" * 500


@pytest.mark.parametrize(
    "damage", [garbage_header, garbage_pages, one_garbage_page, half_of_it, some_bytes, another_file]
)
async def test_a_start_with_a_damaged_file(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """A damaged file is refused in one line and left as it is; a good copy put in its place is used."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
    good = store.path.read_bytes()
    store.path.write_bytes(damage(good))
    line = await refused(store.path)
    assert line.startswith(f"{store.path}: the file is ")
    assert "backup" in line
    assert store.path.read_bytes() == damage(good)
    store.path.write_bytes(good)
    async with opened(tmp_path) as store:
        await goes_on(store)


async def test_a_file_that_is_damaged_while_it_is_used(tmp_path: Path) -> None:
    """When the disk loses pages in the middle of work, reading says so in one line instead of inventing records."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
        assert await store.purge()
        good = store.path.read_bytes()
        store.path.write_bytes(garbage_pages(good))
        await inside(store).rows(text("PRAGMA shrink_memory"))
        with pytest.raises(StoreError, match="the file is damaged; restore the newest backup"):
            await count(store)
        assert "the file is damaged" in await fails(store)
        store.path.write_bytes(good)
        await inside(store).rows(text("PRAGMA shrink_memory"))
        await goes_on(store)


async def test_a_file_that_is_gone_from_its_place_records_nothing(tmp_path: Path) -> None:
    """Nothing is called recorded that goes into a file which nobody will find again; once it is back, all is well."""
    async with opened(tmp_path) as store:
        await before_trouble(store)
        aside = store.path.with_name("aside.db")
        store.path.rename(aside)
        assert "the file has been moved or deleted" in await fails(store)
        aside.rename(store.path)
        await goes_on(store)
