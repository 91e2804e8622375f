"""The turns of a conversation: what was open, what the person did, what is open now. Nothing here waits or writes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile
from typing import Generic

from bot.buttons import below, by_commands, way_value
from bot.choosing import Speak, fold
from bot.composing import Composition, Preview, UnfetchedFileError
from bot.dialogue import (
    Answered,
    Answers,
    Change,
    Dialogue,
    Done,
    Happens,
    Look,
    Outcome,
    Picked,
    Question,
    Renewal,
    Review,
    Said,
    Step,
    Store,
    World,
)
from bot.events import Button, Event, Press, Reply, Tap
from bot.frames import Draw, Frame, begun, open_ones, token_of
from bot.looking import Lookup
from bot.naming import Named, Names
from bot.walking import Walk, ends_early, is_left_out, walk
from bot.wording import ANSWER, BACK, CANCEL, ENOUGH, LEAVE, SKIP, THANKS, WAYS, is_one_of, way


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
    note: Reply | None = None
    """What only whoever has tapped in a group is shown, as it would be noise for all others."""
    offers: Dialogue[World, Store] | None = None
    """The dialogue whose first question anybody in a group may answer."""


class Conversations(Generic[World, Store]):
    """All dialogues, and the rules by which a person moves within and between them."""

    def __init__(
        self,
        dialogues: Sequence[Dialogue[World, Store]],
        world: World,
        chance: Draw = token_of,
        happens: Happens[World, Store] | None = None,
    ) -> None:
        self.dialogues = {d.name: d for d in dialogues}
        self.world = world
        self.happens = happens
        self.names = Names(self.dialogues, world)
        self._chance = chance
        self._walked: tuple[Frame, Walk] | None = None

    def turn(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        """Return what `event` makes of the open dialogues; the last of `frames` is the present one."""
        drafts, awake = tuple(f for f in frames if f.draft), open_ones(frames)
        if drafts and not awake and self._name(awake, event, speak) == CANCEL:
            return Turn((), (Reply("conversation/cancelled"),))
        turn = self._continued(self._turn(awake, event, speak), drafts, event)
        turn = replace(turn, frames=(*self._drafts(drafts, turn), *turn.frames))
        if event.press is not None and turn.tap is None:
            turn = replace(turn, tap="taken")
        if open_ones(turn.frames) and not event.person.id:  # nobody is there who could be asked
            return Turn((), (self._in_private(self.dialogues[turn.frames[-1].dialogue], event, speak),))
        return turn

    def _continued(
        self, turn: Turn[World, Store], drafts: tuple[Frame, ...], event: Event
    ) -> Turn[World, Store]:
        """Let a dialogue that goes on with the answers of another begin with them; first those must be complete."""
        frame = turn.frames[-1] if turn.frames else None
        source = self.dialogues[frame.dialogue].continues if frame else None
        if frame is None or source is None or self._walk(frame).passed:
            return turn
        known = next((f for f in (*turn.frames[-2::-1], *drafts) if f.dialogue == source), None)
        others = (f for f in turn.frames[:-1] if f is not known)
        first = replace(known or frame, dialogue=source, token=token_of(event), draft=False)
        before: Turn[World, Store] = Turn((*others, first), (Reply("conversation/first-this"),), ask=True)
        if known is None:
            return before
        there = self._moved(turn.frames, event, known.answers)
        missing = self._walk(first).present
        present = None if there.finished else self._walk(there.frames[-1]).present
        return before if missing and present and missing.key == present.key else there

    def _drafts(self, drafts: tuple[Frame, ...], turn: Turn[World, Store]) -> tuple[Frame, ...]:
        """Return what is kept for dialogues that go on with the answers of others: of each the last."""
        ended, answers = turn.finished or (None, Answers())
        if ended is None or all(d.continues != ended.name for d in self.dialogues.values()):
            return drafts
        others = (f for f in drafts if f.dialogue != ended.name)
        return (*others, Frame(ended.name, answers, "", draft=True))

    def going_on(
        self, turn: Turn[World, Store], known: Mapping[str, str], event: Event
    ) -> Turn[World, Store]:
        """Return `turn` as the dialogue that ended in it goes on with what is `known` now; it may end again at once."""
        if turn.finished is None:
            return turn
        dialogue = turn.finished[0]
        frame = Frame(dialogue.name, Answers(known), token_of(event))
        now = self._walk(frame)
        if now.present is None:
            return replace(turn, finished=(dialogue, now.answers))
        return replace(turn, frames=(*turn.frames, frame), finished=None, ask=True, again=False)

    def left(self, turn: Turn[World, Store], done: Done) -> tuple[Frame, ...]:
        """Return what is open after a turn that led to `done`."""
        if done.clear or turn.finished is None or not done.wiped:
            return () if done.clear else turn.frames
        name = turn.finished[0].name
        return tuple(frame for frame in turn.frames if not (frame.draft and frame.dialogue == name))

    def in_public(self, reply: Reply) -> Reply:
        """Return `reply` for a group: what is for one person alone leads into the private chat."""
        return replace(reply, buttons=tuple(map(self._for_a_group, reply.buttons)))

    def _in_private(self, dialogue: Dialogue[World, Store], event: Event, speak: Speak) -> Reply:
        """Return the way into the private chat, where `dialogue` begins."""
        button = replace(self._button(dialogue, event, speak), private=True)
        return Reply("group/private", {"summary": dialogue.summary}, (button,))

    def _button(self, dialogue: Dialogue[World, Store], event: Event, speak: Speak) -> Button:
        """Return the button for what `event` asks for; words go along only as an option's value."""
        named = self.names.named(dialogue, event.text, speak)
        command = f"{dialogue.name} {named.value}" if named else dialogue.name
        return Button(dialogue.summary, command=command)

    def _for_a_group(self, button: Button) -> Button:
        dialogue = self.dialogues.get((button.command or "").partition(" ")[0])
        return replace(button, private=True) if dialogue and dialogue.private else button

    def _turn(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        name = None if event.file else self._name(frames, event, speak)
        if name is not None and not event.forwarded:
            return self._command(frames, event, name, speak)
        if event.public and not frames:  # people talk with each other, and tap what another was asked
            if event.called:
                return self._command(frames, event, "help", speak)
            return self._of_another(frames) if event.press else Turn(frames)
        other = self._out_of_place(frames, event)
        if overtaken := self._overtaken(frames, event):
            return overtaken
        if other:
            return self._aside(frames, Reply(f"conversation/{other}", {"open": bool(frames)}))
        if is_one_of(LEAVE, event.text, speak):
            return self._aside(frames, Reply("conversation/leaving", {"open": bool(frames)}))
        if not frames:
            return self._small_talk(event, speak)
        if event.press is not None:
            return self._pressed(frames, event, event.press, speak)
        return self._typed(frames, event, speak)

    def _name(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> str | None:
        """Return the command that `event` is: by its name, by a word for a way, or where nothing is open by a word."""
        if event.command in self.dialogues:
            return event.command
        alone = event.command is None and not frames and not event.public and bool(event.text)
        called = self.names.called([fold(event.text)], speak) if alone else None
        return called or way(event.command or event.text, speak) or event.command

    def lookup(self, turn: Turn[World, Store]) -> Lookup | None:
        """Return what must be looked up before the present question can be asked, if anything must."""
        awake = open_ones(turn.frames)
        step = self._walk(awake[-1]).present if awake and turn.finished is None else None
        return step if isinstance(step, Lookup) else None

    def looked_up(
        self, turn: Turn[World, Store], event: Event, step: Lookup, value: str
    ) -> Turn[World, Store]:
        """Return `turn` as it goes on once something is looked up."""
        last = turn.frames[-1]
        frame, now = self._forward(replace(last, answers=last.answers.plus(step.key, value)), event)
        if now.present is None:
            return replace(
                turn, frames=turn.frames[:-1], finished=(self.dialogues[frame.dialogue], now.answers)
            )
        return replace(turn, frames=(*turn.frames[:-1], frame), again=False)

    def shown(self, frames: tuple[Frame, ...], again: bool) -> tuple[Reply, ...]:
        """Return what is shown above the present question, unless that is only asked `again`."""
        frames = open_ones(frames)
        step = self._walk(frames[-1]).present if frames and not again else None
        return step.shown if isinstance(step, Preview) else ()

    def _overtaken(self, frames: tuple[Frame, ...], event: Event) -> Turn[World, Store] | None:
        """Return that the present question is asked anew: it is too old, or what it is about was edited.

        Whatever was said is no answer to it, and its buttons are outdated from now on.
        """
        step = self._walk(frames[-1]).present if frames else None
        if isinstance(step, Lookup):
            said = step.late
        elif isinstance(step, Preview) and event.other == "edit":
            said = Reply("conversation/edit", {"open": True})
        else:
            return None
        anew = replace(frames[-1], token=token_of(event), before="")
        tap: Tap | None = "outdated" if event.press else None
        return Turn((*frames[:-1], anew), (said,) if said else (), ask=True, tap=tap)

    def _out_of_place(self, frames: tuple[Frame, ...], event: Event) -> str | None:
        """Return what it is that can be no answer here: a file, a shared place, what somebody else has said."""
        step = self._walk(frames[-1]).present if frames else None
        composing = isinstance(step, Composition)
        if event.other and not (composing and event.file):
            return event.other
        if event.forwarded and (event.command or not (composing or isinstance(step, Question))):
            return "forwarded"
        located = isinstance(step, Question) and step.locate
        return None if event.place is None or located else "place"

    def question(self, frames: tuple[Frame, ...], again: bool = False) -> Reply | None:
        """Return the present question with its buttons, in short if it is asked `again`; None if nothing is open."""
        frames = open_ones(frames)
        now = self._walk(frames[-1]) if frames else None
        if now is None or now.present is None:
            return None
        prompt = (again and now.present.again) or now.present.prompt
        return replace(prompt, buttons=(*below(frames[-1], now, now.present), *prompt.buttons))

    def _walk(self, frame: Frame) -> Walk:
        """Return where `frame` stands; whoever asks again for the frame that was walked last need not wait for it."""
        if self._walked is None or self._walked[0] is not frame:
            self._walked = frame, walk(self.dialogues[frame.dialogue], frame.answers, self.world)
        return self._walked[1]

    def _forward(self, frame: Frame, event: Event) -> tuple[Frame, Walk]:
        """Return where `frame` goes on, past the questions that are left out.

        Before others nobody is asked for words of their own that are not needed; whoever has said enough is asked
        nothing more that may be skipped, until they see the result.
        """
        now = self._walk(frame)
        while is_left_out(now.present, frame.enough, event.public):
            frame = replace(frame, answers=frame.answers.plus(now.present.key, None))
            now = self._walk(frame)
        return replace(frame, enough=False) if isinstance(now.present, Review) else frame, now

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
        if name in (SKIP, ENOUGH):
            return self._skip(frames, event, enough=name == ENOUGH)
        near = difflib.get_close_matches(name.casefold(), [*self.dialogues, *WAYS], n=1, cutoff=0.5)
        return Turn(frames, (self.names.offered(near, "conversation/unknown-command"),), ask=True, again=True)

    def _open(
        self, frames: tuple[Frame, ...], event: Event, dialogue: Dialogue[World, Store], speak: Speak
    ) -> Turn[World, Store]:
        """Open `dialogue`, or come back to it where it was left; the words behind the command answer its argument."""
        if event.public and dialogue.private:
            return Turn(frames, (self._in_private(dialogue, event, speak),))
        left = next((f for f in frames if f.dialogue == dialogue.name), None)
        others = tuple(f for f in frames if f is not left)
        if event.text and not dialogue.argument:  # what stands behind the command is about something else
            left = None
        named = self.names.named(dialogue, event.text, speak)
        if left and named and left.answers.get(named.key, named.value) != named.value:
            return self._anew((*others, left), event, named)
        frame, now = self._forward(left or begun(dialogue, event, self._chance), event)
        if now.present is None:
            return Turn(others, finished=(dialogue, now.answers), ask=True, again=True)
        frames = (*others, frame)
        if now.present.key == dialogue.argument:
            if named:
                turn = self._moved(frames, event, frame.answers.plus(named.key, named.value))
                return replace(turn, replies=(Reply("start/linked"),)) if event.linked else turn
            if event.public:
                return Turn(others, (by_commands(dialogue, now.present),), offers=dialogue)
        return Turn(frames, (Reply("conversation/already-open"),) if left else (), ask=True)

    def _anew(self, frames: tuple[Frame, ...], event: Event, named: Named) -> Turn[World, Store]:
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

    def _skip(self, frames: tuple[Frame, ...], event: Event, enough: bool = False) -> Turn[World, Store]:
        """Leave out the present question, and with `enough` all those after it that may be."""
        step = self._walk(frames[-1]).present
        if step is None or not step.optional:
            return self._aside(frames, Reply("conversation/not-optional"))
        leaving = frames[-1].enough or (enough and ends_early(step))
        return self._moved(frames, event, frames[-1].answers.plus(step.key, None), leaving)

    # --- answers

    def _pressed(
        self, frames: tuple[Frame, ...], event: Event, press: Press, speak: Speak
    ) -> Turn[World, Store]:
        """Take a tapped option; a button of an older question brings up the present one, a second tap nothing."""
        step = self._walk(frames[-1]).present
        if step is None or (press.token, press.step) != (frames[-1].token, step.key):
            twice = press.token and press.token == frames[-1].before
            if event.public and not twice:
                return self._of_another(frames)
            return Turn(frames, ask=not twice, again=True, tap="outdated")
        if press.value == way_value(BACK):
            return self._back(frames, event)
        if press.value in (way_value(SKIP), way_value(ENOUGH)):
            return self._skip(frames, event, enough=press.value == way_value(ENOUGH))
        return self._answer(frames, event, step, step.take(Said(value=press.value), frames[-1].marked, speak))

    def _of_another(self, frames: tuple[Frame, ...]) -> Turn[World, Store]:
        """Let a button do nothing that somebody else was asked, and tell only whoever tapped it."""
        return Turn(frames, tap="outdated", note=Reply("conversation/others-question"))

    def _typed(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        """Take typed words; where one chooses, a command's bare name is the command."""
        step = self._walk(frames[-1]).present
        if step is None:
            return Turn(frames, ask=True)
        name, options = fold(event.text), step.options(())
        if name in self.dialogues and options and all(o.value != name for o in options):
            return self._command(frames, event, name, speak)
        if event.file and event.file not in event.files:
            raise UnfetchedFileError(event.file)
        data = event.files[event.file] if event.file else None
        said = Said(event.text, None, event.place, event.html, event.file, data)
        return self._answer(frames, event, step, step.take(said, frames[-1].marked, speak))

    def _answer(
        self, frames: tuple[Frame, ...], event: Event, step: Step, outcome: Outcome
    ) -> Turn[World, Store]:
        frame = frames[-1]
        match outcome:
            case Answered(value):
                return self._moved(frames, event, frame.answers.plus(step.key, value), frame.enough)
            case Renewal(_, key, other):
                return self._moved(frames, event, frame.answers.plus(key, other))
            case Picked(values):
                return Turn((*frames[:-1], replace(frame, marked=values)), ask=True, tap="marked")
            case Change(key):
                changing = (key, frame.answers[key])
                moved = replace(frame, answers=frame.answers.minus(key), changing=changing)
                return Turn(
                    (*frames[:-1], replace(moved, token=token_of(event), before=frame.token)), ask=True
                )
            case Look(reply, alone):
                return Turn(frames, (reply,), ask=True, again=True) if alone else self._aside(frames, reply)
            case refused:
                asked = step.again.values if step.again else {}
                reply = replace(refused.reply, values={**asked, **refused.reply.values})
                return self._aside((*frames[:-1], replace(frame, marked=refused.marked)), reply)

    def _moved(
        self, frames: tuple[Frame, ...], event: Event, answers: Answers, enough: bool = False
    ) -> Turn[World, Store]:
        """Go on with `answers`: to the next question, or to the end of the present dialogue."""
        last = frames[-1]
        moved = Frame(last.dialogue, answers, token_of(event), before=last.token, enough=enough)
        frame, now = self._forward(moved, event)
        if now.present is None:
            ended = self.dialogues[frame.dialogue], now.answers
            return Turn(frames[:-1], finished=ended, ask=True, again=True)
        return Turn((*frames[:-1], frame), ask=True)

    def _aside(self, frames: tuple[Frame, ...], reply: Reply) -> Turn[World, Store]:
        """Say something, with the present question's buttons below it instead of its whole text once more."""
        question = self.question(frames, again=True)
        buttons = question.buttons if question else ()
        return Turn(frames, (replace(reply, buttons=(*buttons, *reply.buttons)),))

    # --- words without a conversation

    def _small_talk(self, event: Event, speak: Speak) -> Turn[World, Store]:
        if event.press is not None:
            return Turn((), (Reply("conversation/old-button"),), tap="outdated")
        if is_one_of(ANSWER, event.text, speak):
            return Turn((), (Reply("conversation/nothing-open"),))
        words = [fold(word) for word in event.text[:200].split()]
        if len(words) < 5 and any(is_one_of(THANKS, word, speak) for word in words[:2]):
            return Turn((), (Reply("conversation/thanks"),))
        if called := self.names.called(words, speak):
            return self._command((), event, called, speak)
        near = self.names.near(words, speak)
        about = None if near else self.names.about(event.text, speak)
        return Turn((), (about or self.names.offered(near[:2], "conversation/small-talk"),))
