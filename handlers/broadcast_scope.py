"""Whom a broadcast is for: everybody who follows a campaign, or a part of them; for a group's admins, their group."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from bot.broadcasts import APPS, Scope, Size
from bot.campaigns import Campaign
from bot.choosing import Label, Option
from bot.countries import CountryName
from bot.dialogue import Answers, Needs
from bot.events import Event, Phrase, Reply
from bot.looking import Lookup
from bot.messages import language_name
from bot.steps import Choice, Several, Step
from handlers.broadcast_who import Own, Who
from handlers.questions import ask_country
from handlers.world import Store, World, again, ask_campaign, chosen_campaign, language_option

_PLATFORMS = (Option("telegram", APPS["telegram"]), Option("matrix", APPS["matrix"]))
# Translators: what people may type instead of "Everybody who follows it"
_ALL = (Phrase("everyone"), Phrase("all of them"))
_WHOM = (
    Option("all", Phrase("Everybody who follows it"), also=_ALL),
    Option("part", Phrase("A part of them")),
)
_PARTS = (
    Option("platform", Phrase("People of one app")),
    Option("language", Phrase("People who read one language")),
    Option("country", Phrase("People in one country")),
    Option("group", Phrase("One group, and who came through it")),
    Option("waiting", Phrase("People who promised a letter and have not sent it")),
)
_HANGING = ("parts", "platform", "language", "country", "group")
"""The keys of what is asked of a part."""
_GROUPS = "<groups>"


@dataclass(frozen=True, slots=True)
class Groups:
    """Looks up all groups, to choose one of them."""

    async def __call__(self, event: Event, store: Store) -> Needs | str:
        """Return their codes and titles."""
        return json.dumps([[g.code, g.title] for g in await store.groups()], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Audience:
    """Looks up how many people are within a scope."""

    scope: Scope

    async def __call__(self, event: Event, store: Store) -> Needs | str:
        """Return how many there are by platform and language, and how many cannot be reached."""
        size = [[*of, people] for of, people in (await store.audience(self.scope)).items()]
        others = (await store.out_of_reach(self.scope)).items()
        return json.dumps([size, [of for of in others if of[0] != "console"]])  # nobody waits in a terminal


def audience(scope: Scope) -> Lookup:
    """Return the step that looks up how many people are within `scope`."""
    return Lookup(f"<reach {json.dumps(asdict(scope))}>", Audience(scope))


def size(answers: Answers, scope: Scope) -> Size:
    """Return how many people are within `scope`, as was looked up."""
    found, _ = json.loads(answers.text(audience(scope).key) or "[[], []]")
    return {(platform, language): people for platform, language, people in found}


def out_of_reach(answers: Answers, scope: Scope) -> tuple[tuple[Label, int], ...]:
    """Return how many people within `scope` cannot be reached, by app, as was looked up."""
    _, found = json.loads(answers.text(audience(scope).key) or "[[], []]")
    return tuple((APPS.get(platform, platform), people) for platform, people in found)


def steps(answers: Answers, world: World, who: Who) -> Iterator[Step]:
    """Yield the steps that say whom it is for."""
    if who.organiser:
        yield from ask_campaign(tuple(world.campaigns))
        yield Choice("whom", Reply("broadcast/whom"), _WHOM, again=again("fact"), opens=_HANGING)
        if answers.text("whom") == "part":
            yield from _parts(answers, world)
        return
    if len(who.groups) > 1:
        options = tuple(Option(g.code, g.title or Phrase("A group without a name")) for g in who.groups)
        yield Choice("group", Reply("broadcast/which-group"), options, again=again("fact"))
    if group := own(answers, who):
        yield from ask_campaign(followed(group, world))


def _parts(answers: Answers, world: World) -> Iterator[Step]:
    yield Lookup(_GROUPS, Groups())
    groups = json.loads(answers.text(_GROUPS) or "[]")
    possible = tuple(part for part in _PARTS if groups or part.value != "group")
    yield Several("parts", Reply("broadcast/parts"), possible, again=again("fact"))
    parts = answers.several("parts")
    if "platform" in parts:
        yield Choice("platform", Reply("broadcast/which-platform"), _PLATFORMS, again=again("fact"))
    if "language" in parts:
        yield Choice("language", Reply("broadcast/which-language"), languages(world), again=again("fact"))
    if "country" in parts:
        yield ask_country_of_people(world)
    if "group" in parts:
        options = tuple(Option(code, title or Phrase("A group without a name")) for code, title in groups)
        yield Choice("group", Reply("broadcast/which-group"), options, again=again("fact"))


def ask_country_of_people(world: World) -> Step:
    """Return the step that asks in which country people are."""
    return replace(
        ask_country(world.countries), prompt=Reply("broadcast/which-country"), optional=False, locate=None
    )


def languages(world: World) -> tuple[Option, ...]:
    """Return the languages of the bot, each by its own name."""
    return tuple(map(language_option, world.languages))


def own(answers: Answers, who: Who) -> Own | None:
    """Return the group that an admin has chosen, or the only one there is."""
    return who.groups[0] if len(who.groups) == 1 else who.group(answers.text("group"))


def followed(group: Own, world: World) -> tuple[Campaign, ...]:
    """Return the campaigns that a group follows."""
    return tuple(c for c in world.campaigns if c.slug in group.campaigns)


def scope(answers: Answers, world: World, who: Who) -> Scope:
    """Return whom it is for, once that is said."""
    if not who.organiser:
        group = own(answers, who)
        campaigns = followed(group, world) if group else ()
        return Scope(chosen_campaign(answers, campaigns).slug, group=group.code if group else None)
    campaign = chosen_campaign(answers, tuple(world.campaigns)).slug
    parts = answers.several("parts") if answers.text("whom") == "part" else ()
    named = {key: answers.text(key) for key in ("platform", "language", "country", "group") if key in parts}
    return Scope(campaign, **named, waiting="waiting" in parts)


def described(of: Scope, world: World, group: str) -> tuple[Label, ...]:
    """Return whom it is for, in words; `group` is how the group is called."""
    parts: list[Label] = []
    if of.platform:
        parts.append(APPS.get(of.platform, of.platform))
    if of.language:
        parts.append(language_name(of.language))
    if of.country:
        parts.append(CountryName(world.countries, of.country))
    if of.group:
        parts.append(group or Phrase("A group without a name"))
    if of.waiting:
        parts.append(Phrase("People who promised a letter and have not sent it"))
    return tuple(parts)


def title(answers: Answers, of: Scope, who: Who) -> str:
    """Return how the group is called that it is for, if it is for one."""
    known: dict[str, str] = dict(json.loads(answers.text(_GROUPS) or "[]"))
    known |= {group.code: group.title for group in who.groups}
    return known.get(of.group or "", "")
