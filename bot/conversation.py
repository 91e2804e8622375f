"""The turns of a conversation: what was open, what the person did, what is open now. Nothing here waits or writes."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile
from typing import Generic

from bot.buttons import below, way_value
from bot.choosing import Label, Speak, fold
from bot.dialogue import (
    Answered,
    Answers,
    Change,
    Dialogue,
    Look,
    Outcome,
    Picked,
    Question,
    Review,
    Said,
    Step,
    Store,
    Walk,
    World,
    walk,
)
from bot.events import Button, Event, Phrase, Press, Reply, Tap
from bot.frames import Frame, token_of
from bot.wording import ANSWER, BACK, CANCEL, LEAVE, SKIP, THANKS, WAYS, is_one_of, way


@dataclass(frozen=True, slots=True)
class Turn(Generic[World, Store]):
    """What follows from one event: the open dialogues, what to say, and the dialogue that is now complete."""

    frames: tuple[Frame, ...]
    replies: tuple[Reply, ...] = ()
    finished: tuple[Dialogue[World, Store], Answers] | None = None
    ask: bool = False
    """Whether the present question follows."""
    again: bool = False
    """Whether it was asked before, so that its short form is enough."""
    tap: Tap | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    """What the words behind a command say: the answer to its argument."""

    key: str
    value: str
    label: Label


class Conversations(Generic[World, Store]):
    """All dialogues, and the rules by which a person moves within and between them."""

    def __init__(self, dialogues: Sequence[Dialogue[World, Store]], world: World) -> None:
        self.dialogues = {d.name: d for d in dialogues}
        self.world = world
        self._walked: tuple[Frame, Walk] | None = None

    @property
    def words(self) -> tuple[Phrase, ...]:
        """The words by which the dialogues are asked for."""
        found = (phrase for d in self.dialogues.values() for phrase in (d.called, d.keywords))
        return tuple(phrase for phrase in found if phrase)

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
        """Return the way into the private chat, where `dialogue` begins."""
        button = replace(self._button(dialogue, event, speak), private=True)
        return Reply("group/private", {"summary": dialogue.summary}, (button,))

    def _button(self, dialogue: Dialogue[World, Store], event: Event, speak: Speak) -> Button:
        """Return the button for what `event` asks for; words go along only as an option's value."""
        named = self._named(dialogue, event.text, speak)
        command = f"{dialogue.name} {named.value}" if named else dialogue.name
        return Button(dialogue.summary, command=command)

    def _for_a_group(self, button: Button) -> Button:
        dialogue = self.dialogues.get((button.command or "").partition(" ")[0])
        return replace(button, private=True) if dialogue and dialogue.private else button

    def _turn(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        name = way(event.command or event.text, speak) or event.command
        if name is not None:
            return self._command(frames, event, name, speak)
        if event.public and not frames:  # people talk with each other, and tap what another was asked
            if event.called:
                return self._command(frames, event, "help", speak)
            return Turn(frames, tap="outdated" if event.press else None)
        other = event.other or self._out_of_place(frames, event)
        if other:
            return self._aside(frames, Reply(f"conversation/{other}", {"open": bool(frames)}))
        if is_one_of(LEAVE, event.text, speak):
            return self._aside(frames, Reply("conversation/leaving", {"open": bool(frames)}))
        if not frames:
            return self._small_talk(event, speak)
        if event.press is not None:
            return self._pressed(frames, event, event.press, speak)
        return self._typed(frames, event, speak)

    def _out_of_place(self, frames: tuple[Frame, ...], event: Event) -> str | None:
        """Return what a shared place is where no question can be answered by one."""
        if event.place is None:
            return None
        step = self._walk(frames[-1]).present if frames else None
        return None if isinstance(step, Question) and step.locate else "place"

    def question(self, frames: tuple[Frame, ...], again: bool = False) -> Reply | None:
        """Return the present question with its buttons, in short if it is asked `again`; None if nothing is open."""
        if not frames:
            return None
        now = self._walk(frames[-1])
        if now.present is None:
            return None
        prompt = (again and now.present.again) or now.present.prompt
        return replace(prompt, buttons=(*below(frames[-1], now, now.present), *prompt.buttons))

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
        if name in self.dialogues and event.late:
            button = self._button(self.dialogues[name], event, speak)
            return Turn(frames, (Reply("conversation/late", buttons=(button,)),))
        if name in self.dialogues:
            return self._open(frames, event, self.dialogues[name], speak)
        if event.public and (name not in WAYS or not frames):
            return Turn(frames)  # another bot may know that command
        if name == CANCEL:
            said = "conversation/cancelled" if frames else "conversation/nothing-open"
            return Turn(frames[:-1], (Reply(said),), ask=True, again=True)
        if name in WAYS and not frames:
            return Turn(frames, (Reply("conversation/nothing-open"),))
        if name == BACK:
            return self._back(frames, event)
        if name == SKIP:
            return self._skip(frames, event)
        near = difflib.get_close_matches(name.casefold(), [*self.dialogues, *WAYS], n=1, cutoff=0.5)
        return Turn(frames, (self._unknown(near, "conversation/unknown-command"),), ask=True, again=True)

    def _open(
        self, frames: tuple[Frame, ...], event: Event, dialogue: Dialogue[World, Store], speak: Speak
    ) -> Turn[World, Store]:
        """Open `dialogue`, or come back to it where it was left; the words behind the command answer its argument."""
        if event.public and dialogue.private:
            return Turn(frames, (self._in_private(dialogue, event, speak),))
        left = next((f for f in frames if f.dialogue == dialogue.name), None)
        others = tuple(f for f in frames if f is not left)
        named = self._named(dialogue, event.text, speak)
        if left and named and left.answers.get(named.key, named.value) != named.value:
            return self._anew((*others, left), event, named)
        frame, now = self._forward(left or Frame(dialogue.name, Answers(), token_of(event)), event)
        if now.present is None:
            return Turn(others, finished=(dialogue, now.answers), ask=True, again=True)
        frames = (*others, frame)
        if now.present.key == dialogue.argument:
            if named:
                turn = self._moved(frames, event, frame.answers.plus(named.key, named.value))
                return replace(turn, replies=(Reply("start/linked"),)) if event.linked else turn
            if event.public:
                return Turn(others, (_by_commands(dialogue, now.present),))
        return Turn(frames, (Reply("conversation/already-open"),) if left else (), ask=True)

    def _named(self, dialogue: Dialogue[World, Store], words: str, speak: Speak) -> _Named | None:
        """Return what `words` behind the command of `dialogue` say, if they are an answer to its argument."""
        step = walk(dialogue, Answers(), self.world).present if words else None
        if step is None or step.key != dialogue.argument:
            return None
        outcome = step.take(Said(words), (), speak)
        chosen = (o for o in step.options(()) if outcome == Answered(o.value))
        return next((_Named(step.key, o.value, o.label) for o in chosen), None)

    def _anew(self, frames: tuple[Frame, ...], event: Event, named: _Named) -> Turn[World, Store]:
        """Go on about something else; what was agreed to, and all that came after, is asked anew."""
        passed = self._walk(frames[-1]).passed
        agreed = dropwhile(lambda step: not isinstance(step, Review), passed)
        answers = frames[-1].answers.minus(*(step.key for step in agreed))
        turn = self._moved(frames, event, answers.plus(named.key, named.value))
        return replace(turn, replies=(Reply("conversation/anew", {"what": named.label}),))

    def _back(self, frames: tuple[Frame, ...], event: Event) -> Turn[World, Store]:
        """Forget the last answer, or leave the present one as it was if it was to be changed."""
        frame = frames[-1]
        passed = self._walk(frame).passed
        if frame.changing:
            return self._moved(frames, event, frame.answers.plus(*frame.changing))
        if not passed:
            return Turn(frames, (Reply("conversation/first-question"),), ask=True, again=True)
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
        """Take a tapped option; a button of an older question brings up the present one, a second tap nothing."""
        step = self._walk(frames[-1]).present
        if step is None or (press.token, press.step) != (frames[-1].token, step.key):
            twice = press.token and press.token == frames[-1].before
            silent = event.public or twice  # in public, most likely another was asked
            return Turn(frames, ask=not silent, again=True, tap="outdated")
        if press.value == way_value(BACK):
            return self._back(frames, event)
        if press.value == way_value(SKIP):
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
                return Turn(
                    (*frames[:-1], replace(moved, token=token_of(event), before=frame.token)), ask=True
                )
            case Look(reply):
                return self._aside(frames, reply)
            case refused:
                asked = step.again.values if step.again else {}
                reply = replace(refused.reply, values={**asked, **refused.reply.values})
                return self._aside((*frames[:-1], replace(frame, marked=refused.marked)), reply)

    def _moved(self, frames: tuple[Frame, ...], event: Event, answers: Answers) -> Turn[World, Store]:
        """Go on with `answers`: to the next question, or to the end of the present dialogue."""
        last = frames[-1]
        frame, now = self._forward(Frame(last.dialogue, answers, token_of(event), before=last.token), event)
        if now.present is None:
            ended = self.dialogues[frame.dialogue], now.answers
            return Turn(frames[:-1], finished=ended, ask=True, again=True)
        return Turn((*frames[:-1], frame), ask=True)

    def _aside(self, frames: tuple[Frame, ...], reply: Reply) -> Turn[World, Store]:
        """Say something, with the present question's buttons below it instead of its whole text once more."""
        question = self.question(frames, again=True)
        buttons = question.buttons if question else ()
        return Turn(frames, (replace(reply, buttons=buttons),))

    # --- words without a conversation

    def _small_talk(self, event: Event, speak: Speak) -> Turn[World, Store]:
        if event.press is not None:
            return Turn((), (Reply("conversation/old-button"),), tap="outdated")
        if is_one_of(ANSWER, event.text, speak):
            return Turn((), (Reply("conversation/nothing-open"),))
        words = [fold(word) for word in event.text[:200].split()]
        if 0 < len(words) < 5 and is_one_of(THANKS, words[0], speak):
            return Turn((), (Reply("conversation/thanks"),))
        called = next((d.name for d in self.dialogues.values() if _calls(words, d, speak)), None)
        if called:
            return self._command((), event, called, speak)
        near = [d.name for d in self.dialogues.values() if self._asked_for(d, words, speak)]
        about = None if near else self._about(event.text, speak)
        return Turn((), (about or self._unknown(near[:2], "conversation/small-talk"),))

    def _about(self, words: str, speak: Speak) -> Reply | None:
        """Return what can be done with what `words` name, such as a campaign; None if they name nothing."""
        if not any(char.isalpha() for char in words):
            return None
        named = [(d, self._named(d, words, speak)) for d in self.dialogues.values()]
        found = next((n for _, n in named if n), None)
        if found is None:
            return None
        able = [d for d, n in named if n and (n.key, n.value) == (found.key, found.value)][:2]
        buttons = tuple(Button(d.summary, command=f"{d.name} {found.value}") for d in able)
        return Reply("conversation/about", {"what": found.label}, buttons)

    def _asked_for(self, dialogue: Dialogue[World, Store], words: list[str], speak: Speak) -> bool:
        keywords = speak(dialogue.keywords) if dialogue.keywords else ""
        known = [dialogue.name, *keywords.casefold().split()]
        return any(w in known or (len(w) > 3 and difflib.get_close_matches(w, known, 1, 0.8)) for w in words)

    def _unknown(self, near: list[str], template: str) -> Reply:
        found = [self.dialogues[name] for name in near if name in self.dialogues]
        return Reply(template, {"near": near}, tuple(Button(d.summary, command=d.name) for d in found))


def _calls(words: list[str], dialogue: Dialogue[World, Store], speak: Speak) -> bool:
    """Return whether `words` are a single one that is the command of `dialogue`."""
    if len(words) != 1:
        return False
    return words[0] == dialogue.name or bool(dialogue.called and is_one_of(dialogue.called, words[0], speak))


def _by_commands(dialogue: Dialogue[World, Store], step: Step) -> Reply:
    """Return the first question of `dialogue` with a command for each answer, which anybody may tap."""
    options = (o for o in step.options(()) if not o.show)
    buttons = (Button(o.label, command=f"{dialogue.name} {o.value}") for o in options)
    return replace(step.prompt, buttons=tuple(buttons))
