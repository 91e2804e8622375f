"""What every conversation is told (campaigns, countries, who answers for the bot) and what it may do to the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol

from bot.accounts import named, person_of, private_chat
from bot.broadcasts import Broadcast, NewBroadcast, Scope, Size, State
from bot.campaigns import Campaign, Campaigns
from bot.choosing import Label, Option, pick
from bot.countries import Countries
from bot.dialogue import Answers, Dialogue, Told
from bot.events import Chat, Person, Reply
from bot.export.order import Filters
from bot.groups import Group, Progress
from bot.messages import LanguageName, language_name
from bot.mydata import Held
from bot.pledges import Counted, Kept, NewPledge, PeopleCount, Pledge, Recorded
from bot.steps import Choice, Step
from bot.subscriptions import Subscription
from handlers.following import Following, ReturnedSoFar


@dataclass(frozen=True, slots=True)
class Organisers:
    """Who answers for this bot, and how to reach them; "" if they have not said so."""

    name: str = ""
    contact: str = ""
    fax: str = ""
    """Where to fax from without a machine of one's own, in their words."""
    accounts: frozenset[str] = field(default=frozenset(), repr=False)
    """Their own accounts, as "telegram:123456789"."""
    sealed: bool = False
    """Whether files that hold letters are encrypted to their keys."""

    def include(self, person: Person) -> bool:
        """Return whether `person` is one of them."""
        return named(person) in self.accounts

    def told(self, reply: Reply, besides: Person | None = None) -> tuple[Told, ...]:
        """Return `reply` for the private chat of each of them, `besides` somebody, in the language they chose."""
        people = (person_of(one) for one in sorted(self.accounts) if not besides or one != named(besides))
        return tuple(Told(private_chat(person), reply) for person in people)


class LettersSoFar:
    """How many letters go to each recipient, as far as this process knows."""

    def __init__(self) -> None:
        self._letters: Counter[tuple[str, str]] = Counter()

    def know(self, letters: Mapping[tuple[str, str], int]) -> None:
        """Begin with what is recorded, by campaign and recipient."""
        self._letters = Counter(letters)

    def add(self, campaign: str, recipients: Iterable[str]) -> None:
        """Count a letter to each of `recipients`."""
        self._letters.update((campaign, recipient) for recipient in set(recipients))

    def to(self, campaign: str, recipient: str) -> int:
        """Return how many letters go to `recipient`."""
        return self._letters[campaign, recipient]


class Cards:
    """Which groups' letters have changed since their cards were looked at, and what each card shows by now."""

    def __init__(self) -> None:
        self._due: set[str] = set()
        self._shown: dict[str, object] = {}

    def mark(self, *codes: str | None) -> None:
        """Note that the card of the group with that code may show something else; None: of no group."""
        self._due.update(code for code in codes if code)

    def take(self) -> tuple[str, ...]:
        """Return the codes of the groups whose cards are to be looked at now."""
        due, self._due = self._due, set()
        return tuple(sorted(due))

    def shows(self, code: str, shown: object) -> bool:
        """Return whether a card is to show something else than before, and remember what."""
        before = self._shown.get(code)
        self._shown[code] = shown
        return before != shown


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class World:
    """What a conversation may know; nothing but the time and the number of letters changes while the bot runs."""

    campaigns: Campaigns
    countries: Countries
    languages: tuple[str, ...]
    organisers: Organisers
    letters: LettersSoFar = field(default_factory=LettersSoFar)
    cards: Cards = field(default_factory=Cards)
    returned: ReturnedSoFar = field(default_factory=ReturnedSoFar)
    clock: Callable[[], datetime] = _now
    pace: Mapping[str, float] = field(default_factory=lambda: {"telegram": 30.0, "matrix": 5.0})
    """Messages of a broadcast that a platform takes in a second, about; 0 is as many as there are."""

    @property
    def writable(self) -> tuple[Campaign, ...]:
        """The campaigns for which letters are still written."""
        return tuple(c for c in self.campaigns if c.status != "closed")


