"""The turns of a conversation: what was open, what the person did, what is open now. Nothing here waits or writes."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic

from bot.choosing import Option, Speak, fold
from bot.dialogue import (
    Answered,
    Answers,
    Change,
    Dialogue,
    Look,
    Outcome,
    Picked,
    Said,
    Step,
    Store,
    Value,
    Walk,
    World,
    walk,
)
from bot.events import Button, Event, Phrase, Press, Reply

BACK, SKIP, CANCEL = "back", "skip", "cancel"
WAYS = {BACK: Phrase("Back"), SKIP: Phrase("Skip"), CANCEL: Phrase("Cancel")}
"""The words that lead through every conversation, by their command."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An open dialogue: what is answered, and the token that the buttons of its present question carry."""

    dialogue: str
    answers: Answers
    token: str
    marked: tuple[str, ...] = ()
    changing: tuple[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Turn(Generic[World, Store]):
    """What follows from one event: the open dialogues, what to say, and the dialogue that is now complete."""

    frames: tuple[Frame, ...]
    replies: tuple[Reply, ...] = ()
    finished: tuple[Dialogue[World, Store], Answers] | None = None
    ask: bool = False
    """Whether the present question follows."""


class Conversations(Generic[World, Store]):
    """All dialogues, and the rules by which a person moves within and between them."""

    def __init__(self, dialogues: Sequence[Dialogue[World, Store]], world: World) -> None:
        self.dialogues = {d.name: d for d in dialogues}
        self.world = world

    def turn(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        """Return what `event` makes of the open dialogues; the last of `frames` is the present one."""
        name = event.command or _way(event.text, speak)
        if name is not None:
            return self._command(frames, event, name, speak)
        if not frames:
            return self._small_talk(event, speak)
        if event.press is not None:
            return self._pressed(frames, event, event.press, speak)
        return self._typed(frames, event, speak)

    def question(self, frames: tuple[Frame, ...]) -> Reply | None:
        """Return the present question with its buttons; None if nothing is open."""
        if not frames:
            return None
        now = self._walk(frames[-1])
        if now.present is None:
            return None
        return replace(now.present.prompt, buttons=_buttons(frames[-1], now, now.present))

    def _walk(self, frame: Frame) -> Walk:
        return walk(self.dialogues[frame.dialogue], frame.answers, self.world)

    # --- commands

    def _command(
        self, frames: tuple[Frame, ...], event: Event, name: str, speak: Speak
    ) -> Turn[World, Store]:
        if name in self.dialogues:
            return self._open(frames, event, self.dialogues[name], speak)
        if name == CANCEL:
            said = "conversation/cancelled" if frames else "conversation/nothing-open"
            return Turn(frames[:-1], (Reply(said),), ask=True)
        if name in WAYS and not frames:
            return Turn(frames, (Reply("conversation/nothing-open"),))
        if name == BACK:
            return self._back(frames, event)
        if name == SKIP:
            return self._skip(frames, event)
        near = difflib.get_close_matches(name.casefold(), [*self.dialogues, *WAYS], n=1, cutoff=0.5)
        return Turn(frames, (self._unknown(near, "conversation/unknown-command"),), ask=True)

    def _open(
        self, frames: tuple[Frame, ...], event: Event, dialogue: Dialogue[World, Store], speak: Speak
    ) -> Turn[World, Store]:
        """Open `dialogue`, or come back to it where it was left; the words behind the command answer its argument."""
        left = next((f for f in frames if f.dialogue == dialogue.name), None)
        others = tuple(f for f in frames if f is not left)
        frame = left or Frame(dialogue.name, Answers(), _token(event))
        now = self._walk(frame)
        if now.present is None:
            return Turn(others, finished=(dialogue, now.answers), ask=True)
        frames = (*others, frame)
        if event.text and not left and now.present.key == dialogue.argument:
            return self._answer(frames, event, now.present, now.present.take(Said(event.text), (), speak))
        return Turn(frames, (Reply("conversation/already-open"),) if left else (), ask=True)

    def _back(self, frames: tuple[Frame, ...], event: Event) -> Turn[World, Store]:
        """Forget the last answer, or leave the present one as it was if it was to be changed."""
        frame = frames[-1]
        passed = self._walk(frame).passed
        if frame.changing:
            return self._moved(frames, event, frame.answers.plus(*frame.changing))
        if not passed:
            return Turn(frames, (Reply("conversation/first-question"),), ask=True)
        return self._moved(frames, event, frame.answers.minus(passed[-1].key))

    def _skip(self, frames: tuple[Frame, ...], event: Event) -> Turn[World, Store]:
        step = self._walk(frames[-1]).present
        if step is None or not step.optional:
            return self._aside(frames, Reply("conversation/not-optional"))
        return self._moved(frames, event, frames[-1].answers.plus(step.key, None))

    # --- answers

    def _pressed(
        self, frames: tuple[Frame, ...], event: Event, press: Press, speak: Speak
    ) -> Turn[World, Store]:
        """Take a tapped option; a button of any question but the present one only brings that one up again."""
        step = self._walk(frames[-1]).present
        if step is None or (press.token, press.step) != (frames[-1].token, step.key):
            return Turn(frames, (Reply("conversation/old-button"),), ask=True)
        if press.value == _way_value(BACK):
            return self._back(frames, event)
        if press.value == _way_value(SKIP):
            return self._skip(frames, event)
        return self._answer(frames, event, step, step.take(Said(value=press.value), frames[-1].marked, speak))

    def _typed(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        """Take typed words; where one chooses, a command's bare name is the command."""
        step = self._walk(frames[-1]).present
        if step is None:
            return Turn(frames, ask=True)
        name, options = fold(event.text), step.options(())
        if name in self.dialogues and options and all(o.value != name for o in options):
            return self._command(frames, event, name, speak)
        return self._answer(frames, event, step, step.take(Said(event.text), frames[-1].marked, speak))

    def _answer(
        self, frames: tuple[Frame, ...], event: Event, step: Step, outcome: Outcome
    ) -> Turn[World, Store]:
        frame = frames[-1]
        match outcome:
            case Answered(value):
                return self._moved(frames, event, frame.answers.plus(step.key, value))
            case Picked(values):
                return Turn((*frames[:-1], replace(frame, marked=values)), ask=True)
            case Change(key):
                changing = (key, frame.answers[key])
                moved = replace(frame, answers=frame.answers.minus(key), changing=changing)
                return Turn((*frames[:-1], replace(moved, token=_token(event))), ask=True)
            case Look(reply):
                return self._aside(frames, reply)
            case refused:
                return self._aside(frames, refused.reply, _meant(frame, step, refused.meant))

    def _moved(self, frames: tuple[Frame, ...], event: Event, answers: Answers) -> Turn[World, Store]:
        """Go on with `answers`: to the next question, or to the end of the present dialogue."""
        frame = Frame(frames[-1].dialogue, answers, _token(event))
        now = self._walk(frame)
        if now.present is None:
            return Turn(frames[:-1], finished=(self.dialogues[frame.dialogue], now.answers), ask=True)
        return Turn((*frames[:-1], frame), ask=True)

    def _aside(
        self, frames: tuple[Frame, ...], reply: Reply, meant: tuple[Button, ...] = ()
    ) -> Turn[World, Store]:
        """Say something, with the present question's buttons below it instead of its whole text once more."""
        question = self.question(frames)
        buttons = question.buttons if question else ()
        return Turn(frames, (replace(reply, buttons=(*meant, *buttons)),))

    # --- words without a conversation

    def _small_talk(self, event: Event, speak: Speak) -> Turn[World, Store]:
        if event.press is not None:
            return Turn((), (Reply("conversation/old-button"),))
        words = [fold(word) for word in event.text[:200].split()]
        if len(words) == 1 and words[0] in self.dialogues:
            return self._command((), event, words[0], speak)
        near = [d.name for d in self.dialogues.values() if self._asked_for(d, words, speak)]
        return Turn((), (self._unknown(near[:2], "conversation/small-talk"),))

    def _asked_for(self, dialogue: Dialogue[World, Store], words: list[str], speak: Speak) -> bool:
        keywords = speak(dialogue.keywords) if dialogue.keywords else ""
        known = [dialogue.name, *keywords.casefold().split()]
        return any(difflib.get_close_matches(word, known, n=1, cutoff=0.8) for word in words)

    def _unknown(self, near: list[str], template: str) -> Reply:
        found = [self.dialogues[name] for name in near if name in self.dialogues]
        return Reply(template, {"near": near}, tuple(Button(d.summary, command=d.name) for d in found))


def dump(frames: tuple[Frame, ...]) -> str:
    """Return `frames` as JSON for the database."""
    return json.dumps(
        [[f.dialogue, dict(f.answers), f.token, f.marked, f.changing] for f in frames], ensure_ascii=False
    )


def parse(text: str, known: Sequence[str]) -> tuple[Frame, ...]:
    """Return the frames that `dump` wrote; those of dialogues that are no longer `known` are left out."""
    frames = []
    for dialogue, answers, token, marked, changing in json.loads(text):
        kept = Answers({k: _value(v) for k, v in answers.items()})
        old = (changing[0], _value(changing[1])) if changing else None
        frames.append(Frame(dialogue, kept, token, tuple(marked), old))
    return tuple(f for f in frames if f.dialogue in known)


def _value(value: str | list[str] | None) -> Value:
    return tuple(value) if isinstance(value, list) else value


def _token(event: Event) -> str:
    """Return a short mark of the event that led to a question, so that only this question's buttons fit it."""
    return hashlib.blake2s(event.id.encode(), digest_size=4).hexdigest()


def _way(words: str, speak: Speak) -> str | None:
    """Return the way ("back", "skip", "cancel") that `words` name in English or the person's language."""
    said = fold(words)
    return next((way for way, phrase in WAYS.items() if said in (way, fold(speak(phrase)))), None)


def _way_value(way: str) -> str:
    return f"<{way}>"


def _buttons(frame: Frame, now: Walk, step: Step) -> tuple[Button, ...]:
    def press(value: str) -> Press:
        return Press(frame.token, step.key, value)

    options = enumerate(step.options(frame.marked), 1)
    ways = [SKIP] * step.optional + [BACK] * bool(now.passed or frame.changing)
    return (
        *(Button(o.label, press(o.value), number=n, ticked=o.ticked) for n, o in options),
        *(Button(WAYS[way], press(_way_value(way)), command=way) for way in ways),
    )


def _meant(frame: Frame, step: Step, meant: tuple[Option, ...]) -> tuple[Button, ...]:
    return tuple(Button(o.label, Press(frame.token, step.key, o.value)) for o in meant)
