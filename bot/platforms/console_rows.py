"""The buttons of a message as lines of a terminal: what to type, and what it means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from bot.cleaning import clean
from bot.direction import ISOLATES
from bot.events import ShownButton

Kind = Literal["choice", "suggestion", "command", "way"]
"""An option with a number; words to repeat; a command that is offered; a way through the conversation."""

TICK = "✓"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what to type stands in `lead`, aligned, and `label` behind it."""

    kind: Kind
    lead: str
    label: str


def groups(buttons: Sequence[ShownButton]) -> Iterator[tuple[Row, ...]]:
    """Return the lines of `buttons` in their order, neighbours of one kind together; what needs a touch is left out."""
    typed = (button for button in buttons if button.copy is None and not button.place)
    for kind, group in groupby(typed, _kind):
        several = tuple(group)
        leads = [_lead(kind, button, several) for button in several]
        yield tuple(Row(kind, lead, _line(b.label)) for lead, b in zip(leads, several, strict=True))


def _kind(button: ShownButton) -> Kind:
    if button.number is not None:
        return "choice"
    if button.command is None:
        return "suggestion"
    return "way" if button.press else "command"


def _lead(kind: Kind, button: ShownButton, group: Sequence[ShownButton]) -> str:
    """Return what comes before the label, as wide for every button of its `group`."""
    if kind == "suggestion":
        return "  "
    if kind == "choice":
        width = max(len(str(b.number)) for b in group)
        ticks = any(b.ticked for b in group)
        return f"  {button.number:>{width}} " + (f"{TICK if button.ticked else ' '} " if ticks else " ")
    names = [f"/{b.command}" for b in group]
    return f"  {f'/{button.command}':<{max(map(len, names))}}  "


def _line(label: str) -> str:
    return " ".join(clean(label, ISOLATES).split())
