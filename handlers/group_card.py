"""A group's card: one message that shows the letters through its link, and is edited instead of repeated."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue import Told
from bot.events import Button, Phrase, Reply
from bot.groups import Group, Progress, Through
from bot.published import FEWEST
from handlers.world import Store, World

_BOXES = 10
"""Boxes of the bar that shows how much of the goal is reached."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters that were sent and promised, as everybody may see them: rounded down, and 0 of fewer than five people."""

    sent: int
    promised: int


async def card(group: Group, world: World, store: Store) -> tuple[Told, ...]:
    """Return what the card of `group` shows now."""
    letters = _shown(await store.progress(group.code))
    world.cards.shows(group.code, (group, letters))
    return (_told(group, letters),)


async def renewed(code: str, world: World, store: Store) -> tuple[Told, ...]:
    """Return what the card of a group is to show, if there is one and it shows something else."""
    group = await store.group_called(code)
    if group is None or await store.card(group.card) is None:
        return ()
    letters = _shown(await store.progress(code))
    return (_told(group, letters),) if world.cards.shows(code, (group, letters)) else ()


def _shown(progress: Progress) -> Letters:
    return Letters(_rounded(progress.sent), _rounded(progress.promised))


def _rounded(through: Through) -> int:
    """Return how many letters may be shown: in fives, so that two looks at the card tell of nobody."""
    return 0 if through.people < FEWEST else through.letters - through.letters % FEWEST


def _told(group: Group, letters: Letters) -> Told:
    button = Button(Phrase("Write your letter"), command=f"start {group.code}", private=True)
    goal = group.goal or 0
    full = min(_BOXES, _BOXES * (letters.sent + letters.promised) // goal) if goal else 0
    said = {
        "count": letters,
        "goal": group.goal,
        "until": group.until,
        "bar": "▰" * full + "▱" * (_BOXES - full),
        "reached": bool(goal) and letters.sent >= goal,
        "fewest": FEWEST,
        "full": False,
    }
    return Told(group.news, Reply("group/card", said, (button,)), group.language, card=group.card)
