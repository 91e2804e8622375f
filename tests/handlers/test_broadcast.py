"""/broadcast: what an organiser and a group's admin write, see, and agree to - and what is never sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.broadcasts import Content, Fate, NewBroadcast, Quiet, Scope, State
from bot.events import Chat, Event, Person, Press
from bot.groups import Who
from bot.platforms.base import plain_text
from tests.door import NOW
from tests.handlers.broadcasting import (
    CAMPAIGN,
    GIVEN,
    GROUP,
    PHOTO,
    WRITTEN,
    Office,
    give,
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


async def test_written_seen_and_sent(here: Office) -> None:
    """An organiser writes an update, sees it as it will look and who gets it, and agrees: it is recorded once."""
    olga = here.door("olga")
    shown = await to_the_preview(olga)
    assert olga.last[0].html == "All &lt;b&gt;out&lt;/b&gt; on Friday"
    assert not olga.last[0].buttons
    assert "5 recipients" in shown
    assert "wire: 5 (English 5)" in shown
    assert "It begins at once. It takes a minute or two at most." in shown
    assert (await olga.tap("Send it now")).startswith("Agreed. Update 1 is on its way.")
    (one,) = await here.recorded()
    assert (one.terms.scope, one.people(), one.terms.told) == (Scope(CAMPAIGN), 5, Chat("wire", "olga"))
    assert dict(one.terms.content.texts) == {"en": "All &lt;b&gt;out&lt;/b&gt; on Friday"}


async def test_look_and_photo(here: Office) -> None:
    """Words with a look and a photo: seen with it, kept with it, and what the platforms make of it is said."""
    await here.follow("t", platform="telegram")
    await here.follow("m", platform="matrix")
    olga = here.door("olga")
    await say(olga, "/broadcast", "2", "1")
    await give(olga, GIVEN, "All out", "All <b>out</b>")
    shown = await say(olga, "1", "1", "1", "2")
    assert (olga.last[0].html, olga.last[0].document and olga.last[0].document.content) == (
        "All <b>out</b>",
        GIVEN,
    )
    assert "On Telegram the words stand below the photo." in shown
    assert "On Matrix the file follows the words as a message of its own." in shown
    await olga.tap("Send it now")
    file = (await here.whole(1)).terms.content.file
    assert file is not None
    assert (file.name, file.data, file.photo) == ("picket.jpg", PHOTO, True)


async def test_long_words_with_a_photo(here: Office) -> None:
    """Words that have no room below a photo on Telegram: the preview says how it will look."""
    await here.follow("t", platform="telegram")
    olga = here.door("olga")
    await say(olga, "/broadcast", "2", "1", "word " * 250)
    await give(olga, GIVEN)
    assert "the words come first and the photo below them" in await say(olga, "1", "1", "1", "2")


async def test_languages(here: Office) -> None:
    """Each language has its own words; whoever reads another gets the usual one."""
    await here.follow("f", language="fr")
    olga = here.door("olga")
    shown = await say(olga, "/broadcast", "2", "1", "All out", "skip", "1", "2", "Все на улицу", "1", "2")
    assert [message.html for message in olga.last[:2]] == ["All out", "Все на улицу"]
    assert "wire: 6 (English 4, русский 2)" in shown
    await olga.tap("Send it now")
    said = (await here.whole(1)).terms.content
    assert (said.text("ru"), said.text("fr"), said.usual) == ("Все на улицу", "All out", "en")


@pytest.mark.parametrize(
    ("answers", "scope"),
    [
        (("2", "2", "2", "2"), Scope(CAMPAIGN, language="ru")),
        (("2", "2", "1", "Telegram"), Scope(CAMPAIGN, platform="telegram")),
        (("2", "2", "3", "Germany"), Scope(CAMPAIGN, country="DE")),
        (("2", "2", "5"), Scope(CAMPAIGN, waiting=True)),
        (("2", "2", "2 5", "1"), Scope(CAMPAIGN, language="en", waiting=True)),
    ],
)
async def test_parts(here: Office, answers: tuple[str, ...], scope: Scope) -> None:
    """A part of those who follow it can be told, and the preview says which."""
    await here.follow("t", platform="telegram")
    olga = here.door("olga")
    shown = await say(olga, "/broadcast", *answers, *WRITTEN)
    assert "Only: " in shown
    if "Nobody would get it" in shown:
        assert "Send it now" not in shown
        return
    await olga.tap("Send it now")
    assert (await here.recorded())[0].terms.scope == scope


async def test_one_group(here: Office) -> None:
    """An organiser can tell one group and who came through it."""
    code = await here.bring_in("ada")
    await here.follow("x", via=code)
    olga = here.door("olga")
    shown = await say(olga, "/broadcast", "2", "2", "4", "Branch 7", *WRITTEN)
    assert "2 recipients" in shown
    assert "Only: Branch 7" in shown


async def test_at_a_time_and_quiet(here: Office) -> None:
    """It goes out at a time in a time zone that is asked, and rests at night; the preview says both."""
    olga = here.door("olga")
    shown = await say(
        olga, "/broadcast", "2", "1", "All out", "skip", "1", "1", "2", "Almaty", "tomorrow 7:30", "1"
    )
    assert "It begins: Tue 24 Nov 08:00 (Almaty)." in shown
    assert "Between 22 and 8 o’clock it rests." in shown
    assert "goes out: Tue 24 Nov 08:00 (Almaty)" in await olga.tap("Send it at that time")
    (one,) = await here.recorded()
    assert one.state == State.SET
    assert one.terms.starts_at == datetime(2026, 11, 24, 7, 30, tzinfo=ZoneInfo("Asia/Almaty"))
    assert one.terms.quiet == Quiet(22, 8, "Asia/Almaty")


async def test_at_once_in_the_night(here: Office) -> None:
    """What is written at night, and must not arrive then, begins in the morning: no button says that it goes now."""
    here.pass_minutes(6 * 60)
    olga = here.door("olga")
    shown = await say(olga, "/broadcast", "2", "1", "All out", "skip", "1", "1", "1", "1", "Almaty")
    assert "It begins: Tue 24 Nov 08:00 (Almaty)." in shown
    assert "Send it now" not in shown
    assert "goes out: Tue 24 Nov 08:00 (Almaty)" in await olga.tap("Send it at that time")


async def test_a_time_that_has_passed(here: Office) -> None:
    """A time that passes before somebody agrees is asked for once more, and nothing is sent."""
    olga = here.door("olga")
    await say(olga, "/broadcast", "2", "1", "All out", "skip", "1", "1", "2", "UTC", "12:10", "2")
    send = olga.button("Send it at that time")
    here.pass_minutes(11)
    assert "At what time?" in await olga.press(send)
    assert await here.recorded() == ()


async def test_changes(here: Office) -> None:
    """Everything can be changed from the preview, which is shown anew; what was agreed to before counts no more."""
    olga = here.door("olga")
    await to_the_preview(olga)
    old = olga.button("Send it now")
    await olga.tap("Change the words")
    shown = await olga.say("Nobody out on Friday")
    assert olga.last[0].html == "Nobody out on Friday"
    assert "5 recipients" in shown
    await olga.press(old)
    assert await here.recorded() == ()
    await olga.tap("Send it now")
    assert dict((await here.recorded())[0].terms.content.texts) == {"en": "Nobody out on Friday"}


async def test_to_myself_first(here: Office) -> None:
    """The author gets the message as it is, and is then asked again."""
    olga = here.door("olga")
    await to_the_preview(olga)
    assert "Shall it go out like that?" in await olga.tap("Send it to myself first")
    assert (olga.last[0].html, olga.last[0].buttons) == ("All &lt;b&gt;out&lt;/b&gt; on Friday", ())
    assert await here.recorded() == ()


async def test_nobody(tmp_path: Path) -> None:
    """Where nobody has asked for news, nothing can be sent."""
    async with office(tmp_path, "olga") as empty:
        shown = await to_the_preview(empty.door("olga"))
        assert "Nobody would get it" in shown
        assert "Send it now" not in shown


# --- what is never sent


async def test_a_stranger(here: Office) -> None:
    """Whoever is neither organiser nor admin is told so, and asked nothing."""
    told = await here.door("eve").say("/broadcast")
    assert told.startswith("This is for the organisers of this bot")


async def test_a_former_organiser(here: Office) -> None:
    """Who is no organiser any more sends nothing, however far they had come."""
    olga = here.door("olga")
    await to_the_preview(olga)
    send = olga.button("Send it now")
    here.organisers.clear()
    told = await here.door("olga").press(send)
    assert "Nothing was sent." in told
    assert await here.recorded() == ()


async def test_a_foreign_button(here: Office) -> None:
    """A button from somebody else's preview does nothing."""
    here.organisers.add("otto")
    olga, otto = here.door("olga"), here.door("otto")
    await to_the_preview(olga)
    await to_the_preview(otto)
    await otto.press(olga.button("Send it now"))
    forged = Press(olga.last[-1].buttons[0].press.token, "preview", "agreed")  # type: ignore[union-attr]
    await olga.do(Event(olga.next_id(), olga.person, olga.chat, olga.at, press=forged))
    assert await here.recorded() == ()


