"""An office from which many are told something: organisers, a group with its admins, followers, and what they hear."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.broadcasts import Broadcast, State
from bot.conversation import Conversations
from bot.dispatcher import Dispatcher
from bot.events import Chat, Event, Fetched, Given, Person, Role
from bot.fetching import Files
from bot.groups import Who
from bot.outbox import Outbox
from bot.roles import Roles
from bot.store.store import Store
from bot.store.work import Work
from handlers import HANDLERS
from handlers.world import Organisers, World
from tests.bot.store.followers import follow
from tests.door import KEY, NOW, Door, Wire, furnished, same_words
from tests.photographs import jpeg

CAMPAIGN = "zhanaozen-2011"
PHOTO = jpeg()
GIVEN = Given("wire", "place-1", "picket.jpg", "image/jpeg", True, len(PHOTO))
GROUP = Chat("wire", "-77")
WRITTEN = ("All <b>out</b> on Friday", "skip", "1", "1", "1", "2")
"""What is answered from the words to the preview: no file, English, no other language, at once, at any hour."""


@dataclass
class Office:
    """The bot, its clock, and everything that a platform would tell of its chats and files."""

    store: Store
    wire: Wire
    now: datetime = NOW
    organisers: set[str] = field(default_factory=set)
    roles: dict[str, Role] = field(default_factory=dict)
    """What people are in the group, by their id."""
    read: list[str] = field(default_factory=list)
    """Whose role was read, in order."""
    pace: Mapping[str, float] | None = None
    """Messages that go out in a second, if not as many as usual."""
    files: dict[str, Fetched] = field(default_factory=lambda: {GIVEN.place: PHOTO})

    def door(self, name: str, language: str = "en") -> Door:
        """Return the private chat of somebody, in a bot that was started just now."""
        world, messages = furnished()
        accounts = frozenset(f"wire:{one}" for one in self.organisers)
        world = replace(world, organisers=Organisers(accounts=accounts), clock=lambda: self.now)
        world = replace(world, pace=self.pace or world.pace)
        roles, files = Roles(clock=self.seconds), Files()
        roles.connect("wire", self)
        files.connect("wire", self)
        outbox = Outbox(self.store, {"wire": self.wire})
        talks: Conversations[World, Work] = Conversations(HANDLERS, world, same_words)
        dispatcher = Dispatcher(talks, messages, self.store, outbox, roles=roles, files=files)
        door = Door(dispatcher, self.wire, self.store, Person("wire", name, language), Chat("wire", name))
        door._ids = itertools.count(next(_ids) * 100_000)
        return door

    def seconds(self) -> float:
        """Return the time as a number."""
        return self.now.timestamp()

    async def role(self, chat: Chat, person: Person) -> Role:
        """Return what somebody is in the group."""
        self.read.append(person.id)
        return self.roles.get(person.id, "outside")

    async def fetch(self, file: Given, most: int) -> Fetched:
        """Return what a file holds."""
        return self.files.get(file.place, "lost")

    async def follow(self, *chats: str, language: str = "en", platform: str = "wire", via: str = "") -> None:
        """Let people have asked for news."""
        await follow(
            self.store, *chats, platform=platform, campaign=CAMPAIGN, language=language, via=via or None
        )

    async def bring_in(self, keeper: str) -> str:
        """Let `keeper` have brought the bot into the group, which follows the campaign; return its code."""
        async with self.store.work() as work:
            group = await work.add_group(GROUP, "Branch 7", Person("wire", keeper))
        await follow(self.store, GROUP.id, campaign=CAMPAIGN, private=False)
        return group.code

    async def let(self, who: Who, keeper: str) -> None:
        """Let only these broadcast to the group, which `keeper` has set up."""
        async with self.store.work() as work:
            group = await work.group(GROUP)
            assert group is not None
            await work.set_group(replace(group, who=who), Person("wire", keeper))

    async def recorded(self) -> tuple[Broadcast, ...]:
        """Return the broadcasts that there are."""
        async with self.store.work() as work:
            return await work.broadcasts(1000)

    async def whole(self, number: int) -> Broadcast:
        """Return a broadcast with its file."""
        async with self.store.work() as work:
            found = await work.broadcast(number)
        assert found is not None
        return found

    async def states(self) -> list[State]:
        """Return how far each has come, the newest first."""
        return [one.state for one in await self.recorded()]

    async def heard(self, name: str) -> list[str]:
        """Return what somebody was told elsewhere than in an answer, once all of it is out."""
        async with self.store.work() as work:
            waiting = await work.unsent("wire")
        if waiting:
            await asyncio.sleep(0.2)
        return [message.html for chat, message in self.wire.sent if chat.id == name]

    def pass_minutes(self, minutes: float) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)


_ids = itertools.count(1)


@asynccontextmanager
async def office(folder: Path, *organisers: str) -> AsyncIterator[Office]:
    """Enter a bot with these organisers."""
    made: list[Office] = []
    store = await Store.open(folder / "solidarity.db", KEY, lambda: made[0].now.timestamp() if made else 0.0)
    made.append(Office(store, Wire(), organisers=set(organisers)))
    try:
        yield made[0]
    finally:
        await store.close()


async def say(door: Door, *lines: str) -> str:
    """Say one thing after the other, and return what is answered to the last."""
    answer = ""
    for line in lines:
        answer = await door.say(line)
    return answer


async def to_the_preview(door: Door, *scope: str) -> str:
    """Write an update, and return its preview; `scope` is what is said of whom it is for."""
    return await say(door, "/broadcast", *(scope or ("2", "1")), *WRITTEN)


async def give(door: Door, file: Given, words: str = "", html: str = "") -> str:
    """Send a file, and return what is answered."""
    event = Event(door.next_id(), door.person, door.chat, door.at, words, html=html, file=file, other="file")
    return await door.do(event)
