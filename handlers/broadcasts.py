"""/broadcasts - what was told to many, how it is going, and how to stop it, go on, or settle what is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.broadcasts import AGREEABLE, APPS, Broadcast, Fate, State
from bot.choosing import Label
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Document, Event, Phrase, Reply, Upload
from bot.steps import Step
from handlers import broadcast_content as content
from handlers import broadcast_scope as scope
from handlers import broadcast_time as time
from handlers.broadcast_who import Who, who
from handlers.world import Store, Talk, World

MOST = 10
"""Broadcasts that are listed, the latest."""
_WORDS = re.compile(
    r"#?(?P<number>[0-9]{1,9})(?:\s+(?P<act>go[\s-]on|\w+)(?:\s+(?P<seen>[0-9]{1,12}))?)?", re.IGNORECASE
)
"""What stands behind the command: a broadcast, what is to be done with it, and when it was seen (Unix time)."""
_ACTS = {
    "pause": State.PAUSED,
    "go": State.RUNNING,
    "go on": State.RUNNING,
    "resume": State.RUNNING,
    "continue": State.RUNNING,
    "cancel": State.CANCELLED,
}
_STATES = {
    State.ASKED: Phrase("waits for a second organiser"),
    State.SET: Phrase("waits for its time"),
    State.RUNNING: Phrase("is being sent"),
    State.PAUSED: Phrase("is paused"),
    State.CANCELLED: Phrase("was cancelled"),
    State.DONE: Phrase("is done"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """A broadcast as it is looked at: whom it is for, how far it has come, and what came of its messages."""

    number: int
    campaign: Label
    parts: tuple[Label, ...]
    state: Phrase
    people: int
    sent: int
    gone: int
    failed: int
    unknown: int
    cancelled: int
    left: int
    waiting: tuple[tuple[Label, int], ...]
    """How many wait for which platforms that are not connected."""
    begins: Label | None = None
    """When it begins, if it waits for that."""


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield what must be known of whoever asks."""
    yield who(world, fresh=True)


