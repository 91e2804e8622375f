"""Text as it may be stored and shown, whoever has written it."""

from __future__ import annotations

import unicodedata
from collections.abc import Set

_KEPT = set("\n\t\u200c\u200d")  # Persian and emoji need the joiners
_DIRECTION_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str, keep: Set[str] = frozenset()) -> str:
    """Return `text` fit to store and show: NFC, without control characters, lone surrogates, direction overrides.

    What is ours to say may `keep` some of these.
    """
    if text.replace("\n", "").isprintable():  # as nearly everything is: nothing to leave out
        return unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return unicodedata.normalize("NFC", "".join(c for c in text if c in keep or _kept(c)))


def _kept(char: str) -> bool:
    if unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} or char in _DIRECTION_OVERRIDES:
        return char in _KEPT
    return True
