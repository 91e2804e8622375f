"""What a person may do next: a right answer, anything else that can be typed, or a button, new or old."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from bot.events import Event, Press
from bot.platforms.base import parse_command
from tests.handlers.talk import Talk

WORDS = (
    "Ada Lovelace",
    "Oil Workers’ Union",
    "<b>Ana</b> & {{ organisation }} None",
    "Undefined letter/review () [] %(name)s",
    "It concerns\n\nus all.",
    "1200",
    "Germany",
    "Kazakstan",
    "🇧🇷",
    "1 2",
    "99",
    "-1",
    "",
    "\u202e\x1b[31m\x00",
    "wage " * 60,
    "yes",
    "sent",
    "pledge",
    "help",
    "back",
    "skip",
    "Назад",
)
WAYS = (
    (),
    ("/letter", "2", "1", "1", "2", "Germany", "Oil Workers’ Union", "skip", "Ada", "Berlin", "2", "skip"),
    ("/letter", "2", "2", "1", "skip", "Ada", "enough", "1", "I have what I need", "3"),
    ("/pledge", "1", "2", "Brazil", "2"),
    ("/pledge", "2", "1", "1", "Germany", "1", "1 2", "2", "Ada", "/forget"),
)
"""Ways to where something is at stake."""
COMMANDS = (
    "/start",
    "/help",
    "/appeal",
    "/demands zhanaozen-2011",
    "/background",
    "/since nagaworld-2021",
    "/addresses",
    "/addresses 1",
    "/letter",
    "/letter zhanaozen-2011",
    "/pledge",
    "/pledges",
    "/sent",
    "/sent 1",
    "/sent 99",
    "/export",
    "/language",
    "/language en",
    "/language ru",
    "/privacy",
    "/mydata",
    "/forget",
    "/forget yes",
    "/cancel",
    "/back",
    "/skip",
    "/enough",
    "/leter",
    "/xyzzy",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The right answer to whatever is asked: one of the options by its number, or words."""

    number: int


@dataclass(frozen=True, slots=True)
class Tap:
    """A button of those below the last messages, or of all there ever were."""

    number: int
    old: bool


Act = Answer | Tap | str

answers = st.builds(Answer, st.integers(0, 19))
acts: st.SearchStrategy[Act] = st.one_of(
    answers,
    answers,
    st.builds(Tap, st.integers(0, 30), st.booleans()),
    st.sampled_from(WORDS),
    st.sampled_from(COMMANDS),
)


def event(act: Act, talk: Talk, shown: list[Press]) -> Event:
    """Return the event that `act` is at this point of `talk`; `shown` are the buttons so far."""
    match act:
        case Answer(number):
            return _answer(number, talk)
        case Tap(number, old):
            presses = shown if old else [b.press for b in talk.buttons if b.press]
            return talk.event(press=presses[number % len(presses)]) if presses else _typed("1", talk)
        case words:
            return _typed(words, talk)


def _answer(number: int, talk: Talk) -> Event:
    question = talk.question
    options = [b for b in question.buttons if b.number] if question else []
    if options:
        usual = {"letter/review": 0, "pledge/ways": -1}.get(question.template) if question else None
        chosen = number // 2 % len(options) if usual is None or number % 2 else usual
        return talk.event(press=options[chosen].press)
    if not question:
        return _typed(("/letter", "/pledge")[number % 2], talk)
    return _typed(
        {"members": "1 200", "country": "Germany"}.get(str(question.values.get("type")), "Ada"), talk
    )


def _typed(words: str, talk: Talk) -> Event:
    command, text = parse_command(words, ("/",))
    return talk.event(text, command)
