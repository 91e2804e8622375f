"""Letters: which fields a template uses, and whether the longest letter still fits on a page and in a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import get_args

from jinja2 import nodes

from bot.campaigns import LetterKind, Question, Sender, Version
from bot.campaigns.letter_templates import used_names
from bot.campaigns.loading import MAIN_FILE
from bot.campaigns.template_wordings import ORDER, WORDING, Variants, variants
from bot.chance import Chance
from bot.check.finding import Finding
from bot.check.languages import differing, figures, said
from bot.check.pack import Pack, letter_file, own_words
from bot.countries import Countries
from bot.letters import Letter

MOST_WORDS = 350
"""Words of a letter on one page."""
LONGEST_MESSAGE = 4096
"""UTF-16 units of a Telegram message."""
LONGEST_SUBJECT = 78
"""Characters of a header line of an e-mail (RFC 5322)."""

_LONGEST = {"name": 40, "organisation": 80, "town": 30, "line": 120, "paragraph": 800}
"""Characters of a long but reasonable answer, where the pack does not say max_length."""
_WORDS = "bread and roses "


def fields(pack: Pack) -> Iterator[Finding]:
    """Yield what a letter should use and does not, and fields that only another language's letter uses."""
    for letter in pack.campaign.letters:
        used = {language: _used(pack.letters[letter.kind, language]) for language in pack.written}
        needed = _needed(letter, pack)
        everywhere = set().union(*used.values())
        for language in pack.written:
            file = letter_file(letter.kind, language)
            for name in sorted(needed - used[language]):
                yield Finding(file, name, "the letter does not use it", "unused-field")
            for name in sorted(everywhere - needed - used[language]):
                other = next(code for code in pack.written if name in used[code])
                yield Finding(file, name, f"is used in {letter_file(letter.kind, other)} only", "fields")


def _needed(letter: LetterKind, pack: Pack) -> set[str]:
    """Return what a letter must use: a protest its demands; what goes along with a letter need not repeat that."""
    if letter.accompanies:
        return {"recipient.salutation"}
    asked = (q.key for sender in get_args(Sender) for q in pack.campaign.questions_for(letter.kind, sender))
    return {"recipient.salutation", *(["demands"] if letter.kind == "protest" else []), *asked}


def _used(template: nodes.Template) -> set[str]:
    """Return the fields in a template; the campaign's own are left out, for a language may need its own form."""
    recipient = nodes.Name("recipient", "load")
    dotted = {f"recipient.{part.attr}" for part in template.find_all(nodes.Getattr) if part.node == recipient}
    return dotted | (used_names(template) - {"campaign", "recipient", WORDING, ORDER})


def length(pack: Pack) -> Iterator[Finding]:
    """Yield the letters that become too long once every question has a long answer."""
    for letter, language in product(pack.campaign.letters, pack.written):
        longest = list(_longest(letter, language, pack))
        words = max((len(text.split()) for text in longest), default=0)
        units = max((len(text.encode("utf-16-le")) // 2 for text in longest), default=0)
        if words > MOST_WORDS:
            what = f"has {words} words when all answers are long; a page holds {MOST_WORDS}"
        elif units > LONGEST_MESSAGE:
            what = f"has {units} characters when all answers are long; a message holds {LONGEST_MESSAGE}"
        else:
            continue
        yield Finding(letter_file(letter.kind, language), "text", what, "letter-length")


@dataclass(frozen=True, slots=True)
class _Longest(Chance):
    """Picks the longest wording of each place."""

    picks: Mapping[object, int] = field(default_factory=dict)

    def pick(self, place: object, count: int) -> int:
        return self.picks.get(place, 0)


def _longest(letter: LetterKind, language: str, pack: Pack) -> Iterator[str]:
    answers = {question.key: _long_answer(question, language) for question in pack.campaign.questions}
    chosen = [{q.key: fact.key} for q in pack.campaign.questions for fact in q.facts] or [{}]
    recipients = [r.key for r in pack.campaign.recipients if letter.kind in r.kinds]
    lengths = {
        place.place: [len(_said(wording, pack, language).split()) for wording in place.wordings]
        for place in variants(pack.letters[letter.kind, language])
    }
    longest = _Longest(picks={place: all_.index(max(all_)) for place, all_ in lengths.items()})
    cases = product(get_args(Version), get_args(Sender), recipients, chosen)
    for version, sender, recipient, choice in cases:
        given = answers | choice
        written = Letter(pack.campaign, letter.kind, version, sender, given, recipient, longest, language)
        if written.language(language) == language:
            yield written.in_language(language)


def _said(wording: Sequence[nodes.Node], pack: Pack, language: str) -> str:
    return own_words(nodes.Template(list(wording)), pack.campaign, language)


def wordings(pack: Pack) -> Iterator[Finding]:
    """Yield the letters that are the same for everybody, or have fewer wordings than in another language."""
    for letter in pack.campaign.letters:
        found = {code: [*variants(pack.letters[letter.kind, code])] for code in pack.written}
        most = {len(places) for places in found.values()}
        for language, places in found.items():
            file = letter_file(letter.kind, language)
            if not places and not letter.accompanies:
                what = "is the same for everybody; say a paragraph in several ways, with {% wording %}"
                yield Finding(file, "text", what, "wordings")
            elif len(places) < max(most):
                what = f"has {len(places)} places with several wordings, and {max(most)} in another language"
                yield Finding(file, "text", what, "wordings")
        if len(most) == 1:
            yield from _fewer(letter, found)


def _fewer(letter: LetterKind, found: Mapping[str, Sequence[Variants]]) -> Iterator[Finding]:
    """Yield where a letter has fewer wordings than in another language at the same place."""
    for places in zip(*found.values(), strict=True):
        most = max(len(place.wordings) for place in places)
        for language, place in zip(found, places, strict=True):
            if len(place.wordings) < most:
                what = f"has {len(place.wordings)} wordings, and {most} in another language"
                yield Finding(letter_file(letter.kind, language), f"line {place.line}", what, "wordings")


def wording_numbers(pack: Pack) -> Iterator[Finding]:
    """Yield the wordings that give other figures than the first at their place: they shall say the same."""
    for (kind, language), template in pack.letters.items():
        for place in variants(template):
            first, *others = (figures(_said(wording, pack, language)) for wording in place.wordings)
            for number, other in enumerate(others, 2):
                more, less = differing(other, first)
                if more or less:
                    what = f"the figures differ: {said(more)} in wording {number}, {said(less)} in the first"
                    yield Finding(letter_file(kind, language), f"line {place.line}", what, "wording-numbers")


def _long_answer(question: Question, language: str) -> str:
    if question.type == "country":
        return max(Countries(), key=lambda code: len(Countries().name(code, language)))
    if question.type == "choice":
        return question.facts[0].key
    if question.type == "members":
        return "1000000"
    size = question.max_length or _LONGEST[question.type]
    return (_WORDS * (size // len(_WORDS) + 1))[:size].strip()


def subjects(pack: Pack) -> Iterator[Finding]:
    """Yield the subjects that are too long for one line of an e-mail."""
    for letter in pack.campaign.letters:
        further = ((f"subjects.{number}", text) for number, text in enumerate(letter.subjects, 1))
        for key, text in (("subject", letter.subject), *further):
            for language, words in text.texts.items():
                if len(words) > LONGEST_SUBJECT:
                    what = f"has {len(words)} characters in {language}; an e-mail's subject holds {LONGEST_SUBJECT}"
                    yield Finding(MAIN_FILE, f"letter.{letter.kind}.{key}", what, "subject-length")
