"""Small dialogues to try the rules of conversations with, and somebody who talks with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.choosing import Label, Option
from bot.conversation import Conversations
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Chat, Event, Person, Phrase, Press, Reply
from bot.frames import Frame, dump, parse
from bot.steps import Choice, Question, Refused, Review, Several, Step
from bot.turns import Turn

COLOURS = (
    Option("red", "Red"),
    Option("green", "Green"),
    Option("about", "What are colours?", show=Reply("aside")),
)


@dataclass(frozen=True, slots=True)
class Short:
    """Accepts words of at most ten characters."""

    def __call__(self, words: str) -> str | Refused:
        return words.strip() if 0 < len(words.strip()) <= 10 else Refused(Reply("too-long"))


def paint_steps(answers: Answers, world: str) -> Iterator[Step]:
    yield Choice("colour", Reply("colour"), COLOURS)
    if answers["colour"] == "red":
        yield Question("why", Reply("why"), Short(), optional=True)
    yield Question("name", Reply("name"), Short())
    yield Several("days", Reply("days"), (Option("mon", "Monday"), Option("tue", "Tuesday")))
    changes = (Option("colour", "Another colour"), Option("name", "Another name"))
    shown = Reply("review", {"name": answers.text("name")})
    yield Review("review", shown, "Fine", changes, again=Reply("review-again"))


async def end(event: Event, answers: Answers, world: str, store: None) -> Done:
    return Done(())


PAINT: Dialogue[str, None] = Dialogue("paint", Phrase("Paint"), end, paint_steps, argument="colour")
TEA: Dialogue[str, None] = Dialogue(
    "tea", Phrase("Tea"), end, lambda answers, world: iter([Question("cups", Reply("cups"), Short())])
)
HELP: Dialogue[str, None] = Dialogue(
    "help", Phrase("Help"), end, called=Phrase("hello hey"), keywords=Phrase("assist rescue")
)


def post_steps(answers: Answers, world: str) -> Iterator[Step]:
    yield Choice("colour", Reply("colour"), COLOURS)
    yield Review("agree", Reply("agree"), "Fine", ())
    yield Question("when", Reply("when"), Short())


POST: Dialogue[str, None] = Dialogue("post", Phrase("Post"), end, post_steps, argument="colour")
TALKS = Conversations([PAINT, TEA, HELP, POST], "world")


def speak(label: Label) -> str:
    return label.text if isinstance(label, Phrase) else str(label)


class Talk:
    """One person's turns, with what they are asked now."""

    def __init__(self) -> None:
        self.frames: tuple[Frame, ...] = ()
        self.turn: Turn[str, None] = Turn(())
        self.count = 0

    def say(self, words: str, press: Press | None = None, public: bool = False) -> str:
        """Type `words`, and return what is said to it, and the key of the question now asked in brackets."""
        self.count += 1
        name, _, argument = words[1:].partition(" ") if words.startswith("/") else ("", "", words)
        person, chat = Person("test", "1"), Chat("test", "1")
        event = Event(
            str(self.count), person, chat, datetime.now(UTC), argument, name or None, press, public=public
        )
        self.turn = TALKS.turn(self.frames, event, speak)
        self.frames = parse(dump(self.turn.frames), list(TALKS.dialogues))
        question = TALKS.standing.question(self.frames, self.turn.again) if self.turn.ask else None
        done = [f"{self.turn.finished[0].name} done"] if self.turn.finished else []
        said = [reply.template for reply in self.turn.replies]
        return " ".join([*done, *said, *([f"[{question.template}]"] if question else [])])

    def buttons(self) -> tuple[Button, ...]:
        question = TALKS.standing.question(self.frames)
        return question.buttons if question else ()

    def tap(self, label: str, buttons: tuple[Button, ...] | None = None) -> str:
        found = next(b for b in buttons or self.buttons() if speak(b.label) == label)
        return self.say("", found.press)


def talk(*lines: tuple[str, str]) -> Talk:
    """Go through a dialogue of (said, expected), and return where it ends."""
    now = Talk()
    for said, expected in lines:
        assert now.say(said) == expected, said
    return now


BEGUN = (
    ("/paint", "[colour]"),
    ("1", "[why]"),
    ("because", "[name]"),
    ("Ada", "[days]"),
    ("1 2", "[review]"),
)
