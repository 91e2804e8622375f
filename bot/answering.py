"""What becomes of an answer: the next question, the end of its dialogue, or a word about the question that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Generic

from bot.buttons import way_value
from bot.choosing import Speak
from bot.composing import UnfetchedFileError
from bot.dialogue import Answers, Dialogue, Store, World
from bot.events import Event, Press, Reply
from bot.frames import Frame, token_of
from bot.standing import Standing
from bot.steps import Answered, Change, Look, Picked, Refused, Renewal, Said, Step
from bot.turns import Turn
from bot.walking import ends_early
from bot.wording import BACK, ENOUGH, SKIP

PATIENCE = 3
"""How often in a row somebody is not understood before they are told the ways on, and again each time after that."""


class Answering(Generic[World, Store]):
    """The rules by which a person moves within the present dialogue, the last of those that are open."""

    def __init__(
        self, dialogues: Mapping[str, Dialogue[World, Store]], standing: Standing[World, Store]
    ) -> None:
        self._dialogues = dialogues
        self._standing = standing

    def pressed(
        self, frames: tuple[Frame, ...], event: Event, press: Press, speak: Speak
    ) -> Turn[World, Store]:
        """Take a tapped option; a button of an older question brings up the present one, a second tap nothing."""
        step = self._standing.present(frames)
        if step is None or (press.token, press.step) != (frames[-1].token, step.key):
            twice = press.token and press.token == frames[-1].before
            if event.public and not twice:
                return self.of_another(frames)
            return Turn(frames, ask=not twice, again=True, tap="outdated")
        if press.value == way_value(BACK):
            return self.back(frames, event)
        if press.value in (way_value(SKIP), way_value(ENOUGH)):
            return self.skip(frames, event, enough=press.value == way_value(ENOUGH))
        return self._answered(frames, event, step, Said(value=press.value), speak)

    def of_another(self, frames: tuple[Frame, ...]) -> Turn[World, Store]:
        """Let a button do nothing that somebody else was asked, and tell only whoever tapped it."""
        return Turn(frames, tap="outdated", note=Reply("conversation/others-question"))

    def typed(self, frames: tuple[Frame, ...], event: Event, speak: Speak) -> Turn[World, Store]:
        """Take typed words, and what came with them."""
        step = self._standing.present(frames)
        if step is None:
            return Turn(frames, ask=True)
        if event.file and event.file not in event.files:
            raise UnfetchedFileError(event.file)
        data = event.files[event.file] if event.file else None
        said = Said(event.text, None, event.place, event.html, event.file, data)
        return self._answered(frames, event, step, said, speak)

    def _answered(
        self, frames: tuple[Frame, ...], event: Event, step: Step, said: Said, speak: Speak
    ) -> Turn[World, Store]:
        frame = frames[-1]
        match step.take(said, frame.marked, speak):
            case Answered(value, hanging):
                answers = frame.answers.minus(*hanging).plus(step.key, value)
                return self.moved(frames, event, answers, frame.enough)
            case Renewal(_, key, other):
                return self.moved(frames, event, frame.answers.plus(key, other))
            case Picked(values):
                return Turn((*frames[:-1], replace(frame, marked=values, refused=0)), ask=True, tap="marked")
            case Change(key):
                changing, token = (key, frame.answers[key]), token_of(event)
                answers = frame.answers.minus(key)
                anew = replace(
                    frame, answers=answers, changing=changing, token=token, before=frame.token, refused=0
                )
                return Turn((*frames[:-1], anew), ask=True)
            case Look(reply, alone):
                return Turn(frames, (reply,), ask=True, again=True) if alone else self.aside(frames, reply)
            case refused:
                return self._refused(frames, step, refused, typed=said.value is None)

    def _refused(
        self, frames: tuple[Frame, ...], step: Step, refused: Refused, *, typed: bool
    ) -> Turn[World, Store]:
        """Say why that is no answer; who has `typed` none time and again is told the ways on, before that."""
        frame = frames[-1]
        asked = step.again.values if step.again else {}
        reply = replace(refused.reply, values={**asked, **refused.reply.values})
        times = frame.refused + int(typed) if refused.marked == frame.marked else 0
        turn = self.aside((*frames[:-1], replace(frame, marked=refused.marked, refused=times)), reply)
        stuck = typed and times > 0 and times % PATIENCE == 0
        return replace(turn, replies=(self._ways_out(frame, step), *turn.replies)) if stuck else turn

    def _ways_out(self, frame: Frame, step: Step) -> Reply:
        """Return the ways on from `step` in words, for somebody who is not understood time and again."""
        back = bool(self._standing.walk(frame).passed or frame.changing)
        return Reply("conversation/stuck", {"skip": step.optional, "back": back})

    def moved(
        self, frames: tuple[Frame, ...], event: Event, answers: Answers, enough: bool = False
    ) -> Turn[World, Store]:
        """Go on with `answers`: to the next question, or to the end of the present dialogue."""
        last = frames[-1]
        moved = Frame(last.dialogue, answers, token_of(event), before=last.token, enough=enough)
        frame, now = self._standing.forward(moved, event)
        if now.present is None:
            ended = self._dialogues[frame.dialogue], now.answers
            return Turn(frames[:-1], finished=ended, ask=True, again=True)
        return Turn((*frames[:-1], frame), ask=True)

    def aside(self, frames: tuple[Frame, ...], reply: Reply) -> Turn[World, Store]:
        """Say something, with the present question's buttons below it instead of its whole text once more."""
        question = self._standing.question(frames, again=True)
        buttons = question.buttons if question else ()
        return Turn(frames, (replace(reply, buttons=(*buttons, *reply.buttons)),))

    def back(self, frames: tuple[Frame, ...], event: Event) -> Turn[World, Store]:
        """Forget the last answer, or leave the present one as it was if it was to be changed."""
        frame = frames[-1]
        passed = self._standing.walk(frame).passed
        if frame.changing:
            return self.moved(frames, event, frame.answers.plus(*frame.changing))
        if not passed:
            return Turn(frames, (Reply("conversation/first-question"),), ask=True, again=True)
        return self.moved(frames, event, frame.answers.minus(passed[-1].key))

    def skip(self, frames: tuple[Frame, ...], event: Event, enough: bool = False) -> Turn[World, Store]:
        """Leave out the present question, and with `enough` all those after it that may be."""
        step = self._standing.present(frames)
        if step is None or not step.optional:
            return self.aside(frames, Reply("conversation/not-optional"))
        leaving = frames[-1].enough or (enough and ends_early(step))
        return self.moved(frames, event, frames[-1].answers.plus(step.key, None), leaving)