async def test_fifteen_minutes(here: Office) -> None:
    """After fifteen minutes agreeing, by button or by typing, brings the preview once more, and only then counts."""
    olga = here.door("olga")
    await to_the_preview(olga)
    here.pass_minutes(15.1)
    told = await olga.tap("Send it now")
    assert told.startswith("More than 15 minutes have passed, and nothing was sent.")
    assert "5 recipients" in told
    here.pass_minutes(15.1)
    assert (await olga.say("1")).startswith("More than 15 minutes have passed")
    assert await here.recorded() == ()
    here.pass_minutes(14.9)
    await olga.say("1")
    assert len(await here.recorded()) == 1


async def test_an_edited_message(here: Office) -> None:
    """Who edits a message after the preview sees it once more: the old button sends nothing."""
    olga = here.door("olga")
    await to_the_preview(olga)
    old = olga.button("Send it now")
    told = await olga.do(Event(olga.next_id(), olga.person, olga.chat, olga.at, other="edit"))
    assert told.startswith("I cannot follow a change to an earlier message")
    assert "5 recipients" in told
    await olga.press(old)
    assert await here.recorded() == ()


@pytest.mark.parametrize("words", ["1", "Send it now", ""])
async def test_forwarded(here: Office, words: str) -> None:
    """Nothing that is only passed on agrees to anything or begins anything."""
    olga = here.door("olga")
    command = None if words else "broadcast"
    if words:
        await to_the_preview(olga)
    event = Event(olga.next_id(), olga.person, olga.chat, olga.at, words, command, forwarded=True)
    assert (await olga.do(event)).startswith("That was passed on from elsewhere.")
    assert await here.recorded() == ()


