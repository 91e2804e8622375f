"""What people say to each other on the homeserver, and how they read it."""

from __future__ import annotations

import asyncio

import pytest

from tests.homeserver.asking import RefusedError
from tests.homeserver.chat import Chat
from tests.homeserver.person import People
from tests.homeserver.timeline import Seen


async def two(people: People, *, encrypted: bool = True, version: str = "") -> tuple[Chat, Chat]:
    """Return a direct chat as Ada, who began it, and as Ben sees it."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    hers = await ada.begins_chat(ben.id, encrypted=encrypted, version=version)
    his = await ben.accepts(ada.id)
    await hers.meets(ben.id)
    return hers, his


@pytest.mark.parametrize(("encrypted", "version"), [(False, "10"), (True, "12")])
async def test_both_ways(people: People, encrypted: bool, version: str) -> None:
    """Two people read each other, in a room of the version they chose, and still after the homeserver's death."""
    hers, his = await two(people, encrypted=encrypted, version=version)
    assert (await his.sees(await hers.says("Hello"))).body == "Hello"
    assert (await hers.sees(await his.says("Good day"))).body == "Good day"
    async with people.homeserver.away():
        pass
    told = await hers.sees(await his.says("Still there?"))
    assert (told.body, told.sender, told.encrypted) == ("Still there?", his.person.id, encrypted)
    assert (":" in hers.id) == (version == "10")


async def test_shapes(people: People) -> None:
    """Threads, answers, places, stickers, files and notices come as they were sent."""
    hers, his = await two(people)
    begun = await his.sees(await hers.says("Hello", html="<b>Hello</b>", mentions=[his.person.id]))
    assert (begun.formatted_body, begun.mentions) == ("<b>Hello</b>", {"user_ids": [his.person.id]})
    assert (await his.sees(await hers.says("More", thread=begun))).thread == begun.id
    assert (await his.sees(await hers.replies(begun, "Yes"))).replies_to == begun.id
    place = await his.sees(await hers.shares_location(51.5, -0.1))
    assert (place.msgtype, place.content["geo_uri"]) == ("m.location", "geo:51.5,-0.1")
    assert (await his.sees(await hers.sends_sticker())).type == "m.sticker"
    assert (await his.sees(await hers.notices("Beep"))).msgtype == "m.notice"
    file = await his.sees(await hers.sends_file("letter.txt", b"Dear Sir", "text/plain"))
    assert await his.file(file) == b"Dear Sir"
    assert [m.body for m in his.messages(hers.person.id)][:3] == ["Hello", "More", "Yes"]


@pytest.mark.parametrize("encrypted", [False, True])
async def test_changes(people: People, encrypted: bool) -> None:
    """Edits, redactions and reactions are shown as a client shows them, and forged edits are not."""
    hers, his = await two(people, encrypted=encrypted)
    first, second = await hers.says("Frist"), await hers.says("Second")
    await his.sees(second)
    await hers.edits(first, "First")
    await his.edits(first, "Forged")
    await his.reacts(first, "👍")
    await hers.reacts(first, "👍")
    await hers.reacts(second, "1️⃣")
    await hers.redacts(second)
    await his.person.caught_up()
    await his.unreacts(first, "👍")
    for chat in (hers, his):
        await chat.person.caught_up()
        assert [m.body for m in chat.messages()] == ["First"]
        assert chat.reactions(first) == {"👍": {hers.person.id}}
        assert chat.now(second) is None


async def test_answers(people: People) -> None:
    """Whoever asks gets everything the other says to that, in order, once it is complete."""
    hers, his = await two(people)

    async def answer(asked: str) -> None:
        await his.sees(asked)
        await his.notices("One")
        question = await his.notices("Two?")
        for key in "12":
            await his.reacts(question, key)

    await his.says("Before")
    asked = await hers.says("Well?")
    answering = asyncio.create_task(answer(asked))
    told = await hers.answered(
        asked, lambda heard: len(heard) == 2 and "2" in hers.reactions(heard[1]), quiet=0
    )
    assert [m.body for m in told] == ["One", "Two?"]
    assert [*hers.reactions(told[1])] == ["1", "2"]
    await answering
    again = await hers.says("Again?")
    answering = asyncio.create_task(answer(again))
    assert [m.body for m in await hers.answered(again)] == ["One", "Two?"]
    await answering
    await hers.person.caught_up()
    assert [m.body for m in hers.answers(again)] == ["One", "Two?"]
    with pytest.raises(AssertionError, match="no answer yet"):
        await hers.answered(await hers.says("Nobody hears"), within=0.1)


async def test_typing(people: People) -> None:
    """As long as the other types, the answer is not complete."""
    hers, his = await two(people, encrypted=False)

    async def answer(asked: str) -> None:
        await his.sees(asked)
        await his.types()
        await his.notices("One")
        await asyncio.sleep(0.2)
        await his.notices("Two")
        await his.types(0)

    asked = await hers.says("Well?")
    answering = asyncio.create_task(answer(asked))
    assert [m.body for m in await hers.answered(asked, quiet=0.05)] == ["One", "Two"]
    await answering


async def test_missed(people: People) -> None:
    """Who was away reads everything that was said meanwhile, though the homeserver leaves most of it out."""
    hers, his = await two(people, encrypted=False)
    await his.sees(await hers.says("Good night"))
    await his.person.sleeps()
    his.person.reader.at_once = 5
    said = [await hers.says(str(number)) for number in range(18)]
    await his.person.wakes()
    await his.sees(said[-1])
    assert [m.body for m in his.messages()][1:] == [str(number) for number in range(18)]


async def test_another_device(people: People) -> None:
    """A new device of somebody reads what is written from then on."""
    hers, his = await two(people)
    await his.sees(await hers.says("Hello"))
    phone = await people.meet_on_another_device(his.person)
    await hers.person.caught_up()
    said = await hers.says("Hello phone")
    seen = await asyncio.gather(his.sees(said), (await phone.entered(his.id)).sees(said))
    assert [s.body for s in seen] == ["Hello phone"] * 2


async def test_groups(people: People) -> None:
    """A room has members, powers and an end."""
    ada, ben, eve = [await people.meet(name) for name in ("Ada", "Ben", "Eve")]
    hers = await ada.makes_room("Branch 7", asks=[ben.id, eve.id], version="10")
    his, eves = await ben.accepts(), await eve.accepts()
    await hers.sets_levels(events_default=50)
    with pytest.raises(AssertionError, match="M_FORBIDDEN"):
        await his.says("May I?")
    await hers.gives_power(ben.id, 50)
    await hers.sees(await his.says("Now I may"))
    await hers.encrypts()
    assert (await his.sees(await hers.says("Hush"))).encrypted
    await hers.kicks(eve.id)
    await eve.until(lambda: eves.id in eve.reader.left, "being put out")
    new = await hers.upgrades("12", asks=[ben.id])
    assert await ben.accepts() == Chat(ben, new.id)
    tombstone = _last(his, "m.room.tombstone")
    assert tombstone.content["replacement_room"] == new.id
    await new.bans(ben.id)
    await ben.until(lambda: new.id in ben.reader.left, "being put out")
    with pytest.raises(RefusedError, match="banned"):
        await ben.joins(new.id)
    await his.leaves()
    await ada.until(lambda: ben.id not in hers.members, "Ben's leaving")


def _last(chat: Chat, kind: str) -> Seen:
    return next(event for event in reversed(chat.timeline.events) if event.type == kind)
