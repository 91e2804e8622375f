"""The tables: made by migrations, brought forward with a copy kept, and never touched if they are not the bot's."""

import hashlib
import json
import os
import re
import shutil
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.events import Chat, Message
from bot.store.errors import StoreError
from bot.store.schema import MIGRATIONS, prepare
from bot.store.store import Store
from bot.store.tables import SCHEMA, metadata
from tests.bot.store.people import ANNA, KEY, Clock, database, looking, opened, pledge
from tests.unsealed import with_key

NEXT, LAST = f"{int(SCHEMA) + 1:04}", f"{int(SCHEMA) + 2:04}"
"""The two schemas after the present one."""

MIGRATION = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{SCHEMA}"


def upgrade() -> None:
    with op.batch_alter_table("pledge") as pledge:
        pledge.drop_column("organisation")
        pledge.add_column(sa.Column("copies", sa.Integer, server_default="1"))
"""
"""A change that SQLite can only make by writing the table anew; other tables refer to it."""


BROKEN = f"""
from alembic import op

revision = "{LAST}"
down_revision = "{NEXT}"


def upgrade() -> None:
    op.drop_table("pledge_way")
    op.drop_table("no_such_table")
"""
"""A change that fails in the middle."""


VERSION = (
    "CREATE TABLE alembic_version"
    " (version_num VARCHAR(32) NOT NULL,CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
"""How Alembic keeps the schema's number."""


MADE = {
    "0001": "4f2fd0487476ebd6",
    "0002": "6480592fc97357da",
    "0003": "9a239dbab0189c5e",
    "0004": "a216831db90f8947",
}
"""What each migration has made since it was first used, as a digest: databases like these are in use."""


def plain(sql: str) -> str:
    """Return a table's definition without what does not matter: spaces, quotes and the order of its clauses."""
    words = re.sub(r'[\s"]+', " ", sql).replace("( ", "(").replace(" )", ")").strip()
    return re.sub(r"\s*,\s*", ",", words)


def definitions(path: Path) -> dict[str, str]:
    """Return how each table and index in the file was defined."""
    with looking(path) as other:
        rows = other.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        found = {name: plain(sql) for name, sql in rows if not name.startswith("sqlite_")}
        [version] = other.execute("SELECT version_num FROM alembic_version").fetchone()
    return {f"{name} {version}" if name == "alembic_version" else name: sql for name, sql in found.items()}


def later_migrations(folder: Path) -> Path:
    """Return a copy of the migrations with two more, as later versions of the bot would have it; the last is broken."""
    migrations = folder / "migrations"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "versions" / f"{NEXT}_later.py").write_text(MIGRATION, "utf-8")
    (migrations / "versions" / f"{LAST}_broken.py").write_text(BROKEN, "utf-8")
    return migrations


async def with_a_pledge(folder: Path) -> Path:
    """Return a database of the present schema in which Anna has pledged a letter."""
    async with opened(folder) as store, store.work() as work:
        await work.add_pledge(ANNA, pledge(organisation="Metal Workers"))
    return store.path


