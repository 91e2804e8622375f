"""Copies of the database: made while the bot works, and brought back without what must not come back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import bindparam, delete, or_, select, union, update

from bot.broadcasts import State
from bot.store import schema, statements
from bot.store import tables as t
from bot.store.connection import compiled, connect
from bot.store.erasures import Erasures
from bot.store.errors import StoreError, explain
from bot.store.group_statements import LET_GO
from bot.store.owners import Owners
from bot.store.sealing import Seal
from bot.store.sending_statements import UNTOLD

MADE = "backup"
"""The fact that says when a copy was made."""

_NONE = "this is no backup that `solidarity-bot backup` wrote"
_UNFINISHED = (State.ASKED, State.SET, State.RUNNING, State.PAUSED)
_SAID = (
    delete(t.delivery),
    delete(t.reminder).where(t.reminder.c.due_at <= bindparam("now")),
    update(t.broadcast)
    .where(statements.one_of(t.broadcast.c.state, (state.value for state in _UNFINISHED)))
    .values(state=State.CANCELLED.value, ended_at=bindparam("now")),
    delete(t.attached),
    # How far platforms were read and how messages are numbered: it has gone on since.
    delete(t.fact).where(or_(*map(t.fact.c.name.startswith, ("since ", "gaps ", "prefix")))),
    delete(t.fact).where(t.fact.c.name == MADE),
)
"""What would be said again, or too late."""

_OWNERS = union(
    *(select(table.c.owner) for table in (t.person, t.pledge, t.conversation, t.came)),
    select(t.group.c.keeper).where(t.group.c.keeper.is_not(None)),
    select(t.broadcast.c.author),
)
_CHATS = union(*(select(table.c.platform, table.c.chat) for table in (t.subscription, t.reminder)))


def back_up(path: Path, to: Path, now: int, patience: float = 5.0) -> None:
    """Write the database at `path`, as it is at one moment, into the new file `to`, for its owner alone."""
    with _explained(path):
        to.touch(mode=0o600, exist_ok=False)
        with closing(connect(path, patience)) as driver:
            driver.execute("VACUUM INTO ?", (str(to),))
        with closing(sqlite3.connect(to, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
            _run(copy, statements.SET_FACT, name=MADE, value=str(now))


def made_at(copy: Path) -> int:
    """Return when a backup was made; StoreError if it is none, damaged, or newer than this version of the bot."""
    with _explained(copy):
        try:
            found = schema.revision(copy, 0)
        except sqlite3.DatabaseError as error:
            found = None
            if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
                raise
        if found is None:
            raise StoreError(f"{copy}: {_NONE}")
        if found > t.SCHEMA:
            raise StoreError(f"{copy}: it is newer than this version of the bot; update the bot first")
        with closing(sqlite3.connect(copy)) as driver:
            facts = dict(driver.execute(compiled(select(t.fact)).text).fetchall())
        if MADE not in facts:
            raise StoreError(f"{copy}: {_NONE}")
        return int(facts[MADE])


def revive(copy: Path, secret: str, now: int, erasures: Erasures) -> int:
    """Make a backup fit to be used again, and return how many people and chats in it were erased since.

    Raises StoreError if it was made with another key.
    """
    made, owners, seal = made_at(copy), Owners(secret), Seal(secret)
    with _explained(copy):
        schema.prepare(copy, 0)
        with closing(sqlite3.connect(copy, isolation_level=None)) as driver:
            driver.execute("PRAGMA foreign_keys = ON")
            driver.execute("PRAGMA secure_delete = ON")
            seal.lend(driver)
            if _run(driver, statements.FACT, name="key") != [(owners.mark(),)]:
                raise StoreError(f"{copy}: this was made with another owner key; put that one back first")
            driver.execute("BEGIN IMMEDIATE")
            for statement in _SAID:
                _run(driver, statement, now=now)
            gone = _erase(driver, owners, erasures.since(made))
            driver.execute("COMMIT")
            driver.execute("VACUUM")
    return gone


def _erase(driver: sqlite3.Connection, owners: Owners, marks: frozenset[str]) -> int:
    """Erase whoever has one of these marks, and return how many people and chats that were."""
    people = [owner for (owner,) in _run(driver, _OWNERS) if owners.erased(owner) in marks]
    for owner in people:
        for statement in (*statements.FORGET, LET_GO, UNTOLD):
            _run(driver, statement, owner=owner)
    chats = [chat for chat in _run(driver, _CHATS) if owners.erased(*chat) in marks]
    for platform, chat in chats:
        for statement in statements.UNSUBSCRIBE:
            _run(driver, statement, platform=platform, chat=chat)
    return len(people) + len(chats)


def _run(driver: sqlite3.Connection, statement: object, **values: object) -> list[tuple[str, ...]]:
    sql = compiled(statement)
    used = {name: value for name, value in values.items() if f":{name}" in sql.text}
    return driver.execute(sql.text, {**sql.constants, **used}).fetchall()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if known := explain(error, path):
            raise known from error
        raise
