"""What people really type: at every question it gets one clear sentence or is an answer, and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.cleaning import clean
from bot.platforms.base import plain_text
from tests.door import open_door
from tests.handlers.talk import Talk

EMPTY, NO_LETTERS, TOO_LONG = "questions/empty", "questions/no-letters", "questions/too-long"

WORDS = {
    "nothing": ("", EMPTY),
    "spaces": (" \t \u00a0\u3000 ", EMPTY),
    "100 kB": ("x" * 100_000, TOO_LONG),
    "100 kB of numbers": ("99 " * 33_000, TOO_LONG),
    "a very long word": ("Donaudampfschifffahrt" * 30, TOO_LONG),
    "pictures alone": ("🙏🏽👩\u200d🏭", NO_LETTERS),
    "a number out of range": ("99", NO_LETTERS),
    "a long number": ("9" * 30, NO_LETTERS),
    "nought": ("0", NO_LETTERS),
    "a negative number": ("-1", NO_LETTERS),
    "a decimal": ("99.5", NO_LETTERS),
    "full-width digits": ("９９", NO_LETTERS),
    "Arabic digits": ("٩٩", NO_LETTERS),
    "superscript": ("²", NO_LETTERS),
    "zero-width characters": ("\u200b\u200c\u200d\u2060\ufeff", NO_LETTERS),
    "a lone surrogate": ("\ud800", EMPTY),
    "control characters": ("\x00\x07\x1b\x7f\x85", EMPTY),
    "direction overrides alone": ("\u202e\u2066", EMPTY),
    "punctuation": ("?!", NO_LETTERS),
    "a sum in braces": ("{{ 7*7 }}", NO_LETTERS),
    "words from right to left": ("مرحبا يا أصدقاء", "مرحبا يا أصدقاء"),
    "a direction override": ("\u202eevil\u202c", "evil"),
    "colours of a terminal": ("\x1b[31mred\x1b[0m\x00", "[31mred[0m"),
    "a tag": ("<b>bold</b>", "<b>bold</b>"),
    "a way out of a tag": (
        '</pre><a href="https://evil.example">x</a>',
        '</pre><a href="https://evil.example">x</a>',
    ),
    "an entity": ("&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"),
    "a field in braces": ("{{ organisation }}{# x #}", "{{ organisation }}{# x #}"),
    "a tag of a template": ("{% raw %}", "{% raw %}"),
    "a placeholder": ("%(name)s {title} %s", "%(name)s {title} %s"),
    "quotes of SQL": ("Robert'); DROP TABLE pledge;--", "Robert'); DROP TABLE pledge;--"),
    "None": ("None", "None"),
    "a surrogate in a word": ("Ad\udfffa", "Ada"),
    "spaces all over": ("  Rosa \t Luxemburg  ", "Rosa Luxemburg"),
}
"""What is given, and either the words that are taken for a name or the sentence that refuses it."""

LETTER = ("/letter", "2", "1", "1", "2")
ORGANISATION = (*LETTER, "Germany", "Oil Union", "1200", "Ada", "Berlin", "2", "skip")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: the way to it, an answer that is right, and the sentence that refuses a wrong one."""

    way: tuple[str, ...]
    right: str
    refusal: str
    takes_words: bool = False
    takes_numbers: bool = False

    @property
    def key(self) -> str:
        return f"{self.way[0]} {len(self.way)}"


ONE, SEVERAL, NUMBER, COUNTRY = "choose/one", "choose/several", "questions/number", "questions/country"
DAY = "pledge/which-day"
PLEDGE = ("/pledge", "2", "1")
QUESTIONS = (
    Asked(LETTER[:1], "2", ONE),
    Asked(LETTER[:2], "1", ONE),
    Asked(LETTER[:3], "1", ONE),
    Asked(LETTER[:4], "2", ONE),
    Asked(ORGANISATION[:5], "Germany", COUNTRY),
    Asked(ORGANISATION[:6], "Oil Union", "", takes_words=True),
    Asked(ORGANISATION[:7], "1 200", NUMBER, takes_numbers=True),
    Asked(ORGANISATION[:8], "Ada", "", takes_words=True),
    Asked(ORGANISATION[:9], "Berlin", "", takes_words=True),
    Asked(ORGANISATION[:10], "2", ONE),
    Asked(ORGANISATION[:11], "It concerns us all.", "", takes_words=True),
    Asked(ORGANISATION, "1", ONE),
    Asked((*ORGANISATION, "1"), "I have what I need", ONE),
    Asked((*ORGANISATION, "1", "I have what I need"), "3", DAY),
    Asked((*ORGANISATION, "1", "I have what I need", "3"), "1 2", SEVERAL),
    Asked((*ORGANISATION, "1", "I have what I need", "3", "1 2"), "1", ONE),
    Asked(PLEDGE[:1], "2", ONE),
    Asked(PLEDGE[:2], "1", ONE),
    Asked(PLEDGE[:3], "2", ONE),
    Asked((*PLEDGE, "2"), "Germany", COUNTRY),
    Asked((*PLEDGE, "2", "skip"), "2", DAY),
    Asked((*PLEDGE, "2", "skip", "2"), "1", SEVERAL),
    Asked((*PLEDGE, "2", "skip", "2", "1"), "1", ONE),
    Asked((*PLEDGE, "2", "skip", "2", "1", "2"), "14:30", "pledge/no-clock"),
    Asked((*PLEDGE, "2", "skip", "2", "1", "2", "skip"), "Oil Union", "", takes_words=True),
    Asked((*PLEDGE, "1", "skip", "2", "1", "2", "skip"), "Ada", "", takes_words=True),
    Asked(("/addresses",), "1", ONE),
    Asked(("/addresses", "2"), "Germany", COUNTRY),
    Asked(("/language",), "1", ONE),
    Asked(("/forget",), "2", ONE),
)


