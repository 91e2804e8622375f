"""The buttons below a question: its options, and the ways through the conversation."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import Dialogue, Store, World
from bot.events import Button, Phrase, Press, Reply
from bot.frames import Frame
from bot.steps import Question, Step
from bot.walking import Walk, ends_early
from bot.wording import BACK, ENOUGH, SKIP, WAYS

PLACE = Phrase("You can also share your location once. I look which country it is in, and forget it.")


def way_value(way: str) -> str:
    """Return what the button of a way through the conversation carries: no option is called like that."""
    return f"<{way}>"


def below(frame: Frame, now: Walk, step: Step) -> tuple[Button, ...]:
    """Return the buttons of `step`, at which `frame` stands now."""

    def press(value: str) -> Press:
        return Press(frame.token, step.key, value)

    options = enumerate(step.options(frame.marked), 1)
    located = isinstance(step, Question) and step.locate and not frame.marked
    ways = [SKIP] * step.optional + [ENOUGH] * ends_early(step) + [BACK] * bool(now.passed or frame.changing)
    return (
        *(Button(o.label, press(o.value), number=n, ticked=o.ticked) for n, o in options),
        *(Button(WAYS[way], press(way_value(way)), command=way) for way in ways),
        *([Button(PLACE, place=True)] if located else ()),
    )


def by_commands(dialogue: Dialogue[World, Store], step: Step) -> Reply:
    """Return the first question of `dialogue` with a command for each answer, which anybody may tap."""
    options = (o for o in step.options(()) if not o.show)
    buttons = (Button(o.label, command=f"{dialogue.name} {o.value}") for o in options)
    return replace(step.prompt, buttons=tuple(buttons))
