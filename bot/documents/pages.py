"""A letter's page as PDF: one sheet for an envelope with a window, or for a fax machine."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal

from bot.cleaning import clean
from bot.documents.fax import fax_head
from bot.events import Page
from bot.resources import templates

Words = Mapping[str, object]
"""Lines of text, the direction of all and of each, or numbered items, as templates/letter.typ takes them."""

_US_LETTER = frozenset("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split())  # CLDR, measurementData/paperSize
_PARAGRAPHS = re.compile(r"\n\s*\n")
_ITEM = re.compile(r"(\d{1,3}[.)])\s+(\S.*)")


def paper_in(country: str) -> Literal["a4", "us-letter"]:
    """Return what paper is usual in a country, by its ISO alpha-2 code, as CLDR says."""
    return "us-letter" if country in _US_LETTER else "a4"


def pdf(page: Page) -> bytes:
    """Return the page as PDF, with the letter's words exactly as they are; little pictures are left out.

    A long letter is set smaller, from 11 pt down to 9 pt, to stay on one sheet; one that is too long even for that runs
    to a second sheet, rather than lose a word. Any number of threads may set pages.
    """
    return _typesetter()(json.dumps(_laid_out(page), ensure_ascii=False))


@cache
def _typesetter() -> Callable[[str], bytes]:
    """Return what sets a page, with the fonts of the package and no others."""
    import typst  # it is large, and many a bot never prints

    folder = templates()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[folder / "fonts"])

    def typeset(words: str) -> bytes:
        return typst.compile(
            folder / "letter.typ", root=folder, font_paths=fonts, sys_inputs={"letter": words}
        )

    return typeset


def _laid_out(page: Page) -> Words:
    """Return the page's words in the parts that templates/letter.typ puts in their places."""
    parts = [part for block in _PARAGRAPHS.split(clean(page.text).strip()) for part in _parts(block)]
    signature = parts.pop() if len(parts) > 1 and "lines" in parts[-1] else _words(())
    return {
        "language": re.split("[-_]", page.language)[0],
        "rtl": _is_rtl(page.text),
        "paper": page.paper,
        "sender": _words(page.sender),
        "recipient": _words(page.recipient),
        "date": _words((page.date,)),
        "subject": _words((page.subject,)),
        "parts": parts,
        "signature": signature,
        "fax": [(label, _words((value,))) for label, value in fax_head(page)],
    }


def _parts(block: str) -> Iterator[Words]:
    """Yield the lines of a paragraph and the numbered items in it, as they follow one another."""
    lines = [(line, _ITEM.fullmatch(line.strip())) for line in block.splitlines()]
    for numbered, group in itertools.groupby(lines, lambda line: bool(line[1])):
        if numbered:
            yield _items([found.groups() for _, found in group if found])
        else:
            yield _words([line for line, _ in group])


def _items(items: Iterable[Sequence[str]]) -> Words:
    texts = [{"number": number, "text": text} for number, text in items]
    return {"items": texts, "rtl": _is_rtl(" ".join(item["text"] for item in texts))}


def _words(lines: Iterable[str]) -> Words:
    kept = [line for given in lines for line in clean(given).splitlines() if line.strip()]
    rtl = _is_rtl(" ".join(kept))
    return {"lines": kept, "rtl": rtl, "each": [_is_rtl(line, rtl) for line in kept]}


def _is_rtl(text: str, otherwise: bool = False) -> bool:
    """Return whether the first letter that has a direction is read from right to left; `otherwise` if none has."""
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"})
    return next((kind != "L" for kind in strong), otherwise)
