"""A campaign: what it demands, of whom, by what letters, and what it asks of a supporter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, ConfigDict, Field, SkipValidation, with_config

from bot.campaigns.letter_templates import LetterTemplate
from bot.campaigns.mission_channels import mission_channels, mission_title
from bot.campaigns.parts import (
    Channel,
    DatedFact,
    Day,
    Demand,
    LetterKind,
    LocalText,
    MissionNote,
    Oddity,
    PhoneScript,
    Question,
    Recipient,
    Status,
    Text,
    Version,
    Words,
    by_date,
)
from bot.campaigns.sources import Sourced
from bot.missions import Finding, Missions

SectionKey = Literal["summary", "background", "since"]
SECTIONS: tuple[SectionKey, ...] = get_args(SectionKey)
SHORT_TITLE = 30
"""Characters of a title that a phone shows on a button, beside its number."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A recipient as one supporter meets it: of the embassies, the one to write to."""

    recipient: Recipient
    kind: str
    """What is written to it: the chosen kind of letter, or, where a copy goes, what goes along with it."""
    finding: Finding | None
    """Which embassies were found; for the nearest embassy only, and if the supporter's country is known."""
    title: LocalText
    short: LocalText
    """The title as a button has it."""
    channels: tuple[Channel, ...]
    """How to reach it, what can be used before what is known to be outdated or must be checked first."""
    notes: tuple[MissionNote, ...] = ()
    """What is to be known about the embassies found."""
    returned: tuple[str, ...] = ()
    """The kinds of channel by which several people wrote and had their letter returned."""

    @property
    def usable(self) -> tuple[Channel, ...]:
        """The channels that are neither outdated nor doubtful."""
        return tuple(channel for channel in self.channels if channel.usable)


