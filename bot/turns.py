"""What follows from one event, in a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from bot.dialogue import Answers, Dialogue, Store, World
from bot.events import Reply, Tap
from bot.frames import Frame


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
