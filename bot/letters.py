"""A letter: a campaign's template filled in with one supporter's answers, as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.campaigns import Campaign, LocalText, Question, Recipient, Sender, Version
from bot.campaigns.letter_templates import Addressed, Appeal, Fields
from bot.chance import PLAIN, Chance
from bot.countries import Countries


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one recipient; in which language is said when it is read.

    Raises ValueError where this kind of letter does not go to the recipient: a protest never reaches those whom
    it shall help.
    """

    campaign: Campaign
    kind: str
    version: Version
    sender: Sender
    answers: Mapping[str, object] = field(repr=False)
    recipient: str
    chance: Chance = PLAIN
    """Which of several wordings and subjects it has; a letter as it was published has the first."""
    written_in: str = ""
    """The language that the supporter chose for it; "" if they did not."""

    def __post_init__(self) -> None:
        if self.kind not in self.campaign.recipient(self.recipient).kinds:
            raise ValueError(f"a letter of {self.kind} does not go to {self.recipient}")

    @property
    def subject(self) -> LocalText:
        """The subject line: one of those that the campaign has for this kind of letter."""
        kind = self.campaign.letter_kind(self.kind)
        subjects = (kind.subject, *kind.subjects)
        return subjects[self._chance.pick("subject", len(subjects))]

    @property
    def subject_line(self) -> SubjectLine:
        """The subject in the letter's own language."""
        return SubjectLine(self)

    @property
    def has_other_words(self) -> bool:
        """Whether the same can be said in other words."""
        wordings = self.campaign.letter_template(self.kind, self.campaign.languages[0]).wordings
        return self.version == "open" and bool(wordings)

    @property
    def bare(self) -> Letter:
        """The same letter without the supporter's own words: only what was chosen from a list is left."""
        chosen = {
            question.key for question in self.campaign.questions if question.type in ("country", "choice")
        }
        return replace(self, answers={key: self.answers[key] for key in chosen & self.answers.keys()})

    @property
    def country(self) -> str:
        """The code of the country that the supporter lives in; "" if they have not said."""
        return str(self.answers.get("country") or "")

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it can be written so that the recipient reads it, the best one first."""
        read = self.campaign.recipient(self.recipient).languages or self.campaign.languages
        return tuple(language for language in read if language in self.campaign.written_languages)

    def language(self, reader: str) -> str:
        """Return the language in which it is written for a supporter who reads `reader`."""
        wanted = (self.written_in, reader, *self.languages)
        return next(one for one in wanted if one in self.languages)

    def beside(self, reader: str) -> str:
        """Return the letter in the supporter's own language, to read along; "" if it is in that, or cannot be had."""
        if reader == self.language(reader) or reader not in self.campaign.written_languages:
            return ""
        return self._rendered(reader, mixed=False)

    def sender_lines(self, language: str) -> tuple[str, ...]:
        """Return who writes, and from where, a line each: what stands at the head of a page."""
        given = self._answers(language)
        names = [given.get("organisation", ""), given.get("name", "")]
        place = ", ".join(filter(None, (given.get("town", ""), given.get("country", ""))))
        return tuple(filter(None, (*(names if self.sender == "organisation" else names[1:]), place)))

    def body(self, language: str) -> str:
        """Return the letter from its salutation on, where the address stands elsewhere on the page."""
        whole = self.in_language(language)
        salutation = self.campaign.recipient(self.recipient).salutation.in_language(self.language(language))
        _, found, rest = whole.partition(salutation)
        return found + rest if found else whole

    def in_language(self, language: str) -> str:
        """Return the whole letter for somebody who reads `language`."""
        written_in = self.language(language)
        return self._rendered(written_in, mixed=written_in != language and self.has_own_words)

    def _rendered(self, language: str, mixed: bool) -> str:
        template = self.campaign.letter_template(self.kind, language)
        return template.render(self._fields(language, mixed), self._chance)

    @property
    def has_own_words(self) -> bool:
        """Whether something in it is in the supporter's words: more than names and places."""
        asked = self.campaign.questions_for(self.kind, self.sender, self.version)
        return any(self.answers.get(q.key) for q in asked if q.type in ("line", "paragraph"))

    @property
    def _chance(self) -> Chance:
        return self.chance if self.version == "open" else PLAIN

    def _fields(self, language: str, mixed: bool) -> Fields:
        return Fields(
            sender=self.sender,
            version=self.version,
            recipient=_addressed(self.campaign.recipient(self.recipient), self.version, language),
            campaign=Appeal(
                self.campaign.title.in_language(language), self.campaign.written.in_language(language)
            ),
            demands=tuple(d.text.in_language(language) for d in self.campaign.demands_for(self.version)),
            answers=self._answers(language),
            mixed=mixed,
        )

    def _answers(self, language: str) -> dict[str, str]:
        """Return each answer by its question's key; "" where it was skipped or is not asked for."""
        answers = {question.key: "" for question in self.campaign.questions}
        for question in self.campaign.questions_for(self.kind, self.sender, self.version):
            given = self.answers.get(question.key)
            if isinstance(given, str):
                answers[question.key] = _as_written(given, question, language)
        return answers


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """The subject of a letter, in the language of that."""

    letter: Letter

    def in_language(self, language: str) -> str:
        """Return the subject for somebody who reads `language`."""
        return self.letter.subject.in_language(self.letter.language(language))


def _as_written(answer: str, question: Question, language: str) -> str:
    return Countries().name(answer, language) if question.type == "country" else answer.strip()


def _addressed(recipient: Recipient, version: Version, language: str) -> Addressed:
    holder = recipient.holder_at(version)
    name = (holder.addressed_as or holder.name).in_language(language) if holder else ""
    office = (recipient.addressed_as or recipient.office).in_language(language)
    return Addressed(recipient.key, office, name, recipient.salutation.in_language(language))
