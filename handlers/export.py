"""/export - take the letters out as a file: for organisers, in their private chats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.campaigns import Campaign
from bot.choosing import Option
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Document, Event, Extract, Phrase, Reply
from bot.export.order import Filters, Form, Order
from bot.pledges import Status
from bot.steps import Choice, Question, Refused, Step
from handlers.questions import ask_country
from handlers.world import Store, Talk, World, again

MOST = 50_000
"""Letters that a file in a chat may hold; more are taken out in the terminal."""

_ALL, _OWN = "all", "days"
_FORMS = (
    Option("xlsx", Phrase("A table (Excel, LibreOffice)"), also=("xlsx",)),
    Option("csv", Phrase("A plain table (CSV)"), also=("csv",)),
    Option("jsonl", Phrase("Lines for a program (JSON)"), also=("jsonl",)),
    Option("pdf", Phrase("A page to hand over (PDF)"), also=("pdf",)),
)
_DAYS = {"week": 7, "month": 30}
_PERIODS = (
    Option(_ALL, Phrase("From the beginning")),
    Option("week", Phrase("The last 7 days")),
    Option("month", Phrase("The last 30 days")),
    Option(_OWN, Phrase("Other days")),
)
_PART = "part"
_FIRST = Option(_PART, Phrase("Choose by country or status first"))
_SENT, _ANSWERED, _PROMISED = "sent", "answered", "promised"
_FARS = (
    Option(_ALL, Phrase("All of them")),
    Option(_SENT, Phrase("Those that were sent")),
    Option(_ANSWERED, Phrase("Those that were answered")),
    Option(_PROMISED, Phrase("Those that are promised and not sent yet")),
)
_STATUSES = {
    _SENT: (Status.SENT, Status.ANSWERED),
    _ANSWERED: (Status.ANSWERED,),
    _PROMISED: (Status.PLEDGED, Status.PLANNED),
}


def for_organisers(event: Event, answers: Answers, world: World, ends: bool) -> Reply | None:
    """Return why somebody may not go on: they are no organiser, or not any more, or others read along."""
    if world.organisers.include(event.person) and not event.public:
        return None
    return Reply("export/not-yours")


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps: in which form, of which campaign, from which days; if wanted, how far and from which country."""
    yield Choice("form", Reply("export/form"), _FORMS, again=again("form"))
    campaigns = tuple(world.campaigns)
    alone = answers.text("form") == Form.PDF
    if len(campaigns) > 1:
        each = tuple(Option(campaign.slug, campaign.button) for campaign in campaigns)
        every = () if alone else (Option(_ALL, Phrase("All of them")),)
        yield Choice("campaign", Reply("export/campaign"), (*every, *each), again=again("campaign"))
    first = () if alone else (_FIRST,)
    yield Choice("period", Reply("export/period"), (*_PERIODS, *first), again=again("period"))
    if answers.text("period") == _PART:
        yield Choice("far", Reply("export/far"), _FARS, again=again("far"))
        where = replace(ask_country(world.countries), prompt=Reply("export/country"), locate=None)
        yield where
        yield Choice("then", Reply("export/period"), _PERIODS, again=again("period"))
    if _period(answers) == _OWN:
        yield Question("days", Reply("export/days"), _two_days)


def _period(answers: Answers) -> str:
    """Return from which days the letters are to be."""
    return answers.text("then") or answers.text("period")


def _two_days(words: str) -> str | Refused:
    """Return the first and the last day in `words`, as in 2026-11-01 2026-11-30; one day alone is both."""
    parts = words.split()
    try:
        days = sorted(date.fromisoformat(part).isoformat() for part in parts)
    except ValueError:
        days = []
    if not 0 < len(days) < 3 or any(len(part) != 10 for part in parts):
        return Refused(Reply("export/no-days"))
    return f"{days[0]} {days[-1]}"


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Hand out the file, which is made when it is sent; it is written in the log and told to all organisers then."""
    order = Order(Form(answers.text("form")), _filters(event, answers, world))
    number = await store.letters_for(order.filters)
    if not number:
        return Done((Reply("export/none"),))
    if number > MOST and order.form is not Form.PDF:
        return Done((Reply("export/too-many", {"number": number, "most": MOST}),))
    sealed = world.organisers.sealed
    name = order.file_name(event.at.date(), sealed=sealed)
    asked = _Asked(name, f"{event.person.platform}:{event.person.id}", order)
    titles = [campaign.title for campaign in _campaigns(answers, world)]
    said = {"order": order, "campaigns": titles, "number": number, "sealed": sealed, "name": name}
    return Done((Reply("export/ready", said, document=asked),))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The file that an organiser asked for."""

    name: str
    account: str
    order: Order

    def for_reader(self, language: str) -> Document:
        """Return it; a page to hand over is in the language of whoever asked for it."""
        filters = self.order.filters
        since, until = (day.isoformat() if day else "" for day in (filters.since, filters.until))
        extract = Extract(
            self.account,
            self.order.form,
            filters.campaigns,
            since,
            until,
            language,
            filters.countries,
            filters.statuses,
        )
        return Document(self.name, extract)


def _campaigns(answers: Answers, world: World) -> tuple[Campaign, ...]:
    """Return the campaign that was chosen, or the only one there is; () for all of them."""
    chosen = answers.text("campaign")
    campaigns = tuple(world.campaigns)
    if chosen == _ALL:
        return ()
    return tuple(campaign for campaign in campaigns if not chosen or campaign.slug == chosen)


def _filters(event: Event, answers: Answers, world: World) -> Filters:
    slugs = tuple(campaign.slug for campaign in _campaigns(answers, world))
    countries = (answers.text("country"),) if answers.text("country") else ()
    which = Filters(slugs, countries, tuple(map(str, _STATUSES.get(answers.text("far"), ()))))
    period, today = _period(answers), event.at.date()
    if period == _OWN:
        since, until = map(date.fromisoformat, answers.text("days").split())
        return replace(which, since=since, until=until)
    first = today - timedelta(days=_DAYS[period] - 1) if period in _DAYS else None
    return replace(which, since=first, until=today if first else None)


export: Talk = Dialogue(
    "export", Phrase("Take the letters out as a file"), finish, steps, private=True, guard=for_organisers
)
