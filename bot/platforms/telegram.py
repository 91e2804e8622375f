"""Telegram as a platform: messages go out, and each update becomes an event that is recorded before it is answered."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.events import Chat, Event, Message
from bot.platforms.base import NotRecordedError, Take, Taken
from bot.platforms.telegram_calls import Calls, told_apart
from bot.platforms.telegram_keyboards import chosen, keyboard, lasting
from bot.platforms.telegram_messages import LONGEST, parts, units
from bot.platforms.telegram_updates import NAME, Reader, where

log = logging.getLogger(__name__)

MOST_ANSWERS = 1000
"""Answers under way, beyond which no further updates are asked for."""
REMEMBERED = 10_000
"""Chats whose last question is remembered, so that its buttons can be taken away."""
CROWD = 8
"""Answers under way, beyond which the buttons of answered questions stay: people come before tidiness."""
TYPING = 1.5
"""Seconds after which somebody who waits sees that something is being written."""
PAUSES = (0.2, 1.0, 5.0, 15.0)
"""Seconds between two tries to record an update."""

Raw = dict[str, Any]


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
        self._sent_parts: dict[int, int] = {}
        self._answers: set[asyncio.Task[None]] = set()
        self._malformed = 0

    # --- messages out

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Send `message` in as many parts as it takes; what has arrived of it is not sent again by this process."""
        with told_apart():
            texts = parts(message)
            rows = keyboard(message.buttons, self._username)
            markup = {"inline_keyboard": rows} if rows else None
            if message.edits and len(texts) == 1 and await self._edit(chat, message.edits, texts[0], markup):
                return
            for number in range(self._sent_parts.pop(delivery, 0), len(texts)):
                if delivery and number:
                    self._sent_parts[delivery] = number
                last = number == len(texts) - 1
                asked = await self._post(chat, texts[number], markup if last else None)
        self._sent_parts.pop(delivery, None)
        if texts and any(button.press for button in message.buttons):
            self._remember(chat, {"message_id": asked, "reply_markup": {"inline_keyboard": lasting(rows)}})

    async def _post(self, chat: Chat, text: str, markup: Raw | None) -> int:
        """Send one part, and return its id."""
        sent = await self._calls.call("SendMessage", {**where(chat), **_html(text), "reply_markup": markup})
        return int(sent["message_id"])

    async def _edit(self, chat: Chat, message: str, text: str, markup: Raw | None) -> bool:
        """Return whether `message` now says `text`; False if it cannot be changed any more."""
        try:
            now = {**_html(text), "reply_markup": markup}
            await self._calls.call("EditMessageText", {**_message(chat, int(message)), **now})
        except BadRequest as error:
            return "not modified" in error.message
        return True

    def _remember(self, chat: Chat, message: Raw) -> None:
        self._asked[chat.id] = message
        self._asked.move_to_end(chat.id)
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)

    # --- updates in

    async def take(self, raw: object, take: Take) -> None:
        """Let an update have its effect, and start to answer it. Raises NotRecordedError if it should come again."""
        try:
            event = self._reader.read(raw)
            taken = await take(event) if event else None
        except NotRecordedError:
            raise
        except Exception as error:  # whatever a server may send: it stalls nobody
            self._set_aside(error)
            return
        if event and taken:
            over = taken.heard and taken.tap != "marked" and not event.public
            asked = self._asked.pop(event.chat.id, None) if over else None
            query = raw.get("callback_query") if isinstance(raw, dict) else None
            self._in_background(self._answered(event, taken, query, asked))

    async def take_until_recorded(self, raw: object, take: Take) -> None:
        """Let an update have its effect, however long the database cannot be used."""
        tries = 0
        while True:
            try:
                await self.take(raw, take)
                return
            except NotRecordedError:
                await self._sleep(PAUSES[min(tries, len(PAUSES) - 1)])
                tries += 1

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
            await self._quietly("AnswerCallbackQuery", {"callback_query_id": query["id"]})
        await self._tidy(event, taken, query, asked)
        await asyncio.wait([waiting], timeout=TYPING)
        if not waiting.done():
            await self._quietly("SendChatAction", {**where(event.chat), "action": "typing"})
        await waiting

    async def _tidy(self, event: Event, taken: Taken, query: Raw | None, asked: Raw | None) -> None:
        """Take the buttons away from the question that is answered, and put what was tapped below it."""
        if taken.tap == "marked" or (event.public and taken.tap == "outdated") or len(self._answers) > CROWD:
            return
        message = query.get("message") if query and taken.tap else None
        if asked and not (message and message["message_id"] == asked["message_id"]):
            await self._strip(event.chat, asked)
        if message and query:
            await self._close(event.chat, message, chosen(query) if taken.tap == "taken" else None)

    async def _close(self, chat: Chat, message: Raw, label: str | None) -> None:
        """Take the buttons below `message` away; `label` takes their place, if it has room."""
        text = f"{message.get('text', '')}\n\n{label}"
        if label and message.get("text") and units(text) <= LONGEST:
            said = {"text": text, "entities": message.get("entities"), **_NO_PREVIEW, **_kept(message)}
            await self._quietly("EditMessageText", {**_message(chat, message["message_id"]), **said})
        else:
            await self._strip(chat, message)

    async def _strip(self, chat: Chat, message: Raw) -> None:
        now = {**_message(chat, message["message_id"]), **_kept(message)}
        await self._quietly("EditMessageReplyMarkup", now)

    async def _quietly(self, method: str, parameters: Raw) -> None:
        """Make a call that nothing depends on."""
        with suppress(TelegramError):
            await self._calls.call(method, parameters)

    # --- coming and going

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
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


_NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}


def _message(chat: Chat, message: int) -> Raw:
    return {"chat_id": where(chat)["chat_id"], "message_id": message}


def _kept(message: Raw) -> Raw:
    """Return the parameter that leaves `message` the buttons that are still of use."""
    rows = lasting((message.get("reply_markup") or {}).get("inline_keyboard") or [])
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _html(text: str) -> Raw:
    return {"text": text, "parse_mode": "HTML", **_NO_PREVIEW}
