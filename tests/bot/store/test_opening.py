"""Opening the database: what is made, for whom, and who may have it."""

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.connection import Connection
from bot.store.errors import StoreError
from bot.store.store import Store
from tests.bot.store.people import (
    ANNA,
    KEY,
    add_message,
    count,
    database,
    event,
    inside,
    looking,
    opened,
    pledge,
    python,
)

HOLDER = """
import asyncio, sys
from pathlib import Path
from bot.store.store import Store

async def hold():
    store = await Store.open(Path(sys.argv[1]))
    print("open", flush=True)
    sys.stdin.readline()
    await store.close()

asyncio.run(hold())
"""
"""A bot that holds its database until it is told to end."""


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def no_chmod(*_arguments: object, **_options: object) -> None:
    """Change nothing: whoever relies on a change of rights after a file was made is found out."""


async def refused(path: Path, key: str | None = KEY) -> str:
    """Return the line with which a store refuses to open."""
    with pytest.raises(StoreError) as caught:
        await Store.open(path, key, patience=0.1)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("temp_store", 2),
    ],
)
async def test_how_sqlite_is_told_to_work(tmp_path: Path, pragma: str, value: object) -> None:
    """Commits outlive a power cut, deleted rows are overwritten, references hold, nothing is set aside in files."""
    async with opened(tmp_path) as store:
        [row] = await inside(store).rows(text(f"PRAGMA {pragma}"))
        assert row[0] == value


async def test_work_begins_by_taking_the_right_to_write(tmp_path: Path) -> None:
    """Nobody else can begin to write from the beginning of a unit of work, even before it writes."""
    async with opened(tmp_path) as store:
        with looking(store.path) as other:
            async with store.work():
                with pytest.raises(Exception, match="locked"):
                    other.execute("BEGIN IMMEDIATE")
            other.execute("BEGIN IMMEDIATE")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
async def test_every_file_is_for_its_owner_alone_from_the_moment_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where new files are open to everybody, and no rights are taken back later, nobody else may read ours."""
    for name in ("chmod", "fchmod"):
        monkeypatch.setattr(os, name, no_chmod)
    usual = os.umask(0)
    try:
        store = await Store.open(database(tmp_path))
        await add_message(store)
        files = {file.name: rights(file) for file in store.path.parent.iterdir()}
        await store.close()
    finally:
        os.umask(usual)
    suffixes = (".db", ".db-wal", ".db-shm", ".lock")
    assert files == {"owner.key": 0o600, **{f"solidarity{suffix}": 0o600 for suffix in suffixes}}
    assert rights(store.path.parent) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
async def test_files_that_were_opened_to_others_are_closed_again(tmp_path: Path) -> None:
    """A database and a key that somebody restored with wide rights are for their owner alone again."""
    store = await Store.open(database(tmp_path))
    await store.close()
    ours = [store.path, store.path.with_name("owner.key")]
    for file in ours:
        file.chmod(0o644)
    await (await Store.open(store.path)).close()
    assert [rights(file) for file in ours] == [0o600, 0o600]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
async def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    """A folder that the bot did not make may hold other things; its rights are its owner's business."""
    folder = database(tmp_path).parent
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    async with opened(tmp_path):
        assert rights(folder) == 0o755


async def test_a_key_is_made_once(tmp_path: Path) -> None:
    """The key made at the first start is random, serves the second start, and is not made again."""
    keys = set()
    for name in ("one", "one", "two"):
        await (await Store.open(tmp_path / name / "solidarity.db")).close()
        keys.add((tmp_path / name / "owner.key").read_text("ascii"))
    assert len(keys) == 2
    assert all(len(key.strip()) == 64 for key in keys)
    assert not list(tmp_path.rglob("*.new"))


async def test_a_half_written_key_is_never_used(tmp_path: Path) -> None:
    """What a start left unfinished when it was killed is thrown away, and a whole key is made."""
    folder = database(tmp_path).parent
    folder.mkdir()
    (folder / "owner.key.new").write_text("half")
    await (await Store.open(database(tmp_path))).close()
    assert len((folder / "owner.key").read_text("ascii").strip()) == 64
    assert not (folder / "owner.key.new").exists()


async def somebody(path: Path, key: str | None = None, how: str = "language") -> None:
    """Let Anna be known to the database, in one of the ways in which people are."""
    store = await Store.open(path, key)
    async with store.work() as work:
        if how == "language":
            await work.set_language(ANNA, "en")
        elif how == "pledge":
            await work.add_pledge(ANNA, pledge())
        else:
            await work.leave(event(ANNA, 1), "[]")
    await store.close()


