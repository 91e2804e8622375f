"""A Bot API on this machine that does next to nothing itself, so that what is measured is the bot.

It speaks HTTP/1.1 with kept connections, hands out updates by `getUpdates` (offset, limit, long polling), answers
`sendMessage` with the Message that Telegram would return, and every other method with what keeps a bot content.
Each bot has its own token, and so its own queue.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_plus

Fields = dict[bytes, bytes]
"""The parameters of a call, as they came."""

_HEAD = (
    b"HTTP/1.1 200 OK\r\nServer: nginx/1.18.0\r\nDate: Mon, 30 Nov 2026 12:00:00 GMT\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
    b"Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n"
    b"Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
    b"Access-Control-Expose-Headers: Content-Length,Content-Type,Date,Server,Connection\r\n\r\n"
)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PART = re.compile(rb'name="(\w+)"[^\r]*\r\n(?:[^\r]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
_BOT = b'"id":%s,"is_bot":true,"first_name":"Solidarity","username":"solidarity_bot"'
_CALM: dict[bytes, bytes] = {
    b"getMyCommands": b"[]",
    b"getMyName": b'{"name":"Solidarity"}',
    b"getMyDescription": b'{"description":""}',
    b"getMyShortDescription": b'{"short_description":""}',
    b"getWebhookInfo": b'{"url":"","has_custom_certificate":false,"pending_update_count":0}',
}
"""What is answered to methods that only set a bot up; to all others it is `true`."""


@dataclass(slots=True)
class Mailbox:
    """What people have written to one bot and the bot has not yet confirmed."""

    heard: Callable[[int, bytes], None]
    """Told the chat and the text (as JSON) of each message the bot sends."""
    updates: deque[tuple[int, bytes]] = field(default_factory=deque)
    polls: deque[tuple[Connection, int]] = field(default_factory=deque)
    """Calls of `getUpdates` that wait, each with the number it wants at most."""
    last: int = 0
    waking: bool = False

    def put(self, message: bytes) -> None:
        """Queue a message as the next update; a waiting bot gets it with all that arrives in the same moment."""
        self.last += 1
        self.updates.append((self.last, b'{"update_id":%d,"message":%b}' % (self.last, message)))
        if self.polls and not self.waking:
            self.waking = True
            asyncio.get_running_loop().call_soon(self.wake)

    def wake(self) -> None:
        """Answer the longest waiting poll."""
        self.waking = False
        if self.polls and self.updates:
            connection, limit = self.polls.popleft()
            connection.answer(self.first(limit))

    def confirm(self, offset: int) -> None:
        """Forget the updates before `offset`."""
        while self.updates and self.updates[0][0] < offset:
            self.updates.popleft()

    def first(self, limit: int) -> bytes:
        """Return the oldest updates, at most `limit`, as JSON."""
        chosen = [text for (_, text), _ in zip(self.updates, range(limit), strict=False)]
        return b"[%b]" % b",".join(chosen)


class BotApi:
    """All bots' mailboxes, and the methods."""

    def __init__(self) -> None:
        self.mailboxes: dict[bytes, Mailbox] = {}
        self.messages = 0

    async def serve(self) -> tuple[asyncio.Server, int]:
        """Listen on a free port of this machine, and return the server and the port."""
        server = await asyncio.get_running_loop().create_server(lambda: Connection(self), "127.0.0.1", 0)
        return server, server.sockets[0].getsockname()[1]

    def call(self, connection: Connection, token: bytes, method: bytes, fields: Fields) -> None:
        """Do one call of the bot with this token."""
        mailbox = self.mailboxes[token]
        if method == b"getUpdates":
            poll(connection, mailbox, fields)
        elif method == b"sendMessage" or (method.startswith(b"send") and method != b"sendChatAction"):
            chat = int(fields[b"chat_id"])
            connection.answer(self.message(token, chat, fields))
            mailbox.heard(chat, as_text(fields.get(b"text", b"")))
        elif method.startswith(b"edit"):
            connection.answer(self.message(token, int(fields[b"chat_id"]), fields))
        elif method == b"getMe":
            connection.answer(b'{%b,"can_join_groups":true}' % (_BOT % token.partition(b":")[0]))
        else:
            connection.answer(_CALM.get(method, b"true"))

    def message(self, token: bytes, chat: int, fields: Fields) -> bytes:
        """Return the message as Telegram repeats it to its sender."""
        self.messages += 1
        said = [b'"text":%b' % as_text(fields.get(b"text", b""))]
        said += [b'"%b":%b' % (name, as_json(fields[name])) for name in (b"entities",) if name in fields]
        keyboard = as_json(fields.get(b"reply_markup", b""))
        if b"inline_keyboard" in keyboard:
            said.append(b'"reply_markup":%b' % keyboard)
        return b'{"message_id":%d,"from":{%b},"chat":%b,"date":%d,%b}' % (
            self.messages,
            _BOT % token.partition(b":")[0],
            chat_of(chat),
            time.time(),
            b",".join(said),
        )


