"""People answer with yes and no where other words were expected: it is understood, and never stands in a letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.door import Door, open_door

LETTER = ("/letter zhanaozen-2011", "1", "1", "1")
NO = (
    ("en", "no"),
    ("ru", "Нет."),
    ("kk", "жоқ"),
    ("de", "Nein"),
    ("fr", "non"),
    ("tr", "HAYIR"),
    ("ar", "لا"),
)


async def told(door: Door, *said: str) -> str:
    """Say one thing after the other, and return the last answer."""
    return [await door.say(words) for words in said][-1]


@pytest.mark.parametrize(("language", "no"), NO)
async def test_no_leaves_out_what_may_be_left_out(tmp_path: Path, language: str, no: str) -> None:
    """Whoever says no to a name, a town, a reason of their own has them left out, and signs with nothing."""
    async with open_door(tmp_path, language) as door:
        await told(door, *LETTER, "NO", no, no, "/skip", no)
        letter = await door.say(no)
        assert no.rstrip(".").casefold() not in [line.casefold() for line in letter.splitlines()]
        assert "13" in letter  # the review, with all its buttons


@pytest.mark.parametrize(("language", "no"), [("en", "no thanks"), *NO])
async def test_no_leaves_out_a_choice_that_may_be_left_out(tmp_path: Path, language: str, no: str) -> None:
    """Whoever is asked which fact struck them, and says no, goes on to the next question."""
    async with open_door(tmp_path, language) as door:
        await told(door, *LETTER, "/skip", "/skip", "/skip")
        work = await door.say("/skip")
        await door.say("/back")
        assert await door.say(no) == work


async def test_yes_is_no_name_and_no_reason(tmp_path: Path) -> None:
    """Whoever says yes instead of the words themselves is asked for these."""
    async with open_door(tmp_path) as door:
        await told(door, *LETTER, "NO")
        assert "Please type the words themselves. /skip" in await door.say("yes")
        await told(door, "Ada", "/skip", "/skip", "/skip")
        assert "Please type the words themselves. /skip" in await door.say("ok")
        assert "Here is your letter" in await door.say("They are like us.")
        assert "All that is left is to send it" in await door.say("yes")


async def test_an_organisation_is_not_called_no(tmp_path: Path) -> None:
    """What may not be left out is asked for once more."""
    async with open_door(tmp_path) as door:
        await told(door, "/letter zhanaozen-2011", "1", "1", "2", "NO")
        asked = await door.say("no")
        assert "Please type the words themselves." in asked
        assert "/skip" not in asked


@pytest.mark.parametrize(
    ("answer", "recorded"), [("yes", "It is counted without a name."), ("no", "nothing is recorded")]
)
async def test_the_consent_is_what_was_asked_for(tmp_path: Path, answer: str, recorded: str) -> None:
    """Yes to being counted is a yes to no more than that, and no is a no."""
    async with open_door(tmp_path) as door:
        await told(door, "/pledge zhanaozen-2011", "1", "1", "NO")
        assert "To whom" in await door.say("yes")
        assert "May I count your letter?" in await door.say("1 and 2")
        assert recorded in await door.say(answer)


async def test_a_number_may_stand_among_words(tmp_path: Path) -> None:
    """About 12,000 members is a number; two numbers are none, and neither is 2 million, of which 2 would be left."""
    async with open_door(tmp_path) as door:
        await told(door, "/letter zhanaozen-2011", "1", "1", "2", "NO", "Harbour Workers")
        for words in ("300 or 400", "12 thousand", "2 million members", "3 тыс.", "10 mil"):
            assert "a number from 1" in await door.say(words)
        assert "What name" in await door.say("about 12,000 members")


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "протест"), ("ru", "солидарность"), ("kk", "наразылық")]
)
async def test_a_word_may_end_otherwise(tmp_path: Path, language: str, words: str) -> None:
    """A word of an option is understood without the ending that it has there."""
    async with open_door(tmp_path, language) as door:
        asked = await told(door, "/letter zhanaozen-2011")
        assert await door.say(words) != asked
        assert "/back" in [f"/{button.command}" for button in door.last[-1].buttons]
        assert await told(door, "/back") == asked


async def test_a_command_may_be_called_in_ones_own_language(tmp_path: Path) -> None:
    """Who writes a slash before a word of their language is led to the command, and not to one that looks like it."""
    async with open_door(tmp_path, "de") as door:
        assert "/language" in await door.say("/sprache")


async def test_nothing_is_kept_of_somebody_new(tmp_path: Path) -> None:
    """Whoever has said nothing yet reads that nothing is kept, and not that some of it is missing."""
    async with open_door(tmp_path) as door:
        assert (await door.say("/mydata")).splitlines()[-1] == "• Nothing at all"


@pytest.mark.parametrize(
    ("language", "yes", "no"),
    [
        ("en", "Yes, please!", "no thank you"),
        ("ru", "да, пожалуйста", "Нет, спасибо."),
        ("kk", "иә, өтінемін", "жоқ, рахмет"),
        ("de", "ja bitte", "Nein, danke"),
        ("fr", "oui, s'il vous plaît", "non merci"),
        ("es", "Sí, por favor", "no, gracias"),
        ("tr", "lütfen evet", "hayır, teşekkürler"),
        ("ar", "نعم من فضلك", "لا، شكراً"),
    ],
)
async def test_a_polite_answer_is_the_same_answer(tmp_path: Path, language: str, yes: str, no: str) -> None:
    """What politeness adds changes nothing: yes is a yes, no leaves out, a number counts."""
    async with open_door(tmp_path, language) as door:
        name = await told(door, "/letter zhanaozen-2011", "1", "1", "1 please", "Kazakstan", "yes")
        assert await told(door, "/back", "Kazakstan", yes) == name
        town = await door.say("/skip")
        assert await told(door, "/back", no) == town
        await door.say("/cancel")
        erased = await told(door, "/forget", "1")
        assert await told(door, "/forget", no) != erased
        assert await told(door, "/forget", yes) == erased


async def test_a_word_with_a_hyphen_is_known_without_it(tmp_path: Path) -> None:
    """Whoever types "email" means the e-mail."""
    async with open_door(tmp_path) as door:
        await told(door, *LETTER, "GB", "/enough", "1")
        assert await door.say("email") == await door.say("e-mail")
        assert "That fits several answers: 5 and 6." in await door.say("Email")
        assert "mymail@" not in await door.say("email marxist")
        assert "marxist.com" in door.last[0].html


@pytest.mark.parametrize(("language", "words"), [("en", "russian"), ("de", "Russisch"), ("tr", "RUSÇA")])
async def test_a_language_is_known_by_what_others_call_it(tmp_path: Path, language: str, words: str) -> None:
    """Whoever cannot type the name that a language has for itself calls it as they do, or in English."""
    for said in (words, "Russian", "русский"):
        async with open_door(tmp_path / said, language) as door:
            assert (await told(door, "/language", said)).startswith("Теперь я говорю с вами по-русски.")
