"""Telegram as a platform: messages go out, and each update becomes an event that is recorded before it is answered."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.documents import Made
from bot.events import Chat, Event, Fetched, Given, Message, Person, Role
from bot.platforms.base import (
    LaterError,
    MovedError,
    NotRecordedError,
    Take,
    Taken,
    UnreachableError,
    UnsureError,
    file_for,
    keep,
    until_recorded,
)
from bot.platforms.telegram_calls import Calls, told_apart
from bot.platforms.telegram_files import Files, attachment
from bot.platforms.telegram_keyboards import bare, chosen, keyboard, lasting, words_of
from bot.platforms.telegram_members import role, told_truly
from bot.platforms.telegram_messages import LONGEST, LONGEST_CAPTION, answered, captions, noted, parts, units
from bot.platforms.telegram_updates import NAME, Reader, where

log = logging.getLogger(__name__)

MOST_ANSWERS = 1000
"""Answers under way, beyond which no further updates are asked for."""
CROWD = 8
"""Answers just begun, beyond which the buttons of answered questions stay: people come before tidiness."""
TYPING = 1.5
"""Seconds after which somebody who waits sees that something is being written; it is Telegram that holds it up then."""
A_MINUTE_IN_A_GROUP = 20
"""Messages that Telegram lets a bot send to a group: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits."""
LATELY = 8
"""Messages of which it is remembered for a moment how they are written here: a broadcast has as many languages."""

Raw = dict[str, Any]
Part = tuple[str, Raw]
"""A method that sends, and what it says."""


class Telegram:
    """One bot on Telegram, called `username` there."""

    name = NAME

    def __init__(
        self,
        calls: Calls,
        reader: Reader,
        username: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._calls = calls
        self._reader = reader
        self._username = username
        self._sleep = sleep
        self._asked: OrderedDict[str, Raw] = OrderedDict()
        self._closed: OrderedDict[str, int] = OrderedDict()
        self._sent_parts: dict[int, int] = {}
        self._answers: set[asyncio.Task[None]] = set()
        self._held_up = 0
        self._malformed = 0
        self._files = Files(calls)
        self.next_part = _at_once
        """Waits until a further part of a message may leave for a chat."""
        self._lately: deque[tuple[Message, list[Part]]] = deque(maxlen=LATELY)

    # --- messages out

    async def send(self, chat: Chat, message: Message, delivery: int) -> str | None:
        """Send `message` in as many parts as it takes, and return the last one's id.

        What has arrived of it is not sent again by this process.
        """
        file = await file_for(message)
        with told_apart():
            sayings = self._said(message, file)
            rows = keyboard(message.buttons, self._username)
            markup = {"inline_keyboard": rows} if rows else None
            answering = _answering(message)
            edits = message.edits if len(sayings) == 1 and not message.document else None
            if edits and await self._edit(chat, edits, {**sayings[0][1], "reply_markup": markup}):
                return edits
        asked = await self._post_all(chat, sayings, markup, delivery, answering)
        if asked and any(button.press for button in message.buttons):
            said = "caption" if message.document else "text"
            kept = {"inline_keyboard": lasting(rows)}
            html = answered(message) if said in sayings[-1][1] else None
            self._remember(chat, {"message_id": asked, "reply_markup": kept, "html": html, said: html})
        return None if asked is None else str(asked)

    def _said(self, message: Message, file: Made | None) -> list[Part]:
        """Return what says `message`, part by part; of what goes to many, it is worked out once."""
        if not any(message is one for one, _ in self._lately):
            self._lately.append((message, _parts(message, file)))
        return next(parts for one, parts in self._lately if one is message)

    async def _post_all(
        self, chat: Chat, sayings: Sequence[Part], markup: Raw | None, delivery: int, answering: Raw
    ) -> int | None:
        """Send what has not arrived yet, and return the id of the last part; one of unknown fate ends nothing."""
        unsure: UnsureError | None = None
        asked = None
        for number in range(self._sent_parts.pop(delivery, 0), len(sayings)):
            last = number == len(sayings) - 1
            try:
                if number:
                    await self.next_part(chat)
                with told_apart():
                    to = {} if number else answering
                    asked = await self._post(chat, sayings[number], markup if last else None, to)
            except UnsureError as error:
                unsure = error
            except (LaterError, UnreachableError, MovedError):
                if delivery:
                    self._sent_parts[delivery] = number
                raise
        if unsure:
            raise unsure
        return asked

    async def _post(self, chat: Chat, part: Part, markup: Raw | None, answering: Raw) -> int:
        """Send one part, and return its id."""
        method, said = part
        sent = await self._files.call(method, {**where(chat), **said, "reply_markup": markup, **answering})
        return int(sent["message_id"])

    async def fetch(self, file: Given, most: int) -> Fetched:
        """Return what a file holds that somebody sent."""
        return await self._files.fetch(file, most)

    async def _edit(self, chat: Chat, message: str, now: Raw) -> bool:
        """Return whether `message` is now as `now` says; False if it cannot be changed any more."""
        try:
            await self._calls.call("EditMessageText", {**_message(chat, int(message)), **now})
        except BadRequest as error:
            return "not modified" in error.message
        return True

    def _remember(self, chat: Chat, message: Raw) -> None:
        """Remember the last question of `chat`; one before it, answered before it was shown, loses its buttons."""
        before = self._asked.get(chat.id)
        keep(self._asked, chat.id, message)
        if before and before["message_id"] != message["message_id"] and self._alone_in(chat):
            self._in_background(self._strip(chat, before))

    def _alone_in(self, chat: Chat) -> bool:
        """Return whether one person alone is asked in `chat`, and nobody waits for more than tidiness."""
        return not chat.id.startswith("-") and not self._crowded

    @property
    def _crowded(self) -> bool:
        """Whether many are being answered; those that Telegram lets wait, as in a busy group, take nobody's time."""
        return len(self._answers) - self._held_up > CROWD

    async def role(self, chat: Chat, person: Person) -> Role:
        """Return what `person` is in `chat` now; "unknown" if Telegram does not say."""
        return await role(self._calls, chat, person)

    # --- updates in

    async def take(self, raw: object, take: Take) -> None:
        """Let an update have its effect, and start to answer it. Raises NotRecordedError if it should come again."""
        try:
            event = await told_truly(self._calls, self._reader.read(raw), self._sleep)
            taken = await take(event) if event else None
        except NotRecordedError:
            raise
        except Exception as error:  # whatever a server may send: it stalls nobody
            self._set_aside(error)
            return
        if event and taken:
            over = taken.heard and taken.tap not in ("marked", "outdated") and not event.public
            asked = self._asked.pop(event.chat.id, None) if over else None
            query = raw.get("callback_query") if isinstance(raw, dict) else None
            self._in_background(self._answered(event, taken, query, asked))

    async def take_until_recorded(self, raw: object, take: Take) -> None:
        """Let an update have its effect, however long the database cannot be used."""
        await until_recorded(partial(self.take, raw, take), self._sleep)

    def _set_aside(self, error: Exception) -> None:
        """Count an update that cannot be read; the log hears of the first, the tenth, the hundredth..."""
        self._malformed += 1
        if math.log10(self._malformed).is_integer():
            log.warning("updates set aside, malformed: %d (%s)", self._malformed, type(error).__name__)

    # --- what a person sees of being answered

    async def _answered(self, event: Event, taken: Taken, query: Raw | None, asked: Raw | None) -> None:
        """Wait until `event` is answered; meanwhile the buttons that have had their time go."""
        waiting = asyncio.ensure_future(taken.answer)
        if query is not None:
            shown = {"callback_query_id": query["id"], **noted(taken.note)}
            await self._quietly("AnswerCallbackQuery", shown)
        try:
            await self._tidy(event, taken, query, asked)
        except Exception as error:  # a tap that says nonsense of its message; the log is not to repeat it
            self._set_aside(error)
        await asyncio.wait([waiting], timeout=TYPING)
        self._held_up += 1
        try:
            if not waiting.done():
                await self._quietly("SendChatAction", {**where(event.chat), "action": "typing"})
            await waiting
        finally:
            self._held_up -= 1

    async def _tidy(self, event: Event, taken: Taken, query: Raw | None, asked: Raw | None) -> None:
        """Take the buttons away from the question that is answered, and put what was tapped below it."""
        if taken.tap == "marked" or (event.public and taken.tap == "outdated") or self._crowded:
            return
        message = query.get("message") if query and taken.tap else None
        if asked and not (message and message["message_id"] == asked["message_id"]):
            await self._strip(event.chat, asked)
        if message and query and not (taken.tap == "outdated" and self._is_asked(event.chat, message)):
            await self._close(event.chat, message, chosen(query) if taken.tap == "taken" else None)

    def _is_asked(self, chat: Chat, message: Raw) -> bool:
        """Return whether `message` is the question that is open in `chat`; a forged tap on it closes nothing."""
        asked = self._asked.get(chat.id)
        return asked is not None and asked["message_id"] == message["message_id"]

    async def _close(self, chat: Chat, message: Raw, label: str | None) -> None:
        """Take the buttons below `message` away; `label` takes their place, if it has room."""
        text = f"{bare(words_of(message))}\n\n{label}"
        if not self._is_open(chat, message):
            return
        if (
            label
            and words_of(message)
            and units(text) <= (LONGEST_CAPTION if "caption" in message else LONGEST)
        ):
            look: Raw = {name: message[name] for name in ("entities", "caption_entities") if name in message}
            method, said = _rewording(message, text, look)
            now = {**_message(chat, message["message_id"]), **said, **_kept(message)}
            await self._quietly(method, now)
        else:
            await self._unbutton(chat, message)

    async def _strip(self, chat: Chat, message: Raw) -> None:
        if self._is_open(chat, message):
            await self._unbutton(chat, message)

    def _is_open(self, chat: Chat, message: Raw) -> bool:
        """Return whether `message` is not the one that was closed last in `chat`; from now on it is."""
        last, this = self._closed.get(chat.id), int(message["message_id"])
        keep(self._closed, chat.id, this)
        return last != this

    async def _unbutton(self, chat: Chat, message: Raw) -> None:
        now = {**_message(chat, message["message_id"]), **_kept(message)}
        if message.get("html"):  # what stood for buttons goes as well
            method, said = _rewording(message, message["html"], {"parse_mode": "HTML"})
            await self._quietly(method, {**now, **said})
        else:
            await self._quietly("EditMessageReplyMarkup", now)

    async def _quietly(self, method: str, parameters: Raw) -> None:
        """Make a call that nothing depends on."""
        with suppress(TelegramError):
            await self._calls.call(method, parameters)

    # --- coming and going

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_quiet(work))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def catch_up(self) -> None:
        """Wait while too many answers are under way."""
        while len(self._answers) >= MOST_ANSWERS:
            await asyncio.wait(self._answers, return_when=asyncio.FIRST_COMPLETED)

    async def finish(self, seconds: float) -> None:
        """Wait for the answers under way, at most so long."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=seconds)
        for task in list(self._answers):
            task.cancel()


async def _at_once(chat: Chat) -> None:
    """Wait for nothing."""


_NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}


async def _quiet(work: Coroutine[Any, Any, None]) -> None:
    """Do `work`; an update may be read and yet hold nonsense, and whoever sends it shall not write into the log."""
    try:
        await work
    except Exception as error:
        log.error("an answer could not be finished: %s", type(error).__name__)


def _message(chat: Chat, message: int) -> Raw:
    return {"chat_id": where(chat)["chat_id"], "message_id": message}


def _kept(message: Raw) -> Raw:
    """Return the parameter that leaves `message` the buttons that are still of use."""
    rows = lasting((message.get("reply_markup") or {}).get("inline_keyboard") or [])
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _answering(message: Message) -> Raw:
    """Return the parameter that lets `message` refer to the one it answers, even if that is gone by now."""
    if message.answers is None:
        return {}
    to = {"message_id": int(message.answers), "allow_sending_without_reply": True}
    return {"reply_parameters": to}


def _parts(message: Message, file: Made | None) -> list[Part]:
    """Return what says `message`, part by part: its file last, with the words below it if they have room there."""
    texts = parts(message)
    how: Raw = {"disable_notification": True} if message.silent else {}
    look: Raw = {"parse_mode": "HTML", **how}
    said: list[Part] = [("SendMessage", {"text": t, **look, **_NO_PREVIEW}) for t in texts]
    if message.document is None:
        return said
    method, named = attachment(message.document, file)
    if not captions(texts):
        return [*said, (method, {**named, **how})]
    return [(method, {**named, "caption": texts[0], **look})]


def _rewording(message: Raw, text: str, look: Raw) -> Part:
    """Return what lets `message` say `text`: below a file, as its caption."""
    if "caption" in message:
        return "EditMessageCaption", {"caption": text, **look}
    return "EditMessageText", {"text": text, **look, **_NO_PREVIEW}
