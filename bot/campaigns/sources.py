"""Who says so: the sources of whatever a campaign states."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PAGE = re.compile(r"(https?://)?((?:[\w-]+\.)+[a-z]{2,})(/\S+)(?:\s.*)?", re.DOTALL)
_REMARK = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Source:
    """Who says something: the name of a page's host with the page's address, or whatever else was given."""

    name: str
    url: str | None = None


class Sourced:
    """Something that somebody says; `source` has their names or pages, parted by semicolons."""

    __slots__ = ()
    source: str | None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Who says so, one by one."""
        return sources(self.source or "")


def sources(words: str) -> tuple[Source, ...]:
    """Return the sources in `words`, which are parted by semicolons; a remark in brackets behind one is left out."""
    return tuple(_source(_REMARK.sub("", part.strip())) for part in words.split(";") if part.strip())


def _source(words: str) -> Source:
    page = _PAGE.fullmatch(words)
    if page is None:
        return Source(words)
    scheme, host, path = page.groups()
    return Source(host.removeprefix("www."), f"{scheme or 'https://'}{host}{path}")
