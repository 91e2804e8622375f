"""A talk with the real conversations and campaigns, without a database: what it would remember is in memory."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from bot.cleaning import clean
from bot.conversation import Conversations
from bot.dialogue import Done
from bot.events import Chat, Event, Message, Person, Press, Reply, ShownButton
from bot.export.order import Filters
from bot.frames import Frame, dump, parse
from bot.guarding import Guarding
from bot.mydata import Held
from bot.platforms.base import parse_command, plain_text
from bot.pledges import (
    Answer,
    Counted,
    DayCount,
    Kept,
    LetterCount,
    NewPledge,
    PeopleCount,
    Pledge,
    Recorded,
    Status,
    Tally,
    Way,
    WayCount,
)
from bot.turns import Turn
from handlers import HANDLERS
from handlers.world import Store, World
from tests.door import NOW, furnished
from tests.handlers.follow import Follow
from tests.handlers.no_broadcasts import NoBroadcasts
from tests.handlers.no_groups import NoGroups


@cache
def conversations() -> Conversations[World, Store]:
    """Return the rules by which the real dialogues go on."""
    return Conversations(HANDLERS, furnished()[0])


@dataclass
class Records(Follow, NoBroadcasts, NoGroups):
    """What is kept about one person."""

    language: str | None = None
    open: tuple[str, ...] = ()

    async def set_language(self, person: Person, language: str) -> None:
        """Keep the language."""
        self.language = language

    async def add_pledge(self, person: Person, pledge: NewPledge) -> Recorded:
        """Keep the pledge, in place of a promise of the same letter, and together with what was sent of it."""
        gone = [old for old in self.recorded if _gives_way(old, pledge)]
        sent = [old for old in gone if old.status.has_left]
        ways = {way for one in (pledge, *sent) for way in one.ways}
        kept = [old for old in self.recorded if old not in gone]
        self.recorded = [*kept, replace(pledge, ways=tuple(sorted(ways)))]
        return Recorded.ADDED if sent else Recorded.REPLACED if gone else Recorded.NEW

    async def pledges(self, person: Person) -> tuple[Pledge, ...]:
        """Return the pledges, each with its ways in order."""
        return tuple(
            Pledge(n, replace(p, ways=tuple(sorted(p.ways))), self._answers(p))
            for n, p in enumerate(self.recorded, 1)
        )

    def _answers(self, pledge: NewPledge) -> tuple[Answer, ...]:
        return tuple(self.came_back.get(pledge.letter, {}).values()) if pledge.status.has_left else ()

    async def mark_sent(
        self, person: Person, number: int, day: date, ways: Sequence[Way] = (), rest: bool = False
    ) -> Pledge | None:
        """Keep that the pledge has been sent, unless it was sent before, and what stays promised."""
        if not 0 < number <= len(self.recorded):
            return None
        pledge = self.recorded[number - 1]
        if pledge.status.has_left:
            return (await self.pledges(person))[number - 1]
        sent = replace(pledge, status=Status.SENT, day=day, ways=tuple(ways) or pledge.ways)
        if any(one.letter == sent.letter and one.status.has_left for one in self.recorded):
            await self.add_pledge(person, sent)
        else:
            self.recorded[number - 1] = sent
        others = tuple(way for way in pledge.ways if way not in sent.ways)
        if rest and others:
            await self.add_pledge(person, replace(pledge, ways=others))
        of_letter = [one for one in await self.pledges(person) if one.terms.letter == sent.letter]
        return next(one for one in of_letter if one.terms.status.has_left)

    async def counted(self) -> Counted:
        """Return how many letters of each sort are kept, on which days they left, and that one person wrote them."""
        letters = Counter((p.campaign, p.kind, p.sender, p.country, p.status) for p in self.recorded)
        ways = Counter((p.campaign, c, p.status) for p in self.recorded for c in {w.channel for w in p.ways})
        tally = Tally(
            tuple(LetterCount(*key, number) for key, number in letters.items()),
            tuple(WayCount(*key, number) for key, number in ways.items()),
        )
        days = Counter((one.campaign, one.day) for one in self._left())
        on_days = tuple(DayCount(*key, number) for key, number in sorted(days.items()))
        return Counted(self._people(), tally, on_days)

    def _people(self) -> tuple[PeopleCount, ...]:
        sent = {p.campaign: any(q.campaign == p.campaign for q in self._left()) for p in self.recorded}
        return tuple(PeopleCount(one, "all", "", int(left), int(not left)) for one, left in sent.items())

    def _left(self) -> list[NewPledge]:
        return [one for one in self.recorded if one.status.has_left]

    async def published(self) -> tuple[PeopleCount, ...]:
        """Return nothing: one person is too few."""
        return ()

    async def held(self, person: Person, chat: Chat) -> tuple[Held, ...]:
        """Return nothing: the file of everything is made of a real database."""
        return ()

    async def kept(self, person: Person) -> Kept:
        """Return everything."""
        return Kept(await self.pledges(person), self.language, self.open)

    async def letters_for(self, filters: Filters) -> int:
        """Return how many there are of the campaigns."""
        return len([one for one in self.recorded if one.campaign in (filters.campaigns or (one.campaign,))])

    async def forget(self, person: Person) -> None:
        """Keep nothing."""
        self.recorded, self.language, self.open = [], None, ()
        self.came_back.clear()


def _gives_way(old: NewPledge, new: NewPledge) -> bool:
    return old.letter == new.letter and (new.status.has_left or not old.status.has_left)


async def _ended(end: Awaitable[Done]) -> Done:
    return await end


@dataclass
class Talk:
    """One person's talk, with what is open and what was said last."""

    frames: tuple[Frame, ...] = ()
    records: Records = field(default_factory=Records)
    replies: tuple[Reply, ...] = ()
    last: tuple[Message, ...] = ()
    person: Person = field(default_factory=lambda: Person("wire", "4815162342", "en"))
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        conversations().world.letters.know({})

    def say(self, words: str) -> str:
        """Type `words`, and return what is answered, without its looks."""
        command, text = parse_command(words, ("/",))
        return self.do(self.event(text, command))

    def press(self, press: Press) -> str:
        """Tap a button, and return what is answered."""
        return self.do(self.event(press=press))

    def event(self, text: str = "", command: str | None = None, press: Press | None = None) -> Event:
        """Return an event with a new id."""
        chat = Chat("wire", self.person.id)
        return Event(f"talk-{next(self._ids)}", self.person, chat, NOW, text, command, press)

    def do(self, event: Event) -> str:
        """Let `event` happen, and return what is answered."""
        event = replace(event, text=clean(event.text))
        talks, messages = conversations(), furnished()[1]
        language = messages.language(self.records.language, event.person.language)
        self.records.open = (dump(self.frames),) if self.frames else ()
        turn = Guarding(talks)(talks.turn(self.frames, event, messages.speak(language)), event)
        done = self._end(turn, event)
        if done.goes_on is not None:
            turn = talks.going_on(turn, done.goes_on, event)
            done = self._end(turn, event)
        self.frames = parse(dump(talks.left(turn, done)), list(talks.dialogues))
        if done.erased:
            gone = tuple(replace(r, values={**r.values, "gone": True}) for r in done.replies)
            done = replace(done, replies=gone)
        self.replies = talks.said(turn, self.frames, done)
        self.last = tuple(messages.render(reply, done.language or language) for reply in self.replies)
        return "\n\n".join(plain_text(message.html) for message in self.last)

    def _end(self, turn: Turn[World, Store], event: Event) -> Done:
        if turn.finished is None:
            return Done(())
        dialogue, answers = turn.finished
        return asyncio.run(_ended(dialogue.finish(event, answers, conversations().world, self.records)))

    @property
    def question(self) -> Reply | None:
        """What is asked now, with its buttons."""
        return conversations().standing.question(self.frames)

    @property
    def buttons(self) -> tuple[ShownButton, ...]:
        """The buttons below what was said last."""
        return tuple(button for message in self.last for button in message.buttons)

    @property
    def answers(self) -> list[dict[str, object]]:
        """What is answered so far, the outermost conversation first."""
        return [dict(frame.answers) for frame in self.frames]
