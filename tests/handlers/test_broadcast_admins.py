"""Updates by a group's admin, and to many people: who may send them, how often, and who must agree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.broadcasts import Content, Fate, NewBroadcast, Scope, State
from bot.events import Chat, Person
from bot.groups import Who
from bot.platforms.base import plain_text
from tests.door import NOW
from tests.handlers.broadcasting import (
    CAMPAIGN,
    WRITTEN,
    Office,
    office,
    say,
    to_the_preview,
)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Office]:
    """A bot with one organiser, Olga, and five people who follow a campaign."""
    async with office(tmp_path, "olga") as made:
        await made.follow("a", "b", "c")
        await made.follow("d", "e", language="ru")
        yield made


# --- a group's admin


async def test_an_admin(here: Office) -> None:
    """An admin tells their own group and who came through it, and nobody else; once an hour."""
    code = await here.bring_in("ada")
    await here.follow("x", "y", via=code)
    here.roles["ada"] = "admin"
    ada = here.door("ada")
    assert "3 recipients" in await say(ada, "/broadcast", *WRITTEN)
    assert (await ada.tap("Send it now")).startswith("Agreed. Update 1")
    (one,) = await here.recorded()
    assert one.terms.scope == Scope(CAMPAIGN, group=code)
    here.pass_minutes(30)
    assert "You can again in 30 min." in await ada.say("/broadcast")
    here.pass_minutes(31)
    assert (await ada.say("/broadcast")).startswith("Write your update now")


async def test_demoted(here: Office) -> None:
    """Who is no admin any more when they agree sends nothing: the role is read anew, not remembered."""
    await here.bring_in("ada")
    here.roles["ada"] = "admin"
    ada = here.door("ada")
    await say(ada, "/broadcast", *WRITTEN)
    here.roles["ada"] = "member"
    assert "Nothing was sent." in await ada.tap("Send it now")
    assert await here.recorded() == ()


async def test_the_role_cannot_be_read(here: Office) -> None:
    """Where it cannot be read who somebody is, nothing is sent."""
    await here.bring_in("ada")
    here.roles["ada"] = "admin"
    ada = here.door("ada")
    await say(ada, "/broadcast", *WRITTEN)
    here.roles["ada"] = "unknown"
    assert "Nothing was sent; please try again." in await ada.tap("Send it now")
    assert await here.recorded() == ()


@pytest.mark.parametrize(("who", "keeper"), [("organisers", "ada"), ("keeper", "someone")])
async def test_who_may(here: Office, who: Who, keeper: str) -> None:
    """A group that lets only its keeper, or only organisers, send news is obeyed: from the start, and at the end."""
    await here.bring_in("ada")
    here.roles["ada"] = "admin"
    ada = here.door("ada")
    await say(ada, "/broadcast", *WRITTEN)
    await here.let(who, keeper)
    assert "Nothing was sent." in await ada.tap("Send it now")
    assert (await ada.say("/broadcast")).startswith("This is for the organisers")
    assert await here.recorded() == ()


async def test_once_an_hour_in_two_chats(here: Office) -> None:
    """Who writes two updates side by side, of which one is sent, does not send the other within the hour."""
    await here.bring_in("ada")
    here.roles["ada"] = "admin"
    ada, elsewhere = here.door("ada"), here.door("ada")
    elsewhere.chat = Chat("wire", "ada's other chat")
    await say(ada, "/broadcast", *WRITTEN)
    await say(elsewhere, "/broadcast", *WRITTEN)
    await ada.tap("Send it now")
    assert "less than an hour ago" in await elsewhere.tap("Send it now")
    assert len(await here.recorded()) == 1


async def test_cancelled_in_time(here: Office) -> None:
    """What was cancelled before anybody got it does not count: a slip can be put right at once."""
    await here.bring_in("ada")
    here.roles["ada"] = "admin"
    ada = here.door("ada")
    await say(ada, "/broadcast", *WRITTEN)
    await ada.tap("Send it now")
    assert (await ada.say("/broadcast")).startswith("You sent something to your group less than an hour ago.")
    await ada.say("/broadcasts 1 cancel")
    assert (await ada.say("/broadcast")).startswith("Write your update now")


# --- more than 500


async def test_a_second_organiser(here: Office) -> None:
    """For more than 500 people another organiser is asked, looks at it, and agrees; its author cannot."""
    here.organisers.add("otto")
    await here.follow(*(f"p{n}" for n in range(496)))
    olga, otto = here.door("olga"), here.door("otto")
    assert "a second organiser has to agree" in await to_the_preview(olga)
    assert "I have asked them" in await olga.tap("Send it now")
    assert "wants to tell 501 people something (update 1)" in (await here.heard("otto"))[-1]
    assert await here.states() == [State.ASKED]
    await olga.say("/broadcasts 1")
    assert "There is nothing for you to agree to" in await olga.tap("Agree: send it")
    assert await here.states() == [State.ASKED]
    shown = await otto.say("/broadcasts 1")
    assert otto.last[0].html == "All &lt;b&gt;out&lt;/b&gt; on Friday"
    assert "waits for a second organiser" in shown
    assert (await otto.tap("Agree: send it")).startswith("Thank you.")
    assert await here.states() == [State.RUNNING]


@pytest.mark.parametrize("organisers", [1, 2])
async def test_an_admin_of_many(here: Office, organisers: int) -> None:
    """Where a group's admin writes to more than 500, an organiser has to agree, if there are two at least."""
    if organisers > 1:
        here.organisers.add("otto")
    code = await here.bring_in("ada")
    await here.follow(*(f"p{n}" for n in range(500)), via=code)
    here.roles["ada"] = "admin"
    ada = here.door("ada")
    shown = await say(ada, "/broadcast", *WRITTEN)
    assert ("an organiser of this bot has to agree" in shown) == (organisers > 1)
    told = await ada.tap("Send it now")
    assert ("I have asked them" in told) == (organisers > 1)
    assert await here.states() == [State.ASKED if organisers > 1 else State.RUNNING]
    assert (await ada.say("/broadcasts 1 agree")).startswith("There is nothing for you to agree to")
    for organiser in sorted(here.organisers) if organisers > 1 else ():
        assert "The admin of a group wants to tell 501 people" in (await here.heard(organiser))[-1]
    if organisers > 1:
        assert await here.states() == [State.ASKED]
        otto = here.door("otto")
        await otto.say("/broadcasts 1")
        assert (await otto.tap("Agree: send it")).startswith("Thank you.")
        assert await here.states() == [State.RUNNING]


