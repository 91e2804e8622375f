"""A conversation as steps: each is asked until its answer is valid, and the answers are all there is to remember."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.events import Button, Chat, Event, Given, Phrase, Reply
from bot.steps import Step, Value

World = TypeVar("World", contravariant=True)
Store = TypeVar("Store", contravariant=True)

UNASKED = "<"
"""How the keys begin of what stands among the answers and was not asked for: steps see it from the start."""
CHANCE = "<chance>"
"""The key under which a dialogue that leaves something to chance finds its mark."""


class Answers(Mapping[str, Value]):
    """What a person has answered, by the key of the step; never changed, only made anew."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, key: str) -> Value:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, key: str) -> str:
        """Return the answer to `key` as words; "" if it was skipped or never asked."""
        value = self._values.get(key)
        return value if isinstance(value, str) else ""

    def several(self, key: str) -> tuple[str, ...]:
        """Return the options picked for `key`; empty if none were."""
        value = self._values.get(key)
        return value if isinstance(value, tuple) else ()

    def plus(self, key: str, value: Value) -> Answers:
        """Return these answers with `key` answered by `value`."""
        return Answers({**self._values, key: value})

    def minus(self, *keys: str) -> Answers:
        """Return these answers with `keys` forgotten."""
        return Answers({k: v for k, v in self._values.items() if k not in keys})


@dataclass(frozen=True, slots=True)
class Told:
    """Something to say in another chat, in `language` or else the one chosen there; `card` is what it shows."""

    chat: Chat
    reply: Reply
    language: str | None = None
    card: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a conversation: what to say, and whether every other open conversation ends with it."""

    replies: tuple[Reply, ...]
    clear: bool = False
    erased: bool = False
    """Something was erased for good: the replies leave only once no byte of it is left, and are told so as `gone`."""
    language: str | None = None
    """The language chosen in it, if one was."""
    told: tuple[Told, ...] = ()
    """What is said elsewhere because of it."""
    instead: bool = False
    """Whether what is said last takes the place of the message whose button was pressed."""
    goes_on: Mapping[str, str] | None = None
    """It goes on, now that what it asks about was read: its steps see these, whose keys begin with UNASKED."""
    onwards: tuple[Button, ...] = ()
    """Where to go from here, below what is said last; left out where another dialogue goes on."""
    wiped: bool = False
    """Its answers are gone at once, and are kept for no other dialogue."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be known before a dialogue goes on: what the person is in a chat, read `fresh` or a moment ago."""

    chat: Chat
    fresh: bool = False


Steps = Callable[[Answers, World], Iterator[Step]]
Guard = Callable[[Event, Answers, World, bool], Needs | Given | Reply | None]
"""Says whether somebody may go on, or `ends` a dialogue: None if so, else why not, or what must be known first.

That may be a role, or what a file holds that was given earlier.
"""
Happens = Callable[[Event, World, Store], Awaitable[Done]]
"""Takes in what became of us in a chat."""
Finish = Callable[[Event, Answers, World, Store], Awaitable[Done]]


def no_steps(answers: Answers, world: object) -> Iterator[Step]:
    """Yield nothing: a command that only answers."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Dialogue(Generic[World, Store]):
    """A command and the conversation that it opens."""

    name: str
    summary: Phrase
    finish: Finish[World, Store]
    steps: Steps[World] = no_steps
    argument: str | None = None
    """The key that the words behind the command answer: `/letter zhanaozen-2011`."""
    called: Phrase | None = None
    """Words each of which, said alone, is the command, separated by spaces."""
    keywords: Phrase | None = None
    """Words by which somebody who does not know the command may ask for it, separated by spaces."""
    private: bool = False
    """Whether it is for one person alone: in a group it answers with the way into the private chat."""
    continues: str | None = None
    """The dialogue whose answers it begins with; they are kept for that until the chat has been silent for a day."""
    guard: Guard[World] | None = None
    """Who may go on with it; looked at with every answer, and once more at its end."""
    chance: bool = False
    """Whether something in it is left to chance: then a mark of its own stands among the answers, as CHANCE."""
