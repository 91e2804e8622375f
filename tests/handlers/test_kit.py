"""What it takes to send a letter: handed out after the letter, and once more by /kit for a day."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.campaigns import Addressee
from bot.config import Settings
from bot.events import Document, Draft, Page
from bot.platforms.base import plain_text
from bot.store.store import Store
from tests.door import KEY, NOW, Door, door_to, furnished, open_door
from tests.handlers.talk import Talk, conversations
from tests.handlers.test_meaning import after

LETTER = ("/letter zhanaozen-2011", "protest", "open", "person", "United Kingdom", "Ada Lovelace", "London")
"""What leads to the first question that is left out in these tests."""


UNION = (
    "United Steel, Paper and Forestry, Rubber, Manufacturing, Energy, Allied Industrial and Service Workers "
    "International Union, District 13, Local 13-1 of the Refineries on the Ship Channel, Pasadena"
)


def document(talk: Talk) -> Document:
    """Return the file that was handed out last."""
    (found,) = (message.document for message in talk.last if message.document)
    return found


def written(*more: str) -> Talk:
    """Return a talk in which a letter is agreed to."""
    return after(*LETTER, "enough", "1", *more)


def first(talk: Talk) -> str:
    """Return who is named first."""
    talk.say("/letter")
    addressee = talk.replies[-1].values["first"]
    assert isinstance(addressee, Addressee)
    return addressee.recipient.key


def page(talk: Talk) -> Page:
    """Return the page that was handed out last."""
    content = document(talk).content
    assert isinstance(content, Page)
    return content


def test_post() -> None:
    """The page has the sender, the day, the address as it stands on the envelope, and the letter."""
    talk = written("post president")
    made = page(talk)
    assert document(talk).name == "letter-president.pdf"
    assert made.sender == ("Ada Lovelace", "London, United Kingdom")
    assert made.recipient[:2] == ("The President of the Republic of Kazakhstan", "Kassym-Jomart Tokayev")
    assert made.date == "23 November 2026"
    assert made.text.startswith("Dear Mr President,\n\n")
    assert made.text.endswith("Ada Lovelace\nLondon, United Kingdom")
    assert (made.paper, made.fax, made.language) == ("a4", "", "en")


@pytest.mark.parametrize("way", ["1", "4"], ids=["post", "fax"])
def test_own_words_on_paper(way: str) -> None:
    """A page in another language than its writer's says that the words of their own are in theirs."""
    own = ("Ada Lovelace", "London", "skip", "skip", "Das geht uns alle an.", "1", way)
    for language, said in (("de", True), ("ru", False)):
        text = page(after(*LETTER[:5], *own, language=language)).text
        assert "Das geht uns alle an." in text
        assert ("Свои слова я пишу на своём языке." in text) is said


def test_a_union_with_a_long_name() -> None:
    """A name of nearly two hundred characters is taken as it is, for a letter and for a pledge alone."""
    talk = after(*LETTER[:3], "organisation", "US", UNION, "enough", "1", "post president")
    assert page(talk).sender == (UNION, "United States")
    pledge = ("/pledge zhanaozen-2011", "protest", "organisation", "US", "sent", "1")
    talk = after(*pledge, "name my organisation", "skip", UNION)
    assert [pledge.organisation for pledge in talk.records.recorded] == [UNION]


def test_inland_post() -> None:
    """What stays in the supporter's country needs inland postage only; abroad, the country is named."""
    assert "inland postage" in written().say("post embassy")
    assert "It goes to Kazakhstan" in written().say("post president")


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("Ireland", "this one is responsible for it.\nPost, as of"),
        ("Bahamas", "these are responsible for it.\nIt is in Ottawa. "),
        ("Bahamas", "It goes to Canada or Mexico: "),
        ("Afghanistan", "This is the nearest one in my list, about 370"),
        ("Kosovo", "This is the nearest one in my list, about 180"),
        ("Greenland", "For Greenland it is the one listed under Denmark, "),
        ("Ukraine", "(Kyiv)\nIn October 2022 most of its staff worked from Warsaw"),
        ("Germany", "(Berlin)\nPost, as of 1 March 2016, "),
    ],
)
def test_why_this_embassy(country: str, words: str) -> None:
    """Whoever is sent to an embassy in another country reads why, and where the post goes."""
    assert words in after(*LETTER[:4], country, "enough", "1").say("post embassy")


def test_a_note_about_one_way() -> None:
    """What is to be known about a mission's telephone is said with that, and not with the post."""
    talk = after(*LETTER[:4], "Israel", "enough", "1")
    assert "consular section" not in talk.say("post embassy")
    assert "consular section" in talk.say("telephone embassy")


def test_an_address_to_look_up() -> None:
    """Where no address is known the page is addressed by name alone, and no street is invented."""
    talk = after(*LETTER[:4], "Canada", "Ada", "Ottawa", "enough", "1")
    said = talk.say("post embassy")
    assert "no postal address that I can vouch for" in said
    assert page(talk).recipient == ("Embassy of the Republic of Kazakhstan",)
    assert page(talk).paper == "us-letter"


def test_fax() -> None:
    """The page carries the number in international form, and the number can be copied."""
    talk = written()
    said = talk.say("fax kazmunaygas")
    assert "To dial: +7 7172 97 60 00" in said
    assert page(talk).fax == "+7 7172 97 60 00"
    assert [button.copy for button in talk.buttons if button.copy] == ["+7 7172 97 60 00"]


