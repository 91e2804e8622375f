"""What is said beside the questions: to a second tap, to thanks, to another campaign, to what cannot be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.campaigns import Campaigns
from bot.dialogue import Answers
from bot.events import Event, Place
from handlers.appeal import which_and_where
from tests.handlers.talk import Talk, conversations
from tests.handlers.test_meaning import PLEDGE, after

REVIEW = ("/letter zhanaozen-2011", "protest", "open", "person", "Germany", "Ada", "enough")
SEND = (*REVIEW, "1")


def templates(talk: Talk) -> list[str]:
    """Return what was said last, by its templates."""
    return [reply.template for reply in talk.replies]


def test_a_link_to_another_campaign_leads_to_that_one() -> None:
    """What fits both campaigns is kept, the letter is read anew, and one sentence says so."""
    talk = after(*SEND)
    said = talk.say("/letter nagaworld-2021")
    assert templates(talk) == ["conversation/anew", "letter/review"]
    assert said.startswith("From here on it is about Cambodia")
    assert talk.answers[0]["name"] == "Ada"
    assert talk.say("/letter nagaworld-2021").startswith("You had begun this already")
    assert after(*REVIEW[:2], "/letter nagaworld-2021").frames[0].answers["campaign"] == "nagaworld-2021"


def test_a_second_tap_is_not_answered() -> None:
    """Whoever taps twice has been asked the next question already."""
    talk = after(*REVIEW[:1])
    press = talk.buttons[0].press
    assert press
    assert templates(talk) != []
    talk.press(press)
    asked = talk.question
    assert talk.press(press) == ""
    assert talk.question == asked
    talk.say("1")
    assert talk.press(press) == "Who is the letter from?"
    assert talk.question
    assert talk.replies[0].buttons == talk.question.buttons


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (REVIEW, "Your letter is the one above. Is it right?"),
        (SEND, "How will you send it?"),
        (("/letter zhanaozen-2011",), "What kind of letter?"),
        ((*PLEDGE, "DE", "sent", "1"), "May I count your letter?"),
    ],
)
def test_after_an_aside_the_question_is_one_sentence(way: tuple[str, ...], words: str) -> None:
    """Its answers stand below it, and nothing else is said again."""
    talk = after(*way)
    asked = talk.question
    assert asked
    for aside in ("/privacy", "/xyzzy", "/pledges"):
        assert talk.say(aside).endswith(f"\n\n{words}")
        assert talk.replies[-1].buttons == tuple(b for b in asked.buttons if b.copy is None)
    assert f"That is not among the answers. {words} Please choose one of these:" in talk.say("xyzzy")


def test_small_talk_is_understood() -> None:
    """A greeting is greeted, thanks are taken, and a campaign's name leads to it."""
    assert "start/start" in templates(after("Hey!"))
    assert "start/start" in templates(after("Здравствуйте", language="ru"))
    assert templates(after("Спасибо!", language="ru")) == ["conversation/thanks"]
    for words in ("zhanaozen", "zhanaozen-2011", "Zhanaozen?"):
        talk = after(words)
        assert templates(talk) == ["conversation/about"], words
        assert [b.command for b in talk.buttons] == ["letter zhanaozen-2011", "appeal zhanaozen-2011"]


def at(talk: Talk, place: Place) -> str:
    """Share a place, and return what is answered."""
    return talk.do(replace(talk.event(), place=place))


def test_a_shared_place_is_asked_back_and_can_be_denied() -> None:
    """The country found is offered; "no" asks for its name, and never suggests Norway."""
    for language, no in (("en", "no"), ("en", "No."), ("ru", "нет")):
        talk = after(*REVIEW[:4], language=language)
        said = at(talk, Place(52.5, -1.5))
        assert said == ("My map says: United Kingdom. Is that right?" if language == "en" else said)
        assert [b.number for b in talk.buttons if b.press] == [1, *[None] * (len(talk.buttons) - 1)]
        assert not any(b.place for b in talk.buttons)
        talk.say(no)
        assert templates(talk) == ["questions/retype"]
        talk.say("Chile")
        assert talk.answers[0]["country"] == "CL"
    talk = after(*REVIEW[:4])
    at(talk, Place(52.5, -1.5))
    talk.say("yes")
    assert talk.answers[0]["country"] == "GB"


