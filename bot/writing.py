"""How days, times and numbers are written in a language."""

from __future__ import annotations

from babel import Locale


def locale_of(language: str) -> Locale:
    """Return the locale to write in; English is that of Europe, with the day before the month."""
    return Locale.parse("en_GB" if language == "en" else language)
