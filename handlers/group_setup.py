"""What a group's admins can set, one thing at a time: each button is a command, and each says the present state."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from babel.dates import format_skeleton

from bot.choosing import Label, Option, fold, pick
from bot.days import read_day
from bot.events import Button, Chat, Event, Phrase, Reply
from bot.groups import Group, Who
from bot.messages import language_name
from bot.writing import locale_of
from handlers.world import Store, World, named_campaign, named_language, spoken

GOALS = (10, 20, 50, 100, 200, 500)
"""Letters that are offered as a goal; any other number can be typed."""
MOST = 100_000
_OPEN = "open"
_NONE = frozenset(
    map(fold, (_OPEN, *"no none нет без aucun non ningún ninguno kein keins nein hayır yok жоқ لا".split()))
)
"""Words for no goal, and for no particular day."""
_WHO: dict[Who, Phrase] = {
    "all": Phrase("All admins of this group"),
    "keeper": Phrase("Only me"),
    "organisers": Phrase("Only the organisers of this bot"),
}
_ALSO: dict[Who, tuple[str, ...]] = {"keeper": ("me",)}


@dataclass(frozen=True, slots=True)
class Day:
    """A day as people name it."""

    day: date

    def in_language(self, language: str) -> str:
        """Return the day of the week and the date."""
        return format_skeleton("MMMEd", self.day, locale=locale_of(language))


@dataclass(frozen=True, slots=True)
class Setup:
    """A group as one of its admins sets it up, in the group itself or in private."""

    event: Event
    group: Group
    world: World
    store: Store

    async def answer(self, words: list[str]) -> Reply:
        """Return what the `words` behind the command come to: a question, or the present state."""
        settings: dict[str, Callable[[list[str]], Awaitable[Reply]]] = {
            "campaign": self._campaign,
            "language": self._language,
            "goal": self._goal,
            "here": self._here,
            "who": self._who,
            "card": self._card,
        }
        setting = settings.get(fold(words[0])) if words else self._overview
        return await (setting(words[1:]) if setting else self._meant(words))

    async def _meant(self, words: list[str]) -> Reply:
        """Set what is said without saying which setting it is: a number, an appeal, or a language."""
        said = " ".join(words)
        first = next((n for n, word in enumerate(words) if _number(word)), None)
        if first is not None:
            return await self._goal(words[first:])
        if campaign := named_campaign(said, tuple(self.world.campaigns)):
            return await self._campaign([] if campaign.slug in self.group.campaigns else [campaign.slug])
        if code := named_language(said, self.world):
            return await self._language([code])
        return await self._overview([])

    # --- the state, and the way to each part of it

    async def _overview(self, words: list[str]) -> Reply:
        followed = [c for c in self.world.campaigns if c.slug in self.group.campaigns]
        said = {"group": self.group, "campaigns": [c.title for c in followed], "public": self.event.public}
        here = [self._button(Phrase("News goes here"), "here")] if self.event.public else []
        shown = Phrase("Show our letters here") if self.event.public else Phrase("Show our letters there")
        buttons = (
            self._button(Phrase("What we follow"), "campaign"),
            self._button(Phrase("Our language"), "language"),
            self._button(Phrase("Our goal"), "goal"),
            self._button(Phrase("Who may send news"), "who"),
            *here,
            self._button(shown, "card"),
            Button(Phrase("Our link"), command=f"start {self.group.code}", private=True),
        )
        return Reply("group/overview", said, buttons)

    def _button(self, label: Label, *words: str) -> Button:
        where = () if self.event.public else (self.group.chat.id,)
        return Button(label, command=" ".join(("group", *where, *words)))

    def _ask(self, asked: str, *buttons: Button) -> Reply:
        return Reply("group/ask", {"asked": asked}, (*buttons, self._button(Phrase("Back to the overview"))))

    async def _set(self, group: Group, mine: bool = False) -> Reply:
        """Record what is set now, and return the state."""
        kept = await self.store.set_group(group, self.event.person if mine else None)
        self.world.cards.mark(kept.code)
        return await replace(self, group=kept)._overview([])

    # --- the parts

    async def _campaign(self, words: list[str]) -> Reply:
        """Follow what is named, or follow it no longer; then ask what else."""
        named = named_campaign(" ".join(words), tuple(self.world.campaigns))
        slug = named.slug if named else " ".join(words)
        if slug in self.group.campaigns:
            return await replace(self, group=await self.store.unfollow(self.group, slug))._campaign([])
        if named:
            return await replace(self, group=await self.store.follow(self.group, slug))._campaign([])
        return self._ask("campaign", *self._campaigns())

    def _campaigns(self) -> Iterator[Button]:
        for campaign in self.world.campaigns:
            followed = campaign.slug in self.group.campaigns
            label = Phrase("✓ {name}", {"name": campaign.button}) if followed else campaign.button
            yield self._button(label, "campaign", campaign.slug)

    async def _language(self, words: list[str]) -> Reply:
        if code := named_language(" ".join(words), self.world):
            return await self._set(replace(self.group, language=code))
        names = ((code, language_name(code)) for code in self.world.languages)
        shown = (self._button(name[:1].upper() + name[1:], "language", code) for code, name in names)
        return self._ask("language", *shown)

    async def _goal(self, words: list[str]) -> Reply:
        """Set the goal that is named: first a number, then a day until which it is to be reached."""
        if words and fold(words[0]) in _NONE:
            return await self._set(replace(self.group, goal=None, until=None))
        goal = _number(words[0]) if words else None
        if goal is None:
            offered = (self._button(str(n), "goal", str(n)) for n in GOALS)
            none = self._button(Phrase("No goal"), "goal", _OPEN)
            return self._ask("goal-again" if words else "goal", *offered, none)
        today = self.event.at.date()
        day = self._day(words[1:], today)
        if day or (len(words) > 1 and fold(words[1]) in _NONE):
            return await self._set(replace(self.group, goal=goal, until=day))
        days = [today + timedelta(days=n) for n in (*range(1, 8), 14, 30)]
        offered = (self._button(Day(one), "goal", str(goal), one.isoformat()) for one in days)
        never = self._button(Phrase("No particular day"), "goal", str(goal), _OPEN)
        return self._ask("day-again" if len(words) > 1 else "day", *offered, never)

    def _day(self, words: list[str], today: date) -> date | None:
        """Return the coming day that `words` name, as in "by Friday"; None if there is none, or it is far away."""
        language = self.group.language or spoken(self.event.person, self.world) or "en"
        day = read_day(" ".join(words), today, language) if words else None
        return day.date() if isinstance(day, datetime) else day

    async def _here(self, words: list[str]) -> Reply:
        """Let news come where this was said: in a topic, a thread, or the group as a whole."""
        if not self.event.public:
            return await self._overview([])
        here: Chat = self.event.chat
        return await self._set(replace(self.group, topic=None if here == here.whole else here.id))

    async def _card(self, words: list[str]) -> Reply:
        """Say what there is to know of the card, which is shown beside it."""
        return Reply("group/card-kept", buttons=(self._button(Phrase("Back to the overview")),))

    async def _who(self, words: list[str]) -> Reply:
        said = " ".join(words)
        named = pick(
            [Option(who, label.text, also=_ALSO.get(who, ())) for who, label in _WHO.items()], said, None, str
        )
        chosen = next((who for who in _WHO if isinstance(named, Option) and named.value == who), None)
        if chosen is None:
            return self._ask("who", *(self._button(label, "who", who) for who, label in _WHO.items()))
        return await self._set(replace(self.group, who=chosen), mine=chosen == "keeper")


def _number(words: str) -> int | None:
    """Return how many letters `words` say; None if that is no number, or none that makes a goal."""
    found = re.fullmatch(r"([0-9]{1,3})[,.]([0-9]{3})|([0-9]{1,6})[,.]?", words)
    number = int("".join(part or "" for part in found.groups())) if found else 0
    return number if 0 < number <= MOST else None
