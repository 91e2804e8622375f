"""The words by which people ask for a dialogue, and for what it may be about."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from bot.choosing import Label, Speak, fold
from bot.dialogue import Answers, Dialogue, Store, World
from bot.events import Button, Phrase, Reply
from bot.steps import Answered, Said
from bot.walking import walk
from bot.wording import is_one_of


@dataclass(frozen=True, slots=True)
class Named:
    """What the words behind a command say: the answer to its argument."""

    key: str
    value: str
    label: Label


class Names(Generic[World, Store]):
    """What all dialogues are called."""

    def __init__(self, dialogues: Mapping[str, Dialogue[World, Store]], world: World) -> None:
        self._dialogues = dialogues
        self._world = world

    @property
    def known(self) -> tuple[Phrase, ...]:
        """The words by which the dialogues are asked for."""
        found = (phrase for d in self._dialogues.values() for phrase in (d.called, d.keywords))
        return tuple(phrase for phrase in found if phrase)

    def named(self, dialogue: Dialogue[World, Store], words: str, speak: Speak) -> Named | None:
        """Return what `words` behind the command of `dialogue` say, if they are an answer to its argument."""
        step = walk(dialogue, Answers(), self._world).present if words else None
        if step is None or step.key != dialogue.argument:
            return None
        outcome = step.take(Said(words), (), speak)
        chosen = (o for o in step.options(()) if outcome == Answered(o.value))
        return next((Named(step.key, o.value, o.label) for o in chosen), None)

    def called(self, words: Sequence[str], speak: Speak) -> str | None:
        """Return the dialogue whose command a single word is; None if it is none, or there are several words."""
        if len(words) != 1:
            return None
        return next((d.name for d in self._dialogues.values() if _calls(words[0], d, speak)), None)

    def near(self, words: Sequence[str], speak: Speak) -> list[str]:
        """Return the dialogues that may be asked for by one of `words`."""
        return [d.name for d in self._dialogues.values() if _asked_for(d, words, speak)]

    def about(self, words: str, speak: Speak) -> Reply | None:
        """Return what can be done with what `words` name, such as a campaign; None if they name nothing."""
        if not any(char.isalpha() for char in words):
            return None
        named = [(d, self.named(d, words, speak)) for d in self._dialogues.values()]
        found = next((n for _, n in named if n), None)
        if found is None:
            return None
        able = [d for d, n in named if n and (n.key, n.value) == (found.key, found.value)][:2]
        buttons = tuple(Button(d.summary, command=f"{d.name} {found.value}") for d in able)
        return Reply("conversation/about", {"what": found.label}, buttons)

    def offered(self, near: list[str], template: str) -> Reply:
        """Return a reply with buttons for those of the dialogues `near` that there are."""
        found = [self._dialogues[name] for name in near if name in self._dialogues]
        return Reply(template, {"near": near}, tuple(Button(d.summary, command=d.name) for d in found))


def _calls(word: str, dialogue: Dialogue[World, Store], speak: Speak) -> bool:
    return word == dialogue.name or bool(dialogue.called and is_one_of(dialogue.called, word, speak))


def _asked_for(dialogue: Dialogue[World, Store], words: Sequence[str], speak: Speak) -> bool:
    keywords = speak(dialogue.keywords) if dialogue.keywords else ""
    known = [dialogue.name, *map(fold, keywords.split())]
    return any(w in known or (len(w) > 3 and difflib.get_close_matches(w, known, 1, 0.8)) for w in words)