async def show(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Return all broadcasts that somebody may see, or do with one of them what stands behind its number."""
    known = Who.of(answers)
    if not known.organiser and not known.groups:
        return Done((Reply("broadcast/not-yours"),))
    words = _WORDS.fullmatch(event.text.strip())
    if words is None:
        return Done((await _listed(known, world, store),))
    found = await store.broadcast(int(words["number"]))
    if found is None or not _may_see(found, known):
        return Done((Reply("broadcasts/none-such"), await _listed(known, world, store)))
    act = (words["act"] or "").casefold().replace("-", " ")
    if act == "agree":
        return Done(await _agreed(found, int(words["seen"] or 0), event, known, world, store))
    return Done(await _done(found, act, known, world, store))


async def _done(found: Broadcast, act: str, known: Who, world: World, store: Store) -> tuple[Reply, ...]:
    """Do what is to be done with a broadcast, and return how it stands then."""
    if act in ("again", "leave"):
        settled = await store.settle(found.id, again=act == "again")
        now = await store.broadcast(found.id) or found
        said = Reply("broadcasts/settled", {"again": act == "again", "people": settled})
        return (said, await _one(now, world, store))
    if act in _ACTS:
        steered = await store.steer(found.id, _ACTS[act])
        late = () if steered else (Reply("broadcasts/too-late"),)
        return (*late, await _one(steered or found, world, store))
    return await _whole(found, known, world, store)


async def _agreed(
    found: Broadcast, seen: int, event: Event, known: Who, world: World, store: Store
) -> tuple[Reply, ...]:
    """Let a second organiser agree to what they have `seen` at that moment, and return what came of that."""
    may = known.organiser and found.state == State.ASKED
    if may and not 0 <= _now(world) - seen <= AGREEABLE.total_seconds():
        return (Reply("broadcasts/look-first"), *await _whole(found, known, world, store))
    now = await store.agree(found.id, event.person) if may else None
    if now is None:
        return (Reply("broadcasts/not-agreed"), await _one(found, world, store))
    return (Reply("broadcasts/agreed"), await _one(now, world, store))


async def _whole(found: Broadcast, known: Who, world: World, store: Store) -> tuple[Reply, ...]:
    """Return what a broadcast says and how it stands; whoever sees that can agree to it."""
    agree = _button(Phrase("Agree: send it"), found, f"agree {_now(world)}")
    may = known.organiser and found.state == State.ASKED
    one = await _one(found, world, store)
    return (*_messages(found), replace(one, buttons=(agree, *one.buttons)) if may else one)


def _messages(found: Broadcast) -> Iterator[Reply]:
    """Yield what a broadcast says, in each of its languages."""
    said, file = found.terms.content, found.terms.content.file
    document = Document(file.name, Upload(file.media_type, file.photo, file.data)) if file else None
    codes = [said.usual, *(code for code in said.texts if code != said.usual)]
    yield from (content.shown(said.texts[code], document) for code in codes)


async def _listed(known: Who, world: World, store: Store) -> Reply:
    """Return the latest broadcasts that somebody may see."""
    found = [one for one in await store.broadcasts(MOST if known.organiser else 100) if _may_see(one, known)]
    titles = await _titles(store)
    shown = tuple(_look(one, world, titles) for one in found[:MOST])
    buttons = (
        Button(Phrase("Update {number}", {"number": one.number}), command=f"broadcasts {one.number}")
        for one in shown
    )
    write = Button(Phrase("Write another") if shown else Phrase("Write one"), command="broadcast")
    return Reply("broadcasts/list", {"broadcasts": shown}, (*buttons, write))


async def _one(found: Broadcast, world: World, store: Store) -> Reply:
    """Return how one broadcast stands, and what can be done about it."""
    look = _look(found, world, await _titles(store))
    return Reply("broadcasts/one", {"one": look}, tuple(_buttons(found)))


def _buttons(found: Broadcast) -> Iterator[Button]:
    """Yield what can be done about a broadcast now."""
    if found.state == State.RUNNING:
        yield _button(Phrase("Pause"), found, "pause")
    if found.state == State.PAUSED:
        yield _button(Phrase("Go on"), found, "go")
    if found.state in (State.ASKED, State.SET, State.RUNNING, State.PAUSED):
        yield _button(Phrase("Cancel it"), found, "cancel")
    if found.unsettled:
        yield _button(Phrase("Send the unknown once more, silently"), found, "again")
        yield _button(Phrase("Leave the unknown as they are"), found, "leave")
    yield Button(Phrase("How it is going"), command=f"broadcasts {found.id}")


def _button(label: Phrase, found: Broadcast, act: str) -> Button:
    return Button(label, command=f"broadcasts {found.id} {act}")


def _now(world: World) -> int:
    return int(world.clock().timestamp())


async def _titles(store: Store) -> dict[str, str]:
    return {group.code: group.title for group in await store.groups()}


def _look(found: Broadcast, world: World, titles: dict[str, str]) -> Look:
    of = found.terms.scope
    campaign = next((c.button for c in world.campaigns if c.slug == of.campaign), of.campaign)
    return Look(
        found.id,
        campaign,
        scope.described(of, world, titles.get(of.group or "", "")),
        _STATES[found.state],
        found.people(),
        found.people(Fate.SENT),
        found.people(Fate.GONE),
        found.people(Fate.FAILED),
        found.people(Fate.UNKNOWN),
        found.people(Fate.CANCELLED),
        found.people(Fate.READY, Fate.SENDING),
        tuple((APPS.get(name, name), people) for name, people in found.waiting.items()),
        _begins(found, world),
    )


def _begins(found: Broadcast, world: World) -> Label | None:
    """Return when a broadcast goes out that has not begun yet; None where it begins at once, or nothing can begin."""
    now, start = world.clock(), found.terms.starts_at
    when = time.When(start if start > now else None, found.terms.quiet)
    return time.begins(when, now) if found.state in (State.ASKED, State.SET) else None


def _may_see(found: Broadcast, known: Who) -> bool:
    """Return whether a broadcast is somebody's concern: any an organiser's, a group's its admin's."""
    group = found.terms.scope.group
    return known.organiser or (group is not None and known.group(group) is not None)


broadcasts: Talk = Dialogue(
    "broadcasts",
    Phrase("What was told to many, and how it is going"),
    show,
    steps,
    private=True,
)
