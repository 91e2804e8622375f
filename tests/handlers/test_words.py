"""A supporter's words are words wherever they are shown: never markup, never a template, never lost."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.cleaning import clean
from bot.frames import Frame
from bot.platforms.base import blocks, plain_text
from bot.steps import Refused
from handlers.questions import LINE, MOST_MEMBERS, Count, Country, Words
from tests.door import furnished
from tests.handlers.checks import tags
from tests.handlers.talk import Talk
from tests.handlers.test_wrong_answers import EMPTY, LETTER, NO_LETTERS, ORGANISATION, TOO_LONG, WORDS

WORDY = {
    given: words for given, (words, taken) in WORDS.items() if taken not in (EMPTY, NO_LETTERS, TOO_LONG)
}
PLAIN = "Ada"


@cache
def before(*way: str) -> tuple[Frame, ...]:
    """Return what is open at the end of `way`."""
    talk = Talk()
    for words in way:
        talk.say(words)
    return talk.frames


def answering(way: tuple[str, ...], *answers: str) -> Talk:
    """Return a talk that went `way` and then gave these answers."""
    talk = Talk(before(*way))
    for words in answers:
        talk.say(words)
    return talk


def written(words: str) -> Talk:
    """Return a talk that shows a letter with `words` for every answer in one's own words."""
    return answering((*LETTER, "skip"), words, "skip", words, words, "skip", words)


def letter(talk: Talk) -> str:
    """Return the letter that is shown, as plain text."""
    return next(block.plain for block in blocks(talk.last[0].html) if block.kind == "pre")


@pytest.mark.parametrize("given", WORDY)
def test_words_in_a_letter(given: str) -> None:
    """The letter has the same looks as with a harmless name, and holds the words as they were typed."""
    talk = written(WORDY[given])
    assert tags(talk.last[0].html) == tags(written(PLAIN).last[0].html)
    assert talk.answers[0]["organisation"] == WORDS[given][1]
    assert letter(talk) == letter(written(PLAIN)).replace(PLAIN, WORDS[given][1])


@pytest.mark.parametrize("given", WORDY)
def test_words_in_what_is_recorded(given: str) -> None:
    """A name that may be listed is confirmed, and shown by /mydata, as it was typed."""
    talk, plain = written(WORDY[given]), written(PLAIN)
    for words in ("1", "I have what I need", "3", "1", "2", "skip", "/mydata"):
        said, _ = talk.say(words), plain.say(words)
    assert tags(talk.last[0].html) == tags(plain.last[0].html)
    assert f"May be named: {WORDS[given][1]}\n" in said


@settings(max_examples=40)
@given(st.text(max_size=LINE))
def test_any_words_in_a_letter(words: str) -> None:
    """Whatever is taken for a name stands in the letter, and changes nothing else in it."""
    taken = Words(LINE)(clean(words))
    assume(not isinstance(taken, Refused))
    assert isinstance(taken, str)
    before_name = (*LETTER, "skip", "Union", "skip")
    name = answering(before_name, words, "enough")
    assume(name.frames and name.answers[0].get("name") == taken)  # "skip" and "back" are no names
    plain = answering(before_name, PLAIN, "enough")
    assert tags(name.last[0].html) == tags(plain.last[0].html)
    assert letter(name) == re.sub(f"^{PLAIN}$", lambda _: taken, letter(plain), flags=re.MULTILINE)


@given(st.text(), st.booleans(), st.integers(1, 900))
def test_what_is_taken_is_taken_again(words: str, lines: bool, longest: int) -> None:
    """An answer stays an answer: else the same question would come again without a word."""
    check = Words(longest, lines)
    taken = check(clean(words))
    assert isinstance(taken, Refused) or check(taken) == taken


@given(st.from_regex(r"[ \n\t.a]{1,12}", fullmatch=True))
def test_white_space_is_tidied_once(words: str) -> None:
    """Lines, blanks and gaps in any order lead to the same answer at once."""
    check = Words(100, lines=True)
    taken = check(words)
    assert isinstance(taken, Refused) or (
        check(taken) == taken and "\n\n\n" not in taken and " \n" not in taken
    )


@given(st.from_regex(r"\d[\d .,'’]{0,12}", fullmatch=True))
def test_a_number_is_taken_again(words: str) -> None:
    """Thousands may be set apart; what is taken are plain digits, within the limits."""
    check = Count(1, MOST_MEMBERS)
    taken = check(words)
    if not isinstance(taken, Refused):
        assert check(taken) == taken
        assert taken.isascii()
        assert 1 <= int(taken) <= MOST_MEMBERS


def test_every_country_is_taken_again() -> None:
    """The code of each country, and its name in every language that the bot speaks, is that country."""
    countries = furnished()[0].countries
    check = Country(countries)
    for code in countries:
        assert check(code) == code
        for language in furnished()[1].languages:
            assert check(countries.name(code, language)) == code


def test_a_country_that_was_meant_can_be_tapped() -> None:
    """What comes close to a name is offered, and one tap takes it."""
    talk = answering(LETTER, "Kazakstan")
    button = talk.buttons[0]
    assert (button.label, button.number) == ("Kazakhstan", 1)
    assert button.press
    talk.press(button.press)
    assert talk.answers[0]["country"] == "KZ"


@pytest.mark.parametrize("words", ["yes", "Yes.", "1", "kazakhstan"])
def test_a_country_that_was_meant_can_be_confirmed(words: str) -> None:
    """Where one country was meant, "yes" and its number take it; the question is not asked in vain."""
    assert answering(LETTER, "Kazakstan", words).answers[0]["country"] == "KZ"


def test_yes_and_a_number_mean_nothing_once_other_words_were_said() -> None:
    """What was meant is forgotten with the next words, and a question without it takes no number."""
    for words in (("1",), ("Kazakstan", "Xyzzy", "1"), ("Kazakstan", "Xyzzy", "yes"), ("Korea", "yes")):
        talk = answering(LETTER, *words)
        assert "country" not in talk.answers[0]
        assert talk.replies[0].template == "questions/country"
    assert answering(LETTER, "Korea", "2").answers[0]["country"] in ("KP", "KR")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("I live in Germany", "DE"),
        ("We are from the United Kingdom", "GB"),
        ("I’m in India", "IN"),
        ("from France", "FR"),
        ("Republic of Ireland", "IE"),
        ("Я живу в Чили", "CL"),
    ],
)
def test_a_country_within_a_sentence(words: str, code: str) -> None:
    """People say where they live; only the country counts."""
    assert answering(LETTER, words).answers[0]["country"] == code


def test_nothing_of_the_words_is_repeated_where_they_are_refused() -> None:
    """A refusal quotes nobody: what was typed by mistake is not shown again."""
    for asked in (ORGANISATION[:5], ORGANISATION[:6], ORGANISATION[:7], ORGANISATION):
        talk = Talk(before(*asked))
        secret = "my secret 4711 " * 100
        assert "4711" not in talk.say(secret)
        assert "4711" not in plain_text(talk.last[0].html)
