"""The buttons below a question: its options, and the ways through the conversation."""

from __future__ import annotations

from bot.dialogue import Question, Step, Walk
from bot.events import Button, Phrase, Press
from bot.frames import Frame
from bot.wording import BACK, SKIP, WAYS

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
    ways = [SKIP] * step.optional + [BACK] * bool(now.passed or frame.changing)
    return (
        *(Button(o.label, press(o.value), number=n, ticked=o.ticked) for n, o in options),
        *(Button(WAYS[way], press(way_value(way)), command=way) for way in ways),
        *([Button(PLACE, place=True)] if located else ()),
    )