async def test_in_a_group(here: Office) -> None:
    """Before others, and by an anonymous admin, nothing is asked but to come into the private chat."""
    olga = here.door("olga")
    for person in (olga.person, replace(olga.person, id="")):
        event = Event(olga.next_id(), person, GROUP, olga.at, command="broadcast", public=True)
        told = await olga.do(event)
        assert "/broadcast" in told
        assert olga.last[0].buttons[0].private
    assert await here.recorded() == ()


async def test_a_double_tap(here: Office) -> None:
    """Agreeing twice, at once or later, is one broadcast."""
    olga = here.door("olga")
    await to_the_preview(olga)
    send = olga.button("Send it now")
    await asyncio.gather(olga.press(send), olga.press(send))
    await olga.press(send)
    assert len(await here.recorded()) == 1


async def test_another_file_by_then(here: Office) -> None:
    """A file that is not what it was when it was seen, or is gone, is not sent."""
    for found in (PHOTO + b"!", "lost"):
        olga = here.door("olga")
        here.files[GIVEN.place] = PHOTO
        await say(olga, "/broadcast", "2", "1")
        await give(olga, GIVEN, "All out")
        await say(olga, "1", "1", "1", "2")
        here.files[GIVEN.place] = found
        assert (await olga.tap("Send it now")).startswith("The file that you sent can no longer be fetched")
    assert await here.recorded() == ()


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
    assert "There is nothing for you to agree to" in await olga.say("/broadcasts 1 agree")
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
        assert (await here.door("otto").say("/broadcasts 1 agree")).startswith("Thank you.")
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
            before = len(here.wire.sent)
            await asyncio.gather(*(one.say(f"/broadcasts {number} agree") for one in both))
            told = [plain_text(message.html) for _, message in here.wire.sent[before:]]
            assert sum(words.startswith("Thank you.") for words in told) == 1
            assert sum(words.startswith("There is nothing for you to agree to") for words in told) == 1
            one = await here.whole(number)
            assert (one.state, one.people(), one.people(Fate.READY)) == (State.RUNNING, 501, 501)
            async with here.store.work() as work:
                await work.steer(number, State.CANCELLED)
        assert len(await here.recorded()) == 200
