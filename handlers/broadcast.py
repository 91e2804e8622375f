"""/broadcast - tell everybody who asked for news something: written here, seen as it will look, and agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from bot.broadcasts import AGREEABLE, APPS, Content, NewBroadcast, Scope, Size, State, asks_another
from bot.choosing import Option
from bot.composing import Preview
from bot.dialogue import Answers, Dialogue, Done, Needs
from bot.events import Button, Event, Given, Phrase, Reply
from bot.looking import Lookup
from bot.steps import Step
from handlers import broadcast_content as content
from handlers import broadcast_scope as scope
from handlers import broadcast_time as time
from handlers.broadcast_who import WHO, Who, lets, who
from handlers.world import Store, Talk, World, again


@dataclass(frozen=True, slots=True)
class Plan:
    """A broadcast as it is planned so far."""

    scope: Scope
    draft: content.Draft
    when: time.When
    size: Size

    @classmethod
    def of(cls, answers: Answers, world: World) -> Plan:
        """Return what was said."""
        whom = scope.scope(answers, world, Who.of(answers))
        return cls(whom, content.draft(answers, world), time.when(answers, world), scope.size(answers, whom))

    @property
    def mark(self) -> str:
        """What a confirmation is bound to: it differs as soon as anything does that was shown."""
        whole = Content({"": repr((self.scope, self.when, sorted(self.size.items())))}, "")
        return f"{self.draft.digest}{whole.digest[:8]}"

    @property
    def people(self) -> int:
        """How many people there are."""
        return sum(self.size.values())


@dataclass(frozen=True, slots=True)
class Now:
    """Looks up what time it is."""

    world: World

    async def __call__(self, event: Event, store: Store) -> Needs | str:
        """Return the time."""
        return self.world.clock().isoformat()


@dataclass(frozen=True, slots=True)
class Recent:
    """Whether a preview was shown so recently that it can be agreed to."""

    world: World

    def __call__(self, shown: str) -> bool:
        """Return whether that is so."""
        return self.world.clock() - datetime.fromisoformat(shown) <= AGREEABLE


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps: whom it is for, what it says, when it goes out, and how it will look."""
    yield who(world)
    known = Who.of(answers)
    if _refused(known, world) or not world.campaigns:
        return
    yield from scope.steps(answers, world, known)
    own = scope.own(answers, known)
    if own is not None and not scope.followed(own, world):
        return
    yield from content.steps(answers, world)
    yield from time.steps(answers, world)
    whom = scope.scope(answers, world, known)
    yield scope.audience(whom)
    plan = Plan.of(answers, world)
    yield Lookup(f"<shown {plan.mark}>", Now(world), Recent(world), Reply("broadcast/expired"))
    yield _preview(answers, plan, world, known)


def _preview(answers: Answers, plan: Plan, world: World, known: Who) -> Preview:
    """Return the step that shows the messages as people get them, and says who they are."""
    begins = time.begins(plan.when, world.clock())
    said = {
        "people": plan.people,
        "size": _by_platform(plan.size, plan.draft),
        "parts": scope.described(plan.scope, world, scope.title(answers, plan.scope, known)),
        "languages": tuple(plan.draft.texts),
        "out_of_reach": scope.out_of_reach(answers, plan.scope),
        "minutes": time.minutes(plan.size, world.pace),
        "begins": begins,
        "night": time.NIGHT if plan.when.quiet else None,
        "second": asks_another(plan.people, world.organisers.accounts),
        "organiser": known.organiser,
        "file": plan.draft.file is not None,
        "photo": plan.draft.file is not None and plan.draft.file.given.photo,
        "long": _is_long(plan.draft),
        "platforms": {platform for platform, _ in plan.size},
    }
    agree = Phrase("Send it at that time") if begins else Phrase("Send it now")
    possible = agree if plan.people else None
    myself = Option("myself", Phrase("Send it to myself first"), plan.draft.messages[0])
    whom = (Option("whom", Phrase("Change who gets it")),) if known.organiser else ()
    changes = (myself, *content.changes(answers, world), *whom, *time.changes(answers))
    prompt, short = Reply("broadcast/preview", said), again("preview")
    return Preview("preview", prompt, plan.draft.messages, plan.mark, possible, changes, again=short)


