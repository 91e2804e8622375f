"""The turns of a conversation: what was open, what the person did, what is open now. Nothing here waits or writes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile
from typing import Generic

from bot.answering import Answering
from bot.buttons import by_commands
from bot.choosing import Speak, fold
from bot.composing import Preview
from bot.dialogue import Answers, Dialogue, Done, Happens, Store, World
from bot.events import Button, Event, Reply, Tap
from bot.frames import Draw, Frame, begun, open_ones, token_of
from bot.looking import Lookup
from bot.naming import Named, Names
from bot.standing import Standing
from bot.steps import Review
from bot.turns import Turn
from bot.wording import ANSWER, BACK, CANCEL, ENOUGH, LEAVE, SKIP, THANKS, WAYS, is_one_of, way


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
        self.standing = Standing(self.dialogues, world)
        self._answering = Answering(self.dialogues, self.standing)
        self._chance = chance

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
        if frame is None or source is None or self.standing.walk(frame).passed:
            return turn
        known = next((f for f in (*turn.frames[-2::-1], *drafts) if f.dialogue == source), None)
        others = (f for f in turn.frames[:-1] if f is not known)
        first = replace(known or frame, dialogue=source, token=token_of(event), draft=False)
        before: Turn[World, Store] = Turn((*others, first), (Reply("conversation/first-this"),), ask=True)
        if known is None:
            return before
        there = self._answering.moved(turn.frames, event, known.answers)
        missing = self.standing.walk(first).present
        present = None if there.finished else self.standing.present(there.frames)
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
        now = self.standing.walk(frame)
        if now.present is None:
            return replace(turn, finished=(dialogue, now.answers))
        return replace(turn, frames=(*turn.frames, frame), finished=None, ask=True, again=False)

    def left(self, turn: Turn[World, Store], done: Done) -> tuple[Frame, ...]:
        """Return what is open after a turn that led to `done`."""
        if done.clear or turn.finished is None or not done.wiped:
            return () if done.clear else turn.frames
        name = turn.finished[0].name
        return tuple(frame for frame in turn.frames if not (frame.draft and frame.dialogue == name))

    def said(self, turn: Turn[World, Store], left: tuple[Frame, ...], done: Done) -> tuple[Reply, ...]:
        """Return what is said after a turn that led to `done`, with the present question last, if it is to be asked.

        In another language all of it is said anew; where nothing is asked, the ways onwards stand below.
        """
        again = turn.again and not done.language
        question = self.standing.question(left, again) if turn.ask else None
        replies = (*turn.replies, *done.replies)
        if question:
            return (*replies, *self.standing.shown(left, again), question)
        if not done.onwards:
            return replies
        return (*replies[:-1], replace(replies[-1], buttons=done.onwards))

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
            return self._answering.of_another(frames) if event.press else Turn(frames)
        other = self.standing.out_of_place(frames, event)
        if overtaken := self._overtaken(frames, event):
            return overtaken
        if other:
            return self._answering.aside(frames, Reply(f"conversation/{other}", {"open": bool(frames)}))
        if is_one_of(LEAVE, event.text, speak):
            return self._answering.aside(frames, Reply("conversation/leaving", {"open": bool(frames)}))
        if not frames:
            return self._small_talk(event, speak)
        if event.press is not None:
            return self._answering.pressed(frames, event, event.press, speak)
        if name := self._chosen_instead(frames, event):
            return self._command(frames, event, name, speak)
        return self._answering.typed(frames, event, speak)

    def _name(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> str | None:
        """Return the command that `event` is: by its name, by a word for a way, or where nothing is open by a word."""
        if event.command in self.dialogues:
            return event.command
        alone = event.command is None and not frames and not event.public and bool(event.text)
        called = self.names.called([fold(event.text)], speak) if alone else None
        return called or way(event.command or event.text, speak) or event.command

    def _chosen_instead(self, frames: tuple[Frame, ...], event: Event) -> str | None:
        """Return the command that is said by its bare name where one chooses among other things."""
        step, name = self.standing.present(frames), fold(event.text)
        options = step.options(()) if step and name in self.dialogues else ()
        return name if options and all(o.value != name for o in options) else None

    def lookup(self, turn: Turn[World, Store]) -> Lookup | None:
        """Return what must be looked up before the present question can be asked, if anything must."""
        step = self.standing.present(open_ones(turn.frames)) if turn.finished is None else None
        return step if isinstance(step, Lookup) else None

    def looked_up(
        self, turn: Turn[World, Store], event: Event, step: Lookup, value: str
    ) -> Turn[World, Store]:
        """Return `turn` as it goes on once something is looked up."""
        last = turn.frames[-1]
        frame, now = self.standing.forward(replace(last, answers=last.answers.plus(step.key, value)), event)
        if now.present is None:
            ended = self.dialogues[frame.dialogue], now.answers
            return replace(turn, frames=turn.frames[:-1], finished=ended)
        return replace(turn, frames=(*turn.frames[:-1], frame), again=False)

    def _overtaken(self, frames: tuple[Frame, ...], event: Event) -> Turn[World, Store] | None:
        """Return that the present question is asked anew: it is too old, or what it is about was edited.

        Whatever was said is no answer to it, and its buttons are outdated from now on.
        """
        step = self.standing.present(frames)
        if isinstance(step, Lookup):
            said = step.late
        elif isinstance(step, Preview) and event.other == "edit":
            said = Reply("conversation/edit", {"open": True})
        else:
            return None
        anew = replace(frames[-1], token=token_of(event), before="")
        tap: Tap | None = "outdated" if event.press else None
        return Turn((*frames[:-1], anew), (said,) if said else (), ask=True, tap=tap)

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
            return self._answering.back(frames, event)
        if name in (SKIP, ENOUGH):
            return self._answering.skip(frames, event, enough=name == ENOUGH)
        spelled = difflib.get_close_matches(name.casefold(), [*self.dialogues, *WAYS], n=1, cutoff=0.5)
        near = self.names.near([fold(name)], speak)[:1] or spelled
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
        frame, now = self.standing.forward(left or begun(dialogue, event, self._chance), event)
        if now.present is None:
            return Turn(others, finished=(dialogue, now.answers), ask=True, again=True)
        frames = (*others, frame)
        if now.present.key == dialogue.argument:
            if named:
                turn = self._answering.moved(frames, event, frame.answers.plus(named.key, named.value))
                return replace(turn, replies=(Reply("start/linked"),)) if event.linked else turn
            if event.public:
                return Turn(others, (by_commands(dialogue, now.present),), offers=dialogue)
        return Turn(frames, (Reply("conversation/already-open"),) if left else (), ask=True)

    def _anew(self, frames: tuple[Frame, ...], event: Event, named: Named) -> Turn[World, Store]:
        """Go on about something else; what was agreed to, and all that came after, is asked anew."""
        passed = self.standing.walk(frames[-1]).passed
        agreed = dropwhile(lambda step: not isinstance(step, Review), passed)
        answers = frames[-1].answers.minus(*(step.key for step in agreed))
        turn = self._answering.moved(frames, event, answers.plus(named.key, named.value))
        return replace(turn, replies=(Reply("conversation/anew", {"what": named.label}),))

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
