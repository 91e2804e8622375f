"""The console by hand: a line to edit, commands to complete, answers in colour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.input import create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth, create_output

from bot.events import Message
from bot.platforms.console_view import View


class Live:
    """Asks with a line to edit; earlier lines can be recalled until the end, and are written nowhere."""

    def __init__(
        self,
        source: TextIO,
        sink: TextIO,
        commands: Mapping[str, str],
        how_to_leave: str,
        *,
        colour: bool,
    ) -> None:
        self._view = View(sink, colour=colour)
        self._session: PromptSession[str] = PromptSession(
            [("", "\n"), ("ansicyan bold", "› ")],
            input=create_input(source),
            output=create_output(sink),
            color_depth=None if colour else ColorDepth.DEPTH_1_BIT,
            completer=Commands(commands),
            complete_while_typing=Condition(_begins_a_command),
            key_bindings=_keys(lambda: self._view.tell(how_to_leave)),
            enable_suspend=True,
        )

    async def ask(self) -> str | None:
        """Return the next line that is not empty; None after Ctrl-D."""
        try:
            while not (line := await self._session.prompt_async()).strip():
                pass
        except EOFError:
            return None
        return line

    async def show(self, message: Message) -> None:
        """Show a message, above the line that is being typed if there is one."""
        await run_in_terminal(lambda: self._view.show(message))

    async def part(self, words: str) -> None:
        """Show the last words."""
        self._view.tell(words)


class Commands(Completer):
    """Completes a command at the beginning of a line, and says what it does."""

    def __init__(self, commands: Mapping[str, str]) -> None:
        self._commands = commands

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Return the commands that go on as what is typed begins."""
        begun = re.fullmatch(r"/([\w-]*)", document.text_before_cursor)
        if begun:
            for name, summary in self._commands.items():
                if name.startswith(begun[1].lower()):
                    yield Completion(f"/{name}", -len(begun[0]), display_meta=summary)


def _begins_a_command() -> bool:
    return get_app().current_buffer.text.startswith("/")


def _keys(say_how_to_leave: Callable[[], None]) -> KeyBindings:
    """Return what Ctrl-C does: it empties the line; when there is nothing to empty, it says how to leave."""
    keys = KeyBindings()

    @keys.add("c-c")
    @keys.add("<sigint>")
    async def _interrupt(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            await run_in_terminal(say_how_to_leave)

    return keys
