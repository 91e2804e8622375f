"""Records of one person alone: there is nobody to send an update to."""

from __future__ import annotations

from collections.abc import Mapping

from bot.broadcasts import Broadcast, NewBroadcast, Scope, Size, State
from bot.events import Person


class NoBroadcasts:
    """Finds no broadcast, and keeps none."""

    async def audience(self, scope: Scope) -> Size:
        """Return nobody."""
        return {}

    async def out_of_reach(self, scope: Scope) -> Mapping[str, int]:
        """Return nobody."""
        return {}

    async def start_broadcast(self, person: Person, new: NewBroadcast) -> int:
        """Return the number of one that reaches nobody."""
        return 1

    async def agree(self, number: int, person: Person) -> Broadcast | None:
        """Return none."""
        return None

    async def broadcasts(self, most: int = 10) -> tuple[Broadcast, ...]:
        """Return none."""
        return ()

    async def broadcast(self, number: int) -> Broadcast | None:
        """Return none."""
        return None

    async def steer(self, number: int, to: State) -> Broadcast | None:
        """Return none."""
        return None

    async def settle(self, number: int, again: bool) -> int:
        """Have nothing to settle."""
        return 0

    async def last_broadcast(self, person: Person, group: str | None = None) -> int | None:
        """Remember none."""
        return None
