"""A letter of one's own in a few taps: what is left out at once, in which words the letter comes, what stands first."""

from __future__ import annotations

import itertools

import pytest

from bot.buttons import way_value
from bot.dialogue import CHANCE
from bot.frames import dump, parse
from bot.platforms.base import blocks
from bot.steps import AGREED
from bot.wording import ENOUGH
from handlers.world import World
from tests.door import furnished
from tests.handlers.talk import Talk
from tests.handlers.test_meaning import after

COUNTRY = ("/letter zhanaozen-2011", "protest", "open", "person")
UNION = ("/letter nagaworld-2021", "open", "organisation")
REVIEW = (*COUNTRY, "/enough")


def asked(talk: Talk) -> str:
    """Return the key of the present question."""
    return next(b.press.step for b in talk.question.buttons if b.press) if talk.question else ""


def letter(talk: Talk) -> str:
    """Return the letter that is shown, as plain text."""
    return next(block.plain for block in blocks(talk.last[-1].html) if block.kind == "pre")


def world() -> World:
    """Return what the conversations know."""
    return furnished()[0]


# --- Left out at once


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    ("campaign", "kind"), [(c.slug, kind.kind) for c in world().campaigns for kind in c.kinds]
)
def test_eight_taps_lead_from_the_greeting_to_a_page_to_send(language: str, campaign: str, kind: str) -> None:
    """Whoever answers only what must be answered has the letter after six taps, and the page in hand after eight."""
    talk = after("/start", language=language)
    talk.say("/letter")
    taps = 1
    wanted = {"campaign": campaign, "kind": kind, "version": "open", "sender": "person"}
    while asked(talk) != "review":
        step = asked(talk)
        value = wanted.get(step, way_value(ENOUGH))
        talk.press(next(b.press for b in talk.buttons if b.press and b.press.value == value))
        taps += 1
    assert taps <= 6
    assert letter(talk)
    talk.press(next(b.press for b in talk.buttons if b.press and b.press.value == AGREED))
    talk.press(next(b.press for b in talk.buttons if b.press))
    assert [message.document for message in talk.last if message.document]
    assert taps + 2 <= 8


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("/enough", "en"),
        ("enough", "en"),
        ("That is enough.", "en"),
        ("show me the letter", "en"),
        ("on to the letter", "en"),
        ("Хватит вопросов", "ru"),
        ("покажи письмо", "ru"),
        ("Сразу к письму!", "ru"),
        ("enough", "ru"),
    ],
)
def test_that_it_is_enough_can_be_typed(words: str, language: str) -> None:
    """From any question that may be skipped, in English and in the person's language."""
    for way in (COUNTRY, (*COUNTRY, "DE"), (*COUNTRY, "DE", "Ada", "Leeds")):
        talk = after(*way, language=language)
        talk.say(words)
        assert asked(talk) == "review"
        assert talk.frames[0].answers["reason"] is None


def test_what_must_be_answered_is_still_asked() -> None:
    """A union has to be named; after that nothing more is asked that may be skipped."""
    talk = after(*UNION, "/enough")
    assert asked(talk) == "organisation"
    assert talk.say("/enough").startswith("I cannot go on without this answer")
    talk.say("Hotel Workers’ Union")
    assert asked(talk) == "review"
    answers = talk.frames[0].answers
    assert [answers[key] for key in ("country", "members", "name", "town", "struck", "reason")] == [None] * 6


def test_one_can_think_better_of_it() -> None:
    """Back leads to the question at which it was enough, and to each left out after it, to be answered one by one."""
    talk = after(*UNION, "/enough", "back")
    assert asked(talk) == "country"
    talk.say("Peru")
    assert asked(talk) == "organisation"
    talk.say("Our Union")
    assert asked(talk) == "members"
    talk = after(*REVIEW, "back")
    assert asked(talk) == "reason"
    talk.say("It concerns us all.")
    assert "It concerns us all." in letter(talk)


def test_it_is_offered_where_it_saves_a_question() -> None:
    """Beside every question that may be skipped but the last, and nowhere else."""
    talk = after(*COUNTRY[:3])
    offered = {}
    while (step := asked(talk)) != "when":
        offered[step] = any(b.press and b.press.value == way_value(ENOUGH) for b in talk.buttons)
        talk.say({"sender": "person", "review": "agreed", "kit": "next"}.get(step, "skip"))
    assert [step for step, there in offered.items() if there] == ["country", "name", "town", "struck", "work"]
    assert not any(b.press and b.press.value == way_value(ENOUGH) for b in talk.buttons)


