"""Words that no spreadsheet takes for a formula, and the way back to them.

Programs take a cell for a formula that begins with = + - or @, in whatever width; some cut a line at a semicolon, a tab
or a bar as well as at a comma, or look behind blanks. So an apostrophe is put in front of whatever might be taken so,
and in front of an apostrophe in such a place: taking one away everywhere gives the words back exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_CUTS = r"\t\n\r\v\f;,|\x1c-\x1f\x85\u2028\u2029"
"""Where a program may begin a new cell."""
_SIGNS = "=+\\-@＝＋－＠\u207a\u207b\u208a\u208b\u208c\u2212\ufe62\ufe63\ufe66\ufe6b%"
"""What a formula may begin with; beside the plain signs those that some programs turn into them."""
_UNSEEN = r"\s\x00-\x20\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff\"'"
"""What may stand before that without being seen, or fall away."""

_MET = rf"(?:[{_UNSEEN}]*[{_SIGNS}]|['\t\r])"
_APART = "\x1f"
"""A cut that is put between words to look at all of them at once."""
_RISK = re.compile(rf"(?:\A|(?<=[{_CUTS}]))(?={_MET})")
_SUSPECT = re.compile(f"[{_CUTS}]{_MET}")
_OTHER = re.compile(
    r"\A(?=[\d#.($€£¥]|(?:true|false)(?![^\x1f])"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)\w{0,6}\.? ?\d)",
    re.IGNORECASE,
)
"""What a program may take for a number, a day, a yes or no, or a fault."""
_SUSPECT_NAME = re.compile(_OTHER.pattern.replace(r"\A", _APART), re.IGNORECASE)
_APOSTROPHE = re.compile(rf"(?:\A|(?<=[{_CUTS}]))'")


def guarded(words: str) -> str:
    """Return `words` with an apostrophe wherever a spreadsheet might see the beginning of a formula."""
    return _RISK.sub("'", words)


def guarded_name(name: str) -> str:
    """Return the same for a name, which is to stay one even if it looks like a number or a day: "8 March"."""
    safe = guarded(name)
    return _OTHER.sub("'", safe)


def plain(cell: str) -> str:
    """Return the words that `guarded` was given."""
    return _APOSTROPHE.sub("", cell)


def are_safe(cells: Iterable[str]) -> bool:
    """Return whether all these words can stay as they are; quicker than looking at each."""
    return _SUSPECT.search(_APART + _APART.join(cells)) is None


def are_safe_names(names: Iterable[str]) -> bool:
    """Return whether all these names can stay as they are; quicker than looking at each."""
    return _SUSPECT_NAME.search(_APART + _APART.join(names)) is None
