"""Backups: made beside the running bot, for their owner alone; brought back without whom they must not bring back."""

import asyncio
import itertools
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner

from bot.backups import Keeping, backups, make, restore
from bot.broadcasts import Content, NewBroadcast, Scope, State
from bot.cli import main
from bot.events import Chat, Message, Person
from bot.pledges import LetterKey
from bot.reminders import Asking, Reminder
from bot.store.erasures import Erasures
from bot.store.errors import StoreError
from bot.store.owners import Owners
from bot.store.store import Store
from tests.bot.store.people import ANNA, BORIS, KEY, Clock, database, event, looking, opened, pledge
from tests.test_erasure import HER_CHAT, LETTER, NAME, SECRETS, UNION, say, traces
from tests.test_erasure import opened as her_door
from tests.unsealed import left, pieces

KEEP = Keeping(3, timedelta(days=30))
LETTER_OF_HERS = LetterKey("iran", "government", "person")


@dataclass
class Place:
    """A data folder, a folder for backups, and a clock."""

    folder: Path
    clock: Clock

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now, UTC)

    @property
    def database(self) -> Path:
        return database(self.folder)

    def back_up(self, *recipients: str) -> Path:
        self.clock.pass_hours(1)
        return make(self.database, self.folder / "backups", recipients, KEEP, self.now)

    def restore(self, file: Path, key: str | None = KEY, identity: Path | None = None) -> int:
        self.clock.pass_hours(1)
        return restore(file, self.database, key, identity, KEEP, self.now)[0]


@pytest.fixture
async def place(tmp_path: Path) -> Place:
    """A data folder with a pledge of each of two people."""
    found = Place(tmp_path, Clock())
    async with opened(tmp_path, clock=found.clock) as store, store.work() as work:
        await work.add_pledge(ANNA, pledge(name="Anna"))
        await work.add_pledge(BORIS, pledge(name="Boris"))
    return found


async def names(place: Place, *people: Person) -> list[str | None]:
    """Return the names with which these people have pledged."""
    async with opened(place.folder, clock=place.clock) as store, store.work() as work:
        return [one.terms.name for person in people for one in await work.pledges(person)]


async def test_a_backup_is_made_beside_the_bot_at_work(place: Place) -> None:
    """While letters are recorded, each backup is whole, private, and holds everything up to some moment."""
    async with opened(place.folder, patience=5, clock=place.clock) as store:
        for number in range(20):
            async with store.work() as work:
                await work.add_pledge(Person("wire", f"{number}"), pledge())
                file = await asyncio.to_thread(place.back_up)
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            with closing(sqlite3.connect(file)) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                [(letters, ways)] = copy.execute(
                    "SELECT (SELECT count(*) FROM pledge), (SELECT count(*) FROM pledge_way)"
                )
            assert letters in (number + 2, number + 3)
            assert ways == 2 * letters
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert {one.name for one in file.parent.iterdir()} == {one.name for _, one in backups(file.parent)}


def test_the_newest_are_kept(place: Place) -> None:
    """With one more the oldest goes, and one that is too old too; other files stay."""
    first = place.back_up()
    other = first.with_name("solidarity-notes.db")
    other.touch()
    made = [place.back_up() for _ in range(3)]
    assert [file for _, file in backups(first.parent)] == made[::-1]
    place.clock.pass_hours(31 * 24)
    last = place.back_up()
    assert [file for _, file in backups(first.parent)] == [last]
    assert other.exists()


async def test_a_backup_is_put_back(place: Place) -> None:
    """What was recorded later is gone, and lies beside the database; a second try does the same."""
    file = place.back_up()
    async with opened(place.folder, clock=place.clock) as store, store.work() as work:
        await work.add_pledge(Person("wire", "later"), pledge(name="Later"))
    for _ in range(2):
        assert place.restore(file) == 0
        assert await names(place, ANNA, BORIS, Person("wire", "later")) == ["Anna", "Boris"]
    assert stat.S_IMODE(place.database.stat().st_mode) == 0o600
    asides = list(place.database.parent.glob("*.before-restore-*"))
    assert asides
    with looking(min(asides)) as before:
        assert before.execute("SELECT count(*) FROM pledge").fetchone() == (3,)
    assert not list(place.database.parent.glob(".unfinished*"))


async def test_a_sealed_backup_needs_the_key_of_an_organiser(place: Place, tmp_path: Path) -> None:
    """With recipients nothing readable lies in the folder; the organiser's key opens it, and no other does."""
    hers, another = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    for name, identity in (("hers", hers), ("another", another)):
        (tmp_path / name).write_text(f"# made today\n{identity}\n")
    file = place.back_up(str(hers.to_public()))
    assert file.read_bytes().startswith(b"age-encryption.org/")
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(StoreError, match="--identity"):
        place.restore(file)
    with pytest.raises(Exception, match="sealed to other keys"):
        place.restore(file, identity=tmp_path / "another")
    assert place.restore(file, identity=tmp_path / "hers") == 0
    assert await names(place, ANNA) == ["Anna"]