def poll(connection: Connection, mailbox: Mailbox, fields: Fields) -> None:
    """Answer with updates now, or as soon as there are any, or with none when the time is over."""
    mailbox.confirm(int(fields.get(b"offset", b"0")))
    limit, seconds = int(fields.get(b"limit", b"100")), int(float(fields.get(b"timeout", b"0")))
    if mailbox.updates or not seconds:
        connection.answer(mailbox.first(limit))
        return
    entry = (connection, limit)
    mailbox.polls.append(entry)

    def over() -> None:
        if entry in mailbox.polls:
            mailbox.polls.remove(entry)
            connection.answer(b"[]")

    asyncio.get_running_loop().call_later(seconds, over)


def chat_of(number: int) -> bytes:
    """Return a person's private chat as JSON."""
    return b'{"id":%d,"first_name":"Ada","last_name":"Lovelace","username":"ada_%d","type":"private"}' % (
        number,
        number,
    )


@lru_cache(4096)
def as_text(raw: bytes) -> bytes:
    """Return a text of a form as JSON; usual texts recur, so that decoding them costs nothing."""
    return json.dumps(unquote_plus(raw.decode()), ensure_ascii=False).encode()


@lru_cache(4096)
def as_json(raw: bytes) -> bytes:
    """Return a keyboard, or entities, of a form as the JSON that it is."""
    return unquote_plus(raw.decode()).encode()


def fields_of(path: bytes, head: bytes, body: bytes) -> Fields:
    """Return the parameters of a call, be they in the address, a form, JSON, or a form in parts, as in a form."""
    if b"application/json" in head:
        return {name.encode(): _quoted(value) for name, value in json.loads(body or b"{}").items()}
    if b"multipart/form-data" in head:
        return {name: _quoted(value.decode("utf-8", "replace")) for name, value in _PART.findall(body)}
    pairs = (body or path.partition(b"?")[2]).split(b"&")
    return {name: value for name, _, value in (pair.partition(b"=") for pair in pairs)}


def _quoted(value: object) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.replace("%", "%25").replace("+", "%2B").encode()


class Connection(asyncio.Protocol):
    """One kept connection, on which one call follows another."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Do every call that is complete."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            found = _LENGTH.search(head)
            size = end + 4 + (int(found[1]) if found else 0)
            if len(self.buffer) < size:
                return
            body, self.buffer = self.buffer[end + 4 : size], self.buffer[size:]
            path = head.split(b" ", 2)[1]
            _, bot, method = path.partition(b"?")[0].split(b"/", 2)
            method = method[:1].lower() + method[1:]  # Telegram does not mind how a name is written
            self.api.call(self, bot.removeprefix(b"bot"), method, fields_of(path, head, body))

    def answer(self, result: bytes) -> None:
        """Send a result, unless the bot has gone."""
        if self.transport and not self.transport.is_closing():
            body = b'{"ok":true,"result":%b}' % result
            self.transport.write(_HEAD % len(body) + body)