@pytest.mark.parametrize("how", ["language", "pledge", "conversation"])
async def test_a_missing_key_is_refused_once_people_depend_on_it(tmp_path: Path, how: str) -> None:
    """Without the key nobody could be recognised or erased: the bot says which file to bring back, and makes none."""
    path = database(tmp_path)
    await somebody(path, how=how)
    key = path.with_name("owner.key")
    key.unlink()
    line = await refused(path, key=None)
    assert line.startswith(f"{key}: the key is missing")
    assert not key.exists()


async def test_a_foreign_key_is_refused_once_people_depend_on_it(tmp_path: Path) -> None:
    """Another key than the one that people were hashed with is refused by the name of its file."""
    path = database(tmp_path)
    await somebody(path)
    key = path.with_name("owner.key")
    old = key.read_text("ascii")
    key.write_text("0" * 64, "ascii")
    line = await refused(path, key=None)
    assert line == f"{key}: this is not the key that {path} was made with; restore that one"
    key.write_text(old, "ascii")
    await (await Store.open(path)).close()


async def test_a_foreign_key_from_the_configuration_is_named_as_such(tmp_path: Path) -> None:
    """A wrong key that was configured is not blamed on a file."""
    path = database(tmp_path)
    await somebody(path, KEY)
    assert (await refused(path, KEY + "!")).startswith("owner_key: this is not the key")


@pytest.mark.parametrize("content", ["", "\n", "short", "\0" * 8, "я" * 31])
async def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    """An empty or cut key would protect nobody."""
    path = database(tmp_path)
    path.parent.mkdir()
    path.with_name("owner.key").write_text(content, "utf-8")
    assert "owner.key: this is not a key" in await refused(path, key=None)


async def test_without_people_another_key_is_welcome(tmp_path: Path) -> None:
    """While nobody was hashed, the key may be lost or changed, and the new one is then the right one."""
    path = database(tmp_path)
    await (await Store.open(path)).close()
    path.with_name("owner.key").unlink()
    await (await Store.open(path)).close()
    await somebody(path, KEY)
    assert (await refused(path, KEY + "!")).startswith("owner_key: this is not the key")


async def test_a_configured_key_leaves_no_file(tmp_path: Path) -> None:
    """With a key from the configuration, people are recognised after a restart, and no key lies in the folder."""
    path = database(tmp_path)
    await somebody(path, KEY)
    async with opened(tmp_path) as store, store.work() as work:
        assert (await work.kept(ANNA)).language == "en"
    assert not path.with_name("owner.key").exists()


async def test_a_second_bot_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Another process learns in one line that a bot is running, and has the folder once that one has ended."""
    path = database(tmp_path)
    with python(HOLDER, path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        with python(HOLDER, path) as second:
            _, complaint = second.communicate(timeout=60)
        assert second.returncode != 0
        assert complaint.splitlines()[-1].endswith(
            f"StoreError: {path}: another running bot uses this data folder; stop it first"
        )
        first.communicate("end\n", timeout=60)
    assert first.returncode == 0
    await (await Store.open(path)).close()


async def test_a_killed_bot_holds_nothing(tmp_path: Path) -> None:
    """After a process was killed without warning, the folder is free and the database whole."""
    path = database(tmp_path)
    with python(HOLDER, path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        first.kill()
    await (await Store.open(path)).close()


async def test_a_second_store_in_the_same_process_is_refused(tmp_path: Path) -> None:
    """The lock holds within a process too, and is free once the store is closed, however often."""
    async with opened(tmp_path) as store:
        assert "another running bot" in await refused(store.path)
        assert await count(store) == 0
    await store.close()
    async with opened(tmp_path):
        pass


async def test_a_start_that_fails_holds_nothing(tmp_path: Path) -> None:
    """Whatever a start is refused for, the next one is not refused because of the lock."""
    path = database(tmp_path)
    await somebody(path)
    key = path.with_name("owner.key")
    key.rename(tmp_path / "safe")
    await refused(path, key=None)
    (tmp_path / "safe").rename(key)
    await (await Store.open(path)).close()


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    """Work after the end is refused in one line."""
    async with opened(tmp_path) as store:
        pass
    with pytest.raises(StoreError, match="the database is closed"):
        await count(store)
    assert not await store.purge()


async def test_a_disk_without_shared_memory_is_refused(tmp_path: Path) -> None:
    """Where SQLite cannot keep its journal, it is said before anything is recorded."""
    with pytest.raises(StoreError, match="name a folder on a local disk"):
        await Connection.open(Path(":memory:"), 0)