async def test_nothing_old_is_sent(place: Place) -> None:
    """What waited, reminders that were due and updates under way do not go out again; what is due later stays."""
    chat = Chat("wire", ANNA.id)
    async with opened(place.folder, clock=place.clock) as store, store.work() as work:
        await work.queue(chat, [Message("hello")])
        await work.subscribe(ANNA, chat, "iran", "en")
        for hours, letter in ((1, LETTER_OF_HERS), (100, replace(LETTER_OF_HERS, kind="embassy"))):
            due = place.now + timedelta(hours=hours)
            await work.remind(Reminder(chat, letter, Asking.SEND, "UTC", due))
        for state, hours in ((State.SET, 0), (State.SET, 50), (State.ASKED, 0)):
            at, content = place.now + timedelta(hours=hours), Content({"en": "news"}, "en")
            await work.start_broadcast(BORIS, NewBroadcast(Scope("iran"), content, at, chat, None, state))
        await work.set_fact("since @bot:example.org", "s1")
    file = place.back_up()
    place.clock.pass_hours(2)
    place.restore(file)
    async with opened(place.folder, clock=place.clock) as store, store.work() as work:
        assert await work.unsent("wire") == ()
        assert [one.letter.kind for one in await work.reminders(chat)] == ["embassy"]
        assert {one.state for one in await work.broadcasts()} == {State.CANCELLED}
        assert await work.fact("since @bot:example.org") is None
        assert [one.campaign for one in await work.subscriptions(chat)] == ["iran"]
    with looking(place.database) as look:
        assert look.execute("SELECT count(*) FROM delivery").fetchone() == (0,)


async def test_whoever_was_erased_since_stays_erased(tmp_path: Path) -> None:
    """A backup from before /forget is put back: no byte of the person comes with it, and the others are there."""
    place = Place(tmp_path, Clock())
    data = place.database.parent
    async with her_door(data) as anna:
        await say(anna, "/language ru", *LETTER)
        async with anna.store.work() as work:
            await work.add_pledge(ANNA_HERSELF, pledge(organisation=UNION))
            await work.subscribe(ANNA_HERSELF, HER_CHAT, "iran", "ru")
            await work.remind(
                Reminder(HER_CHAT, LETTER_OF_HERS, Asking.SEND, "UTC", place.now + timedelta(days=9))
            )
            await work.leave(event(ANNA_HERSELF, 9), f'["{NAME}"]')
            await work.add_pledge(BORIS, pledge(name="Boris"))
    place.clock.now -= 7200
    file = place.back_up()
    place.clock.now += 7200
    sealed = pieces(file, NAME, UNION, HER_CHAT.id, key=KEY)
    marks = (Owners(KEY).owner(ANNA_HERSELF),)
    assert set(sealed.values()) == {NAME, UNION, HER_CHAT.id}
    async with her_door(data) as anna:
        assert await say(replace(anna, _ids=itertools.count(1000)), "/forget", "1")
    assert place.restore(file) == 2
    for copy in data.glob("*.before-*"):
        copy.unlink()  # the database of before was free of her already
    assert left(data, sealed) == traces(data, (*SECRETS, *marks)) == set()
    assert await names(place, ANNA_HERSELF, BORIS) == ["Boris"]
    async with opened(tmp_path, clock=place.clock) as store, store.work() as work:
        assert await work.subscriptions(HER_CHAT) == ()
        assert await work.reminders(HER_CHAT) == ()


ANNA_HERSELF = Person("wire", "7355608-anna", "en")


async def test_whoever_comes_back_after_erasing_is_kept(place: Place) -> None:
    """An erasure from before the backup does not erase what somebody has pledged since."""
    async with opened(place.folder, clock=place.clock) as store:
        async with store.work() as work:
            await work.forget(ANNA)
        place.clock.pass_hours(1)
        async with store.work() as work:
            await work.add_pledge(ANNA, pledge(name="Anna again"))
    assert place.restore(place.back_up()) == 0
    assert await names(place, ANNA) == ["Anna again"]


async def test_the_list_of_the_erased_names_nobody(place: Place) -> None:
    """It holds neither an id nor a hash that stands anywhere else, is private, and is cut once no backup is as old."""
    async with opened(place.folder, clock=place.clock) as store, store.work() as work:
        owner = store.owners.owner(ANNA)
        await work.forget(ANNA)
        await work.drop(Chat("wire", ANNA.id))
    erasures = Erasures.of(place.database)
    text = erasures.file.read_text()
    assert len(text.splitlines()) == 2
    assert ANNA.id not in text
    assert owner not in text
    assert stat.S_IMODE(erasures.file.stat().st_mode) == 0o600
    erasures.prune(int(place.clock.now))
    assert erasures.file.read_text() == text
    erasures.prune(int(place.clock.now) + 1)
    assert erasures.file.read_text() == ""


