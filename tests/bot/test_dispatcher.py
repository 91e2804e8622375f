"""The way of an event: in order, exactly once, and with the truth about what was recorded."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Chat, Person
from bot.outbox import Outbox
from bot.platforms.base import plain_text
from tests.bot.everybody import Broken, Slow, everybody
from tests.door import Wire

SORRY = "Something went wrong on my side"


async def test_a_slow_chat_delays_nobody_else(tmp_path: Path) -> None:
    """While one answer cannot leave, everybody else is answered."""
    wire = Slow(slow=Chat("wire", "slow"))
    async with everybody(tmp_path, wire) as people:
        waiting = asyncio.create_task(people.say("slow", "", "help"))
        others = [people.say(f"quick {n}", "", "help") for n in range(20)]
        await asyncio.wait_for(asyncio.gather(*others), 30)
        assert [people.heard(f"quick {n}") for n in range(20)] == [["What I can do"]] * 20
        assert not waiting.done()
        wire.gate.set()
        await waiting
        assert people.heard("slow") == ["What I can do"]


async def test_one_chat_is_answered_strictly_in_order(tmp_path: Path) -> None:
    """What is said while an answer is on its way waits its turn, and nothing overtakes anything."""
    wire = Slow(slow=Chat("wire", "slow"))
    async with everybody(tmp_path, wire) as people:
        said = [("", "letter"), ("2", None), ("1", None), ("1", None), ("1", None), ("GB", None)]
        waiting = [asyncio.create_task(people.say("slow", *one)) for one in said]
        await asyncio.wait_for(wire.reached.wait(), 30)
        assert wire.begun == 1
        wire.gate.set()
        await asyncio.gather(*waiting)
        assert [line.split()[0] for line in people.heard("slow")] == [
            "Which",
            "What",
            "This",
            "Who",
            "Which",
            "What",
        ]


async def test_two_people_in_one_chat_have_two_conversations(tmp_path: Path) -> None:
    """What one answers is not an answer of the other."""
    async with everybody(tmp_path, Wire()) as people:
        for who in ("ada", "eve"):
            event = replace(people.event(who, "", "letter"), chat=Chat("wire", "group"))
            await people.handle(event)
        await people.handle(replace(people.event("ada", "2"), chat=Chat("wire", "group")))
        await people.handle(replace(people.event("eve", "1"), chat=Chat("wire", "group")))
        assert people.heard("group")[2:] == ["What kind of letter?", people.heard("group")[3]]
        assert people.heard("group")[3].startswith("This appeal is historical: it dates from January")


async def test_an_event_that_arrives_twice_has_one_effect(tmp_path: Path) -> None:
    """The second arrival is neither answered nor recorded, whether it comes later or at the same moment."""
    async with everybody(tmp_path, Wire()) as people:
        handle = people.handle
        for words, command in (("", "letter"), ("2", None), ("1", None), ("1", None), ("1", None)):
            event = people.event("ada", words, command)
            await asyncio.gather(handle(event), handle(event), handle(event))
        await handle(event)
        assert len(people.heard("ada")) == 5
        assert people.heard("ada")[-1].startswith("Which country")


async def test_the_same_id_on_another_platform_is_another_event(tmp_path: Path) -> None:
    """Ids are unique on their platform only."""
    async with everybody(tmp_path, Wire()) as people:
        event = people.event("ada", "", "help")
        await people.handle(event)
        await people.handle(replace(event, person=Person("other", "ada")))
        await people.handle(event)
        assert len(people.heard("ada")) == 2


# --- what was not sent


async def test_what_was_recorded_but_not_sent_is_sent_at_the_next_start(tmp_path: Path) -> None:
    """A process ends between effect and answer: the next ones send every answer, in order, under the same id."""
    async with everybody(tmp_path, Broken()) as people:
        for words, command in (("", "help"), ("99", "sent")):
            with pytest.raises(ConnectionError):
                await people.say("ada", words, command)
    broken = Broken(left=2)
    async with everybody(tmp_path, broken) as people:
        with pytest.raises(ConnectionError):
            await Outbox(people.store, {"wire": broken}).resume()
        assert people.heard("ada") == ["What I can do", "There is no pledge with that number."]
    whole = Broken(left=99)
    async with everybody(tmp_path, whole) as people:
        outbox = Outbox(people.store, {"wire": whole})
        await outbox.resume()
        [heard] = people.heard("ada")
        assert heard.startswith("You have not pledged a letter yet.")
        assert whole.deliveries == broken.deliveries[2:]
        await outbox.resume()
        assert len(whole.sent) == 1


async def test_what_waits_for_another_platform_goes_on_waiting(tmp_path: Path) -> None:
    """Only what its own platform can send is sent."""
    async with everybody(tmp_path, Broken()) as people:
        with pytest.raises(ConnectionError):
            await people.say("ada", "", "help")
        await Outbox(people.store, {"other": Wire("other")}).resume()
        whole = Wire()
        await Outbox(people.store, {"wire": whole}).resume()
        assert [plain_text(message.html)[:13] for _, message in whole.sent] == ["What I can do"]


async def test_nothing_is_remembered_of_a_chat_once_it_is_answered(tmp_path: Path) -> None:
    """Whoever has been answered costs no memory: there is a lock only for those who are being answered just now."""
    async with everybody(tmp_path, Wire()) as people:
        await people.say("ada", "", "help")
        before = locks()
        await asyncio.gather(*(people.say(f"{n % 7}", "", "help") for n in range(30)))
        assert locks() == before


def locks() -> int:
    """Return how many locks there are."""
    gc.collect()
    return sum(isinstance(thing, asyncio.Lock) for thing in gc.get_objects())
