"""A letter: a campaign's template filled in with one supporter's answers, as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.campaigns import Campaign, LocalText, Question, Recipient, Sender, Version
from bot.campaigns.letter_templates import Addressed, Appeal, Fields
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

    def __post_init__(self) -> None:
        if self.kind not in self.campaign.recipient(self.recipient).kinds:
            raise ValueError(f"a letter of {self.kind} does not go to {self.recipient}")

    @property
    def subject(self) -> LocalText:
        """The subject line."""
        return self.campaign.letter_kind(self.kind).subject

    def in_language(self, language: str) -> str:
        """Return the whole letter in `language`, or in the campaign's first language."""
        written_in = language if language in self.campaign.languages else self.campaign.languages[0]
        return self.campaign.letter_template(self.kind, written_in).render(self._fields(written_in))

    def _fields(self, language: str) -> Fields:
        return Fields(
            sender=self.sender,
            version=self.version,
            recipient=_addressed(self.campaign.recipient(self.recipient), self.version, language),
            campaign=Appeal(
                self.campaign.title.in_language(language), self.campaign.written.in_language(language)
            ),
            demands=tuple(d.text.in_language(language) for d in self.campaign.demands_for(self.version)),
            answers=self._answers(language),
        )

    def _answers(self, language: str) -> dict[str, str]:
        """Return each answer by its question's key; "" where it was skipped or is not asked for."""
        answers = {question.key: "" for question in self.campaign.questions}
        for question in self.campaign.questions_for(self.kind, self.sender):
            given = self.answers.get(question.key)
            if isinstance(given, str):
                answers[question.key] = _as_written(given, question, language)
        return answers


def _as_written(answer: str, question: Question, language: str) -> str:
    return Countries().name(answer, language) if question.type == "country" else answer.strip()


def _addressed(recipient: Recipient, version: Version, language: str) -> Addressed:
    holder = recipient.holder_at(version)
    name = (holder.addressed_as or holder.name).in_language(language) if holder else ""
    office = (recipient.addressed_as or recipient.office).in_language(language)
    return Addressed(recipient.key, office, name, recipient.salutation.in_language(language))
