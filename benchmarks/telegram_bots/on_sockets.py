"""The least a bot can do: answer every message with ready bytes, to find the ceiling of what is measured against."""

from __future__ import annotations

import asyncio
import json
import re
from urllib.parse import quote_plus, urlsplit

from benchmarks.telegram_bots.steps import CHOICES, Task, question, task

CONNECTIONS = 16
_LENGTH = re.compile(rb"Content-Length: (\d+)")


async def body(reader: asyncio.StreamReader) -> bytes:
    """Return the body of the next response."""
    head = await reader.readuntil(b"\r\n\r\n")
    found = _LENGTH.search(head)
    assert found
    return await reader.readexactly(int(found[1]))


def call(token: str, method: str, form: bytes) -> bytes:
    """Return a request as it goes over the wire."""
    head = f"POST /bot{token}/{method} HTTP/1.1\r\nHost: telegram\r\nContent-Length: {len(form)}\r\n\r\n"
    return head.encode() + form


async def swallow(reader: asyncio.StreamReader) -> None:
    """Read what comes back, and do nothing with it."""
    while True:
        await body(reader)


async def run(wanted: Task) -> None:
    """Poll until the process is ended."""
    address = urlsplit(wanted.server)
    ends = [await asyncio.open_connection(address.hostname, address.port) for _ in range(1 + CONNECTIONS)]
    polling, polled = ends.pop()
    readers = [asyncio.create_task(swallow(reader)) for reader, _ in ends]
    keyboard = json.dumps(
        {"inline_keyboard": [[{"text": label, "callback_data": label}] for label in CHOICES]}
    )
    said = f"&text={quote_plus(question(1))}&reply_markup={quote_plus(keyboard)}".encode()
    offset = 0
    while not any(reader.done() for reader in readers):
        polled.write(call(wanted.token, "getUpdates", b"timeout=10&offset=%d" % offset))
        for update in json.loads(await body(polling))["result"]:
            offset = update["update_id"] + 1
            form = b"chat_id=%d%b" % (update["message"]["chat"]["id"], said)
            ends[offset % CONNECTIONS][1].write(call(wanted.token, "sendMessage", form))


if __name__ == "__main__":
    asyncio.run(run(task()))
