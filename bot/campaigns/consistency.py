"""What contradicts itself inside a campaign whose single keys are all right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import get_args

from bot.campaigns.campaign import SHORT_TITLE, Campaign
from bot.campaigns.letter_templates import OWN_NAMES
from bot.campaigns.parts import DatedFact, LocalText, PartialDate, Question, Recipient, Sender
from bot.countries import Countries

LONGEST_BUTTON = 64
"""Characters: a title is a button too."""
SHORT_OFFICE = 24
"""Characters of an office that a phone shows on a button, with the way of sending in front."""
_OWN_TYPES = ("country", "members", "name", "organisation")
"""Questions whose answers are used beside the letter: a country leads to its embassy, a name into a pledge."""
LONGEST_SECTION = 3500
"""Characters: with what is said around it, a section stays below the 4,096 of a Telegram message."""


def contradictions(campaign: Campaign) -> Iterator[str]:
    """Yield each contradiction as "key: what is wrong"."""
    if campaign.country not in Countries():
        yield f"country: “{campaign.country}” is not a country code of ISO 3166-1"
    for language in sorted(campaign.names.keys() - set(campaign.languages)):
        yield f"names.{language}: is not among the campaign's languages"
    yield from _doubles(campaign)
    yield from _titles(campaign)
    yield from _demands(campaign)
    yield from _kinds(campaign)
    yield from _questions(campaign)
    yield from _events(campaign)
    yield from _mission_notes(campaign)
    for recipient in campaign.recipients:
        yield from _recipient(recipient, campaign.written)
        if recipient.languages and not set(recipient.languages) & set(campaign.written_languages):
            yield f"recipient.{recipient.key}.languages: letters are written in none of them"


def _doubles(campaign: Campaign) -> Iterator[str]:
    yield from _repeated("demand", (demand.key for demand in campaign.demands))
    yield from _repeated("recipient", (recipient.key for recipient in campaign.recipients))
    yield from _repeated("letter", (letter.kind for letter in campaign.letters))
    for recipient in campaign.recipients:
        yield from _repeated(f"recipient.{recipient.key}.channel", (c.key for c in recipient.channels))
    for letter in campaign.letters:
        for sender in get_args(Sender):
            asked = (question.key for question in campaign.questions_for(letter.kind, sender))
            yield from _repeated(f"question (kind {letter.kind}, for {sender})", asked)


def _repeated(where: str, keys: Iterable[str]) -> Iterator[str]:
    yield from (f"{where}: “{key}” occurs {n} times" for key, n in Counter(keys).items() if n > 1)


def _titles(campaign: Campaign) -> Iterator[str]:
    yield from _too_long("title", campaign.title)
    if campaign.short_title:
        yield from _too_long("short_title", campaign.short_title, SHORT_TITLE)
    for recipient in campaign.recipients:
        if recipient.short:
            yield from _too_long(f"recipient.{recipient.key}.short", recipient.short, SHORT_OFFICE)
    for letter in campaign.letters:
        yield from _too_long(f"letter.{letter.kind}.title", letter.title)


def _too_long(where: str, text: LocalText, most: int = LONGEST_BUTTON) -> Iterator[str]:
    for language, words in text.texts.items():
        if len(words) > most:
            yield f"{where}: has {len(words)} characters in {language}; a button holds {most}"


def _demands(campaign: Campaign) -> Iterator[str]:
    for demand in campaign.demands:
        if demand.state in {"met", "partly-met"} and not (demand.date and demand.source):
            yield f"demand.{demand.key}: is {demand.state}, so it needs a date and a source"


def _kinds(campaign: Campaign) -> Iterator[str]:
    known = {letter.kind for letter in campaign.letters}
    chosen = {letter.kind for letter in campaign.kinds}
    if not chosen:
        yield "letter: every kind accompanies another; at least one must be there to be chosen"
    for letter in campaign.letters:
        yield from _unknown(f"letter.{letter.kind}.accompanies", letter.accompanies, chosen)
        if not any(letter.kind in recipient.kinds for recipient in campaign.recipients):
            yield f"letter.{letter.kind}: no recipient has this kind among its kinds"
    for recipient in campaign.recipients:
        yield from _unknown(f"recipient.{recipient.key}.kinds", recipient.kinds, known)
    for question in campaign.questions:
        yield from _unknown(f"question.{question.key}.kinds", question.kinds or (), known)


def _unknown(where: str, named: Iterable[str], known: set[str]) -> Iterator[str]:
    for kind in named:
        if kind not in known:
            yield f"{where}: “{kind}” is not one of the kinds {', '.join(sorted(known))}"


def _questions(campaign: Campaign) -> Iterator[str]:
    for question in campaign.questions:
        if question.key in OWN_NAMES:
            yield f"question.{question.key}: this name has another meaning in letters; choose another key"
        if question.type in {"line", "paragraph", "choice"} and not question.ask:
            yield f"question.{question.key}: a {question.type} needs the key ask: the question's words"
        yield from _wrong_type(question)
        yield from _wrong_facts(question)


def _wrong_type(question: Question) -> Iterator[str]:
    """Yield a contradiction between a question's key and its type: the bot goes by either."""
    key, kind = question.key, question.type
    if key in _OWN_TYPES and kind != key:
        yield f"question.{key}: has the type {kind}; with this key it must have the type {key}"
    elif kind == "country" and key != kind:
        yield f"question.{key}: asks for a country, so its key must be country"


