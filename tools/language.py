"""Makes the catalogue of a language that the bot does not speak yet, for `make language CODE=de`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / ".venv" / "bot.pot"
"""What `make messages` has found."""

HEADER = """\
# The bot in {language}.
# Draft until a named reviewer signs it, on the next line and under Last-Translator.
# X-Reviewed-By:
# This file is distributed under the same license as solidarity-bot.
#"""


def make(code: str) -> str:
    """Make the catalogue of a language, and return what is to be done with it; ValueError says why there is none."""
    try:
        locale = Locale.parse(code)
    except (ValueError, UnknownLocaleError):
        raise ValueError(f"“{code}” is not a language code such as de or pt_BR") from None
    file = ROOT / "bot" / "locales" / str(locale) / "LC_MESSAGES" / "bot.po"
    if file.exists():
        raise ValueError(f"{file} is there already")
    with TEXTS.open("rb") as opened:
        catalogue = read_po(opened, locale=locale)
    name = str(locale.get_display_name("en"))
    catalogue.locale, catalogue.fuzzy = locale, False
    catalogue.header_comment = HEADER.format(language=name)
    catalogue.project, catalogue.version = "solidarity-bot", "0.1.0"
    catalogue.creation_date = catalogue.revision_date = datetime.now(UTC)
    catalogue.last_translator, catalogue.language_team = "draft, not yet reviewed", name
    catalogue.msgid_bugs_address = ""
    file.parent.mkdir(parents=True)
    with file.open("wb") as opened:
        write_po(opened, catalogue, width=0)
    return f"Translate {file.relative_to(ROOT)} ({len(catalogue)} texts); then `make check` says what is missing."


if __name__ == "__main__":
    try:
        print(make(sys.argv[1] if len(sys.argv) > 1 else ""))
    except ValueError as error:
        sys.exit(str(error))