async def refused(path: Path) -> str:
    """Return the line with which a store refuses to open, having left the file as it was."""
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        await Store.open(path, KEY, patience=0.1)
    assert path.read_bytes() == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    """What the migrations make is, word for word, what a new database has, and that is what the code knows."""
    migrated = tmp_path / "migrated.db"
    prepare(migrated, 0.1, shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
    async with opened(tmp_path) as store:
        pass
    dialect = create_engine("sqlite://").dialect
    tables = {t.name: plain(str(CreateTable(t).compile(dialect=dialect))) for t in metadata.sorted_tables}
    indexes = {
        str(index.name): plain(str(CreateIndex(index).compile(dialect=dialect)))
        for table in metadata.sorted_tables
        for index in table.indexes
    }
    alembic = f"alembic_version {SCHEMA}"
    assert definitions(migrated) == definitions(store.path) == {**tables, **indexes, alembic: VERSION}


def test_a_migration_is_never_changed(tmp_path: Path) -> None:
    """Whoever needs other tables adds a migration: databases that an earlier one made do not meet it again."""
    migrations = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    made = {}
    for number in range(1, int(SCHEMA) + 1):
        path = tmp_path / f"{number}.db"
        prepare(path, 0.1, migrations, f"{number:04}")
        found = json.dumps(definitions(path), sort_keys=True)
        made[f"{number:04}"] = hashlib.sha256(found.encode()).hexdigest()[:16]
    assert made == MADE


async def test_alembic_finds_nothing_to_migrate(tmp_path: Path) -> None:
    """Alembic itself sees no difference between the migrations and the tables."""
    async with opened(tmp_path) as store:
        pass
    engine = create_engine(f"sqlite:///{store.path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_schema_of_the_code() -> None:
    """Nobody can add a migration and forget to let the code ask for it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


async def test_an_older_schema_is_brought_forward(tmp_path: Path) -> None:
    """A later version changes the tables and loses nothing else, not even what refers to a table it writes anew."""
    path = await with_a_pledge(tmp_path)
    prepare(path, 0.1, later_migrations(tmp_path), NEXT)
    with looking(path) as other:
        assert other.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEXT,)]
        assert other.execute("SELECT campaign, copies FROM pledge").fetchall() == [("iran", 1)]
        assert other.execute("SELECT recipient FROM pledge_way ORDER BY 1").fetchall() == [
            ("leader",),
            ("president",),
        ]
        assert other.execute("PRAGMA foreign_key_check").fetchall() == []
    assert b"Metal Workers" not in path.read_bytes()


@pytest.mark.parametrize("waiting", [[], [(7, "wire", "1", '["Hello", [], null, null]')]])
async def test_waiting_messages_keep_their_ids(tmp_path: Path, waiting: list[tuple[object, ...]]) -> None:
    """An upgrade loses no message that waits, and gives no id twice, not even that of a message long sent."""
    async with opened(tmp_path) as store:
        path = store.path
    path.unlink()
    prepare(path, 0.1, shutil.copytree(MIGRATIONS, tmp_path / "migrations"), "0001")
    with looking(path) as other:
        other.execute("INSERT INTO delivery VALUES (9, 'wire', '1', 'sent long ago')")
        other.execute("DELETE FROM delivery")
        other.executemany("INSERT INTO delivery VALUES (?, ?, ?, ?)", waiting)
        other.commit()
    async with opened(tmp_path) as store, store.work() as work:
        assert [one.id for one in await work.unsent("wire")] == [row[0] for row in waiting]
        [new] = await work.queue(Chat("wire", "1"), [Message("new")])
        assert new.id == 10


@pytest.mark.parametrize("moved", [[], ['ALTER TABLE group_chat ADD COLUMN "before" VARCHAR']])
async def test_groups_are_kept_whether_or_not_they_could_move(tmp_path: Path, moved: list[str]) -> None:
    """Databases that were made with a 0003 without the column for a group's former id open, and so do later ones."""
    path = database(tmp_path)
    path.parent.mkdir()
    prepare(path, 0.1, shutil.copytree(MIGRATIONS, tmp_path / "migrations"), "0003")
    with looking(path) as other:
        for change in moved:
            other.execute(change)
        other.execute(
            "INSERT INTO group_chat (code, platform, chat, title, who, opened, added_at)"
            " VALUES ('abc', 'wire', '-7', 'Branch 7', 'admins', 0, 0)"
        )
    async with opened(tmp_path) as store, store.work() as work:
        group = await work.group(Chat("wire", "-7"))
        assert group is not None
        assert group.title == "Branch 7"
    with looking(path) as other:
        columns = [name for _, _, name in other.execute("PRAGMA index_info(delivery_broadcast)")]
    assert columns == ["broadcast", "state", "platform"]


async def test_a_copy_is_written_before_an_upgrade(tmp_path: Path) -> None:
    """The copy is a whole database of the old schema, for its owner alone, that opens when it is put back."""
    path = await with_a_pledge(tmp_path)
    usual = os.umask(0)
    try:
        prepare(path, 0.1, later_migrations(tmp_path), NEXT)
    finally:
        os.umask(usual)
    copy = path.with_name(f"solidarity.db.before-{NEXT}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    copy.replace(path)
    async with opened(tmp_path) as store, store.work() as work:
        [recorded] = await work.pledges(ANNA)
        assert recorded.terms.organisation == "Metal Workers"


async def test_nothing_is_copied_without_an_upgrade(tmp_path: Path) -> None:
    """Neither the first start nor a usual one leaves a copy."""
    path = await with_a_pledge(tmp_path)
    async with opened(tmp_path):
        assert not list(path.parent.glob("*before*"))


async def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    """If the last of several migrations goes wrong, all of them are undone, and the old version goes on."""
    path = await with_a_pledge(tmp_path)
    before = definitions(path)
    with pytest.raises(SQLAlchemyError, match="no_such_table"):
        prepare(path, 0.1, later_migrations(tmp_path), LAST)
    assert definitions(path) == before
    async with opened(tmp_path) as store, store.work() as work:
        assert len(await work.pledges(ANNA)) == 1


async def test_a_second_try_of_an_upgrade_writes_its_copy_again(tmp_path: Path) -> None:
    """A copy that an unfinished upgrade left is in nobody's way."""
    path = await with_a_pledge(tmp_path)
    copy = path.with_name(f"solidarity.db.before-{NEXT}")
    copy.write_text("half a copy")
    prepare(path, 0.1, later_migrations(tmp_path), NEXT)
    with with_key(copy, KEY) as other:
        opened_words = "SELECT opened('pledge.organisation', organisation) FROM pledge"
        assert other.execute(opened_words).fetchall() == [("Metal Workers",)]


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """An older version of the bot leaves a database of a newer one alone and says what to do."""
    path = await with_a_pledge(tmp_path)
    prepare(path, 0.1, later_migrations(tmp_path), NEXT)
    assert await refused(path) == (
        f"{path}: its schema {NEXT} is newer than this version of the bot ({SCHEMA}); update the bot"
    )


@pytest.mark.parametrize("tables", [["notes"], ["alembic_version", "notes"], ["fact", "alembic_version"]])
@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
async def test_another_programs_database_is_refused(tmp_path: Path, tables: list[str], mode: str) -> None:
    """A database that is not the bot's is neither changed nor taken over, not even its rights."""
    path = database(tmp_path)
    path.parent.mkdir()
    with looking(path) as other:
        other.execute(f"PRAGMA journal_mode = {mode}")
        for table in tables:
            other.execute(f"CREATE TABLE {table} AS SELECT '0001' AS version_num")
    path.chmod(0o644)
    assert await refused(path) == f"{path}: this is another program's database; name another data folder"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


async def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    """What a first start left when it was killed at once is used by the next."""
    path = database(tmp_path)
    path.parent.mkdir()
    path.touch()
    async with opened(tmp_path) as store, store.work() as work:
        assert await work.pledges(ANNA) == ()


async def test_an_unfinished_first_start_is_finished(tmp_path: Path) -> None:
    """A file in which SQLite has begun and made no table yet is used too."""
    path = database(tmp_path)
    path.parent.mkdir()
    with looking(path) as other:
        other.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size > 0
    async with opened(tmp_path) as store, store.work() as work:
        assert await work.pledges(ANNA) == ()


async def test_copies_are_kept_for_a_day(tmp_path: Path) -> None:
    """A copy holds what is wiped meanwhile, so it goes after a day, and not before."""
    path = await with_a_pledge(tmp_path)
    copy = path.with_name(f"solidarity.db.before-{NEXT}")
    copy.write_bytes(path.read_bytes())
    clock = Clock()
    os.utime(copy, (clock.now, clock.now))
    async with opened(tmp_path, clock=clock) as store:
        clock.pass_hours(24)
        await store.sweep()
        assert copy.exists()
        clock.pass_hours(1)
        await store.sweep()
        assert not copy.exists()
        assert path.exists()
