"""What people write with a look, as HTML of the messages' subset: the rest is left out, or becomes plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from html.parser import HTMLParser
from itertools import groupby
from pathlib import PurePosixPath

from bot.cleaning import clean
from bot.platforms.base import Run

SUBSET = frozenset({"b", "i", "code", "pre", "a", "blockquote", "br"})
_STYLES = {"b": "b", "strong": "b", "i": "i", "em": "i", "code": "code"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = frozenset({"p", "div", "ul", "ol", "table", "hr", "details", *_HEADINGS})
_ROWS = frozenset({"li", "tr", "summary"})
_BLOCKS = ("pre", "blockquote")
_UNSEEN = frozenset({"mx-reply", "script", "style", "title", "head", "template", "iframe", "object", "svg"})
_EMPTY = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "col", "source"})
_LINK = re.compile(r"(?:https?://|mailto:|tel:\+?\d)", re.IGNORECASE)
_PERSON = re.compile(r"https://matrix\.to/#/(?:@|%40)", re.IGNORECASE)
_TAG = re.compile(r"</?([a-zA-Z][\w-]*)[^<>]*>")
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class _Run(Run):
    """Words with one look; `block` is the letter or quotation that they stand in."""

    block: str = ""


def subset(html: str, *, lines: bool) -> str:
    """Return `html` in the messages' subset, whoever wrote it; with `lines`, a new line in it is one that is seen."""
    reader = _Reader(lines=lines)
    reader.feed(html)
    reader.close()
    return "".join(
        _block(block, list(runs)) for block, runs in groupby(_tidy(reader.runs), lambda r: r.block)
    )


def typed(text: str) -> str:
    """Return words typed on a terminal as HTML: tags of the subset count, others stand there as they were typed."""
    tags = {name.lower() for name in _TAG.findall(text)}
    return subset(text, lines=True) if tags and tags <= SUBSET else ""


def file_name(name: object, usual: str) -> str:
    """Return the name of a file that somebody sent, fit to be passed on; `usual` where it has none."""
    last = clean(name if isinstance(name, str) else "").replace("\\", "/").rpartition("/")[2]
    tidy = re.sub(r"[^\w .()+-]", "_", re.sub(r"\s+", " ", last)).strip(" .")
    path = PurePosixPath(tidy or usual)
    return f"{path.stem[:LONGEST_NAME]}{path.suffix[:10]}"


class _Reader(HTMLParser):
    """Goes once through what somebody wrote."""

    def __init__(self, *, lines: bool) -> None:
        super().__init__()
        self._lines = lines
        self._open: list[str] = []
        self._links: list[str] = []
        self._counts: list[int | None] = []
        self.runs: list[_Run] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _PARAGRAPHS:
            self._break(2)
        elif tag in _ROWS or tag in _BLOCKS:
            self._break(1)
        if tag in ("ul", "ol"):
            self._counts.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._add(self._mark())
        elif tag == "br":
            self._add("\n")
        elif tag in ("td", "th"):
            self._add(" ")
        elif tag == "img":
            self._add(given.get("alt") or "")
        if tag == "a":
            self._links.append(_fit(given.get("href") or ""))
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open:
            left = self._open.pop()
            if left == "a":
                self._links.pop()
            if left in ("ul", "ol"):
                self._counts.pop()
            if left == tag:
                break
        else:
            return
        if tag in _PARAGRAPHS or tag in _BLOCKS:
            self._break(2 if tag in _PARAGRAPHS else 1)

    def handle_data(self, data: str) -> None:
        if not self._lines and "pre" not in self._open:
            data = re.sub(r"\s+", " ", data)
            if not self.runs or self.runs[-1].text.endswith(("\n", " ")):
                data = data.lstrip(" ")
        self._add(clean(data))

    def _mark(self) -> str:
        """Return what an entry of a list begins with."""
        if not self._counts or self._counts[-1] is None:
            return "• "
        self._counts[-1] += 1
        return f"{self._counts[-1]}. "

    def _break(self, lines: int) -> None:
        """Begin a new line, or a new paragraph, unless one has just begun."""
        there = ""
        for run in reversed(self.runs):
            there = run.text + there
            if len(there) > lines:
                break
        if there:
            missing = lines - (len(there) - len(there.rstrip("\n")))
            self._add("\n" * max(0, missing))

    def _add(self, words: str) -> None:
        if not words or _UNSEEN.intersection(self._open):
            return
        block = next((tag for tag in _BLOCKS if tag in self._open), "")
        styles = frozenset() if block == "pre" else frozenset(map(_style, self._open)) - {""}
        link = self._links[-1] if self._links and block != "pre" else ""
        self.runs.append(_Run(words, styles, link, block))


def _style(tag: str) -> str:
    return "b" if tag in _HEADINGS else _STYLES.get(tag, "")


def _fit(link: str) -> str:
    """Return where a link leads, if it leads to a page, an address or a telephone; who is meant by it is not told."""
    link = clean(link).strip()
    return link if _LINK.match(link) and not _PERSON.match(link) and not re.search(r"\s", link) else ""


def _tidy(runs: Sequence[_Run]) -> list[_Run]:
    """Return `runs` without what is empty at the beginning and the end, and without more than one empty line."""
    merged: list[_Run] = []
    for run in runs:
        if merged and replace(merged[-1], text="") == replace(run, text=""):
            merged[-1] = replace(run, text=merged[-1].text + run.text)
        else:
            merged.append(run)
    tidy = [run if run.block == "pre" else replace(run, text=_spaced(run.text)) for run in merged]
    while tidy and not tidy[0].text.strip():
        del tidy[0]
    while tidy and not tidy[-1].text.strip():
        del tidy[-1]
    if tidy:
        tidy[0] = replace(tidy[0], text=tidy[0].text.lstrip("\n "))
        tidy[-1] = replace(tidy[-1], text=tidy[-1].text.rstrip())
    return tidy


def _spaced(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", text))


def _block(block: str, runs: Sequence[_Run]) -> str:
    if block == "pre":
        return f"<pre>{escape(''.join(run.text for run in runs).strip(chr(10)), quote=False)}</pre>"
    words = "".join(run.html for run in runs)
    return f"<blockquote>{words.strip(chr(10))}</blockquote>" if block else words
