"""The turns of a conversation: what was open, what the person did, what is open now. Nothing here waits or writes."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic

from bot.choosing import Speak, fold
from bot.dialogue import (
    Answered,
    Answers,
    Change,
    Dialogue,
    Look,
    Outcome,
    Picked,
    Question,
    Said,
    Step,
    Store,
    Value,
    Walk,
    World,
    walk,
)
from bot.events import Button, Event, Phrase, Press, Reply, Tap

BACK, SKIP, CANCEL = "back", "skip", "cancel"
WAYS = {BACK: Phrase("Back"), SKIP: Phrase("Skip"), CANCEL: Phrase("Cancel")}
"""The words that lead through every conversation, by their command."""
# Translators: what people may type instead of "cancel"; several words are separated by spaces
STOP = Phrase("stop")
# Translators: what people may type when they go; any number of words
LEAVE = Phrase("quit exit bye")
# Translators: what people may type as an answer where nothing was asked; any number of words
ANSWER = Phrase("yes no ok")
"""Other words for "cancel"; words of somebody who goes; answers, where nothing was asked. Separated by spaces."""
PLACE = Phrase("You can also share your location once. I look which country it is in, and forget it.")


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
    tap: Tap | None = None


class Conversations(Generic[World, Store]):
    """All dialogues, and the rules by which a person moves within and between them."""

    def __init__(self, dialogues: Sequence[Dialogue[World, Store]], world: World) -> None:
        self.dialogues = {d.name: d for d in dialogues}
        self.world = world
        self._walked: tuple[Frame, Walk] | None = None

    def turn(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        """Return what `event` makes of the open dialogues; the last of `frames` is the present one."""
        turn = self._turn(frames, event, speak)
        if event.press is not None and turn.tap is None:
            turn = replace(turn, tap="taken")
        if turn.frames and not event.person.id:  # nobody is there who could be asked
            return Turn((), (self._in_private(self.dialogues[turn.frames[-1].dialogue], event, speak),))
        return turn

    def in_public(self, reply: Reply) -> Reply:
        """Return `reply` for a group: what is for one person alone leads into the private chat."""
        return replace(reply, buttons=tuple(map(self._for_a_group, reply.buttons)))

    def _in_private(self, dialogue: Dialogue[World, Store], event: Event, speak: Speak) -> Reply:
        """Return the way into the private chat, where `dialogue` begins; words go along only as an option's value."""
        step = walk(dialogue, Answers(), self.world).present
        named = ""
        if event.text and step is not None and step.key == dialogue.argument:
            outcome = step.take(Said(event.text), (), speak)
            named = next((o.value for o in step.options(()) if outcome == Answered(o.value)), "")
        button = Button(dialogue.summary, command=f"{dialogue.name} {named}".strip(), private=True)
        return Reply("group/private", {"summary": dialogue.summary}, (button,))

    def _for_a_group(self, button: Button) -> Button:
        dialogue = self.dialogues.get((button.command or "").partition(" ")[0])
        return replace(button, private=True) if dialogue and dialogue.private else button

    def _turn(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        name = event.command or _way(event.text, speak)
        if name is not None:
            return self._command(frames, event, name, speak)
        if event.public and not frames:  # people talk with each other, and tap what another was asked
            return Turn(frames, tap="outdated" if event.press else None)
        other = event.other or self._out_of_place(frames, event)
        if other:
            return self._aside(frames, Reply(f"conversation/{other}"))
        if _is_one_of(LEAVE, event.text, speak):
            return self._aside(frames, Reply("conversation/leaving", {"open": bool(frames)}))
        if not frames:
            return self._small_talk(event, speak)
        if event.press is not None:
            return self._pressed(frames, event, event.press, speak)
        return self._typed(frames, event, speak)

    def _out_of_place(self, frames: tuple[Frame, ...], event: Event) -> str | None:
        """Return what a shared place is where no question can be answered by one: not words, as any other file."""
        if event.place is None:
            return None
        step = self._walk(frames[-1]).present if frames else None
        return None if isinstance(step, Question) and step.locate else "file"

    def question(self, frames: tuple[Frame, ...]) -> Reply | None:
        """Return the present question with its buttons; None if nothing is open."""
        if not frames:
            return None
        now = self._walk(frames[-1])
        if now.present is None:
            return None
        prompt = now.present.prompt
        return replace(prompt, buttons=(*_buttons(frames[-1], now, now.present), *prompt.buttons))

    def _walk(self, frame: Frame) -> Walk:
        """Return where `frame` stands; whoever asks again for the frame that was walked last need not wait for it."""
        if self._walked is None or self._walked[0] is not frame:
            self._walked = frame, walk(self.dialogues[frame.dialogue], frame.answers, self.world)
        return self._walked[1]

    def _forward(self, frame: Frame, event: Event) -> tuple[Frame, Walk]:
        """Return where `frame` goes on; before others, nobody is asked for words of their own that are not needed."""
        now = self._walk(frame)
        while event.public and isinstance(now.present, Question) and now.present.optional:
            frame = replace(frame, answers=frame.answers.plus(now.present.key, None))
            now = self._walk(frame)
        return frame, now

    # --- commands

    def _command(
        self, frames: tuple[Frame, ...], event: Event, name: str, speak: Speak
    ) -> Turn[World, Store]:
        if name in self.dialogues:
            return self._open(frames, event, self.dialogues[name], speak)
        if event.public and (name not in WAYS or not frames):
            return Turn(frames)  # another bot may know that command
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
        if event.public and dialogue.private:
            return Turn(frames, (self._in_private(dialogue, event, speak),))
        left = next((f for f in frames if f.dialogue == dialogue.name), None)
        others = tuple(f for f in frames if f is not left)
        frame, now = self._forward(left or Frame(dialogue.name, Answers(), _token(event)), event)
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
            if event.public:  # most likely another was asked
                return Turn(frames, tap="outdated")
            return Turn(frames, (Reply("conversation/old-button"),), ask=True, tap="outdated")
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
        said = Said(event.text, place=event.place)
        return self._answer(frames, event, step, step.take(said, frames[-1].marked, speak))

    def _answer(
        self, frames: tuple[Frame, ...], event: Event, step: Step, outcome: Outcome
    ) -> Turn[World, Store]:
        frame = frames[-1]
        match outcome:
            case Answered(value):
                return self._moved(frames, event, frame.answers.plus(step.key, value))
            case Picked(values):
                return Turn((*frames[:-1], replace(frame, marked=values)), ask=True, tap="marked")
            case Change(key):
                changing = (key, frame.answers[key])
                moved = replace(frame, answers=frame.answers.minus(key), changing=changing)
                return Turn((*frames[:-1], replace(moved, token=_token(event))), ask=True)
            case Look(reply):
                return self._aside(frames, reply)
            case refused:
                return self._aside((*frames[:-1], replace(frame, marked=refused.marked)), refused.reply)

    def _moved(self, frames: tuple[Frame, ...], event: Event, answers: Answers) -> Turn[World, Store]:
        """Go on with `answers`: to the next question, or to the end of the present dialogue."""
        frame, now = self._forward(Frame(frames[-1].dialogue, answers, _token(event)), event)
        if now.present is None:
            return Turn(frames[:-1], finished=(self.dialogues[frame.dialogue], now.answers), ask=True)
        return Turn((*frames[:-1], frame), ask=True)

    def _aside(self, frames: tuple[Frame, ...], reply: Reply) -> Turn[World, Store]:
        """Say something, with the present question's buttons below it instead of its whole text once more."""
        question = self.question(frames)
        buttons = question.buttons if question else ()
        return Turn(frames, (replace(reply, buttons=buttons),))

    # --- words without a conversation

    def _small_talk(self, event: Event, speak: Speak) -> Turn[World, Store]:
        if event.press is not None:
            return Turn((), (Reply("conversation/old-button"),), tap="outdated")
        if _is_one_of(ANSWER, event.text, speak):
            return Turn((), (Reply("conversation/nothing-open"),))
        words = [fold(word) for word in event.text[:200].split()]
        if len(words) == 1 and words[0] in self.dialogues:
            return self._command((), event, words[0], speak)
        near = [d.name for d in self.dialogues.values() if self._asked_for(d, words, speak)]
        return Turn((), (self._unknown(near[:2], "conversation/small-talk"),))

    def _asked_for(self, dialogue: Dialogue[World, Store], words: list[str], speak: Speak) -> bool:
        keywords = speak(dialogue.keywords) if dialogue.keywords else ""
        known = [dialogue.name, *keywords.casefold().split()]
        return any(w in known or (len(w) > 3 and difflib.get_close_matches(w, known, 1, 0.8)) for w in words)

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
    if _is_one_of(STOP, words, speak):
        return CANCEL
    said = fold(words)
    return next((way for way, phrase in WAYS.items() if said in (way, fold(speak(phrase)))), None)


def _is_one_of(known: Phrase, words: str, speak: Speak) -> bool:
    """Return whether `words` are one of the words `known` in English or the person's language."""
    return fold(words) in {*known.text.split(), *speak(known).split()}


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
        *([Button(PLACE, place=True)] if isinstance(step, Question) and step.locate else ()),
    )