@with_config(ConfigDict(extra="forbid", arbitrary_types_allowed=True))
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Campaign(Sourced):
    """A campaign pack, checked: the keys of its campaign.toml, and what lies in the files beside it.

    Each is read once and equal to none but itself.
    """

    slug: str
    title: Text
    short_title: Text | None = None
    status: Status
    written: Day
    facts_as_of: Day
    expires: Day | None = None
    closed_on: Day | None = None
    """When it was closed: what was pledged is deleted some time after that."""
    country: Words
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    letter_languages: tuple[str, ...] = ()
    """Further languages, in which there is nothing but the letters and what they use."""
    source: Words
    notice: Text
    names: Mapping[str, tuple[Words, ...]] = field(default_factory=dict)
    events: Annotated[tuple[DatedFact, ...], AfterValidator(by_date), Field(alias="event")] = ()
    demands: Annotated[tuple[Demand, ...], Field(alias="demand", min_length=1)]
    recipients: Annotated[tuple[Recipient, ...], Field(alias="recipient", min_length=1)]
    mission_notes: Annotated[tuple[MissionNote, ...], Field(alias="mission_note")] = ()
    letters: Annotated[tuple[LetterKind, ...], Field(alias="letter", min_length=1)]
    scripts: Annotated[tuple[PhoneScript, ...], Field(alias="script")] = ()
    questions: Annotated[tuple[Question, ...], Field(alias="question")] = ()
    oddities: Annotated[tuple[Oddity, ...], Field(alias="oddity")] = ()
    sections: SkipValidation[Mapping[str, LocalText]] = field(repr=False)
    templates: SkipValidation[Mapping[tuple[str, str], LetterTemplate]] = field(repr=False)
    missions: SkipValidation[Missions | None] = field(repr=False)

    @property
    def button(self) -> LocalText:
        """What a button says: the short title where there is one and the title is too long for a phone."""
        long = any(len(words) > SHORT_TITLE for words in self.title.texts.values())
        return (long and self.short_title) or self.title

    @property
    def kinds(self) -> tuple[LetterKind, ...]:
        """The kinds of letter that can be chosen."""
        return tuple(letter for letter in self.letters if not letter.accompanies)

    @property
    def written_languages(self) -> tuple[str, ...]:
        """Every language that letters are written in."""
        return (*self.languages, *self.letter_languages)

    def letter_kind(self, key: str) -> LetterKind:
        """Return the kind of letter called `key`; raises KeyError if there is none."""
        return {letter.kind: letter for letter in self.letters}[key]

    def script_for(self, kind: str) -> PhoneScript | None:
        """Return what to say on the telephone instead of a letter of `kind`; None if the pack has nothing."""
        return next((script for script in self.scripts if kind in script.kinds), None)

    def companions(self, kind: str) -> tuple[LetterKind, ...]:
        """Return the kinds of letter that go along with `kind`."""
        return tuple(letter for letter in self.letters if kind in letter.accompanies)

    def questions_for(self, kind: str, sender: str, version: Version = "open") -> tuple[Question, ...]:
        """Return what to ask somebody who writes a letter of `kind` as a "person" or an "organisation"."""
        asked = (question for question in self.questions if sender in question.senders)
        return tuple(
            question
            for question in asked
            if (question.kinds is None or kind in question.kinds)
            and (question.versions is None or version in question.versions)
        )

    @property
    def has_met_demands(self) -> bool:
        """Whether something that the appeal demands has been met since."""
        return any(demand.state == "met" for demand in self.demands)

    def demands_for(self, version: Version) -> tuple[Demand, ...]:
        """Return every demand as published, or those a letter of today may raise: all but the met ones."""
        return tuple(d for d in self.demands if version == "published" or d.state != "met")

    def makes_demands(self, kind: str) -> bool:
        """Return whether letters of `kind` carry the demands."""
        return self.letter_template(kind, self.languages[0]).makes_demands

    def has_versions(self, kind: str) -> bool:
        """Return whether a letter of `kind` was published and would demand less today than it did then."""
        template = self.letter_template(kind, self.languages[0])
        return template.has_versions and template.makes_demands and self.has_met_demands

    def writes_to_embassies(self, kind: str) -> bool:
        """Return whether letters of `kind` go to the embassy nearest to whoever writes."""
        return any(r.nearest_mission and kind in r.kinds for r in self.recipients)

    def section(self, key: SectionKey) -> LocalText:
        """Return a section of the appeal as Markup (see bot.markup); an empty one if the pack has none."""
        return self.sections[key]

    def letter_template(self, kind: str, language: str) -> LetterTemplate:
        """Return the template of a letter in one of the languages that letters are written in."""
        return self.templates[kind, language]

    def recipient(self, key: str) -> Recipient:
        """Return the recipient called `key`; raises KeyError if there is none."""
        return {recipient.key: recipient for recipient in self.recipients}[key]

    @lru_cache(maxsize=1024)  # noqa: B019  # asked at every step of a letter; a campaign lives as long as the bot
    def addressees(self, kind: str, country: str | None) -> tuple[Addressee, ...]:
        """Return whom a letter of `kind` goes to from `country` (ISO 3166-1); who gets a copy comes last.

        A country has no embassy in itself, so whoever writes from the country concerned is sent to none.
        """
        receiving = [recipient for recipient in self.recipients if kind in recipient.kinds]
        if country and self._is_home(country):
            receiving = [r for r in receiving if not r.nearest_mission] or receiving
        ordered = sorted(receiving, key=lambda recipient: recipient.role == "copy")
        return tuple(self._addressee(recipient, kind, country) for recipient in ordered)

    def _is_home(self, country: str) -> bool:
        return country == self.country or bool(self.missions and self.missions.state(country) == self.country)

    def _addressee(self, recipient: Recipient, kind: str, country: str | None) -> Addressee:
        finding, channels = None, recipient.channels
        title, short = recipient.office, recipient.short or recipient.office
        if recipient.nearest_mission and self.missions and country:
            finding = self.missions.find(country)
            title, short = mission_title(title, finding), mission_title(short, finding)
            channels = (*mission_channels(finding, self.missions, recipient.office), *channels)
        ordered = tuple(sorted(channels, key=lambda channel: not channel.usable))
        notes = self._notes(finding) if finding else ()
        return Addressee(recipient, self._kind_to(recipient, kind), finding, title, short, ordered, notes)

    def _notes(self, finding: Finding) -> tuple[MissionNote, ...]:
        found = {(mission.country_code, mission.city) for mission in finding.missions}
        return tuple(note for note in self.mission_notes if (note.country_code, note.city) in found)

    def _kind_to(self, recipient: Recipient, kind: str) -> str:
        if recipient.role == "to":
            return kind
        return next((c.kind for c in self.companions(kind) if c.kind in recipient.kinds), kind)