def _by_platform(
    size: Size, draft: content.Draft
) -> tuple[tuple[object, int, tuple[tuple[str, int], ...]], ...]:
    """Return how many people there are on each platform, and in which of the languages they get it."""
    found: dict[str, dict[str, int]] = {}
    for (platform, language), people in size.items():
        read = language if language in draft.texts else draft.usual
        of = found.setdefault(platform, {})
        of[read] = of.get(read, 0) + people
    return tuple(
        (APPS.get(platform, platform), sum(of.values()), tuple(of.items())) for platform, of in found.items()
    )


def _is_long(draft: content.Draft) -> bool:
    """Return whether words are too long to stand below a photo on Telegram."""
    return any(content.units(text) > content.LONGEST_CAPTION for text in draft.texts.values())


def _refused(known: Who, world: World) -> Reply | None:
    """Return why somebody may not broadcast now, if they may not."""
    if known.organiser:
        return None
    if not known.groups:
        return Reply("broadcast/not-yours")
    wait = known.waits_until() - world.clock().timestamp()
    return Reply("broadcast/too-soon", {"minutes": ceil(wait / 60)}) if wait > 0 else None


def may(event: Event, answers: Answers, world: World, ends: bool) -> Needs | Given | Reply | None:
    """Let organisers and a group's admins go on; at the end their role and the file are read anew."""
    if WHO not in answers:
        return None
    known = Who.of(answers)
    if known.organiser != world.organisers.include(event.person):
        return Reply("broadcast/not-yours")
    own = None if known.organiser else scope.own(answers, known)
    if own is not None and "preview" in answers:
        if own.chat not in event.roles:
            return Needs(own.chat, fresh=True)
        if event.roles[own.chat] == "unknown":
            return Reply("broadcast/unread")
        if event.roles[own.chat] != "admin":
            return Reply("broadcast/not-yours")
    file = content.draft(answers, world).file if "preview" in answers else None
    return file.given if ends and file is not None and file.given not in event.files else None


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Record the broadcast that was agreed to, and say what happens now; or why nothing does."""
    known = Who.of(answers)
    if refused := _refused(known, world):
        return Done((refused,))
    if "preview" not in answers:
        return Done((Reply("broadcast/follows-nothing"),))
    plan = Plan.of(answers, world)
    if not known.organiser and (refused := await _refused_now(event, plan, known, world, store)):
        return Done((refused,))
    said = plan.draft.content(event.files)
    if said is None:
        return Done((Reply("broadcast/file-lost"),))
    people = sum((await store.audience(plan.scope)).values())
    if not people:
        return Done((Reply("broadcast/nobody"),))
    asked = asks_another(people, world.organisers.accounts)
    new = NewBroadcast(
        plan.scope,
        said,
        plan.when.starts_at or world.clock(),
        event.chat,
        plan.when.quiet,
        State.ASKED if asked else State.SET,
    )
    number = await store.start_broadcast(event.person, new)
    told = {"number": number, "people": people, "asked": asked, "organiser": known.organiser}
    return _started(event, told, plan, world)


async def _refused_now(event: Event, plan: Plan, known: Who, world: World, store: Store) -> Reply | None:
    """Return why an admin may not broadcast to their group any more, if that has changed since they began."""
    group = await store.group_called(plan.scope.group or "")
    if group is None or not await lets(group, event, store):
        return Reply("broadcast/not-yours")
    return _refused(replace(known, last=await store.last_broadcast(event.person)), world)


def _started(event: Event, said: dict[str, int], plan: Plan, world: World) -> Done:
    """Return what is said now, and to the other organisers if one of them has to agree."""
    begins, number = time.begins(plan.when, world.clock()), said["number"]
    look = Button(Phrase("How it is going"), command=f"broadcasts {number}")
    cancel = Button(Phrase("Cancel it"), command=f"broadcasts {number} cancel")
    done = Reply("broadcast/started", {**said, "begins": begins}, (look, cancel))
    if not said["asked"]:
        return Done((done,))
    button = Button(Phrase("Look at it"), command=f"broadcasts {number}")
    ask = Reply("broadcast/asked", said, (button,))
    return Done((done,), told=world.organisers.told(ask, besides=event.person))


broadcast: Talk = Dialogue(
    "broadcast",
    Phrase("Tell everybody who follows an appeal something"),
    finish,
    steps,
    private=True,
    guard=may,
)