async def test_what_cannot_be_put_back_is_refused_in_one_line(place: Place, tmp_path: Path) -> None:
    """A running bot, another key, a newer schema, an old or a damaged file, and none: nothing is changed."""
    file = place.back_up()
    before = place.database.read_bytes()

    def refused(what: Path, key: str | None = KEY) -> str:
        with pytest.raises(StoreError) as caught:
            place.restore(what, key)
        assert "\n" not in str(caught.value)
        assert place.database.read_bytes() == before
        assert not list(place.database.parent.glob(".unfinished*"))
        assert key is None or str(caught.value).startswith(f"{what}: ")  # the file that somebody knows
        return str(caught.value)

    assert "another owner key" in refused(file, "x" * 40)
    assert "the key is missing" in refused(file, None)
    assert "no such file" in refused(tmp_path / "nothing.db")
    newer, strange, cut = (tmp_path / name for name in ("newer.db", "strange.db", "cut.db"))
    newer.write_bytes(file.read_bytes())
    with looking(newer) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer than this version" in refused(newer)
    strange.write_bytes(before)
    assert "no backup" in refused(strange)
    cut.write_bytes(file.read_bytes()[:20000])
    said = refused(cut)
    assert ("damaged; try another backup" in said, "newest" in said) == (True, False)
    assert "this is a folder; name a backup in it" in refused(file.parent)
    for words in ("no database at all, but words " * 100, ""):
        (tmp_path / "words.db").write_text(words)
        assert "no backup" in refused(tmp_path / "words.db")
    running = await Store.open(place.database, KEY, place.clock)
    try:
        with pytest.raises(StoreError, match="another running bot"):
            place.restore(file)
    finally:
        await running.close()
    place.clock.pass_hours(31 * 24)
    before = place.database.read_bytes()
    assert "30 days" in refused(file)


def test_the_commands(place: Place) -> None:
    """In the terminal: a backup, how many are kept, and the way back; what is wrong is said in a line."""
    runner, data = (
        CliRunner(),
        {"SOLIDARITY_DATA_DIR": str(place.database.parent), "SOLIDARITY_OWNER_KEY": KEY},
    )
    folder = place.folder / "copies"
    made = runner.invoke(main, ["backup", str(folder), "--keep", "1"], env=data)
    assert (made.exit_code, "keep a copy elsewhere" in made.output) == (0, True)
    [(_, file)] = backups(folder)
    assert str(file) in made.output
    done = runner.invoke(main, ["restore", str(file)], env=data)
    assert (done.exit_code, "Erased since, and erased again: 0." in done.output) == (0, True)
    wrong = runner.invoke(main, ["restore", str(folder / "none")], env=data)
    assert (wrong.exit_code, wrong.output) == (
        1,
        f"{folder / 'none'}: there is no such file; name a backup\n",
    )
    nothing = runner.invoke(main, ["backup"], env={"SOLIDARITY_DATA_DIR": str(place.folder / "new")})
    assert nothing.exit_code == 1
    assert "there is no database yet" in nothing.output


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("notes.txt", "notes.txt: this is a file; name a folder, in which backups are kept"),
        ("notes.txt/in", "notes.txt/in: not a directory"),
        ("/proc/nowhere", "/proc/nowhere: no such file or directory"),
    ],
)
def test_where_no_backup_can_be(place: Place, to: str, said: str) -> None:
    """A file where a folder should be, and a folder that cannot be made, are told in one line; nothing is changed."""
    (place.folder / "notes.txt").write_text("notes")
    data = {"SOLIDARITY_DATA_DIR": str(place.database.parent), "SOLIDARITY_OWNER_KEY": KEY}
    done = CliRunner().invoke(main, ["backup", str(place.folder / to)], env=data)
    assert (done.exit_code, done.output.endswith(f"{said}\n"), done.output.count("\n")) == (1, True, 1)
    assert (place.folder / "notes.txt").read_text() == "notes"


def test_a_sealed_backup_that_is_damaged(place: Place, tmp_path: Path) -> None:
    """Nobody is told to get it once more, or to take the newest one: another one is to be tried."""
    hers = pyrage.x25519.Identity.generate()
    (tmp_path / "hers").write_text(str(hers))
    file = place.back_up(str(hers.to_public()))
    file.write_bytes(file.read_bytes()[:-1000])
    data = {"SOLIDARITY_DATA_DIR": str(place.database.parent), "SOLIDARITY_OWNER_KEY": KEY}
    command = ["restore", str(file), "--identity", str(tmp_path / "hers")]
    done = CliRunner().invoke(main, command, env=data)
    assert done.exit_code == 1
    assert done.output.startswith(f"{file}: ")
    assert done.output.endswith("damaged or cut off; try another backup\n")
