"""What a stolen database gives away: not what people said, who they are, or where they can be reached."""

import json
import random
import shutil
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.broadcasts import Attached, Content, NewBroadcast, Scope, State
from bot.events import Chat, Message, Person
from bot.pledges import CameBack, LetterKey, Status
from bot.reminders import Asking, Reminder
from bot.store import tables
from bot.store.errors import StoreError
from bot.store.owners import Owners
from bot.store.reading import reading
from bot.store.schema import MIGRATIONS, prepare
from bot.store.sealing import Seal
from bot.store.statements import PLEDGES
from bot.store.work import Work
from tests.bot.store.people import ANNA, BORIS, KEY, NOW, database, event, looking, opened, pledge
from tests.unsealed import with_key

SEAL = Seal(KEY)
LETTERS = "abcdefghijklmnopqrstuvwxyzäößéñабвгдежзиклмнопрстуфхцчшщыэюяұқғңіسلامبتثجحخد"


def words(dice: random.Random, size: int = 12) -> str:
    """Return words that stand nowhere else."""
    return "".join(dice.choices(LETTERS, k=size))


def traces(folder: Path, secrets: Sequence[str]) -> set[str]:
    """Return which of `secrets` a file in `folder` holds, in whatever way a program may write them."""
    content = b"\0".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    forms = {form: secret for secret in secrets for form in _forms(secret)}
    begins = {
        form[:6] for form in forms
    }  # which of thousands may begin at a byte is looked up, not searched for
    found = (at for at in range(len(content)) if content[at : at + 6] in begins)
    return {secret for at in found for form, secret in forms.items() if content.startswith(form, at)}


def _forms(secret: str) -> Iterator[bytes]:
    for words in (secret, json.dumps(secret)[1:-1]):
        plain = words.encode()
        yield from (plain, words.encode("utf-16-le"), words.encode("utf-16-be"), plain.hex().encode())
        # Whatever stands before it, base64 holds one of these three.
        yield from (b64encode(b"." * shift + plain)[shift + 1 : -4] for shift in range(3))


async def live(work: Work, dice: random.Random, number: int) -> list[str]:
    """Let somebody do everything of which something is recorded, and return what may not be read of it."""
    person = Person("wire", f"{dice.randrange(10**11, 10**12)}", "en")
    name, organisation, own, said, title, news = (words(dice) for _ in range(6))
    group = Chat("wire", f"-100{dice.randrange(10**11, 10**12)}")
    here = event(person, number)
    here = replace(here, id=f"event of {person.id}")
    await work.arrive(here)
    await work.leave(here, own)
    await work.set_language(person, "en")
    await work.queue(here.chat, [Message(said)])
    await work.remind(Reminder(here.chat, LetterKey("iran", "government", "person"), Asking.SEND, "UTC", NOW))
    kept = await work.add_group(group, title, person)
    await work.came(person, kept)
    await work.subscribe(person, here.chat, "iran", "en")
    agreed = pledge(name=name) if number % 2 else pledge(organisation=organisation)
    sent = replace(agreed, status=Status.SENT)
    await work.add_pledge(person, sent)
    await work.record_answer(person, sent.letter, sent.ways, CameBack.REPLY, NOW.date())
    file = Attached(f"{news}.pdf", "application/pdf", False, f"{news} {news}".encode())
    scope, at = Scope("iran", group=kept.code), NOW + timedelta(hours=number % 2)
    new = NewBroadcast(scope, Content({"en": news}, "en", file), at, here.chat, None, State.SET)
    await work.start_broadcast(person, new)
    await work.set_card(f"group {kept.code}", f"card of {person.id}")
    await work.set_fact(f"since {number}", f"!{person.id}:example.org")
    return [person.id, group.id, name, organisation, own, said, title, news]


async def test_a_stolen_database_names_nobody(tmp_path: Path) -> None:
    """Of 1,000 people in every table, no name, organisation, word or id is in the files; who has the key reads all."""
    dice, secrets = random.Random(7), []
    async with opened(tmp_path) as store:
        for first in range(0, 1000, 100):
            async with store.work() as work:
                for number in range(first, first + 100):
                    secrets += await live(work, dice, number)
        as_it_runs = shutil.copytree(store.path.parent, tmp_path / "copy")
    rows = {table.name: 0 for table in tables.metadata.sorted_tables}
    with looking(as_it_runs / "solidarity.db") as stolen:
        for table in rows:
            [rows[table]] = stolen.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # our own names
    assert {table for table, many in rows.items() if not many} == {"broadcast_fate"}  # nothing but numbers
    assert traces(as_it_runs, tuple(secrets)) == set()
    with with_key(as_it_runs / "solidarity.db", KEY) as database:
        names = database.execute("SELECT opened('pledge.name', name) FROM pledge WHERE name IS NOT NULL")
        assert len({name for (name,) in names} & set(secrets)) == 500


async def test_whoever_holds_the_key_goes_on_as_before(tmp_path: Path) -> None:
    """What was sealed is read after a restart: an open conversation, a pledge, a message that waits."""
    async with opened(tmp_path) as store, store.work() as work:
        await work.leave(event(ANNA, 1), "my own words")
        await work.add_pledge(ANNA, pledge(name="Anna"))
        await work.queue(event(ANNA, 1).chat, [Message("hello")])
        await work.queue(event(BORIS, 1).chat, [Message("hello Boris")])
    async with opened(tmp_path) as store, store.work() as work:
        assert (await work.arrive(event(ANNA, 2))).frames == "my own words"
        assert [one.terms.name for one in await work.pledges(ANNA)] == ["Anna"]
        await work.drop(event(ANNA, 1).chat)
        [left] = await work.unsent("wire")
        assert (left.chat.id, left.message.html) == (BORIS.id, "hello Boris")


