"""The way of one event: what is open, what it means, what is kept, what is said - in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic

from bot.cleaning import clean
from bot.composing import UnfetchedFileError
from bot.conversation import Conversations
from bot.dialogue import Done, Needs, Told, World
from bot.events import Chat, Event, Happening, Message, Person, Reply, Tap
from bot.fetching import Files
from bot.frames import Frame, dump, open_ones, parse
from bot.groups import Group
from bot.guarding import Guarding, UnknownRoleError
from bot.guessing import Guessing
from bot.leading import asked_in, leading_out_of
from bot.messages import Messages
from bot.outbox import Outbox
from bot.pace import Hearing, Pace
from bot.platforms.base import NotRecordedError, Taken
from bot.pledges import Counted
from bot.roles import Roles
from bot.store.errors import StoreError
from bot.store.numbers import UncountedError
from bot.store.store import Store
from bot.store.work import Arrival, Unsent, Work
from bot.turns import Turn

log = logging.getLogger(__name__)

MOST_WAITING = 20
"""Answers to one chat under way, beyond which nothing more is heard from there: it may hold up nobody else."""
TRIES = 3
"""How often an event is tried on which a conversation fails, before it is set aside."""


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one event did: the messages that are recorded, and what may only be said once every byte is gone."""

    queued: tuple[Unsent, ...] = ()
    tap: Tap | None = None
    after_erasure: tuple[Reply, ...] = ()
    language: str = ""
    new: bool = True
    """Whether anything but an apology came of it."""
    told: tuple[Unsent, ...] = ()
    """What is said in other chats."""
    dropped: tuple[int, ...] = ()
    """Messages that were still to be sent, and must not be any more."""
    note: str = ""
    """What only whoever has tapped is shown."""