def _wrong_facts(question: Question) -> Iterator[str]:
    where = f"question.{question.key}"
    if question.type != "choice":
        if question.facts:
            yield f"{where}: only a question of the type choice has [[question.fact]]"
        return
    if len(question.facts) < 2:
        yield f"{where}: a choice needs at least two [[question.fact]]"
    yield from _repeated(f"{where}.fact", (fact.key for fact in question.facts))
    for fact in question.facts:
        yield from _too_long(f"{where}.fact.{fact.key}.short", fact.short, SHORT_TITLE)


def _events(campaign: Campaign) -> Iterator[str]:
    for language in campaign.languages:
        length = len(re.sub(r"<[^>]+>", "", campaign.section("since").texts[language]))
        length += sum(len(_told(event, language)) for event in campaign.events)
        if campaign.events and length > LONGEST_SECTION:
            yield (
                f"event: with {{#since}} below them the events have {length} characters in {language}; "
                f"at most {LONGEST_SECTION} can be shown"
            )


def _told(event: DatedFact, language: str) -> str:
    """Return an event as it is shown where a link's address stands behind its name."""
    said = " ".join(f"{source.name} {source.url or ''}" for source in event.sources)
    return f"\n{event.date.in_language(language)}: {event.text.in_language(language)}\n{said}\n"


def _mission_notes(campaign: Campaign) -> Iterator[str]:
    listed = {(mission.country_code, mission.city) for mission in campaign.missions or ()}
    for note in campaign.mission_notes if listed else ():  # an unreadable list is complained of by itself
        if (note.country_code, note.city) not in listed:
            yield f"mission_note: missions.csv has no mission in “{note.city}” ({note.country_code})"


def _recipient(recipient: Recipient, written: PartialDate) -> Iterator[str]:
    where = f"recipient.{recipient.key}"
    if not recipient.channels and not recipient.nearest_mission:
        yield f"{where}: has no channel"
    for channel in recipient.channels:
        if channel.verification == "derived" and not channel.printed:
            yield f"{where}.channel.{channel.key}: is derived, so it needs the key printed: from what"
    if not recipient.holders:
        return
    first, *_ = recipient.holders
    if first.until and first.until.last_day < written.first_day:
        yield f"{where}.holder.1: left office before the appeal was written; begin with who held it then"
    if first.since and first.since.first_day > written.last_day:
        yield f"{where}.holder.1: came into office after the appeal was written; begin with who held it then"
    if any(holder.until is None for holder in recipient.holders[:-1]):
        yield f"{where}.holder: only the last one may be without until"
