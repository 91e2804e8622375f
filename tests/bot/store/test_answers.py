"""What came back for letters, who has sent one, and what is to be asked: kept apart, and counted once a person."""

import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import Chat, Person
from bot.pledges import Answer, CameBack, PeopleCount, Returned, Status, Way
from bot.reminders import Asking, Reminder
from bot.store.store import Store
from tests.bot.store.people import ANNA, BORIS, NOW, Clock, opened, pledge

DAY = date(2026, 12, 20)
POST, FAX = Way("leader", "post"), Way("president", "fax")
SENT = pledge(status=Status.SENT, ways=(POST, FAX))
CHAT, OTHER = Chat("wire", ANNA.id), Chat("wire", BORIS.id)


async def answered(store: Store, kind: CameBack, *ways: Way, person: Person = ANNA) -> bool:
    """Record what came back for the letter of `person`."""
    async with store.work() as work:
        return await work.record_answer(person, SENT.letter, ways, kind, DAY)


async def sent(store: Store, person: Person = ANNA, status: Status = Status.SENT) -> None:
    """Record that `person` has sent the letter, or has promised it."""
    async with store.work() as work:
        await work.add_pledge(person, replace(SENT, status=status))


async def test_what_came_back_is_kept_for_each_way(tmp_path: Path) -> None:
    """A reply by one way and a letter returned by another stand side by side; the last word on a way counts."""
    async with opened(tmp_path) as store:
        await sent(store)
        assert await answered(store, CameBack.NOTHING, POST, FAX)
        assert await answered(store, CameBack.RETURNED, POST)
        async with store.work() as work:
            [one] = await work.pledges(ANNA)
        assert one.terms.status == Status.SENT
        assert one.answers == (Answer(POST, CameBack.RETURNED, DAY), Answer(FAX, CameBack.NOTHING, DAY))
        await answered(store, CameBack.REPLY, FAX, Way("nobody", "post"))
        async with store.work() as work:
            [one] = await work.pledges(ANNA)
        assert one.terms.status == Status.ANSWERED
        assert one.answers == (Answer(POST, CameBack.RETURNED, DAY), Answer(FAX, CameBack.REPLY, DAY))
        await answered(store, CameBack.NOTHING, FAX)
        async with store.work() as work:
            assert (await work.pledges(ANNA))[0].terms.status == Status.SENT


async def test_nothing_comes_back_for_a_letter_that_was_not_sent(tmp_path: Path) -> None:
    """What is only promised has no answer, and neither has anybody else's letter."""
    async with opened(tmp_path) as store:
        await sent(store, status=Status.PLANNED)
        await sent(store, BORIS)
        assert not await answered(store, CameBack.REPLY, POST)
        async with store.work() as work:
            assert [one.answers for one in (*await work.pledges(ANNA), *await work.pledges(BORIS))] == [
                (),
                (),
            ]


async def test_a_letter_that_is_sent_again_keeps_what_came_back(tmp_path: Path) -> None:
    """Sent once more to somebody else, it is still one letter, and still answered."""
    async with opened(tmp_path) as store:
        await sent(store)
        await answered(store, CameBack.REPLY, POST)
        more = replace(SENT, ways=(Way("company", "email"),))
        async with store.work() as work:
            await work.add_pledge(ANNA, more)
            [one] = await work.pledges(ANNA)
        tally = (await store.counted()).tally
        assert one.terms.ways == (Way("company", "email"), POST, FAX)
        assert one.answers == (Answer(POST, CameBack.REPLY, DAY),)
        assert [(c.status, c.letters) for c in tally.letters] == [(Status.ANSWERED, 1)]


async def test_only_the_ways_by_which_it_left_are_recorded(tmp_path: Path) -> None:
    """Of the ways that were promised only those remain by which the letter was sent."""
    async with opened(tmp_path) as store:
        await sent(store, status=Status.PLANNED)
        async with store.work() as work:
            marked = await work.mark_sent(ANNA, 1, DAY, (FAX,))
            assert marked is not None
            assert marked.terms == replace(SENT, ways=(FAX,), day=DAY)


async def test_whom_letters_do_not_reach(tmp_path: Path) -> None:
    """Letters that came back are counted by person, everywhere and in each country; the forgotten do not count."""
    people = [Person("wire", str(number)) for number in range(4)]
    async with opened(tmp_path) as store:
        for number, person in enumerate(people):
            async with store.work() as work:
                await work.add_pledge(person, replace(SENT, country="DE" if number else None))
                if number < 2:
                    await work.add_pledge(person, replace(SENT, sender="organisation", country="DE"))
                    union = replace(SENT.letter, sender="organisation")
                    await work.record_answer(person, union, [POST], CameBack.RETURNED, DAY)
            await answered(store, CameBack.RETURNED, POST, person=person)
        async with store.work() as work:
            await work.forget(people[3])
            assert await work.returned() == (
                Returned("iran", POST, None, 3),
                Returned("iran", POST, "", 1),
                Returned("iran", POST, "DE", 3),
            )


