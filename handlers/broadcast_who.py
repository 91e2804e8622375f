"""Who may tell many something: the organisers everybody, a group's admins their group, if it lets them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.dialogue import Answers, Needs
from bot.events import Chat, Event
from bot.groups import Group
from bot.looking import Lookup
from handlers.world import Store, World

WHO = "<who>"
"""The key of what somebody may do."""
MOST_ASKED = 20
"""Groups of a platform up to which each is asked who somebody is there; beyond, only those that they set up."""
PAUSE = 3600
"""Seconds between two broadcasts of a group's admin."""


@dataclass(frozen=True, slots=True)
class Own:
    """A group of which somebody is an admin who may broadcast to it."""

    code: str
    chat: Chat
    title: str
    campaigns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """What somebody may do: an organiser everything, others something for their `groups`."""

    organiser: bool
    groups: tuple[Own, ...] = ()
    last: int | None = None
    """When they broadcast last, in seconds since 1970."""

    def dump(self) -> str:
        """Return it as it stands among the answers."""
        groups = [[g.code, g.chat.platform, g.chat.id, g.title, list(g.campaigns)] for g in self.groups]
        return json.dumps([self.organiser, groups, self.last], ensure_ascii=False)

    @classmethod
    def of(cls, answers: Answers) -> Who:
        """Return what was looked up."""
        organiser, groups, last = json.loads(answers.text(WHO) or "[false, [], null]")
        own = (
            Own(code, Chat(platform, chat), title, tuple(campaigns))
            for code, platform, chat, title, campaigns in groups
        )
        return cls(organiser, tuple(own), last)

    def group(self, code: str | None) -> Own | None:
        """Return the group with that code, if they may broadcast to it."""
        return next((g for g in self.groups if g.code == code), None)

    def waits_until(self) -> int:
        """Return when somebody may broadcast again who is no organiser, in seconds since 1970."""
        return 0 if self.organiser or self.last is None else self.last + PAUSE


@dataclass(frozen=True, slots=True)
class Look:
    """Looks up what somebody may do; of a group's admins, their role is read."""

    world: World
    fresh: bool = False

    async def __call__(self, event: Event, store: Store) -> Needs | str:
        """Return what they may do, or whose role must be read first."""
        if self.world.organisers.include(event.person):
            return Who(True).dump()
        groups = []
        for group in await _near(event, store):
            if group.chat not in event.roles:
                return Needs(group.chat, self.fresh)
            if event.roles[group.chat] == "admin" and await lets(group, event, store):
                groups.append(Own(group.code, group.chat, group.title, group.campaigns))
        last = await store.last_broadcast(event.person) if groups else None
        return Who(False, tuple(groups), last).dump()


def who(world: World, fresh: bool = False) -> Lookup:
    """Return the step that looks up what somebody may do."""
    return Lookup(WHO, Look(world, fresh))


async def lets(group: Group, event: Event, store: Store) -> bool:
    """Return whether `group` lets that admin of it broadcast."""
    return group.who == "all" or (group.who == "keeper" and await store.keeps(event.person, group))


async def _near(event: Event, store: Store) -> tuple[Group, ...]:
    """Return the groups of which somebody may be an admin."""
    if not event.person.id:
        return ()
    all_of_them = [g for g in await store.groups() if g.chat.platform == event.person.platform]
    if len(all_of_them) <= MOST_ASKED:
        return tuple(all_of_them)
    return await store.groups_of(event.person)
