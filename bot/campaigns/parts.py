"""The parts of a campaign as campaign.toml has them: texts, dates, demands, recipients, letters and so on."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from zoneinfo import available_timezones

from babel.dates import format_date, format_skeleton
from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from bot.campaigns.sources import Sourced
from bot.office_hours import Hours as OpeningHours
from bot.writing import locale_of

Status = Literal["open", "historical", "closed"]
Version = Literal["published", "open"]
"""A letter as the appeal asked for it, or a letter of today."""
Sender = Literal["person", "organisation"]
State = Literal["open", "partly-met", "met", "unknown"]
Verification = Literal["confirmed", "published", "derived", "doubtful", "outdated"]
ChannelType = Literal["post", "fax", "email", "phone", "visit"]
QuestionType = Literal["name", "organisation", "members", "town", "country", "line", "paragraph", "choice"]


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text in one or more languages; `first` is the campaign's first language, which is always there."""

    texts: Mapping[str, str]
    first: str

    def in_language(self, language: str) -> str:
        """Return the text in `language`, or in the campaign's first language."""
        return self.texts.get(language) or self.texts[self.first]


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date as far as it is known, in the form of ISO 8601: 2011, 2011-12 or 2011-12-16."""

    iso: str

    def __str__(self) -> str:
        return self.iso

    @property
    def first_day(self) -> date:
        """The earliest day that is meant."""
        year, month, day = (*self._known, 1, 1)[:3]
        return date(year, month, day)

    @property
    def last_day(self) -> date:
        """The latest day that is meant."""
        year, month = (*self._known, 12)[:2]
        day = self._known[2] if len(self._known) == 3 else monthrange(year, month)[1]
        return date(year, month, day)

    def in_language(self, language: str) -> str:
        """Return the date in words: 16 December 2011, December 2011 or 2011."""
        locale = locale_of(language)
        if len(self._known) == 3:
            return format_date(self.first_day, "long", locale)
        return format_skeleton("yMMMM" if len(self._known) == 2 else "y", self.first_day, locale=locale)

    @property
    def _known(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.iso.split("-"))


def _text(value: object, info: ValidationInfo) -> LocalText:
    """Return a table of languages as one text; lines broken inside a paragraph are joined again."""
    languages: tuple[str, ...] = info.context or ("en",)
    if not isinstance(value, dict):
        raise ValueError(f'must give the text by language, such as {{ {languages[0]} = "..." }}')
    texts = {key: _paragraphs(text) if isinstance(text, str) else "" for key, text in value.items()}
    problems = [f"{key} is not among the campaign's languages" for key in texts if key not in languages]
    problems += [f"the text in {key} is empty" for key, text in texts.items() if not text]
    if languages[0] not in texts:
        problems.append(f"the text in {languages[0]}, the campaign's first language, is missing")
    if problems:
        raise ValueError("; ".join(problems))
    return LocalText(texts, languages[0])


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))


def _date(value: object) -> PartialDate:
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        raise ValueError("must be a date such as 2011-12-16, 2011-12 or 2011, in quotation marks")
    try:
        _ = PartialDate(text).first_day
    except ValueError:
        raise ValueError(f"{text} is not in the calendar") from None
    return PartialDate(text)


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text.strip()


def _key(text: str) -> str:
    if not re.fullmatch("[a-z0-9][a-z0-9-]*", text):
        raise ValueError("must be a short name of small letters a-z, digits and hyphens")
    return text


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError('is no time zone; write it as in the tz database, such as "Asia/Almaty"')
    return text


def _hours(text: str) -> str:
    OpeningHours.parse(text)
    return text


def _field_name(text: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", text):
        raise ValueError("must be a short name of small letters a-z, digits and underscores")
    return text


Text = Annotated[LocalText, PlainValidator(_text)]
Day = Annotated[PartialDate, PlainValidator(_date)]
Words = Annotated[str, AfterValidator(_words)]
Key = Annotated[str, AfterValidator(_key)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Hours = Annotated[str, AfterValidator(_hours)]
FieldName = Annotated[str, AfterValidator(_field_name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedFact(Sourced):
    """Something that happened, when, and who says so."""

    date: Day
    text: Text
    source: Words


def by_date(facts: tuple[DatedFact, ...]) -> tuple[DatedFact, ...]:
    """Return `facts`, the earliest first."""
    return tuple(sorted(facts, key=lambda fact: fact.date.first_day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Sourced):
    """What the appeal demands, and what has become of it."""

    key: Key
    text: Text
    state: State
    date: Day | None = None
    source: Words | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who holds or held an office; without `until`, as far as is known, still does."""

    name: Text
    source: Words
    as_of: Day
    addressed_as: Text | None = None
    since: Day | None = None
    until: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to reach a recipient, and how far it can be trusted; if it is derived, from what was `printed`."""

    key: Key
    """Its name among the recipient's channels: the type, and a number from the second on: post-2."""
    type: ChannelType
    value: Words
    as_of: Day | None
    source: Words
    verification: Verification
    printed: Words | None = None
    label: Text | None = None
    note: Text | None = None

    @property
    def usable(self) -> bool:
        """Whether it may be offered: neither known to have changed nor in need of a check first."""
        return self.verification in {"confirmed", "published", "derived"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """An office that letters go to. `holders` stand in the order in which they held it."""

    key: Key
    kinds: tuple[Key, ...]
    office: Text
    salutation: Text
    short: Text | None = None
    """The office as a button has it; without it, in full."""
    addressed_as: Text | None = None
    """The office as the head of a letter names it, where that is another form (in Russian: the dative)."""
    role: Literal["to", "copy"] = "to"
    nearest_mission: bool = False
    note: Text | None = None
    """What is to be known about all of its channels."""
    languages: tuple[Words, ...] = ()
    """In which letters are read there, the best one first; where nothing is said, the campaign's languages."""
    time_zone: TimeZone | None = None
    """The zone of the office, as in the tz database: "Asia/Almaty"."""
    hours: Hours | None = None
    """When the office is open in its time zone: "Mo-Fr 09:00-18:00"; only where a source says so."""
    holders: Annotated[tuple[Holder, ...], Field(alias="holder")] = ()
    channels: Annotated[tuple[Channel, ...], Field(alias="channel")] = ()

    def holder_at(self, version: Version) -> Holder | None:
        """Return who held the office when the appeal was written ("published"), or holds it now ("open")."""
        if version == "published":
            return self.holders[0] if self.holders else None
        return next((holder for holder in self.holders if holder.until is None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionNote:
    """What is to be known about the mission in a city, or about one way to reach it, and who says so."""

    country_code: Words
    city: Words
    text: Text
    source: Words
    channel: ChannelType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptLine:
    """A sentence to be said on the telephone, how it is read aloud without the language, and what it means."""

    say: Words
    aloud: Words | None = None
    meaning: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneScript:
    """What to say on the telephone in the language of the offices, sentence by sentence."""

    kinds: tuple[Key, ...]
    language: Words
    lines: Annotated[tuple[ScriptLine, ...], Field(alias="line", min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterKind:
    """A kind of letter that can be written; one that `accompanies` others is not chosen by itself."""

    kind: Key
    title: Text
    about: Text
    subject: Text
    subjects: tuple[Text, ...] = ()
    """Further subjects: which one a letter has is left to chance, for identical mail is put aside unread."""
    accompanies: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Sourced):
    """Something of what happened that a supporter may choose, and who says so."""

    key: Key
    """The answer, in the letter templates."""
    short: Text
    """What the button says."""
    text: Text
    source: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something to ask a supporter; its `key` is the answer's name in the letter templates."""

    key: FieldName
    type: QuestionType
    senders: Annotated[tuple[Sender, ...], Field(alias="for", min_length=1)]
    kinds: tuple[Key, ...] | None = None
    """The kinds of letter it is asked for; None: all."""
    versions: tuple[Version, ...] | None = None
    """The versions of a letter it is asked for; None: both."""
    optional: bool = False
    max_length: Annotated[int, Field(gt=0)] | None = None
    ask: Text | None = None
    facts: Annotated[tuple[Fact, ...], Field(alias="fact")] = ()
    """What is chosen from, where the type is choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something odd in the source that is kept on purpose: where, which rule it offends, and why it stays."""

    where: Words
    rule: Words
    reason: Text
