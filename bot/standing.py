"""Where an open dialogue stands: what is asked now, what is shown with it, and what can be no answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Generic

from bot.buttons import below
from bot.composing import Composition, Preview
from bot.dialogue import Dialogue, Store, World
from bot.events import Event, Reply
from bot.frames import Frame, open_ones
from bot.steps import Question, Review, Step
from bot.walking import Walk, is_left_out, walk


class Standing(Generic[World, Store]):
    """Walks the open dialogues; the last of them is the present one."""

    def __init__(self, dialogues: Mapping[str, Dialogue[World, Store]], world: World) -> None:
        self._dialogues = dialogues
        self._world = world
        self._walked: tuple[Frame, Walk] | None = None

    def walk(self, frame: Frame) -> Walk:
        """Return where `frame` stands; whoever asks again for the frame that was walked last need not wait for it."""
        if self._walked is None or self._walked[0] is not frame:
            self._walked = frame, walk(self._dialogues[frame.dialogue], frame.answers, self._world)
        return self._walked[1]

    def present(self, frames: tuple[Frame, ...]) -> Step | None:
        """Return the step that is asked now; None if nothing is open."""
        return self.walk(frames[-1]).present if frames else None

    def forward(self, frame: Frame, event: Event) -> tuple[Frame, Walk]:
        """Return where `frame` goes on, past the questions that are left out.

        Before others nobody is asked for words of their own that are not needed; whoever has said enough is asked
        nothing more that may be skipped, until they see the result.
        """
        now = self.walk(frame)
        while is_left_out(now.present, frame.enough, event.public):
            frame = replace(frame, answers=frame.answers.plus(now.present.key, None))
            now = self.walk(frame)
        return replace(frame, enough=False) if isinstance(now.present, Review) else frame, now

    def question(self, frames: tuple[Frame, ...], again: bool = False) -> Reply | None:
        """Return the present question with its buttons, in short if it is asked `again`; None if nothing is open."""
        frames = open_ones(frames)
        now = self.walk(frames[-1]) if frames else None
        if now is None or now.present is None:
            return None
        prompt = (again and now.present.again) or now.present.prompt
        return replace(prompt, buttons=(*below(frames[-1], now, now.present), *prompt.buttons))

    def shown(self, frames: tuple[Frame, ...], again: bool) -> tuple[Reply, ...]:
        """Return what is shown above the present question, unless that is only asked `again`."""
        step = None if again else self.present(open_ones(frames))
        return step.shown if isinstance(step, Preview) else ()

    def out_of_place(self, frames: tuple[Frame, ...], event: Event) -> str | None:
        """Return what it is that can be no answer here: a file, a shared place, what somebody else has said."""
        step = self.present(frames)
        composing = isinstance(step, Composition)
        if event.other and not (composing and event.file):
            return event.other
        if event.forwarded and (event.command or not (composing or isinstance(step, Question))):
            return "forwarded"
        located = isinstance(step, Question) and step.locate
        return None if event.place is None or located else "place"
