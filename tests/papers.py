"""Files for tests: a letter to print and a mail to send, and a conversation that hands them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bot import assembly, documents
from bot.choosing import Option
from bot.dialogue import Answers, Dialogue, Done
from bot.documents import Made
from bot.events import Button, Chat, Document, Draft, Event, Message, Page, Phrase, Reply
from bot.steps import Choice, Step
from handlers import HANDLERS
from handlers.world import Store, World

SECRET = "I pack parcels in Leipzig"
"""Words of a supporter's own."""
PAGE = Document(
    "letter-president.pdf",
    Page(
        "en",
        "a4",
        ("Anna Müller", "Leipzig"),
        ("The President of the Republic of Kazakhstan",),
        "26 November 2026",
        "The oil workers of Mangystau",
        f"Dear Mr President,\n\n{SECRET}.\n\n1. Free them.\n\nAnna Müller",
    ),
)
MAIL = Document(
    "letter-company.eml",
    Draft(("info@example.org",), ("copy@example.org",), "The oil workers", f"{SECRET}."),
)


@dataclass
class Printer:
    """Makes the files as the bot does, keeps what it made, and may be out of order."""

    made: list[Made] = field(default_factory=list)
    broken: bool = False

    @property
    def last(self) -> Made:
        """What was made last."""
        return self.made[-1]


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Printer:
    """What makes the files in this test; /paper hands two of them out."""
    printer, make = Printer(), documents.made

    async def made(document: Document) -> Made:
        if printer.broken:
            raise ValueError(SECRET)
        printer.made.append(await make(document))
        return printer.last

    monkeypatch.setattr(documents, "made", made)
    monkeypatch.setattr(assembly, "HANDLERS", (*HANDLERS, PAPER))
    return printer


def _steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield a question below a letter."""
    options = (Option("yes", Phrase("Yes, erase it all")), Option("no", Phrase("No, keep it")))
    yield Choice("fine", Reply("conversation/thanks", document=PAGE), options)


async def _finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return a mail, with a button below it."""
    button = Button(Phrase("Write a letter"), command="letter")
    return Done((Reply("conversation/nothing-open", {}, (button,), MAIL),))


PAPER: Dialogue[World, Store] = Dialogue("paper", Phrase("Write a letter"), _finish, _steps, private=True)


async def deliver(bot: assembly.Bot, chat: Chat, *messages: Message) -> None:
    """Let the bot send `messages` as it sends an answer."""
    async with bot.store.work() as work:
        waiting = await work.queue(chat, messages)
    await bot.outbox.send(waiting)
