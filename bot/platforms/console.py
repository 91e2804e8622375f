"""A terminal as a platform: one person in one chat, typing by hand or sending lines through a pipe."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Protocol, TextIO
from uuid import uuid4

from bot.cleaning import clean
from bot.events import Chat, Event, Message, Person, Phrase
from bot.platforms.base import Handle, file_for, parse_command
from bot.platforms.console_files import save
from bot.platforms.received import typed

PREFIX = "/"
QUIT = "quit"
GOODBYE = Phrase("Goodbye. When you come back, we go on where you left off.")
HOW_TO_LEAVE = Phrase("To leave, type /quit or press Ctrl-D.")
SAVED = Phrase("The file is here: {path}")
# Translators: {name} is a file, {reason} what the system says, often in English: "Permission denied".
UNSAVED = Phrase(
    "The file {name} cannot be written into this folder ({reason}). "
    "Start me in a folder of your own, and ask for it again."
)
LEAVE = Phrase("Leave; the conversation stays as it is")


class TerminalError(Exception):
    """Nothing can be read or said here; the message is one line for whoever started the bot."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Both ends of a terminal, or of a pipe, and what is known of whoever is there."""

    source: TextIO
    sink: TextIO
    interactive: bool
    colour: bool
    language: str | None


def terminal(source: TextIO, sink: TextIO, environ: Mapping[str, str]) -> Terminal:
    """Return how to talk through `source` and `sink`: by hand if both are a terminal; in colour unless
    `environ` forbids it (NO_COLOR, TERM=dumb); in the language of LC_ALL, LC_MESSAGES or LANG.
    """
    colour = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    return Terminal(source, sink, source.isatty() and sink.isatty(), colour, language(environ))


def language(environ: Mapping[str, str]) -> str | None:
    """Return the language that `environ` asks for ("ru" for ru_RU.UTF-8); None if it asks for none."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    code = locale.partition(".")[0].partition("@")[0].partition("_")[0].lower()
    return code if 2 <= len(code) <= 3 and code.isalpha() else None


class Desk(Protocol):
    """Where lines are typed and messages are read."""

    async def ask(self) -> str | None:
        """Return the next line; None if there will be none."""
        ...

    async def show(self, message: Message) -> None:
        """Show a message."""
        ...

    async def part(self, words: str) -> None:
        """Say the last words."""
        ...


class Console:
    """The platform of one terminal. `commands` (name and summary) are offered while one types by hand.

    `speak` says a phrase in a language, or, if that is "", in the terminal's own.
    """

    name = "console"

    def __init__(
        self,
        ends: Terminal,
        clock: Callable[[], datetime],
        commands: Mapping[str, str],
        speak: Callable[[Phrase, str], str],
    ) -> None:
        self._ends = ends
        self._clock = clock
        self._person = Person(self.name, "me", ends.language)
        self._chat = Chat(self.name, "me")
        self._speak = speak
        self._goodbye = speak(GOODBYE, "")
        self._desk = _desk(ends, {**commands, QUIT: speak(LEAVE, "")}, speak(HOW_TO_LEAVE, ""))

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Show `message`; it is on the screen, or in the pipe, when this returns, and its file in the folder."""
        file = await file_for(message)
        if file and message.document:
            where = self._speak(_saved(message.document.name, file.data), message.language)
            message = replace(message, html=f"{message.html}\n\n{escape(where)}")
        with self._one_line():
            await self._desk.show(message)

    async def run(self, handle: Handle) -> None:
        """Give each line to `handle`, one after the other, until the person leaves or nobody listens."""
        with self.while_somebody_listens():
            if self._ends.interactive:
                await handle(self._event("start", ""))
            while (line := await self._ask()) is not None:
                command, text = parse_command(clean(line), (PREFIX,))
                if command == QUIT:
                    break
                await handle(self._event(command, text))
            with self._one_line():
                await self._desk.part(self._goodbye)

    @contextmanager
    def while_somebody_listens(self) -> Iterator[None]:
        """Enter a talk that ends quietly when nobody listens any more; TerminalError says what else ends it."""
        try:
            yield
        except BrokenPipeError:
            pass
        finally:
            _let_go(self._ends.sink)

    async def _ask(self) -> str | None:
        with self._one_line():
            return await self._desk.ask()

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        """Turn what is wrong with the terminal into one line; BrokenPipeError if whoever listened has just gone."""
        try:
            yield
        except OSError as error:
            if isinstance(error, ConnectionError) or (self._ends.interactive and error.errno == errno.EIO):
                raise BrokenPipeError(error.errno, error.strerror) from error
            raise TerminalError(f"the terminal or the pipe cannot be used: {error.strerror}") from error

    def _event(self, command: str | None, text: str) -> Event:
        html = "" if command else typed(text)
        return Event(uuid4().hex, self._person, self._chat, self._clock(), text, command, html=html)


def _saved(name: str, data: bytes) -> Phrase:
    """Write a file into the folder where the bot was started; return where it is, or what to do if it cannot be."""
    try:
        path = save(name, data, Path.cwd())
    except OSError as error:
        return replace(UNSAVED, values={"name": name, "reason": error.strerror or type(error).__name__})
    return replace(SAVED, values={"path": str(path)})


def _desk(ends: Terminal, commands: Mapping[str, str], how_to_leave: str) -> Desk:
    """Return the desk that fits; what typing by hand needs takes long to load, so a pipe goes without."""
    if ends.interactive:
        from bot.platforms.console_live import Live

        return Live(ends.source, ends.sink, commands, how_to_leave, colour=ends.colour)
    from bot.platforms.console_pipe import Pipe

    return Pipe(ends.source, ends.sink)


def _let_go(sink: TextIO) -> None:
    """Let what `sink` still holds go nowhere if it cannot be said, else Python complains of it when it ends."""
    try:
        sink.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sink.fileno())
        os.close(nowhere)