@pytest.mark.parametrize("typed", [True, False])
async def test_agreed_to_what_was_seen(here: Office, typed: bool) -> None:
    """Who agrees has seen the update within fifteen minutes: an old button, or words alone, show it once more."""
    here.organisers.add("otto")
    await here.follow(*(f"p{n}" for n in range(496)))
    await to_the_preview(olga := here.door("olga"))
    await olga.tap("Send it now")
    otto = here.door("otto")
    await otto.say("/broadcasts 1 pause")
    assert all(button.label != "Agree: send it" for button in otto.last[-1].buttons)
    if not typed:
        await otto.say("/broadcasts 1")
        here.pass_minutes(15.1)
    told = await (otto.say("/broadcasts 1 agree") if typed else otto.tap("Agree: send it"))
    assert "Nothing was sent. Whoever agrees must have seen it within the last 15 minutes" in told
    assert "on Friday" in told
    assert await here.states() == [State.ASKED]
    here.pass_minutes(14.9)
    assert (await otto.tap("Agree: send it")).startswith("Thank you.")
    assert await here.states() == [State.RUNNING]


async def test_two_organisers_at_once(tmp_path: Path) -> None:
    """Two organisers agree in the same moment, 200 times: each time it is one broadcast, sent once to everybody."""
    async with office(tmp_path, "olga", "otto", "ines") as here:
        await here.follow(*(f"p{n}" for n in range(501)))
        both = [here.door("otto"), here.door("ines")]
        new = NewBroadcast(Scope(CAMPAIGN), Content({"en": "All out"}, "en"), NOW, Chat("wire", "olga"))
        for _ in range(200):
            async with here.store.work() as work:
                number = await work.start_broadcast(Person("wire", "olga"), replace(new, state=State.ASKED))
            for one in both:
                await one.say(f"/broadcasts {number}")
            before = len(here.wire.sent)
            await asyncio.gather(*(one.tap("Agree: send it") for one in both))
            told = [plain_text(message.html) for _, message in here.wire.sent[before:]]
            assert sum(words.startswith("Thank you.") for words in told) == 1
            assert sum(words.startswith("There is nothing for you to agree to") for words in told) == 1
            whole = await here.whole(number)
            assert (whole.state, whole.people(), whole.people(Fate.READY)) == (State.RUNNING, 501, 501)
            async with here.store.work() as work:
                await work.steer(number, State.CANCELLED)
        assert len(await here.recorded()) == 200
