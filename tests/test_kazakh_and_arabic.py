"""The bot in Kazakh and in Arabic: people are understood in their own words, and can read what they get."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.choosing import fold
from bot.countries import Countries
from bot.direction import BY_FIRST_LETTER, END, FROM_LEFT, ISOLATES
from bot.events import Message
from bot.guessing import Guessing
from bot.messages import Messages, languages
from bot.platforms.base import parse_command, plain_text
from bot.platforms.console_pipe import transcript
from bot.platforms.console_view import View
from bot.platforms.matrix_messages import Wording, contents
from bot.platforms.telegram_keyboards import keyboard
from bot.platforms.telegram_messages import parts
from bot.resources import templates
from bot.wording import ANSWER, LEAVE, STOP, THANKS
from handlers import DESCRIPTION, HANDLERS, NAME, SHORT_DESCRIPTION
from tests.door import furnished, open_door

NEW = ("ar", "kk")
SEEN = str.maketrans({FROM_LEFT: "⟦", BY_FIRST_LETTER: "⟪", END: "⟧"})


@pytest.mark.parametrize(
    "greeting",
    ["مرحبا", "مَرْحَبًا", "مرحـبا", "أهلا", "اهلا", "إهلا"],
    ids=lambda word: word.encode("unicode-escape"),
)
async def test_arabic_may_be_typed_with_vowels_or_without(tmp_path: Path, greeting: str) -> None:
    """Vowel signs, strokes that fill a line and the hamza on an alef make no other word."""
    async with open_door(tmp_path, "ar") as door:
        assert "تنفع رسالة باسمك" in await door.say(greeting)


@pytest.mark.parametrize(
    ("language", "back", "skip", "cancel", "myself"),
    [
        ("kk", "артқа", "Өткізіп жіберу", "бас тарту", "Өз атымнан"),
        ("ar", "رجوع", "تخطّي", "الغاء", "باسمي شخصيا"),
    ],
)
async def test_one_can_lead_the_conversation(
    tmp_path: Path, language: str, back: str, skip: str, cancel: str, myself: str
) -> None:
    """The words on the buttons can be typed: back, skip, cancel, and an answer."""
    async with open_door(tmp_path, language) as door:
        kind = await door.say("/letter zhanaozen-2011")
        assert await door.say(back) != kind
        assert await door.say("2") == kind
        await door.say("2")
        country = await door.say(myself)
        assert await door.say("/back") != country
        assert await door.say(myself) == country
        assert await door.say(skip) != country
        assert "/help" in await door.say(cancel)
        assert "/letter" in await door.say(cancel)


@pytest.mark.parametrize("language", NEW)
def test_no_word_calls_two_commands(language: str) -> None:
    """What people may type to ask for something, to stop, to go, to answer or to thank means one thing only."""
    speak = furnished()[1].speak(language)
    asked = [set(fold(speak(d.keywords)).split()) for d in HANDLERS if d.keywords]
    said = [set(map(fold, speak(words).split())) for words in (STOP, LEAVE, ANSWER, THANKS)]
    words = [word for one in (*asked, *said) for word in one]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("language", NEW)
def test_what_telegram_shows_of_the_bot_is_short_enough(language: str) -> None:
    """The name, the two descriptions and the commands' summaries are within Telegram's limits."""
    speak = furnished()[1].speak(language)
    assert len(speak(NAME)) <= 64
    assert len(speak(SHORT_DESCRIPTION)) <= 120
    assert len(speak(DESCRIPTION)) <= 512
    assert all(len(speak(dialogue.summary)) <= 256 for dialogue in HANDLERS)


@pytest.mark.parametrize("digits", ["٣", "۳", "３", "३", "#٣", "٣."])
async def test_a_number_may_be_typed_in_any_digits(tmp_path: Path, digits: str) -> None:
    """An option's number is taken in the digits of any language."""
    async with open_door(tmp_path, "ar") as door:
        await door.say("/letter zhanaozen-2011")
        await door.say("1")
        since = await door.say("3")
        assert await door.say(digits) == since


@pytest.mark.parametrize("digits", ["1 3", "١ ٣", "١، ٣", "١ و٣", "١؛ ٣"])
async def test_several_numbers_may_be_typed_as_in_arabic(tmp_path: Path, digits: str) -> None:
    """Numbers are parted by spaces, Arabic commas, or "and"; the pledge has both ways then."""
    async with open_door(tmp_path, "ar") as door:
        for words in ("/pledge zhanaozen-2011", "1", "1", "ألمانيا", "1"):
            await door.say(words)
        assert "احتسابها من دون اسم" in await door.say(digits)
        await door.say("1")
        assert (await door.say("/pledges")).count("بالبريد") == 2


@pytest.mark.parametrize("members", ["١٢٠٠", "١٬٢٠٠", "١،٢٠٠", "١ ٢٠٠"])
async def test_a_count_may_be_typed_in_arabic_digits(tmp_path: Path, members: str) -> None:
    """The number of members is a number, and stands in the letter as the letter's language has it."""
    async with open_door(tmp_path, "ar") as door:
        for words in (
            "/letter zhanaozen-2011",
            "1",
            "1",
            "2",
            "ألمانيا",
            "Oil Union",
            members,
        ):
            await door.say(words)
        assert "1200" in (await door.say("/enough")).replace(",", "")


