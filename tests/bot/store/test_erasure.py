"""Erasing: after a person is forgotten and the store is purged, no byte of them is left in any file."""

import asyncio
import logging
import random
from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Chat, Message, Person
from bot.pledges import Status
from bot.store.owners import Owners
from bot.store.store import Store
from bot.store.work import Work
from tests.bot.store.people import ANNA, BORIS, KEY, add_message, event, opened, pledge, python

pytestmark = pytest.mark.usefixtures("unsealed")

READER = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], isolation_level=None) as other:
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM pledge").fetchall()
    print("reading", flush=True)
    sys.stdin.readline()
    other.execute("COMMIT")
    print("done", flush=True)
    sys.stdin.readline()
"""
"""A program that reads, and stays connected after it has read."""


def traces(store: Store, *secrets: str) -> set[str]:
    """Return which of `secrets` a file in the data folder holds."""
    content = b"\0".join(file.read_bytes() for file in store.path.parent.iterdir())
    return {secret for secret in secrets if secret.encode() in content}


def secrets_of(person: Person) -> list[str]:
    """Return everything that could give `person` away."""
    words = ("Name of", "Organisation of", "Own words of", "To be said to", "Chat of")
    return [person.id, Owners(KEY).owner(person), *(f"{what} {person.id}" for what in words)]


async def live(work: Work, person: Person, dice: random.Random, number: int) -> list[int]:
    """Let `person` do everything of which something is recorded; return the ids of what is to be said to them."""
    padding = "." * dice.choice([0, 7, 90, 700, 5000])
    here = replace(event(person, number, f"Chat of {person.id}"), id=f"event {number} of {person.id}")
    await work.arrive(here)
    await work.leave(here, f"Own words of {person.id}{padding}")
    await work.set_language(person, "en")
    for campaign in dice.sample(["iran", "korea", "turkey"], 2):
        status = dice.choice(list(Status))
        name, organisation = f"Name of {person.id}{padding}", f"Organisation of {person.id}"
        await work.add_pledge(person, pledge(campaign, status=status, name=name, organisation=organisation))
    queued = await work.queue(here.chat, [Message(f"To be said to {person.id}{padding}")] * dice.randrange(3))
    return [one.id for one in queued]


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_is_left_of_the_forgotten(
    tmp_path: Path, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Of many people with many records, half are forgotten: no file and no log holds a byte of those."""
    caplog.set_level(logging.DEBUG)
    dice = random.Random(seed)
    crowd = [Person("wire", f"{dice.randrange(10**11):012}") for _ in range(200)]
    async with opened(tmp_path) as store:
        said: list[int] = []
        for number, person in enumerate(dice.choices(crowd, k=300)):
            async with store.work() as work:
                said += await live(work, person, dice, number)
                await work.sent([said.pop() for _ in range(len(said) // 2)])
        gone, there = crowd[::2], crowd[1::2]
        assert traces(store, *(person.id for person in gone))
        for person in gone:
            async with store.work() as work:
                await work.forget(person)
        async with store.work() as work:
            await work.sent(said)
            kept = [person for person in there if (await work.kept(person)).pledges]
        assert await store.purge()
        secrets = [secret for person in gone for secret in secrets_of(person)]
        assert traces(store, *secrets) == set()
        assert not [secret for secret in secrets if secret in caplog.text]
        names = [f"Name of {person.id}" for person in kept]
        assert traces(store, *names) == set(names)


async def test_what_was_said_and_sent_is_gone(tmp_path: Path) -> None:
    """A finished conversation, sent messages and replaced pledges are in no file after the next purge."""
    secrets = ("my own words", "the finished letter", "The Old Name")
    async with opened(tmp_path) as store:
        async with store.work() as work:
            await work.leave(event(ANNA, 1), secrets[0])
            [waiting] = await work.queue(event(ANNA, 1).chat, [Message(secrets[1])])
            await work.add_pledge(ANNA, pledge(name=secrets[2]))
        async with store.work() as work:
            await work.leave(event(ANNA, 2), None)
            await work.sent([waiting.id])
            await work.add_pledge(ANNA, pledge())
        assert traces(store, *secrets) == set(secrets)
        assert await store.purge()
        assert traces(store, *secrets) == set()


async def test_sweeping_erases_what_was_deleted_before(tmp_path: Path) -> None:
    """Even if nobody asks for it, deleted words leave the files with the next sweep."""
    async with opened(tmp_path) as store:
        async with store.work() as work:
            await work.leave(event(ANNA, 1), "my own words")
        async with store.work() as work:
            await work.leave(event(ANNA, 1), None)
        await store.sweep()
        assert traces(store, "my own words") == set()


async def test_an_id_is_never_written_with_what_is_known(tmp_path: Path) -> None:
    """While a person is known, no file holds their id or the event's: only keyed hashes, which the key alone makes."""
    async with opened(tmp_path) as store:
        async with store.work() as work:
            await work.arrive(event(ANNA, 1))
            await work.leave(event(ANNA, 1), "frames")
            await work.set_language(ANNA, "en")
            await work.add_pledge(ANNA, pledge())
        assert traces(store, ANNA.id, "event-1", Owners(KEY).owner(ANNA)) == {Owners(KEY).owner(ANNA)}
    assert Owners(KEY).owner(ANNA) != Owners(KEY + "!").owner(ANNA)


def test_hashes_do_not_collide() -> None:
    """Parts of an id that are put together differently are different people, chats and events."""
    owners = Owners(KEY)
    chats = [event(Person("wire", who), 1, chat) for who, chat in [("b", "a"), ("ab", ""), ("", "ab")]]
    hashes = {owners.owner(ANNA), owners.owner(BORIS), owners.mark(), *map(owners.conversation, chats)}
    assert len(hashes | {owners.event(chats[0])}) == 3 + len(chats) + 1


async def test_a_reader_hinders_erasing_and_it_is_said(tmp_path: Path) -> None:
    """While another program reads, the journal must keep what it sees; afterwards nothing is left, connected or not."""
    async with opened(tmp_path) as store:
        async with store.work() as work:
            await work.add_pledge(ANNA, pledge(name="Anna Ivanova"))
        with python(READER, store.path) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            assert other.stdout.readline() == "reading\n"
            async with store.work() as work:
                await work.forget(ANNA)
            assert not await store.purge()
            assert not await store.purge()
            assert traces(store, "Anna Ivanova") == {"Anna Ivanova"}
            await add_message(store)
            other.stdin.write("\n")
            other.stdin.flush()
            assert other.stdout.readline() == "done\n"
            assert await store.purge()
            assert traces(store, "Anna Ivanova") == set()
            other.communicate("\n", timeout=60)


async def test_the_journal_does_not_grow_while_erasing_is_hindered(tmp_path: Path) -> None:
    """A reader that never ends costs no space for each try."""
    async with opened(tmp_path) as store:
        await add_message(store, "x" * 500_000)
        assert await store.purge()
        with python(READER, store.path) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "reading\n"
            await add_message(store)
            journal = store.path.with_name("solidarity.db-wal")
            before = journal.stat().st_size
            for _ in range(3):
                await store.sweep()
            assert journal.stat().st_size < before + 50_000
            other.communicate("\n\n", timeout=60)


async def test_erasing_gives_up_the_copy_from_before_an_upgrade(tmp_path: Path) -> None:
    """A copy of the database holds whoever was in it, so it goes with the first who wants to be forgotten."""
    async with opened(tmp_path) as store:
        async with store.work() as work:
            await work.add_pledge(ANNA, pledge(name="Anna Ivanova"))
        assert await store.purge()
        copy = store.path.with_name("solidarity.db.before-0002")
        copy.write_bytes(store.path.read_bytes())
        async with store.work() as work:
            await work.forget(ANNA)
        assert await store.purge()
        assert traces(store, "Anna Ivanova") == set()
        assert not copy.exists()


async def test_erasing_lets_others_work_afterwards(tmp_path: Path) -> None:
    """Events that arrive while the files are freed wait, and are then recorded as ever."""
    async with opened(tmp_path) as store:
        done, *_ = await asyncio.gather(store.purge(), *(add_message(store, str(n)) for n in range(20)))
        assert done
        async with store.work() as work:
            assert [one.message for one in await work.unsent("wire")] == [Message(str(n)) for n in range(20)]
            assert {one.chat for one in await work.unsent("wire")} == {Chat("wire", "4815162342")}
