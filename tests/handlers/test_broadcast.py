"""/broadcast: what an organiser writes, sees, and agrees to - and what is never sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import fetching
from bot.broadcasts import Quiet, Scope, State
from bot.events import Chat, Event, Press
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
from tests.photographs import jpeg, located, moving, noisy, told


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


async def test_a_photo_says_nothing_of_its_place(here: Office) -> None:
    """Where a photo was taken is not kept; one that cannot be opened is not taken, and why is said."""
    here.files[GIVEN.place] = PHOTO[:200]
    olga = here.door("olga")
    await say(olga, "/broadcast", "2", "1")
    assert (await give(olga, GIVEN, "All out")).startswith("I cannot open that picture")
    here.files[GIVEN.place] = located()
    await give(olga, GIVEN, "All out")
    await say(olga, "1", "1", "1", "2")
    await olga.tap("Send it now")
    file = (await here.whole(1)).terms.content.file
    assert file is not None
    assert told(file.data) == {}


async def test_a_photo_that_grows(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A photo that is too large once nothing of its camera is left is not taken: no platform would pass it on."""
    taken = noisy()
    here.files[GIVEN.place] = taken
    olga = here.door("olga")
    await say(olga, "/broadcast", "2", "1")
    monkeypatch.setattr(fetching, "LARGEST_PHOTO", len(taken) // 2)
    assert (await give(olga, GIVEN, "All out")).startswith("That is too large to pass on")
    monkeypatch.setattr(fetching, "LARGEST_PHOTO", len(taken))
    assert "too large" not in await give(olga, GIVEN, "All out")


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
async def test_a_picture_that_moves(here: Office, form: str) -> None:
    """A picture that moves would stand still: it is not taken, and why is said."""
    here.files[GIVEN.place] = moving(form)
    olga = here.door("olga")
    await say(olga, "/broadcast", "2", "1")
    assert (await give(olga, GIVEN, "All out")).startswith("That picture moves")


async def test_long_words_with_a_photo(here: Office) -> None:
    """Words that have no room below a photo on Telegram: the preview says how it will look."""
    await here.follow("t", platform="telegram")
    olga = here.door("olga")
    await say(olga, "/broadcast", "2", "1", "word " * 250)
    await give(olga, GIVEN)
    assert "the words come first and the photo below them" in await say(olga, "1", "1", "1", "2")


@pytest.mark.parametrize("no", ["no", "No.", "skip"])
async def test_no_file(here: Office, no: str) -> None:
    """Whoever says no to a photo or a document goes on without one."""
    olga = here.door("olga")
    asked = await say(olga, "/broadcast", "2", "1", "All out", no)
    assert "Which language is that in?" in asked


async def test_languages(here: Office) -> None:
    """Each language has its own words; whoever reads another gets the usual one."""
    await here.follow("f", language="fr")
    olga = here.door("olga")
    shown = await say(olga, "/broadcast", "2", "1", "All out", "no", "1", "Russian", "Все на улицу", "1", "2")
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
        (("2", "2", "4"), Scope(CAMPAIGN, waiting=True)),
        (("2", "2", "2 4", "1"), Scope(CAMPAIGN, language="en", waiting=True)),
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
    assert "2 recipients" in await say(olga, "Change who gets it", "2", "2", "2")
    assert "Which part?" in await say(olga, "Change who gets it", "2")
    assert "3 recipients" in await say(olga, "2", "1")
    assert "5 recipients" in await say(olga, "Change who gets it", "all of them")
    await olga.press(old)
    assert await here.recorded() == ()
    await olga.tap("Send it now")
    assert dict((await here.recorded())[0].terms.content.texts) == {"en": "Nobody out on Friday"}


async def test_to_myself_first(here: Office) -> None:
    """The author gets the message as it is, and is then asked again."""
    olga = here.door("olga")
    await to_the_preview(olga)
    assert "What shall I do with it?" in await olga.tap("Send it to myself first")
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
    for found in (jpeg(red=7), "lost"):
        olga = here.door("olga")
        here.files[GIVEN.place] = PHOTO
        await say(olga, "/broadcast", "2", "1")
        await give(olga, GIVEN, "All out")
        await say(olga, "1", "1", "1", "2")
        here.files[GIVEN.place] = found
        assert (await olga.tap("Send it now")).startswith("The file that you sent can no longer be fetched")
    assert await here.recorded() == ()