def at(asked: Asked) -> Talk:
    """Return a talk in which the question has just been asked."""
    talk = Talk()
    for words in asked.way:
        talk.say(words)
    assert talk.question
    return talk


def refused(asked: Asked, given: str) -> str:
    """Return the sentence that refuses `given`; "" if it is an answer."""
    taken = WORDS[given][1]
    if asked.takes_words:
        return taken if taken in (EMPTY, NO_LETTERS, TOO_LONG) else ""
    if asked.takes_numbers and given in ("a number out of range", "full-width digits", "Arabic digits"):
        return ""
    return asked.refusal


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.key)
def test_a_wrong_answer_gets_one_sentence_and_loses_nothing(asked: Asked) -> None:
    """What was answered stays, the same question stands with its buttons, and the next right answer is taken.

    Above each third sentence in a row that has nothing new to ask back stand the ways on.
    """
    talk = at(asked)
    question, answers, times = talk.question, talk.answers, 0
    for given, (words, _) in WORDS.items():
        if refusal := refused(asked, given):
            meant = talk.frames[-1].marked
            answer = talk.say(words)
            times = times + 1 if talk.frames[-1].marked == meant else 0
            *ways, reply = talk.replies
            assert reply.template == refusal, given
            assert [one.template for one in ways] == ["conversation/stuck"] * (times in range(3, 99, 3)), (
                given
            )
            assert "\n" not in answer.removeprefix(plain_text(talk.last[0].html) + "\n\n" if ways else "")
            assert talk.answers == answers, given
            assert question
            assert talk.question
            assert replace(talk.question, buttons=question.buttons) == question, given
            assert [b for b in reply.buttons if b in question.buttons] == [
                b for b in question.buttons if b.copy is None and not (b.place and talk.frames[-1].marked)
            ]
    talk.say(asked.right)
    assert talk.question != question
    assert talk.replies[0].template not in (asked.refusal, EMPTY, NO_LETTERS, TOO_LONG)


@pytest.mark.parametrize("asked", [a for a in QUESTIONS if a.takes_words], ids=lambda asked: asked.key)
def test_whatever_has_letters_is_words_and_stays_as_it_was_typed(asked: Asked) -> None:
    """Tags, braces, quotes and "None" are words like any others; only control characters are dropped."""
    for given, (words, taken) in WORDS.items():
        if not refused(asked, given):
            talk = at(asked)
            before = talk.answers
            assert talk.question
            key = next(b.press.step for b in talk.buttons if b.press) if talk.buttons else ""
            talk.say(words)
            if talk.frames:
                assert talk.answers == [{**before[0], key: taken}], given


@pytest.mark.parametrize("words", ["99", "９９", "٩٩", " 99 ", "099"])
def test_a_number_of_members_in_any_digits(words: str) -> None:
    """Every script's digits are digits."""
    talk = at(QUESTIONS[6])
    talk.say(words)
    assert talk.answers[0]["members"] == "99"


def test_lines_stay_lines_only_where_there_is_room_for_them() -> None:
    """A new line in a name becomes a space; in somebody's own words it stays, and no gap is wider than one line."""
    talk = at(QUESTIONS[7])
    talk.say("Ada\nLovelace")
    for words in ("Berlin", "skip", "First.  \n \r\n \u2029 \n Second.\n"):
        talk.say(words)
    assert talk.answers[0]["name"] == "Ada Lovelace"
    assert talk.answers[0]["reason"] == "First.\n\nSecond."
    assert "\n\nFirst.\n\nSecond.\n\n" in talk.last[0].html


async def test_nothing_harms_the_database(tmp_path: Path) -> None:
    """The same words through the whole bot: each is answered, none is an error, and all that were taken come back."""
    async with open_door(tmp_path) as door:
        for words in ORGANISATION[:8]:
            await door.say(words)
        for given, (words, taken) in WORDS.items():
            answer = await door.say(words)
            assert "Something went wrong" not in answer, given
            if taken not in (EMPTY, NO_LETTERS, TOO_LONG):
                assert answer.startswith("Which town"), given
                letter = [await door.say(words) for words in ("skip", "enough")][-1]
                assert f"\n{clean(taken)}\n" in letter, given
                for _ in range(4):
                    await door.say("/back")
        assert (await door.say("Ada")).startswith("Which town")
