"""What the bot says: a reply becomes a message in the person's language."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel import Locale, dates, lists, negotiate_locale, numbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.choosing import Label, Speak
from bot.countries import Countries
from bot.events import Button, Message, Phrase, Reply, ShownButton

LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"
"""The language that the templates are written in."""


class Messages:
    """The message templates in every language there is a catalogue for."""

    def __init__(
        self, folder: Path, countries: Countries, locales: Path = LOCALES, default: str = SOURCE
    ) -> None:
        self.languages = languages(locales)
        self._default = default
        self._voice = lru_cache(maxsize=None)(lambda code: _Voice(folder, locales, code, countries))

    def language(self, *wanted: str | None) -> str:
        """Return the first of the `wanted` languages that the bot speaks ("de_AT" finds "de"), or the default one."""
        codes = [code.replace("-", "_") for code in wanted if code]
        return negotiate_locale(codes, self.languages, sep="_") or self._default

    def render(self, reply: Reply, language: str) -> Message:
        """Return `reply` in `language`, as HTML of the subset that every platform understands."""
        return self._voice(language).render(reply)

    def speak(self, language: str) -> Speak:
        """Return the function that gives a button's label in `language`."""
        return self._voice(language).speak


def languages(locales: Path = LOCALES) -> tuple[str, ...]:
    """Return the codes of the languages the bot speaks, its own first."""
    found = {path.parent.parent.name for path in locales.glob("*/LC_MESSAGES/bot.po")}
    return (SOURCE, *sorted(found - {SOURCE}))


def language_name(code: str) -> str:
    """Return the name of a language in that language: "русский" for "ru"."""
    return Locale.parse(code).get_display_name(code) or code


def translations(locales: Path, language: str) -> gettext.NullTranslations:
    """Return the catalogue of `language`, read from its .po file so that none can be out of date; empty for English."""
    path = locales / language / "LC_MESSAGES" / "bot.po"
    if not path.exists():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class _Voice:
    """The templates in one language."""

    def __init__(self, folder: Path, locales: Path, language: str, countries: Countries) -> None:
        self._language = language
        self._catalogue = translations(locales, language)
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            auto_reload=False,  # what changes on the disk is read at the next start
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self._finalize,
            extensions=["jinja2.ext.i18n"],
        )
        self._templates.install_gettext_translations(self._catalogue, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
        self._templates.filters.update(self._filters(countries))

    def _filters(self, countries: Countries) -> dict[str, Callable[..., object]]:
        locale = Locale.parse("en_GB" if self._language == "en" else self._language)

        def listed(items: Iterable[object]) -> str:
            return lists.format_list([str(self._finalize(item)) for item in items], locale=locale)

        def day(value: date) -> str:
            return dates.format_date(value, "long", locale=locale)

        def country(code: str) -> str:
            return countries.name(code, self._language)

        def number(value: int) -> str:
            return numbers.format_decimal(value, locale=locale)

        def foreign(spoken: Iterable[str]) -> bool:
            return self._language not in spoken

        return {
            "listed": listed,
            "foreign": foreign,
            "day": day,
            "country": country,
            "number": number,
            "language": language_name,
            "say": self._finalize,
        }

    def render(self, reply: Reply) -> Message:
        text = self._templates.get_template(f"{reply.template}.html.j2").render(reply.values)
        return Message(_tidy(text), tuple(self._shown(button) for button in reply.buttons))

    def speak(self, label: Label) -> str:
        return str(self._finalize(label))

    def _shown(self, button: Button) -> ShownButton:
        return ShownButton(
            self.speak(button.label),
            button.press,
            button.number,
            button.command,
            button.ticked,
            button.private,
            None if button.copy is None else self.speak(button.copy),
            button.place,
        )

    def _finalize(self, value: object) -> object:
        """Return what a template shows for `value`: words in the language; safe HTML only if it says so itself."""
        if isinstance(value, Phrase):
            words = self._catalogue.gettext(value.text)
            return words.format(**{k: self._finalize(v) for k, v in value.values.items()})
        if isinstance(value, str | int) or not hasattr(value, "in_language"):  # most values are words
            return value
        return value.in_language(self._language)


def _tidy(text: str) -> str:
    """Return `text` without stray blank lines; a letter inside <pre> keeps its own."""
    parts = re.split(r"(<pre>.*?</pre>)", text.strip(), flags=re.DOTALL)
    return "".join(p if p.startswith("<pre>") else re.sub(r"\n{3,}", "\n\n", p) for p in parts)