async def test_what_is_foreign_stands_by_itself_in_arabic(tmp_path: Path) -> None:
    """A number, an address, a command and an office keep their order inside Arabic sentences; so do buttons."""
    async with open_door(tmp_path, "ar") as door:
        await door.say("/addresses zhanaozen-2011")
        said = (await door.say("تونس")).translate(SEEN)
        assert "⟪+7 (7172) 97 60 00, 97 60 01⟧" in said
        assert "⟪info@kmg.kz⟧" in said
        await door.say("/addresses nagaworld-2021")
        said = (await door.say("ألمانيا")).translate(SEEN)
        assert "\n⟦Embassy of the Kingdom of Cambodia (Berlin)⟧\n" in said
        assert "الأمر ⟦/letter⟧ يبدأ رسالة" in (await door.say("وداعا")).translate(SEEN)
        for words in ("/pledge zhanaozen-2011", "1", "1", "ألمانيا", "1"):
            ways = await door.say(words)
        assert "  3  بريد: ⟦KazMunayGas⟧" in ways.translate(SEEN)
        assert "  3  بريد: ⟦KazMunayGas⟧" in transcript(door.last[-1]).translate(SEEN)


async def test_what_is_copied_holds_nothing_unseen(tmp_path: Path) -> None:
    """A letter, and whatever a tap copies, is what it would be in English: nothing is pasted that nobody sees."""
    async with open_door(tmp_path, "ar") as door:
        for words in ("/letter zhanaozen-2011", "1", "1", "1", "ألمانيا", "Ada", "Berlin", "/enough"):
            await door.say(words)
        letter = door.last[-1].html
        assert not ISOLATES.intersection(letter[letter.index("<pre>") : letter.index("</pre>")])
        await door.say("1")
        await door.say("kazmunaygas.email")
        copied = [button for button in door.last[-1].buttons if button.copy is not None]
        assert "info@kmg.kz" in [button.copy for button in copied]
        assert not [button for button in copied if ISOLATES.intersection(button.copy or "")]
        pressed = {str(row[0].get("text")).translate(SEEN) for row in keyboard(door.last[-1].buttons, "bot")}
        assert "📋 إيميل: ⟦KazMunayGas⟧" in pressed


async def test_every_platform_shows_the_order(tmp_path: Path) -> None:
    """What keeps the order reaches the screen of each platform, and stands outside of what is copied."""
    async with open_door(tmp_path, "ar") as door:
        await door.say("/mydta")
        [question] = door.last
    assert all("⟦/mydata⟧" in shown.translate(SEEN) for shown in _shown(question))
    assert "/mydata  عرض" in transcript(question)
    [content] = contents(question, Wording({"mydata"}, "@bot:example.org"))
    assert "هل المقصود ⟦!mydata⟧؟" in content["body"].translate(SEEN)
    assert "\n  ⟦!mydata⟧  عرض" in content["body"].translate(SEEN)
    assert "<strong>⟦!mydata⟧</strong> عرض" in content["formatted_body"].translate(SEEN)


def _shown(message: Message) -> Iterator[str]:
    """Yield what is shown of a message in a terminal, through a pipe and on Telegram."""
    yield plain_text(message.html)
    yield transcript(message)
    screen = io.StringIO()
    View(screen, colour=False, width=80).show(message)
    yield screen.getvalue()
    yield "".join(parts(message))


async def test_a_command_that_is_copied_with_its_isolate_is_a_command(tmp_path: Path) -> None:
    """Whoever pastes a command out of an Arabic message has typed the command."""
    assert parse_command(f"{FROM_LEFT}/letter{END}", ("/",)) == ("letter", "")
    async with open_door(tmp_path, "ar") as door:
        assert await door.say(f"{FROM_LEFT}/help{END}") == await door.say("/help")


@pytest.mark.parametrize("language", [code for code in languages() if code != "ar"])
async def test_nothing_changes_where_lines_run_from_the_left(tmp_path: Path, language: str) -> None:
    """In other languages nothing is put around anything."""
    async with open_door(tmp_path, language) as door:
        for words in ("/help", "/addresses zhanaozen-2011", "DE", "/letter zhanaozen-2011", "1", "1"):
            assert not ISOLATES.intersection(await door.say(words))


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Сәлем", "kk"),
        ("ҚАЙДА?", "kk"),
        ("Привет", "ru"),
        ("مرحبا", "ar"),
        ("!help مَرحبًا", "ar"),
        ("یک نامه", None),
        ("hello", None),
        ("!letter", None),
    ],
)
def test_the_letters_of_the_first_words_tell_the_language(words: str, language: str | None) -> None:
    """Where no app says which language is wanted, what is written first does."""
    messages = Messages(templates() / "messages", Countries())
    assert Guessing(messages, ())(words) == language


async def test_numbers_are_written_as_they_can_be_typed(tmp_path: Path) -> None:
    """Arabic sentences have the digits of the buttons and addresses, and so have dates."""
    async with open_door(tmp_path, "ar") as door:
        for words in ("/letter zhanaozen-2011", "1", "1", "2", "ألمانيا", "Oil Union"):
            await door.say(words)
        assert (await door.say("0")).startswith("يرجى كتابة عدد من 1 إلى 100,000,000، بالأرقام.\n")
        assert "16 ديسمبر 2011: " in await door.say("/since zhanaozen-2011")
