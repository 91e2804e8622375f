"""Names spelled two ways: the capitalised words of all texts in a language, compared with `names` and each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from bot.check.finding import Finding, Text
from bot.check.pack import Pack

DECLARED_LETTERS, OTHER_LETTERS = 7, 10
"""The least letters of two names together: shorter ones resemble each other by chance, above all undeclared ones."""
LONG_NAME = 8
"""Letters from which on two that follow each other may be wrong, as in Karazhanbas and Karajanbas."""
LONGEST_ENDING = 3
"""Letters at a word's end that may differ where names are inflected, as in Соколова and Соколову."""
CAPITALISED_NOUNS = frozenset({"de", "gsw", "lb", "nds"})
"""Languages in which every noun has a capital letter, so that capitals do not tell a name."""
NOUN_LETTERS = 12
"""The least letters of two names together in such a language, where any noun may resemble a short name."""

_ENGLISH_ENDINGS = frozenset({"", "s", "es", "n", "an", "ns", "ans", "ian", "ians", "i", "is"})
_GERMAN_ENDINGS = frozenset(
    {"", "s", "es", "e", "n", "en", "er", "ern", "in", "innen", "sche", "schen", "scher", "sches"}
)
_BEGINNING = re.compile(r"(?:^\W*|[.!?:…]\W*|[•*–—]\s*|[“„«\"(]\s*)\Z")
"""What stands before a word that has its capital from its place."""
_LOOKED_BACK = 4
"""Characters before a word in which that is looked for."""
_WORD = re.compile(r"[^\W\d_]+")
_NO_WORD = re.compile(r"\S*(?:://|@|www\.)\S*|['’]s\b")


@dataclass(frozen=True, slots=True)
class _Names:
    """The names in one language: those that the pack declares, and the texts in which others stand."""

    language: str
    declared: tuple[str, ...]
    others: Mapping[str, Sequence[Text]] = field(repr=False)
    inside: frozenset[str] = field(repr=False)
    """The others that have their capital inside a sentence too."""

    def misspelt(self) -> Iterator[tuple[str, str]]:
        """Yield each name that stands elsewhere in another spelling, and that: one declared, or more frequent."""
        right: list[str] = []
        for name in sorted(self.others, key=lambda name: -len(self.others[name])):
            if any(self._is_form(name, declared) for declared in self.declared):
                continue
            better = [declared for declared in self.declared if self._misspells(name, declared)]
            better += [other for other in right if self._resembles(name, other)]
            if better:
                yield name, better[0]
            else:
                right.append(name)

    def _misspells(self, name: str, declared: str) -> bool:
        """Return whether `name` is nearly a declared name, or that name with other capitals."""
        if _fold(name) == _fold(declared):
            return not name.isupper()
        if self.language in CAPITALISED_NOUNS:
            return name[0] == declared[0] and self._near(name, declared, NOUN_LETTERS, 1)
        return self._near(name, declared, DECLARED_LETTERS, 2 if len(declared) >= LONG_NAME else 1)

    def _resembles(self, one: str, other: str) -> bool:
        """Return whether a name is nearly another that is not declared either, and stands at least twice as often."""
        if self.language in CAPITALISED_NOUNS or not {one, other} <= self.inside:
            return False
        seldom = 2 * len(self.others[one]) <= len(self.others[other])
        return seldom and one[0] == other[0] and self._near(one, other, OTHER_LETTERS, 1)

    def _near(self, one: str, other: str, least: int, most: int) -> bool:
        """Return whether two names, of `least` letters together without their endings, differ in at most `most`."""
        if abs(len(one) - len(other)) > LONGEST_ENDING + most or self._is_form(one, other):
            return False
        cuts = range(LONGEST_ENDING + 1 if self._inflects else 1)
        stems = ([word[: len(word) - cut] for cut in cuts] for word in (_fold(one), _fold(other)))
        pairs = ((a, b) for a, b in product(*stems) if len(a) + len(b) >= least)
        if self._inflects:
            # What differs at the end of a stem may still be inflection.
            pairs = ((a, b) for a, b in pairs if a[-2:] == b[-2:])
        return any(_differ_by(a, b, most) for a, b in pairs)

    @property
    def _inflects(self) -> bool:
        return self.language != "en" and self.language not in CAPITALISED_NOUNS

    def _is_form(self, one: str, other: str) -> bool:
        """Return whether two words are forms of one name, written with the same capitals."""
        start = _alike(one, other)
        endings = {one[start:], other[start:]}
        if not self._inflects:
            return "" in endings and endings <= (
                _ENGLISH_ENDINGS if self.language == "en" else _GERMAN_ENDINGS
            )
        return max(map(len, endings)) <= LONGEST_ENDING <= start


def names(pack: Pack) -> Iterator[Finding]:
    """Yield each spelling of a name that is not the one declared, or not the one used more often."""
    for language in pack.languages:
        found = _names(pack, language)
        for name, right in found.misspelt():
            first, *more = found.others[name]
            often = f" ({len(more) + 1} times)" if more else ""
            what = f"“{name}”{often} is “{right}” elsewhere; mend it, or add it to names if both are right"
            yield first.finding(language, what, "spelling")


def _names(pack: Pack, language: str) -> _Names:
    """Collect the capitalised words of a language; one that stands somewhere without its capital is no name."""
    declared = tuple(word for name in pack.campaign.names.get(language, ()) for word in _WORD.findall(name))
    texts = [(text, text.words[language]) for text in pack.texts if language in text.words]
    words = [(text, *found) for text, said in texts for found in _words(_NO_WORD.sub(" ", said))]
    common = {word for _, word, _ in words if word.islower()}
    others: dict[str, list[Text]] = {}
    inside: set[str] = set()
    for text, word, begins in words:
        if word[0].isupper() and word not in declared and word.lower() not in common:
            others.setdefault(word, []).append(text)
            if not begins:
                inside.add(word)
    return _Names(language, declared, others, frozenset(inside))


def _words(said: str) -> Iterator[tuple[str, bool]]:
    """Yield each word, and whether it begins a sentence, a quotation or a list's entry."""
    for found in _WORD.finditer(said):
        before = said[max(0, found.start() - _LOOKED_BACK) : found.start()]
        yield found[0], bool(_BEGINNING.search(before))


def _fold(word: str) -> str:
    return word.casefold().replace("ё", "е")


def _alike(one: str, other: str) -> int:
    """Return how many letters at the beginning are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def _differ_by(one: str, other: str, most: int) -> bool:
    """Return whether two words differ in at most `most` letters that follow each other, or in two swapped ones."""
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    rests = one[start : len(one) - end], other[start : len(other) - end]
    swapped = len(rests[0]) == 2 and rests[0] == rests[1][::-1]
    return any(rests) and (swapped or max(map(len, rests)) <= most)
