"""The console without a terminal: lines come in, a plain transcript goes out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TextIO

from bot.cleaning import clean
from bot.events import Message
from bot.platforms.base import blocks
from bot.platforms.console_rows import groups

_RULE = "─" * 60
_CHUNK = 65_536


class Pipe:
    """Reads one line at a time, repeats it as "› line", and writes each answer below it at once."""

    def __init__(self, source: TextIO, sink: TextIO) -> None:
        self._lines = lines(source)
        self._sink = sink

    async def ask(self) -> str | None:
        """Return the next line, also an empty one; None at the end of the input."""
        line = await anext(self._lines, None)
        if line is not None:
            echo = clean(line).replace("\n", "\n  ")
            self._write(f"› {echo}".rstrip())
        return line

    async def show(self, message: Message) -> None:
        """Write a message and an empty line."""
        self._write(f"{transcript(message)}\n")

    async def part(self, words: str) -> None:
        """Say nothing: the transcript ends with the last answer."""

    def _write(self, text: str) -> None:
        encoding = self._sink.encoding or "utf-8"
        self._sink.write(f"{text.expandtabs(4)}\n".encode(encoding, "replace").decode(encoding))
        self._sink.flush()


def transcript(message: Message) -> str:
    """Return `message` as plain lines: a letter between two rules, each button with what to type for it."""
    parts = [
        f"{_RULE}\n{block.plain}\n{_RULE}" if block.kind == "pre" else block.plain
        for block in blocks(message.html)
    ]
    rows = ["\n".join(f"{row.lead}{row.label}" for row in group) for group in groups(message.buttons)]
    return "\n\n".join(filter(None, ["\n".join(parts), *rows]))


async def lines(source: TextIO) -> AsyncIterator[str]:
    """Return the lines of `source` as they come; bytes that are no UTF-8 are replaced."""
    waiting = bytearray()
    while chunk := await _read(source):
        waiting += chunk
        if b"\n" in chunk:
            *whole, rest = bytes(waiting).split(b"\n")
            waiting = bytearray(rest)
            for line in whole:
                yield _text(line)
    if waiting:
        yield _text(bytes(waiting))


def _text(line: bytes) -> str:
    """Return `line` as text, without the byte order mark that some editors put before the first."""
    return line.removesuffix(b"\r").decode("utf-8-sig", "replace")


async def _read(source: TextIO) -> bytes:
    """Return what there is to read, without holding up the loop and without a thread that outlives it."""
    try:
        descriptor = source.fileno()
    except OSError:  # a stream in memory
        return source.read(_CHUNK).encode("utf-8", "surrogatepass")
    # A file on a disk cannot be watched, it is always ready; Windows can watch no stream at all.
    with suppress(PermissionError, NotImplementedError):
        await _readable(descriptor)
    return os.read(descriptor, _CHUNK)


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