# --- who has sent a letter

deeds = st.lists(
    st.tuples(
        st.sampled_from(["promise", "plan", "send", "mark", "answer", "forget"]),
        st.sampled_from([ANNA, BORIS, Person("other", ANNA.id)]),
        st.sampled_from(["person", "organisation"]),
        st.sampled_from(["government", "embassy"]),
        st.sampled_from(CameBack),
    ),
    max_size=25,
)
_PROMISES = {"promise": Status.PLEDGED, "plan": Status.PLANNED, "send": Status.SENT}


@settings(max_examples=60)
@given(deeds=deeds)
async def test_sent_letters_are_counted_by_the_people_who_confirmed_them(
    deeds: list[tuple[str, Person, str, str, CameBack]],
) -> None:
    """Whatever happens in whatever order, the public number is that of the different people who have sent a letter."""
    has_sent: set[Person] = set()
    promised: dict[Person, set[tuple[str, str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder)) as store:
            for deed, person, sender, kind, back in deeds:
                async with store.work() as work:
                    letter = replace(SENT, sender=sender, kind=kind)
                    if deed in _PROMISES:
                        await work.add_pledge(person, replace(letter, status=_PROMISES[deed]))
                        promised.setdefault(person, set()).add((sender, kind))
                        has_sent |= {person} if deed == "send" else set()
                    elif deed == "mark":
                        for number in range(1, len(await work.pledges(person)) + 1):
                            await work.mark_sent(person, number, DAY)
                        has_sent |= {person} if person in promised else set()
                    elif deed == "answer":
                        await work.record_answer(person, letter.letter, [POST], back, DAY)
                    else:
                        await work.forget(person)
                        has_sent.discard(person)
                        promised.pop(person, None)
                people = [count for count in (await store.counted(full=False)).people if count.by == "all"]
                only = len(promised.keys() - has_sent)
                whole = PeopleCount("iran", "all", "", len(has_sent), only)
                assert people == ([whole] if promised else [])


# --- what is to be asked


def reminder(chat: Chat = CHAT, hours: int = 0, campaign: str = "iran") -> Reminder:
    """Return a question to `chat`, due so many hours from now."""
    letter = replace(SENT.letter, campaign=campaign)
    return Reminder(chat, letter, Asking.SEND, "Asia/Almaty", NOW + timedelta(hours=hours), "kk")


async def test_a_reminder_is_due_once_its_time_has_come(tmp_path: Path) -> None:
    """The earliest comes first; of a letter there is one for each chat, the last that was asked for."""
    clock = Clock()
    async with opened(tmp_path, clock=clock) as store:
        async with store.work() as work:
            for one in (
                reminder(hours=1),
                reminder(hours=5),
                reminder(OTHER, 4),
                reminder(hours=6, campaign="b"),
            ):
                await work.remind(one)
            assert await work.due_reminders("wire") == ()
        clock.pass_hours(5)
        async with store.work() as work:
            due = await work.due_reminders("wire")
        assert [replace(one, id=0) for one in due] == [reminder(OTHER, 4), reminder(hours=5)]


async def test_reminders_end_for_one_letter_or_for_a_chat(tmp_path: Path) -> None:
    """Letting go of one letter, or of all, leaves everybody else's as they are."""
    async with opened(tmp_path) as store, store.work() as work:
        for one in (reminder(), reminder(campaign="b"), reminder(OTHER)):
            await work.remind(one)
        await work.no_reminder(CHAT, reminder().letter)
        assert [one.letter.campaign for one in await work.reminders(CHAT)] == ["b"]
        await work.no_reminders(CHAT)
        assert await work.reminders(CHAT) == ()
        assert [one.letter.campaign for one in await work.reminders(OTHER)] == ["iran"]


async def test_a_reminder_that_was_asked_waits_for_its_answer(tmp_path: Path) -> None:
    """It can be put off, and what it says of chat, letter, language and zone stays as it was."""
    later = datetime(2026, 12, 24, 9, 30, tzinfo=UTC)
    async with opened(tmp_path) as store, store.work() as work:
        await work.remind(reminder())
        [one] = await work.reminders(CHAT)
        await work.change_reminder(replace(one, asking=one.asking.asked, due=later))
        [asked] = await work.reminders(CHAT)
        assert asked == replace(one, asking=Asking.SEND_ASKED, due=later)
        await work.drop_reminder(asked)
        assert await work.reminders(CHAT) == ()
