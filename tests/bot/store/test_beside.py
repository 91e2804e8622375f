"""Beside a running bot: a picture of one moment, and short pieces of work."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.store import statements
from bot.store.errors import StoreError
from bot.store.reading import reading
from bot.store.store import Store

KEY = "a secret of at least thirty-two characters"


async def test_a_look_shows_one_moment_while_the_bot_writes_on(tmp_path: Path) -> None:
    """What is written during a look is not seen in it, and the look keeps nobody from writing."""
    store = await Store.open(tmp_path / "solidarity.db", KEY)
    try:
        with reading(store.path, key=KEY) as look:
            before = len(list(look.rows(statements.KEPT_FACT, name="moment")))
            async with store.work() as work:
                await work.set_fact("moment", "now")
            assert len(list(look.rows(statements.KEPT_FACT, name="moment"))) == before == 0
        with reading(store.path, key=KEY) as look:
            assert [row["value"] for row in look.rows(statements.KEPT_FACT, name="moment")] == ["now"]
    finally:
        await store.close()


async def test_a_look_cannot_write(tmp_path: Path) -> None:
    """Whoever only looks changes nothing, not even by mistake."""
    await (await Store.open(tmp_path / "solidarity.db", KEY)).close()
    with (
        reading(tmp_path / "solidarity.db") as look,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        list(look.rows(statements.SET_FACT, name="moment", value="now"))


async def test_short_work_beside_the_bot_is_seen_by_it(tmp_path: Path) -> None:
    """A command of the terminal writes while the bot runs, and the bot reads it."""
    store = await Store.open(tmp_path / "solidarity.db", KEY)
    beside = await Store.beside(store.path, KEY)
    try:
        async with beside.work() as work:
            await work.set_fact("moment", "now")
        async with store.work() as work:
            assert await work.fact("moment") == "now"
    finally:
        await beside.close()
        await store.close()


@pytest.mark.parametrize("schema", [None, "0001"])
async def test_no_database_or_an_older_one_is_left_alone(tmp_path: Path, schema: str | None) -> None:
    """Neither is made nor changed by a command that works beside the bot; one line says what to do."""
    path = tmp_path / "solidarity.db"
    if schema:
        await (await Store.open(path, KEY)).close()
        driver = sqlite3.connect(path)
        driver.execute("UPDATE alembic_version SET version_num = ?", (schema,))
        driver.commit()
        driver.close()
    with pytest.raises(StoreError, match="start"):
        await Store.beside(path, KEY)
    assert path.exists() == bool(schema)
