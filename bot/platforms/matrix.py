"""Matrix as a platform: messages go out, each once, and every event is recorded before it is answered."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import nio

from bot.events import Chat, Event, Fetched, Given, Message, Person, Role
from bot.platforms.base import (
    PAUSES,
    GoneError,
    LaterError,
    RefusedError,
    Take,
    Taken,
    UndeliveredError,
    UnreachableError,
    file_for,
    keep,
    until_recorded,
)
from bot.platforms.matrix_answers import Answers, quiet
from bot.platforms.matrix_calls import Calls, LoggedOutError, MatrixError, path
from bot.platforms.matrix_events import NAME, WRITTEN, Reader, annotated, replaced, thread_of, written
from bot.platforms.matrix_files import Files
from bot.platforms.matrix_json import Json
from bot.platforms.matrix_keys import Keys, encrypted
from bot.platforms.matrix_levels import Levels, is_in
from bot.platforms.matrix_messages import PRESSES, Wording, contents, edited, pressed, reactions
from bot.platforms.matrix_rooms import A_MOMENT, Place, Rooms, private

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Messages of broadcasts that are sent at once: whose keys were shared before a crash, is given new ones after it."""
REPEATABLE = 23 * 3600.0
"""Seconds for which a message is known again that was sent before: homeservers remember that for a day."""
_CLOSED = {"M_FORBIDDEN", "M_NOT_FOUND", "M_UNRECOGNIZED"}


