"""The way of one event: what is open, what it means, what is kept, what is said - in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Generic

from bot import conversation, outbox
from bot.conversation import Conversations, Frame, Turn
from bot.dialogue import Done, World
from bot.events import Chat, Event, Person, Reply, clean
from bot.messages import Messages
from bot.outbox import Outbox
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.work import Unsent, Work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one event did: the messages that are recorded, and what may only be said once every byte is gone."""

    queued: tuple[Unsent, ...] = ()
    after_erasure: tuple[Reply, ...] = ()
    language: str = ""


class Dispatcher(Generic[World]):
    """Handles events: different conversations at the same time, each one strictly in order."""

    def __init__(
        self,
        conversations: Conversations[World, Work],
        messages: Messages,
        store: Store,
        out: Outbox,
    ) -> None:
        self._conversations = conversations
        self._messages = messages
        self._store = store
        self._outbox = out
        self._locks: dict[tuple[Chat, Person], tuple[asyncio.Lock, int]] = {}

    async def handle(self, event: Event) -> None:
        """Give `event` its effect exactly once and answer it; a failure is said and leaves everything as it was."""
        event = replace(event, text=clean(event.text))
        async with self._alone(event):
            try:
                effect = await self._take(event)
                if effect.after_erasure:
                    effect = await self._confirm(event, effect)
            except Exception as error:
                _report(error)
                await self._apologise(event)
                return
            await self._outbox.send(effect.queued)
            if effect.after_erasure:
                await self._store.purge()

    async def _take(self, event: Event) -> _Effect:
        """Do everything that `event` means, in one transaction."""
        async with self._store.work() as work:
            known = await work.arrive(event)
            if not known.new:
                return _Effect()
            language = self._messages.language(known.language, event.person.language)
            frames = conversation.parse(known.frames or "[]", list(self._conversations.dialogues))
            turn = self._conversations.turn(frames, event, self._messages.speak(language))
            done = await self._finish(turn, event, work)
            left = () if done.clear else turn.frames
            if left != frames or known.frames:
                await work.leave(event, conversation.dump(left) if left else None)
            if done.erased:
                return _Effect((), done.replies, language)
            replies = [*turn.replies, *done.replies, *self._next_question(turn, left)]
            rendered = self._rendered(replies, done.language or language)
            queued = await work.queue(event.chat, rendered)
        return _Effect(queued)

    async def _finish(self, turn: Turn[World, Work], event: Event, work: Work) -> Done:
        if turn.finished is None:
            return Done(())
        dialogue, answers = turn.finished
        return await dialogue.finish(event, answers, self._conversations.world, work)

    def _next_question(self, turn: Turn[World, Work], left: tuple[Frame, ...]) -> tuple[Reply, ...]:
        question = self._conversations.question(left) if turn.ask else None
        return (question,) if question else ()

    def _rendered(self, replies: Sequence[Reply], language: str) -> list[str]:
        return [outbox.dump(self._messages.render(reply, language)) for reply in replies]

    async def _confirm(self, event: Event, effect: _Effect) -> _Effect:
        """Say that something is erased once no byte of it is left, and the truth if some still is."""
        gone = await self._store.purge()
        replies = [replace(r, values={**r.values, "gone": gone}) for r in effect.after_erasure]
        rendered = self._rendered(replies, effect.language)
        try:
            async with self._store.work() as work:
                return replace(effect, queued=await work.queue(event.chat, rendered))
        except Exception as error:  # it is erased all the same, and must not be called undone
            _report(error)
        for message in rendered:
            await self._outbox.tell(event.chat, outbox.parse(message))
        return effect

    async def _apologise(self, event: Event) -> None:
        language = self._messages.language(event.person.language)
        sorry = self._messages.render(Reply("conversation/not-recorded"), language)
        await self._outbox.tell(event.chat, sorry)

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


def _report(error: Exception) -> None:
    """Log what went wrong and where, and nothing of what was said."""
    if isinstance(error, StoreError):
        log.error("an event had no effect: %s", error)
        return
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "nowhere"
    log.error("an event had no effect: %s at %s", type(error).__name__, where)