def test_email() -> None:
    """The draft goes to the office and, as a copy, to the campaign, with the letter's own words."""
    talk = written()
    said = talk.say("e-mail kazmunaygas")
    draft = document(talk).content
    assert isinstance(draft, Draft)
    assert (draft.to, draft.cc) == (("info@kmg.kz",), ("editor@marxist.com",))
    assert draft.text in said
    assert 'href="mailto:info@kmg.kz?cc=editor@marxist.com&amp;subject=' in talk.last[0].html
    assert {"info@kmg.kz", draft.subject} <= {button.copy for button in talk.buttons}


@pytest.mark.parametrize(("language", "demand"), [("en", "1. Immediate"), ("de", "1. Немедленно")])
def test_a_copy(language: str, demand: str) -> None:
    """Whoever gets a copy finds below the covering note the letter that it goes with, and so does who copies it."""
    talk = after(*LETTER, "enough", "1", "6", language=language)
    draft = document(talk).content
    assert isinstance(draft, Draft)
    assert draft.to == ("editor@marxist.com",)
    note, letter = draft.text.split("\n\n* * *\n\n")
    assert note.startswith("To the editors")
    assert demand in letter
    assert letter.endswith(("United Kingdom", "Великобритания"))
    assert draft.text in plain_text(talk.last[0].html)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "It is Monday 10:30 there, when offices usually work"),
        (
            datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
            "It is Sunday 10:30 there, when offices are usually closed",
        ),
    ],
)
async def test_phone(tmp_path: Path, now: datetime, words: str) -> None:
    """A call comes with the time of day in the office, and with what to say in its language, to be read aloud."""
    async with open_door(tmp_path) as door:
        world, messages = furnished()
        there = door_to(door.store, replace(world, clock=lambda: now), messages)
        for line in (*LETTER[:4], "France", "Ada", "Paris", "enough", "1"):
            await there.say(line)
        said = await there.say("telephone embassy")
        assert words in said
        assert "To dial: +33 1 45 61 52 00" in said
        assert "1. Здравствуйте." in said
        assert "ZDRAVST" in said
        assert "I ask for an answer in writing" in said


@pytest.mark.parametrize(("language", "aloud"), [("de", True), ("ar", True), ("kk", False), ("ru", False)])
def test_reading_aloud(language: str, aloud: bool) -> None:
    """How the words are read aloud is shown to whoever does not read their letters: a Kazakh reader does."""
    talk = after(*LETTER[:4], "France", "Ada", "Paris", "enough", "1", "3", language=language)
    said = plain_text(talk.last[0].html)
    assert "Здравствуйте." in said
    assert ("ZDRAVST" in said) is aloud


def test_the_fewest_letters() -> None:
    """Whom the fewest have written to so far is named first; who gets a copy never is."""
    talk = written()
    assert first(talk) == "president"
    conversations().world.letters.add("zhanaozen-2011", ["president", "embassy"])
    assert first(talk) == "kazmunaygas"


@asynccontextmanager
async def opened_after(folder: Path, hours: float) -> AsyncIterator[Door]:
    """Enter the bot on the same database so many hours later."""
    settings = Settings.model_validate({"data_dir": folder})
    store = await Store.open(settings.database, KEY, lambda: NOW.timestamp() + hours * 3600)
    try:
        yield replace(door_to(store, *furnished()), _ids=itertools.count(int(hours) * 1000))
    finally:
        await store.close()


async def finished(door: Door) -> None:
    """Write a letter to its end."""
    for line in (*LETTER, "enough", "1", "I have what I need", "skip"):
        await door.say(line)


async def test_once_more(tmp_path: Path) -> None:
    """After the letter /kit hands out the same again, over a restart, until a day of silence."""
    async with open_door(tmp_path) as door:
        await finished(door)
        assert "Which appeal" not in await door.say("/kit")
        assert "info@kmg.kz" in await door.say("e-mail kazmunaygas")
        assert (await door.say("I have what I need")).startswith("Good. Once your letter has left, tell me")
        assert "Ada Lovelace" in await door.say("/mydata")
    for hours, words in ((23, "How will you send it?"), (48, "For that I need your letter first.")):
        async with opened_after(tmp_path, hours) as door:
            assert words in await door.say("/kit")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Done!"), ("en", "I sent it"), ("de", "fertig"), ("ru", "Уже отправлено")]
)
def test_whoever_has_sent_it_goes_on(language: str, words: str) -> None:
    """It is enough to say that one is done, or has sent the letter; then comes the question when."""
    talk = after(*LETTER, "enough", "1", language=language)
    talk.say("president.post")
    talk.say(words)
    assert talk.replies[-1].template == "letter/when"


@pytest.mark.parametrize("end", ["/cancel", "/forget"])
async def test_no_longer(tmp_path: Path, end: str) -> None:
    """Once the letter is cancelled or forgotten nothing is left to go on with."""
    async with open_door(tmp_path) as door:
        await finished(door)
        await door.say(end)
        if end == "/forget":
            await door.say("yes")
        assert "Ada Lovelace" not in await door.say("/mydata")
        assert (await door.say("/kit")).startswith("For that I need your letter first.")


def test_within_a_letter() -> None:
    """In the middle of a letter /kit leads back to it; once that is agreed to, it opens at once."""
    talk = after(*LETTER[:4])
    assert talk.say("/kit").startswith("For that I need your letter first.\n\nWhich country do you live in?")
    assert [frame.dialogue for frame in talk.frames] == ["letter"]
    talk = written("I have what I need")
    assert "How will you send it?" in talk.say("/kit")
    assert [frame.dialogue for frame in talk.frames] == ["letter", "kit"]
    assert "When will you send your letter?" in talk.say("I have what I need")
