"""What words mean where something is chosen: nothing is recorded that nobody asked for, no way leads into danger."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from bot.dialogue import Answers
from bot.pledges import Way
from handlers.route import route
from tests.door import NOW, furnished
from tests.handlers.talk import Talk

PLEDGE = ("/pledge zhanaozen-2011", "protest", "person")


def after(*said: str, language: str = "en") -> Talk:
    """Return a talk in which all that was said."""
    talk = Talk()
    talk.records.language = language
    for words in said:
        talk.say(words)
    return talk


@pytest.mark.parametrize(
    ("country", "words"), [*product(("DE", "KZ"), ("nothing", "it", "maybe", "any")), ("KZ", "name")]
)
def test_a_vague_word_records_nothing(country: str, words: str) -> None:
    """Where something would be recorded, a word out of the middle of an answer is not taken for it."""
    talk = after(*PLEDGE, country, "sent", "1", words)
    assert talk.records.recorded == []
    assert talk.replies[0].template == "choose/one"


@pytest.mark.parametrize(
    ("words", "language"),
    [("no", "en"), ("Not now.", "en"), ("/skip", "en"), ("нет", "ru"), ("Не сейчас", "ru"), ("no", "ru")],
)
def test_no_is_an_answer(words: str, language: str) -> None:
    """Whoever does not want to say when the letter goes says so in one word, and nothing is recorded."""
    talk = after(*PLEDGE, "DE", words, language=language)
    assert talk.frames == ()
    assert talk.replies[0].template == "pledge/none"


def test_nobody_at_home_is_named() -> None:
    """Who lives in the country that a campaign is about is offered no name, in /letter and in /pledge."""
    letter = (
        "/letter zhanaozen-2011",
        "protest",
        "open",
        "person",
        "KZ",
        "Ada",
        "enough",
        "1",
        "I have what I need",
        "sent",
        "1",
    )
    for said in ((*PLEDGE, "KZ", "sent", "1"), letter):
        question = after(*said).question
        assert question
        values = [button.press.value for button in question.buttons if button.press and button.number]
        assert values == ["nameless", "no-record"]


def test_the_warning_comes_before_the_name() -> None:
    """The question after the country carries the warning, whoever writes, and no later one repeats it."""
    for campaign, sender in product(("zhanaozen-2011", "nagaworld-2021"), ("person", "organisation")):
        home = furnished()[0].campaigns[campaign].country
        kind = ("protest",) if campaign == "zhanaozen-2011" else ()
        talk = after(f"/letter {campaign}", *kind, "open", sender)
        assert talk.question
        assert talk.question.values["type"] == "country"
        assert "Think of your safety first" in talk.say(home)
        assert "Think of your safety first" not in talk.say("Our Union")
        assert (
            "Think of your safety first"
            not in after(f"/letter {campaign}", *kind, "open", sender, "NZ").last[0].html
        )


def test_no_way_leads_to_a_doubtful_address() -> None:
    """For no campaign, kind of letter and country is there a way to somebody without a channel that can be used."""
    world = furnished()[0]
    for campaign in world.campaigns:
        for kind, country in product(campaign.kinds, (None, campaign.country, "DE", "NZ")):
            way = route(Answers({"country": country}), campaign, kind.kind)
            for one in way.addressees:
                usable = {channel.type for channel in one.usable}
                looked_up = {"post"} if one.recipient.nearest_mission else set()
                offered = {
                    o.value.split(".")[1] for o in way.ways if o.value.startswith(f"{one.recipient.key}.")
                }
                assert offered == usable | looked_up
                assert (one in way.unreachable) == (not offered)


def test_the_way_to_the_workers_is_closed_everywhere() -> None:
    """When solidarity is chosen, and when it is to be sent, the bot says that there is no safe address."""
    letter = after("/letter zhanaozen-2011", "solidarity")
    pledge = after("/pledge zhanaozen-2011", "solidarity")
    sending = after("/letter zhanaozen-2011", "solidarity", "person", "enough", "1")
    for talk in (letter, pledge, sending):
        assert "I have no safe address for: The oil workers of Mangystau" in talk.last[0].html
        assert "qybrai" not in talk.last[0].html
    for words in ("I have what I need", "sent", "1", "skip"):  # there is but one way, which is not asked for
        sending.say(words)
    assert sending.records.recorded[0].ways == (Way("editors", "email"),)


@pytest.mark.parametrize(
    ("words", "language", "taken"),
    [
        ("all", "en", True),
        ("Alle, bitte", "de", True),
        ("both", "en", False),
        ("all but the fax", "en", False),
    ],
)
def test_all_ways_are_chosen_in_a_word(words: str, language: str, taken: bool) -> None:
    """Whoever sends a letter by every way says so at once; both are all where there are two, and only there."""
    asked = after(*PLEDGE, "DE", "sent", language=language)
    shown = [button for button in asked.buttons if button.number]
    asked.say(words)
    asked.say("nameless")
    assert [len(pledge.ways) for pledge in asked.records.recorded] == [len(shown)] * taken


def test_both_ways_have_left() -> None:
    """What was promised by two ways has left by both."""
    talk = after(*PLEDGE, "DE", "tomorrow", "1 2", "nameless", "/sent", "both")
    assert [(one.status.has_left, len(one.ways)) for one in talk.records.recorded] == [(True, 2)]


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("next week", "en"),
        ("Next week, please", "de"),
        ("nächste Woche", "de"),
        ("На следующей неделе", "ru"),
    ],
)
def test_next_week_is_a_week_from_now(words: str, language: str) -> None:
    """A letter that is promised for next week is planned for the same day then."""
    talk = after(*PLEDGE, "DE", words, "1", "nameless", language=language)
    assert talk.records.recorded[0].day == (NOW + timedelta(weeks=1)).date()
