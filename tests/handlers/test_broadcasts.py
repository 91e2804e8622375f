"""/broadcasts: what was told to many, and what can be done about it - for organisers, and for a group's admins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.broadcasts import Content, Fate, NewBroadcast, Scope, State
from bot.events import Chat, Person
from bot.store.tables import delivery
from tests.bot.store.people import inside
from tests.door import NOW
from tests.handlers.broadcasting import CAMPAIGN, WRITTEN, Office, office, say

NEW = NewBroadcast(Scope(CAMPAIGN), Content({"en": "All <b>out</b>"}, "en"), NOW, Chat("wire", "olga"))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Office]:
    """A bot with one organiser, Olga, five followers, and one broadcast that is being sent."""
    async with office(tmp_path, "olga") as made:
        await made.follow("a", "b", "c", "d", "e")
        async with made.store.work() as work:
            await work.start_broadcast(Person("wire", "olga"), NEW)
        yield made


async def test_listed_and_looked_at(here: Office) -> None:
    """The latest are listed with their state and numbers; one is shown as it was sent, with what can be done."""
    olga = here.door("olga")
    listed = await olga.say("/broadcasts")
    assert "Update 1 is being sent\nKazakhstan: Zhanaozen 2011\n0 of 5 sent, 5 to go" in listed
    shown = await olga.tap("Update 1")
    assert olga.last[0].html == "All <b>out</b>"
    assert "is being sent" in shown
    assert "0 of 5 sent, 5 to go" in shown
    assert [button.label for button in olga.last[-1].buttons] == ["Pause", "Cancel it", "How it is going"]


async def test_what_waits_for_its_time(here: Office) -> None:
    """When an update goes out that waits is said wherever it is looked at; no longer once it is cancelled."""
    olga = here.door("olga")
    later = (*WRITTEN[:-2], "tomorrow 9:00 Almaty", "1")
    await say(olga, "/broadcast", "2", "1", *later, "Send it at that time")
    assert "It begins: Tue 24 Nov 09:00 (Almaty)." in await olga.say("/broadcasts")
    number = len(await here.recorded())
    assert "It begins: Tue 24 Nov 09:00 (Almaty)." in await olga.say(f"/broadcasts {number}")
    assert "It begins" not in await olga.say(f"/broadcasts {number} cancel")


async def test_nothing_yet(tmp_path: Path) -> None:
    """Where nothing was told to anybody yet, the way leads to the first."""
    async with office(tmp_path, "olga") as here:
        olga = here.door("olga")
        assert (await olga.say("/broadcasts")).startswith("Nothing was told to many yet.")
        assert [button.label for button in olga.last[-1].buttons] == ["Write one"]


async def test_steered(here: Office) -> None:
    """It is paused, goes on, and is cancelled, by buttons and by typing; what cannot be done is said."""
    olga = here.door("olga")
    await olga.say("/broadcasts 1")
    assert "is paused" in await olga.tap("Pause")
    assert await here.states() == [State.PAUSED]
    assert "is being sent" in await olga.tap("Go on")
    for words in ("go on", "Go-on", "resume"):
        await olga.say("/broadcasts 1 pause")
        assert "is being sent" in await olga.say(f"/broadcasts 1 {words}")
    assert "was cancelled" in await olga.say("/broadcasts 1 cancel")
    assert await here.states() == [State.CANCELLED]
    assert "0 of 5 sent, 5 not sent any more" in await olga.say("/broadcasts 1")
    told = await olga.say("/broadcasts 1 go")
    assert told.startswith("That cannot be done as it stands now:")
    assert "was cancelled" in told


@pytest.mark.parametrize(("label", "left"), [("Send the unknown", Fate.READY), ("Leave the", Fate.UNKNOWN)])
async def test_the_unknown(here: Office, label: str, left: Fate) -> None:
    """What may have arrived goes out again, or is left: the organiser decides, once."""
    async with here.store.work():
        change = update(delivery).where(delivery.c.id < 3).values(state=Fate.UNKNOWN.value)
        await inside(here.store).rows(change)
    olga = here.door("olga")
    assert "2 unknown" in await olga.say("/broadcasts 1")
    again = olga.button(label)
    assert (await olga.press(again)).startswith("2 ")
    assert (await here.whole(1)).people(left) >= 2
    assert (await olga.press(again)).startswith("Nothing is unknown there.")


async def test_a_platform_that_is_not_connected(here: Office) -> None:
    """Who waits for a platform that is not connected is told apart; cancelling ends it, and says what became of it."""
    async with here.store.work() as work:
        await work.claim(1, "wire", 2)
        await work.note_platforms(["wire", "telegram"])
        await work.note_connected(["telegram"])
    olga = here.door("olga")
    for words in ("/broadcasts", "/broadcasts 1"):
        assert "Waiting for wire, which is not connected: 5" in await olga.say(words)
    told = await olga.say("/broadcasts 1 cancel")
    assert "was cancelled" in told
    assert "0 of 5 sent, 2 unknown, 3 not sent any more" in told
    assert "Waiting" not in told
    found = await here.whole(1)
    assert (found.people(Fate.SENDING, Fate.READY), found.unsettled) == (0, 2)


@pytest.mark.parametrize("words", ["7", "x", "99999999999", "1 jump", "#1"])
async def test_anything_else(here: Office, words: str) -> None:
    """A number that is none here, or a word that means nothing, changes nothing."""
    told = await here.door("olga").say(f"/broadcasts {words}")
    assert "Update 1" in told
    assert await here.states() == [State.RUNNING]


async def test_a_stranger(here: Office) -> None:
    """Whoever is neither organiser nor admin sees nothing and stops nothing."""
    eve = here.door("eve")
    for words in ("/broadcasts", "/broadcasts 1", "/broadcasts 1 cancel", "/broadcasts 1 agree"):
        assert (await eve.say(words)).startswith("This is for the organisers of this bot")
    assert await here.states() == [State.RUNNING]


async def test_an_admin(here: Office) -> None:
    """A group's admin sees and steers what goes to their group, and nothing else; who is none any more does neither."""
    code = await here.bring_in("ada")
    here.roles["ada"] = "admin"
    async with here.store.work() as work:
        await work.start_broadcast(Person("wire", "ada"), replace(NEW, scope=Scope(CAMPAIGN, group=code)))
    ada = here.door("ada")
    told = await ada.say("/broadcasts")
    assert "Update 2" in told
    assert "Update 1" not in told
    assert (await ada.say("/broadcasts 1 cancel")).startswith("There is no such number here.")
    await ada.say("/broadcasts 2")
    pause = ada.button("Pause")
    here.roles["ada"] = "member"
    assert (await ada.press(pause)).startswith("This is for the organisers")
    assert await here.states() == [State.RUNNING, State.RUNNING]
    here.roles["ada"] = "admin"
    assert "is paused" in await ada.press(pause)
    assert await here.states() == [State.PAUSED, State.RUNNING]


async def test_an_admin_does_not_agree(here: Office) -> None:
    """Only an organiser agrees to what another one has written."""
    here.organisers.add("otto")
    code = await here.bring_in("ada")
    here.roles["ada"] = "admin"
    asked = replace(NEW, scope=Scope(CAMPAIGN, group=code), state=State.ASKED)
    async with here.store.work() as work:
        await work.start_broadcast(Person("wire", "olga"), asked)
    told = await here.door("ada").say("/broadcasts 2 agree")
    assert told.startswith("There is nothing for you to agree to")
    assert (await here.states())[0] == State.ASKED