class Store(Following, Protocol):
    """What a conversation may do at its end, in the transaction of the event that ended it."""

    async def set_language(self, person: Person, language: str) -> None: ...
    async def add_pledge(self, person: Person, pledge: NewPledge) -> Recorded: ...
    async def pledges(self, person: Person) -> tuple[Pledge, ...]: ...
    async def counted(self) -> Counted: ...
    async def published(self) -> tuple[PeopleCount, ...]: ...
    async def kept(self, person: Person) -> Kept: ...
    async def letters_for(self, filters: Filters) -> int: ...
    async def held(self, person: Person, chat: Chat) -> tuple[Held, ...]: ...
    async def forget(self, person: Person) -> None: ...
    async def add_group(
        self, chat: Chat, title: str, person: Person, language: str | None = None
    ) -> Group: ...
    async def group(self, chat: Chat) -> Group | None: ...
    async def group_called(self, code: str) -> Group | None: ...
    async def rename_group(self, chat: Chat, title: str) -> None: ...
    async def close_group(self, chat: Chat) -> None: ...
    async def moved(self, chat: Chat, to: Chat) -> None: ...
    async def came(self, person: Person, group: Group) -> None: ...
    async def came_by(self, person: Person) -> str | None: ...
    async def progress(self, code: str) -> Progress: ...
    async def card(self, name: str) -> str | None: ...
    async def groups_of(self, person: Person) -> tuple[Group, ...]: ...
    async def set_group(self, group: Group, keeper: Person | None = None) -> Group: ...
    async def follow(self, group: Group, campaign: str) -> Group: ...
    async def unfollow(self, group: Group, campaign: str) -> Group: ...
    async def subscribe(self, person: Person, chat: Chat, campaign: str, language: str | None) -> None: ...
    async def subscriptions(self, chat: Chat) -> tuple[Subscription, ...]: ...
    async def end_subscription(self, chat: Chat, campaign: str) -> None: ...
    async def groups(self) -> tuple[Group, ...]: ...
    async def keeps(self, person: Person, group: Group) -> bool: ...
    async def unsubscribe(self, chat: Chat) -> None: ...
    async def audience(self, scope: Scope) -> Size: ...
    async def out_of_reach(self, scope: Scope) -> Mapping[str, int]: ...
    async def start_broadcast(self, person: Person, new: NewBroadcast) -> int: ...
    async def agree(self, number: int, person: Person) -> Broadcast | None: ...
    async def broadcasts(self, most: int = 10) -> tuple[Broadcast, ...]: ...
    async def broadcast(self, number: int) -> Broadcast | None: ...
    async def steer(self, number: int, to: State) -> Broadcast | None: ...
    async def settle(self, number: int, again: bool) -> int: ...
    async def last_broadcast(self, person: Person, group: str | None = None) -> int | None: ...
    async def speak_in(self, chat: Chat, language: str | None) -> None: ...
    async def note_waiting(self, person: Person, chat: Chat, campaign: str) -> None: ...


Talk = Dialogue[World, Store]
"""A conversation of this bot."""


def spoken(person: Person, world: World) -> str | None:
    """Return the language that the person's app says, if the bot speaks it."""
    code = (person.language or "").partition("-")[0].partition("_")[0]
    return code if code in world.languages else None


Asked = Literal[
    "campaign", "kind", "version", "sender", "fact", "review", "preview", "kit", "when", "ways", "rest", "consent",
    "zone", "letter", "came", "from", "language", "form", "period", "far", "sure",
]  # fmt: skip
"""What there is a sentence for that asks it once more."""


def again(asked: Asked) -> Reply:
    """Return the one sentence in which something is asked that was asked before."""
    return Reply("choose/again", {"asked": asked})


def ask_campaign(campaigns: tuple[Campaign, ...]) -> Iterator[Step]:
    """Yield the choice among `campaigns`, if there is one."""
    if len(campaigns) > 1:
        options = tuple(Option(c.slug, c.button, also=_other_names(c)) for c in campaigns)
        which = Reply("campaign/which", {"campaigns": campaigns})
        yield Choice("campaign", which, options, again=again("campaign"))


def named_campaign(words: str, campaigns: tuple[Campaign, ...]) -> Campaign | None:
    """Return the campaign that `words` name in whatever language; None if they name none, or several."""
    slug = _named(words, (Option(c.slug, c.slug, also=_other_names(c)) for c in campaigns))
    return next((c for c in campaigns if c.slug == slug), None)


def language_option(code: str, label: str = "") -> Option:
    """Return a language by its own name; it may be typed as its reader calls it, too, or in English."""
    name = LanguageName(code)
    return Option(code, label or language_name(code), also=(name, name.in_language("en")))


def named_language(words: str, world: World) -> str | None:
    """Return the code of the language that `words` name in whatever language of the bot; None if they name none."""

    def names(code: str) -> Iterator[Label]:
        yield from (LanguageName(code).in_language(reader) for reader in world.languages)

    return _named(
        words, (Option(code, language_name(code), also=tuple(names(code))) for code in world.languages)
    )


def _named(words: str, options: Iterable[Option]) -> str | None:
    """Return the value of the option that `words` name; all their names are words already."""
    found = None if words.strip().isdecimal() else pick(tuple(options), words, None, str)
    return found.value if isinstance(found, Option) else None


def _other_names(campaign: Campaign) -> tuple[Label, ...]:
    """Return what a campaign is called besides, in whatever language."""
    titles = (campaign.title, *((campaign.short_title,) if campaign.short_title else ()))
    return (campaign.slug.replace("-", " "), *(name for title in titles for name in title.texts.values()))


def chosen_campaign(answers: Answers, campaigns: tuple[Campaign, ...]) -> Campaign:
    """Return the campaign that was chosen, or the only one there is."""
    slug = answers.text("campaign")
    return next((c for c in campaigns if c.slug == slug), campaigns[0])


def ask_kind(campaign: Campaign) -> Iterator[Step]:
    """Yield the choice among a campaign's kinds of letter, if there is one."""
    if len(campaign.kinds) > 1:
        options = tuple(Option(kind.kind, kind.title) for kind in campaign.kinds)
        yield Choice("kind", Reply("letter/kind", {"campaign": campaign}), options, again=again("kind"))


def chosen_kind(answers: Answers, campaign: Campaign) -> str:
    """Return the key of the kind of letter that was chosen, or of the only one there is."""
    return answers.text("kind") or campaign.kinds[0].kind