def test_a_change_asks_for_one_answer_only() -> None:
    """What was enough before the letter was seen leaves out nothing that is asked after it."""
    talk = after(
        *REVIEW, "Say what my work is", "nurse", "Take the other letter", "published", "kind", "solidarity"
    )
    assert asked(talk) == "review"
    assert "nurse" in letter(talk)


# --- In which words


def begun(number: int) -> Talk:
    """Return the talk of another supporter, who says nothing beyond what must be said."""
    talk = Talk(_ids=itertools.count(number * 1000))
    for words in REVIEW:
        talk.say(words)
    return talk


def test_a_letter_stays_in_its_words() -> None:
    """Looked at again, changed, taken up after a restart, it is the same; so it is whoever it is addressed to."""
    talk = begun(1)
    first = letter(talk)
    assert letter(begun(1)) == first
    for aside in ("/help", "/letter"):
        talk.say(aside)
    assert letter(talk) == first
    talk.say("Change the name")
    talk.say("Ada Berg")
    assert letter(talk) == first.replace("A supporter of the oil workers", "Ada Berg")
    talk.say("The letter is right")
    talk.say("E-mail: KazMunayGas")
    middle = first.split("\n\n")[2:-2]
    assert letter(talk).split("\n\n")[2:-2] == middle


def test_two_supporters_write_two_letters() -> None:
    """Those who say nothing of their own do not send the same letter either."""
    assert len({letter(begun(number)) for number in range(12)}) == 12


def test_other_words_can_be_asked_for() -> None:
    """The same is said differently, as often as one likes, and every other answer stays as it was."""
    talk = after(*COUNTRY, "DE", "Ada", "Leeds", "sokolova", "nurse", "It concerns us all.")
    answers, seen = talk.frames[0].answers, [letter(talk)]
    for words in ("Other words", "other words"):
        talk.say(words)
        seen.append(letter(talk))
    assert len(set(seen)) == 3
    assert talk.frames[0].answers.minus(CHANCE) == answers.minus(CHANCE)
    assert all("It concerns us all." in text and "Leeds, Germany" in text for text in seen)


def test_the_letter_of_that_time_has_no_other_words() -> None:
    """A document is not reworded."""
    talk = after("/letter zhanaozen-2011", "protest", "published", "person", "/enough")
    assert "Other words" not in [button.label for button in talk.buttons]


def test_a_letter_that_an_older_version_began_goes_on() -> None:
    """Without a mark it comes in the words that stand first in the pack."""
    talk = after(*REVIEW)
    [frame] = talk.frames
    stored = dump((frame,)).replace(f'"{CHANCE}": "{frame.answers[CHANCE]}", ', "")
    assert CHANCE not in stored
    talk.frames = parse(stored, ["letter"])
    talk.say("Change the name")
    talk.say("Ada")
    assert "whose strike of 2011 has not been forgotten" in letter(talk)
    talk.say("Other words")
    assert "because the oil workers of Mangystau and their strike of 2011 are not forgotten" in letter(talk)


def test_the_mark_is_nobodys_answer() -> None:
    """What is kept about a person lists what they have said."""
    talk = after(*REVIEW)
    mark = talk.frames[0].answers.text(CHANCE)
    assert mark
    assert mark not in talk.say("/mydata")


# --- What stands first


@pytest.mark.parametrize(
    ("fact", "begins"),
    [
        ("shootings", "Zhanaozen and Shetpe"),
        ("dismissals", "about 900 dismissals"),
        ("sokolova", "six years in prison"),
        ("justified", "“in general justified”"),
    ],
)
def test_the_chosen_fact_stands_first(fact: str, begins: str) -> None:
    """It begins the letter behind the opening, for protest and solidarity, whatever chance says."""
    for number in range(6):
        talk = Talk(_ids=itertools.count(number * 1000))
        for words in (*COUNTRY, "skip", "skip", "skip", fact, "enough"):
            talk.say(words)
        for _ in range(2):
            assert begins in letter(talk).split("\n\n")[3]
            talk.say("kind")
            talk.say("solidarity")