class Dispatcher(Generic[World]):
    """Handles events: different conversations at the same time, each one strictly in order."""

    def __init__(
        self,
        conversations: Conversations[World, Work],
        messages: Messages,
        store: Store,
        out: Outbox,
        pace: Pace | None = None,
        roles: Roles | None = None,
        files: Files | None = None,
    ) -> None:
        self._conversations = conversations
        self._guarded = Guarding(conversations)
        self._roles = roles or Roles()
        self._files = files or Files()
        self._messages = messages
        self._guess = Guessing(messages, conversations.names.known)
        self._store = store
        self._outbox = out
        self._pace = pace
        self._locks: dict[tuple[Chat, Person], tuple[asyncio.Lock, int]] = {}

    async def handle(self, event: Event) -> None:
        """Give `event` its effect and answer it, on a platform that cannot give it again: a failure is said."""
        async with self._alone(event):
            try:
                effect = await self._effect(event)
            except NotRecordedError:
                await self._outbox.tell(event.chat, self._sorry(event))
            else:
                await self._answer(effect, at_once=True)
                self._outbox.start(effect.told)

    async def take(self, event: Event) -> Taken:
        """Give `event` its effect exactly once, on the disk when this returns, and start to answer it.

        Whoever writes too fast is asked to wait. Raises NotRecordedError where the event should be given again.
        """
        hearing = self._hear(event)
        if hearing == "answer":
            async with self._alone(event):
                effect = await self._effect_or_pardon(event)
                self._outbox.start(effect.told)
                answer = self._outbox.post(event.chat, partial(self._answer, effect))
                return Taken(answer, effect.tap, heard=effect.new, note=effect.note)
        if hearing == "ignore" or event.public:
            return Taken(asyncio.sleep(0), heard=False)
        slower = self._render(Reply("conversation/slower"), event)
        telling = partial(self._outbox.tell, event.chat, slower)
        return Taken(self._outbox.post(event.chat, telling), heard=False)

    def _hear(self, event: Event) -> Hearing:
        """Return what to do with `event`, however fast its person writes and however slow its chat is."""
        if event.happened is not None:
            return "answer"  # nobody said it, and it will not be said again
        if self._outbox.waiting(event.chat) >= MOST_WAITING:
            return "ignore"
        return self._pace.hear(_writer(event), event.at.timestamp()) if self._pace else "answer"

    async def _effect_or_pardon(self, event: Event) -> _Effect:
        """Do what `event` means; one that is to come again shall not count twice for its person's pace."""
        try:
            return await self._effect(event)
        except NotRecordedError:
            if self._pace:
                self._pace.pardon(_writer(event))
            raise

    async def _effect(self, event: Event) -> _Effect:
        """Do what `event` means; where a conversation fails again and again, the event is set aside."""
        event = replace(event, text=clean(event.text), happened=_tidy(event.happened))
        for _ in range(TRIES):
            try:
                effect = await self._take(event)
                self._outbox.give_up(effect.dropped)
                return await self._confirm(event, effect) if effect.after_erasure else effect
            except StoreError as error:
                log.error("an event had no effect: %s", error)
                raise NotRecordedError from error
            except Exception as error:
                _report(error)
        return await self._set_aside(event)

    async def _set_aside(self, event: Event) -> _Effect:
        """Let `event` have no effect but an apology, now and whenever it comes again."""
        try:
            async with self._store.work() as work:
                known = await work.arrive(event)
                queued = await work.queue(event.chat, [self._sorry(event)]) if known.new else ()
                return _Effect(queued, new=False)
        except StoreError as error:
            _report(error)
            raise NotRecordedError from error
        except Exception as error:  # it would only fail again, and hold up whatever comes behind it
            _report(error)
            return _Effect(new=False)

    async def _answer(self, effect: _Effect, at_once: bool = False) -> None:
        await self._outbox.send(effect.queued, at_once or bool(effect.after_erasure))
        if effect.after_erasure:
            await self._store.purge()

    async def tell(self, telling: Callable[[Work], Awaitable[tuple[Told, ...]]]) -> None:
        """Say in other chats what `telling` finds is to be said there. Raises StoreError if it cannot be recorded."""
        async with self._store.work() as work:
            told = await self._queue_told(Done((), told=await telling(work)), work)
        self._outbox.start(told)

    async def _take(self, event: Event) -> _Effect:
        """Do everything that `event` means; nothing has come of it yet where something must be read first."""
        counted = None
        while True:
            try:
                return await self._transaction(event, counted)
            except UnknownRoleError as unknown:
                needs = unknown.needs
                role = await self._roles.role(needs.chat, event.person, needs.fresh)
                event = replace(event, roles={**event.roles, needs.chat: role})
            except UnfetchedFileError as unfetched:
                data = await self._files.fetch(unfetched.file)
                event = replace(event, files={**event.files, unfetched.file: data})
            except UncountedError as uncounted:
                counted = await self._store.counted(uncounted.full)

    async def _transaction(self, event: Event, counted: Counted | None) -> _Effect:
        """Do everything that `event` means, in one transaction."""
        async with self._store.work(counted) as work:
            known = await work.arrive(event)
            if not known.new:
                return _Effect(new=False)
            if event.happened is not None:
                return await self._happened(event, known, work)
            if event.through is not None and (group := await work.came_from(event.person, event.through)):
                event = asked_in(group, event)
            if event.by and (group := await work.group_called(event.by)):
                await work.came(event.person, group)
            frames = parse(known.frames or "[]", list(self._conversations.dialogues))
            language = await self._language(known, event, work, begins=not open_ones(frames))
            group = await work.group(event.chat) if event.public else None
            turn = self._turn(frames, event, language, group)
            turn = self._guarded(await self._looked_up(turn, event, work), event)
            turn, done = await self._ended(turn, event, work)
            left = self._conversations.left(turn, done)
            if left != frames or known.frames:
                await work.leave(event, dump(left) if left else None)
            if done.erased:
                dropped = await work.drop(event.chat)  # what was still to be said holds their words
                return _Effect((), turn.tap, done.replies, language, dropped=dropped)
            said = self._conversations.said(turn, left, done)
            rendered = self._rendered(said, event, done.language or language)
            if event.public and (group := group or await work.group(event.chat)):
                rendered = [leading_out_of(group, message) for message in rendered]
            if turn.tap == "marked" or (done.instead and rendered):
                rendered[-1] = replace(rendered[-1], edits=event.pressed_on)
            queued = await work.queue(event.chat, rendered)
            told = await self._queue_told(done, work)
        note = self._messages.render(turn.note, language).html if turn.note else ""
        return _Effect(queued, turn.tap, told=told, note=note)

    def _turn(
        self, frames: tuple[Frame, ...], event: Event, language: str, group: Group | None
    ) -> Turn[World, Work]:
        """Return what `event` makes of the open dialogues.

        A group that follows one campaign is told about that, where none is named, not even one that is not known.
        """
        speak = self._messages.speak(language)
        turn = self._conversations.turn(frames, event, speak)
        asked = turn.offers and turn.offers.guard is None and not event.text
        if asked and group and group.only_campaign:
            return self._conversations.turn(frames, replace(event, text=group.only_campaign), speak)
        return turn

    async def _looked_up(self, turn: Turn[World, Work], event: Event, work: Work) -> Turn[World, Work]:
        """Return `turn` once everything is looked up that its question depends on."""
        while step := self._conversations.lookup(turn):
            value = await step.find(event, work)
            if isinstance(value, Needs):
                raise UnknownRoleError(value)
            turn = self._conversations.looked_up(turn, event, step, value)
        return turn

    async def _happened(self, event: Event, known: Arrival, work: Work) -> _Effect:
        """Take in what became of us in a chat, and say there what is to be said of it."""
        happens = self._conversations.happens
        done = await happens(event, self._conversations.world, work) if happens else Done(())
        language = done.language or self._messages.language(known.language, event.person.language)
        queued = await work.queue(event.chat, self._rendered(done.replies, event, language))
        return _Effect(queued, told=await self._queue_told(done, work))

    async def _queue_told(self, done: Done, work: Work) -> tuple[Unsent, ...]:
        """Record what is said in other chats, and return it."""
        queued: list[Unsent] = []
        for one in done.told:
            language = one.language or await work.language_of(Person(one.chat.platform, one.chat.id))
            message = self._messages.render(one.reply, self._messages.language(language))
            queued += await work.queue(one.chat, [replace(message, card=one.card)])
        return tuple(queued)

    async def _language(self, known: Arrival, event: Event, work: Work, begins: bool) -> str:
        """Return the language to answer in; whoever `begins` to write in one, and has chosen none, keeps it."""
        if known.language or event.person.language or not begins:
            return self._messages.language(known.language, event.person.language)
        guessed = None if event.command else self._guess(event.text)
        if guessed and event.person.id and not event.public:
            await work.set_language(event.person, guessed)
        return self._messages.language(guessed)

    async def _ended(
        self, turn: Turn[World, Work], event: Event, work: Work
    ) -> tuple[Turn[World, Work], Done]:
        """Do what is to be done at the end of a dialogue; one that had to read something first goes on with that."""
        done = await self._finish(turn, event, work)
        if done.goes_on is None:
            return turn, done
        turn = self._conversations.going_on(turn, done.goes_on, event)
        return turn, await self._finish(turn, event, work)

    async def _finish(self, turn: Turn[World, Work], event: Event, work: Work) -> Done:
        if turn.finished is None:
            return Done(())
        dialogue, answers = turn.finished
        return await dialogue.finish(event, answers, self._conversations.world, work)

    def _rendered(self, replies: Sequence[Reply], event: Event, language: str) -> list[Message]:
        if not event.public:
            return [self._messages.render(reply, language) for reply in replies]
        rendered = [self._messages.render(self._conversations.in_public(r), language) for r in replies]
        return [replace(message, answers=event.message or event.pressed_on) for message in rendered]

    async def _confirm(self, event: Event, effect: _Effect) -> _Effect:
        """Say that something is erased once no byte of it is left, and the truth if some still is."""
        gone = await self._store.purge()
        replies = [replace(r, values={**r.values, "gone": gone}) for r in effect.after_erasure]
        rendered = self._rendered(replies, event, effect.language)
        try:
            async with self._store.work() as work:
                return replace(effect, queued=await work.queue(event.chat, rendered))
        except Exception as error:  # it is erased all the same, and must not be called undone
            _report(error)
        for message in rendered:
            await self._outbox.tell(event.chat, message)
        return effect

    def _sorry(self, event: Event) -> Message:
        return self._render(Reply("conversation/not-recorded"), event)

    def _render(self, reply: Reply, event: Event) -> Message:
        return self._messages.render(reply, self._messages.language(event.person.language))

    @asynccontextmanager
    async def _alone(self, event: Event) -> AsyncIterator[None]:
        """Wait until nothing else of this conversation is being handled."""
        key = (event.chat, event.person)
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = (lock, users - 1)


def _tidy(happened: Happening | None) -> Happening | None:
    """Return what happened with a name that can be stored and shown."""
    return happened and replace(happened, title=clean(happened.title))


def _writer(event: Event) -> Person | Chat:
    """Return whose pace counts: that of a whole chat where nobody in it can be told apart."""
    return event.person if event.person.id else event.chat.whole


def _report(error: Exception) -> None:
    """Log what went wrong and where, and nothing of what was said."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "nowhere"
    log.error("an event had no effect: %s at %s", type(error).__name__, where)
