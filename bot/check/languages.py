"""The languages of a pack side by side: nothing left out in one of them, and the same figures in all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bot.check.finding import Finding, Text
from bot.check.pack import Pack

_THOUSANDS = re.compile(r"(?<=\d)[,. \u00a0\u202f’](?=\d{3}(?!\d))")
_LIST_ITEM = re.compile(r"^\s*(?:[•*-]|\d+[.)])\s", re.MULTILINE)
_IN_LETTERS = re.compile(
    r"demand\.[^.]+\.text|recipient\.[^.]+\.(office|addressed_as|salutation|holder\..*(name|addressed_as))"
    r"|letter\.[^.]+\.subjects?(\.\d+)?"
)
"""Where the texts stand that go into letters."""
_YEAR = re.compile(r"(?:19|20)\d\d")


def translations(pack: Pack) -> Iterator[Finding]:
    """Yield each text that one of the pack's languages lacks."""
    for text in (*pack.facts, *pack.sections):
        for language in pack.written if _IN_LETTERS.fullmatch(text.place) else pack.languages:
            if text.words and language not in text.words:
                there = " and ".join([code for code in pack.languages if code in text.words] or text.words)
                yield text.finding(
                    language, f"is missing in {language}; there is one in {there}", "translation"
                )


def list_items(pack: Pack) -> Iterator[Finding]:
    """Yield the texts whose lists have more or fewer items than in the pack's first language."""
    for text, language, first, words in _pairs(pack):
        count, wanted = len(_LIST_ITEM.findall(words)), len(_LIST_ITEM.findall(first))
        if count != wanted:
            what = f"has {count} list items in {language}, but {wanted} in {pack.languages[0]}"
            yield text.finding(language, what, "list-items")


def numbers(pack: Pack) -> Iterator[Finding]:
    """Yield the texts that give other figures than in the pack's first language."""
    for text, language, first, words in _pairs(pack):
        more, less = differing(figures(words), figures(first))
        if more or less:
            what = f"the figures differ: {said(more)} in {language}, {said(less)} in {pack.languages[0]}"
            yield text.finding(language, what, "numbers")


def _pairs(pack: Pack) -> Iterator[tuple[Text, str, str, str]]:
    """Yield each text with a further language, its words in the first language and in that one."""
    for text in pack.texts:
        for language in pack.written[1:]:
            if language in text.words and (first := text.words.get(pack.languages[0])):
                yield text, language, first, text.words[language]


def figures(words: str) -> Counter[str]:
    """Return the figures in a text, and how often each is there; a year counts once."""
    found = Counter(re.findall(r"\d+", _THOUSANDS.sub("", words)))
    return Counter({figure: 1 if _YEAR.fullmatch(figure) else n for figure, n in found.items()})


def differing(here: Counter[str], there: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """Return what only one side has; where only one has more, it may just repeat a figure, or not use words."""
    more, less = here - there, there - here
    if more and less:
        return more, less
    return (
        Counter(figure for figure in more if _unsayable(figure, there)),
        Counter(figure for figure in less if _unsayable(figure, here)),
    )


def _unsayable(figure: str, other: Counter[str]) -> bool:
    """Return whether `figure` is lacking on the other side and is none that one would say in words."""
    value = int(figure)
    return figure not in other and value > 12 and value % 1000 != 0


def said(figures: Counter[str]) -> str:
    return ", ".join(figures.elements()) or "nothing"