def test_an_organisation_is_asked_where_it_is() -> None:
    """In a letter and in a pledge, it is the organisation's country that counts."""
    for talk in (after(*REVIEW[:3], "organisation"), after(*PLEDGE[:2], "organisation")):
        assert talk.question
        assert "In which country is your organisation?" in talk.last[-1].html
    assert "Which country do you live in?" in after(*REVIEW[:4]).last[-1].html


def public(talk: Talk, command: str, person: str) -> Event:
    """Return a command that `person` gives before others."""
    return replace(talk.event("", command), public=True, person=replace(talk.person, id=person))


@pytest.mark.parametrize("person", ["1", ""])
@pytest.mark.parametrize("part", ["appeal", "demands", "background", "since", "addresses"])
def test_in_a_group_everybody_may_choose_a_campaign(part: str, person: str) -> None:
    """Each campaign is a command of its own, also where the one who asks cannot be told apart."""
    talk = Talk()
    talk.do(public(talk, part, person))
    assert templates(talk) == ["campaign/which"]
    assert [b.command for b in talk.buttons] == [f"{part} nagaworld-2021", f"{part} zhanaozen-2011"]
    assert talk.frames == ()


def test_what_cannot_be_read_is_answered_by_what_is_open() -> None:
    """A change of words speaks of a letter only where one is open; a place is looked at only for a country."""
    talk = after()
    said = talk.do(replace(talk.event(), other="edit"))
    assert said == "I cannot follow a change to an earlier message: your first version stands."
    talk = after(*REVIEW)
    assert "your letter" in talk.do(replace(talk.event(), other="edit"))
    assert at(talk, Place(52.5, -1.5)).startswith("I need a place only when I ask for your country.")


@pytest.mark.parametrize("command", ["/letter nosuch", "/appeal nosuch", "/pledge nosuch"])
def test_a_campaign_that_is_not_known_opens_the_choice(command: str) -> None:
    """Who follows an old link is not told off."""
    assert templates(after(command)) == ["campaign/which"]


@pytest.mark.parametrize("source", ["zhanaozen", "ZHANAOZEN-2011", "zhanaozen-2011-leaflet"])
def test_a_link_may_begin_like_a_campaign(source: str) -> None:
    """The greeting is then about that campaign alone."""
    assert after(f"/start {source}").buttons[0].command == "letter zhanaozen-2011"


def test_what_is_sent_is_said_to_be_sent() -> None:
    """Once more, or when nothing is left to be sent."""
    talk = after(*PLEDGE, "DE", "today", "1", "1")
    assert talk.say("/sent 1").startswith("Thank you. It is recorded as sent:")
    assert talk.say("/sent 1").startswith("It was recorded as sent already:")
    assert talk.say("/sent").startswith("All your letters are recorded as sent already.")
    assert "already" not in talk.say("/pledges")
    assert after("/sent").replies[0].template == "pledge/list"


def test_nothing_kept_is_not_offered_to_be_erased() -> None:
    """Whoever has left nothing has nothing to erase."""
    talk = Talk()
    talk.say("/mydata")
    assert talk.buttons == ()
    assert [b.command for b in after("/language ru", "/mydata").buttons] == ["mydata file", "forget"]


def test_every_question_has_a_short_form_or_is_short() -> None:
    """What `again` names is known to the template: the last branch is for /forget alone."""
    assert "Shall I erase everything?" in after("/forget", "/xyzzy").last[-1].html
    assert conversations().standing.question(after("/forget").frames, again=True)


def test_addresses_ask_for_no_country_where_no_letter_goes_to_an_embassy() -> None:
    """Nobody is asked where they live for nothing."""
    world = conversations().world
    campaign = world.campaigns["nagaworld-2021"]
    assert [step.key for step in which_and_where(Answers(), replace(world, campaigns=Campaigns([campaign])))]
    offices = tuple(one for one in campaign.recipients if not one.nearest_mission)
    campaign = replace(campaign, recipients=offices)
    assert not [*which_and_where(Answers(), replace(world, campaigns=Campaigns([campaign])))]