class Matrix:
    """One account on Matrix."""

    name = NAME

    def __init__(
        self,
        client: nio.AsyncClient,
        calls: Calls,
        keys: Keys,
        reader: Reader,
        rooms: Rooms,
        wording: Wording,
        personal: Set[str],
        prefix: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`personal` are the commands that lead into the private chat; `prefix` begins the name of every message."""
        self._client = client
        self._calls = calls
        self._keys = keys
        self._reader = reader
        self._rooms = rooms
        self._wording = wording
        self._personal = personal
        self._prefix = prefix
        self._sleep = sleep
        self.ready = asyncio.Event()
        """Whether it is known which rooms there are."""
        self._shown: OrderedDict[str, Json] = OrderedDict()
        self._reacted: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._seeding: dict[str, asyncio.Task[None]] = {}
        self._malformed = 0
        self._files = Files(calls)
        self.answers = Answers()

    # --- messages out

    async def send(self, chat: Chat, message: Message, delivery: int) -> str | None:
        """Send `message`, and return its event's id; the same `delivery` never arrives twice.

        The homeserver knows it again.
        """
        event = None
        await self.ready.wait()  # before that no room is known, not even those that we are in
        file = await file_for(message)
        with _told_apart():
            place = await self._rooms.find(chat)
            kept = None
            if message.document:
                hidden = self._rooms.encrypted(place.room)
                kept = await self._files.attached(message.document, file, hidden=hidden)
            name = f"{self._prefix}.{delivery or secrets.token_hex(8)}"
            edits = None if kept else message.edits
            for number, content in enumerate(contents(message, self._wording)):
                told = {**content, **_relation(place, None if number else message.answers)}
                shown = edited(told, edits) if edits else told
                event = await self._put(place.room, "m.room.message", shown, f"{name}.{number}")
                if PRESSES in content and not edits:
                    keep(self._shown, event, told)
                    self._offer(chat, place.room, event, message, name)
            if kept:
                told = {**kept, **_relation(place, None)}
                await self._put(place.room, "m.room.message", told, f"{name}.file")
            return edits or event

    async def fetch(self, file: Given, most: int) -> Fetched:
        """Return what a file holds that somebody sent."""
        return await self._files.fetch(file, most)

    async def _put(self, room: str, kind: str, content: Json, transaction: str) -> str:
        """Send one event, encrypted where everything is, and return its id."""
        if self._rooms.encrypted(room) and kind != "m.reaction":
            await self._keys.share(room)
            kind, content = self._client.encrypt(room, kind, content)
        try:
            told = await self._calls.call("PUT", path("rooms", room, "send", kind, transaction), content)
        except MatrixError as error:
            if error.code == "M_FORBIDDEN" and await self._rooms.replaced(room):
                raise LaterError(A_MOMENT) from error
            raise
        return str(told.get("event_id", ""))

    def _offer(self, chat: Chat, room: str, event: str, message: Message, name: str) -> None:
        """React to our own question with what can be tapped, until it is answered."""
        if chat.id.startswith("@"):
            keys = [key for key, _ in reactions(message.buttons)]
            self._stop_offering(chat)
            self._seeding[chat.id] = asyncio.create_task(quiet(partial(self._seed, room, event, keys, name)))

    async def _seed(self, room: str, event: str, keys: list[str], name: str) -> None:
        for number, key in enumerate(keys):
            relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
            content = {"m.relates_to": relation, "m.mentions": {}}
            await self._put(room, "m.reaction", content, f"{name}.r{number}")

    def _stop_offering(self, chat: Chat) -> None:
        task = self._seeding.pop(chat.id, None)
        if task is not None:
            task.cancel()

    async def role(self, chat: Chat, person: Person) -> Role:
        """Return what `person` is in the room of `chat` now; "unknown" if the homeserver does not say."""
        try:
            state = await self._calls.listed(path("rooms", chat.whole.id, "state"))
        except (UndeliveredError, MatrixError):
            return "unknown"
        if not is_in(state, person.id):
            return "outside"
        return "admin" if Levels(state).administrator(person.id) else "member"

    # --- events in

    async def take(self, raw: Json, room_id: str, take: Take) -> None:
        """Let a decrypted event of a room have its effect, however long that cannot be recorded."""
        try:
            events = [event async for event in self._read(raw, room_id)]
        except LoggedOutError:
            raise
        except Exception as error:  # whatever somebody may send: it stalls nobody
            self._set_aside(error)
            return
        for event in events:
            await self.take_until_recorded(event, take)

    async def take_until_recorded(self, event: Event, take: Take) -> None:
        """Let `event` have its effect, and start to answer it."""
        self._stop_offering(event.chat)
        taken = await until_recorded(partial(take, event), self._sleep)
        await self.answers.start(event.chat, partial(_answered, taken))

    async def _read(self, raw: Json, room_id: str) -> AsyncIterator[Event]:
        """Yield what an event means: one that is for a person alone and said among others, in both places."""
        room = self._rooms.seen(room_id)
        match raw["type"]:
            case "m.reaction":
                event = await self._tapped(raw, room_id)
            case "m.room.redaction":
                event = await self._untapped(raw, room_id)
            case _:
                target = replaced(raw["content"])
                if target and not await self._is_by(room_id, target, raw["sender"]):
                    return
                self._heard(raw, room_id, thread_of(raw["content"]))
                event = self._reader.read(raw, room)
        if event is None:
            return
        yield event
        if event.public and event.command in self._personal:
            inside = private(event.person.id)
            self._rooms.asked_for(event.person.id)
            yield replace(
                event,
                id=f"{event.id} private",
                chat=inside,
                public=False,
                message=None,
                called=False,
                through=event.chat.whole,
            )

    def _heard(self, raw: Json, room_id: str, thread: str | None) -> None:
        """Remember where a person said something, to answer it there."""
        if not self._rooms.seen(room_id).public and raw["sender"] != self._client.user_id:
            self._rooms.wrote(raw["sender"], Place(room_id, thread))

    async def _tapped(self, raw: Json, room_id: str) -> Event | None:
        """Return what a reaction to a message of ours means; people react to all sorts of things."""
        relation = annotated(raw["content"])
        if relation is None or raw["sender"] == self._client.user_id:
            return None
        keep(self._reacted, raw["event_id"], relation)
        return await self._pressed(raw, room_id, relation)

    async def _untapped(self, raw: Json, room_id: str) -> Event | None:
        """Return that a tick was taken away, by taking the reaction back."""
        redacted = raw.get("redacts") or raw["content"].get("redacts")
        relation = self._reacted.pop(redacted, None) if isinstance(redacted, str) else None
        return await self._pressed(raw, room_id, relation, undone=True) if relation else None

    async def _pressed(
        self, raw: Json, room_id: str, relation: tuple[str, str], undone: bool = False
    ) -> Event | None:
        message, key = relation
        if message not in self._shown:
            found = await self._event(room_id, message)
            if found is None or found.get("sender") != self._client.user_id:
                return None
            keep(self._shown, message, found.get("content") or {})
        shown = self._shown[message]
        press = pressed(shown, key, undone)
        if press is None:
            return None
        self._heard(raw, room_id, thread_of(shown))  # for a reaction itself stands in no thread
        return self._reader.reaction(raw, self._rooms.seen(room_id), press, message)

    async def _is_by(self, room_id: str, message: str, person: str) -> bool:
        found = await self._event(room_id, message)
        return found is not None and found.get("sender") == person

    async def _event(self, room_id: str, event_id: str) -> Json | None:
        """Return an earlier event of a room, decrypted; None if it cannot be had."""
        tries = 0
        while True:
            try:
                raw = await self._calls.call("GET", path("rooms", room_id, "event", event_id))
                return self.decrypted(raw, room_id)
            except MatrixError:
                return None
            except LaterError as later:
                await self._sleep(later.seconds)
            except UndeliveredError:  # nothing is left out because the homeserver is away
                if tries > len(PAUSES) and not self._calls.away:
                    return None
                await self._sleep(PAUSES[min(tries, len(PAUSES) - 1)])
                tries += 1

    def decrypted(self, raw: Json, room_id: str) -> Json | None:
        """Return an event as it was written; None if its key is not there."""
        if raw.get("type") != "m.room.encrypted":
            return raw
        event = encrypted(raw, room_id)
        shown = self._keys.read(event) if event else None
        return {**shown, WRITTEN: written(raw)} if shown else None

    def _set_aside(self, error: Exception) -> None:
        """Count an event that cannot be read; the log hears of the first, the tenth, the hundredth..."""
        self._malformed += 1
        if math.log10(self._malformed).is_integer():
            log.warning("events set aside, malformed: %d (%s)", self._malformed, type(error).__name__)

    async def finish(self, seconds: float) -> None:
        """Wait for the answers under way, at most so long."""
        for task in self._seeding.values():
            task.cancel()
        await self.answers.finish(seconds)


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn an error of a call into the kind that says what to do about the message."""
    try:
        yield
    except UndeliveredError:
        raise
    except LoggedOutError as error:
        raise UnreachableError("the access token is no longer accepted") from error
    except MatrixError as error:
        raise (GoneError if error.code in _CLOSED else RefusedError)(str(error)) from error
    except nio.GroupEncryptionError as error:  # somebody has left between the sharing of the key and its use
        raise UnreachableError("the key must be shared anew") from error
    except Exception as error:  # a message that cannot be written is no reason to stop, nor to try for ever
        raise RefusedError(type(error).__name__) from error


def _relation(place: Place, answers: str | None) -> Json:
    """Return how an event is tied to what it `answers`: in its thread, or by a reference."""
    answered = {"m.in_reply_to": {"event_id": answers}} if answers else {}
    if place.thread:
        fallback = answered or {"m.in_reply_to": {"event_id": place.thread}}
        thread = {"rel_type": "m.thread", "event_id": place.thread, "is_falling_back": not answered}
        return {"m.relates_to": {**thread, **fallback}}
    return {"m.relates_to": answered} if answered else {}


async def _answered(taken: Taken) -> None:
    await taken.answer
