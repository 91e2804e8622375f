"""What Telegram's server knows: the bot, people, chats, files and what waits to be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from tests.botapi.calls import Call, Json
from tests.botapi.files import Files
from tests.botapi.flood import Flood
from tests.botapi.profiles import Profile
from tests.botapi.refusals import bad
from tests.botapi.updates import Updates

if TYPE_CHECKING:
    from tests.botapi.chats import Chat
    from tests.botapi.people import User
    from tests.botapi.presses import Press


@dataclass(slots=True, eq=False)
class World:
    """All of it, in memory."""

    bot: Json
    clock: Callable[[], float]
    privacy: bool = False
    press_lifetime: float = 15.0
    updates: Updates = field(default_factory=Updates)
    profile: Profile = field(default_factory=Profile)
    files: Files = field(default_factory=Files)
    flood: Flood = field(default_factory=Flood)
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    logged_out: bool = False
    message_ids: count[int] = field(default_factory=lambda: count(1))
    """Numbers of the messages in private chats and basic groups, which share one row of numbers."""
    user_ids: count[int] = field(default_factory=lambda: count(5_000_000_001))
    chat_ids: count[int] = field(default_factory=lambda: count(2_000_000_001))
    press_ids: count[int] = field(default_factory=lambda: count(4_382_000_000_000_001))

    @property
    def now(self) -> int:
        """The time, as it is written on messages."""
        return int(self.clock())

    def noting(self, call: Call) -> Callable[[str], None]:
        """Return what keeps a fault of `call` that Telegram passes over in silence."""
        return lambda fault: self.violations.append(f"{call.method}: {fault}")

    def chat(self, chat_id: int | str | None) -> Chat:
        """Return the chat with this number or public name."""
        if chat_id in (None, ""):
            raise bad("chat_id is empty")
        try:
            found = self.chats.get(int(chat_id or 0))
        except ValueError:
            found = next(
                (
                    c
                    for c in self.chats.values()
                    if c.kind != "private" and c.username and f"@{c.username}" == chat_id
                ),
                None,
            )
        if found is None:
            raise bad("chat not found")
        return found