async def test_an_older_database_is_sealed_when_it_is_opened(tmp_path: Path) -> None:
    """What earlier versions wrote openly is sealed at the first start, whole and once, and its bytes are gone."""
    path = database(tmp_path)
    async with opened(tmp_path):
        pass
    path.unlink()
    prepare(path, 0.1, shutil.copytree(MIGRATIONS, tmp_path / "migrations"), "0002")
    owner = "0" * 32
    with looking(path) as old:
        old.execute("INSERT INTO fact VALUES ('key', ?)", (Owners(KEY).mark(),))
        old.execute("INSERT INTO conversation VALUES ('key', ?, 'open words', ?)", (owner, NOW.timestamp()))
        row = ("person", "DE", "sent", "2026-11-23", "Anna Old", None, "name", "1", 1, 1)
        marks = ", ".join("?" * (len(row) + 4))
        old.execute(f"INSERT INTO pledge VALUES ({marks})", (1, owner, "iran", "government", *row))  # noqa: S608
        old.execute(
            "INSERT INTO delivery VALUES (3, 'wire', '7355608', '[\"old message\", [], null, null]', 1)"
        )
    secrets = ("open words", "Anna Old", "7355608", "old message")
    assert traces(path.parent, secrets) == set(secrets)
    for _ in range(2):
        async with opened(tmp_path) as store:
            await store.purge()
            assert traces(path.parent, secrets) == set()
            async with store.work() as work:
                [waiting] = await work.unsent("wire")
                assert (waiting.chat.id, waiting.message.html) == ("7355608", "old message")
    with with_key(path, KEY) as now:
        assert now.execute("SELECT opened('pledge.name', name) FROM pledge").fetchone() == ("Anna Old",)
        read = "SELECT opened('conversation.frames', frames) FROM conversation"
        assert now.execute(read).fetchone() == ("open words",)


async def test_what_is_sealed_for_one_place_is_not_read_in_another(tmp_path: Path) -> None:
    """A name that somebody has copied to where an organisation stands is refused, in one line, and not believed."""
    async with opened(tmp_path) as store:
        async with store.work() as work:
            await work.add_pledge(ANNA, pledge(name="Anna"))
        with looking(store.path) as other:
            other.execute("UPDATE pledge SET organisation = name")
        with pytest.raises(StoreError, match="cannot be read with its key; restore the newest backup"):
            async with store.work() as work:
                await work.pledges(ANNA)


async def test_beside_the_bot_names_are_read_with_the_key_alone(tmp_path: Path) -> None:
    """A look reads what is sealed with the key, refuses another key, and without any says what is missing."""
    async with opened(tmp_path) as store, store.work() as work:
        await work.add_pledge(ANNA, pledge(name="Anna"))
        owner = store.owners.owner(ANNA)
    with reading(database(tmp_path), key=KEY) as look:
        assert {row["name"] for row in look.rows(PLEDGES, owner=owner)} == {"Anna"}
    with pytest.raises(StoreError, match="this is not the key"), reading(database(tmp_path), key="x" * 40):
        pass
    with pytest.raises(StoreError, match="key is missing"), reading(database(tmp_path)) as look:
        list(look.rows(PLEDGES, owner=owner))


@given(st.one_of(st.text(), st.binary(), st.none()))
def test_nothing_is_lost(value: str | bytes | None) -> None:
    """Whatever is sealed comes back as it was, and what is alike is alike."""
    for seal in (SEAL.sealed, SEAL.alike):
        assert SEAL.opened("here", seal("here", value)) == value
    assert SEAL.alike("here", value) == SEAL.alike("here", value)
    assert not value or SEAL.sealed("here", value) != SEAL.sealed("here", value)


def test_the_length_says_little() -> None:
    """Short words are as long as long ones once they are sealed."""
    lengths = {len(SEAL.sealed("here", "x" * n) or "") for n in range(1, 60)}
    assert len(lengths) == 1


@pytest.mark.parametrize("at", [0, 15, 16, 40, -1])
def test_what_was_changed_is_refused(at: int) -> None:
    """A byte that somebody has changed is noticed."""
    sealed = bytearray(SEAL.sealed("here", "words") or b"")  # type: ignore[arg-type]
    sealed[at] ^= 1
    with pytest.raises(ValueError, match="sealed elsewhere"):
        SEAL.opened("here", bytes(sealed))


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """Words are found however they are written: nothing would be shown by a search that sees nothing."""
    secret = "Жанар Ünlü"
    forms = (json.dumps(secret), secret, f"x{b64encode(f'ab{secret}cd'.encode()).decode()}")
    for number, written in enumerate([form.encode() for form in forms] + [secret.encode("utf-16-le")]):
        (tmp_path / "file").write_bytes(b"before" + written + b"after")
        assert traces(tmp_path, [secret, "somebody else"]) == {secret}, number


def test_half_a_letter_is_sealed_as_a_question_mark() -> None:
    """What is no text at all, as a malformed name, is kept without it, and stalls nobody."""
    seal = Seal(KEY)
    assert seal.opened("group.title", seal.sealed("group.title", "Branch \ud800 7")) == "Branch ? 7"
