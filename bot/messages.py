"""What the bot says: a reply becomes a message in the person's language."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Protocol

from babel import Locale, dates, lists, negotiate_locale, numbers
from babel.core import get_global
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.choosing import Label, Speak
from bot.countries import Countries
from bot.direction import isolated
from bot.events import Button, Document, Drawn, Enclosed, Message, Phrase, Reply, ShownButton
from bot.writing import locale_of

LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"
"""The language that the templates are written in."""
_BEFORE_MARK = re.compile(r" (?=[:;!?»])|(?<=«) ")
"""The spaces at which no line may end in French."""
NO_FILE = Phrase("I could not make the file {name}; please ask for it again later.")


class Messages:
    """The message templates in every language there is a catalogue for."""

    def __init__(
        self, folder: Path, countries: Countries, locales: Path = LOCALES, default: str = SOURCE
    ) -> None:
        self.languages = languages(locales)
        self.default = default
        self._voice = lru_cache(maxsize=None)(lambda code: _Voice(folder, locales, code, countries))

    def language(self, *wanted: str | None) -> str:
        """Return the first of the `wanted` languages that the bot speaks ("de_AT" finds "de"), or the default one."""
        codes = [code.replace("-", "_") for code in wanted if code]
        return negotiate_locale(codes, self.languages, sep="_") or self.default

    def render(self, reply: Reply, language: str) -> Message:
        """Return `reply` in `language`, as HTML of the subset that every platform understands."""
        return self._voice(language).render(reply)

    def page(self, template: str, values: Mapping[str, object], language: str) -> str:
        """Return a page for a browser in `language`; the template is told that, and the direction it is read in."""
        return self._voice(language).page(template, values)

    def speak(self, language: str) -> Speak:
        """Return the function that gives a button's label in `language`."""
        return self._voice(language).speak


def languages(locales: Path = LOCALES) -> tuple[str, ...]:
    """Return the codes of the languages the bot speaks, its own first."""
    found = {path.parent.parent.name for path in locales.glob("*/LC_MESSAGES/bot.po")}
    return (SOURCE, *sorted(found - {SOURCE}))


def _letters(language: str) -> str:
    """Return the script that a language is usually written in, as the Unicode CLDR has it: "Cyrl" for Kazakh."""
    likely = get_global("likely_subtags").get(language.replace("-", "_"), "")
    return next((part for part in likely.split("_")[1:] if len(part) == 4), "")


def language_name(code: str) -> str:
    """Return the name of a language in that language: "русский" for "ru"."""
    return Locale.parse(code).get_display_name(code) or code


@dataclass(frozen=True, slots=True)
class LanguageName:
    """The name of a language as its reader calls it: "Russian" for "ru"."""

    code: str

    def in_language(self, language: str) -> str:
        """Return the name in `language`."""
        return Locale.parse(self.code).get_display_name(language) or language_name(self.code)


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


class Parallel(Protocol):
    """A letter in the recipient's language, beside which the reader's stands."""

    def language(self, reader: str) -> str:
        """Return the language that it is written in for somebody who reads `reader`."""
        ...

    def beside(self, reader: str) -> str:
        """Return it in the reader's own language; "" if it is in that, or cannot be had."""
        ...


class Linked(Protocol):
    """Something that a link opens, which depends on the language of whoever taps it."""

    def link(self, language: str) -> object:
        """Return the link."""
        ...


class _Voice:
    """The templates in one language."""

    def __init__(self, folder: Path, locales: Path, language: str, countries: Countries) -> None:
        self._language = language
        self._from_right = Locale.parse(language).text_direction == "rtl"
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
        locale = locale_of(self._language)

        def listed(items: Iterable[object]) -> str:
            return lists.format_list([str(self._finalize(item)) for item in items], locale=locale)

        def either(items: Iterable[object]) -> str:
            return lists.format_list([str(item) for item in items], "or", locale)

        def day(value: date) -> str:
            return dates.format_date(value, "long", locale=locale)

        def country(code: str) -> str:
            return countries.name(code, self._language)

        def number(value: int) -> str:
            return numbers.format_decimal(value, locale=locale)

        def foreign(spoken: Iterable[str]) -> bool:
            return self._language not in spoken

        def beside(letter: Parallel) -> str:
            return letter.beside(self._language)

        def written_in(letter: Parallel) -> str:
            return letter.language(self._language)

        def link(value: Linked) -> object:
            return value.link(self._language)

        return {
            "beside": beside,
            "link": link,
            "written_in": written_in,
            "listed": listed,
            "either": either,
            "foreign": foreign,
            "in_other_letters": self._in_other_letters,
            "day": day,
            "country": country,
            "number": number,
            "language": language_name,
            "tongue": LanguageName,
            "say": self._finalize,
        }

    def _in_other_letters(self, language: str) -> bool:
        return _letters(language) != _letters(self._language)

    def render(self, reply: Reply) -> Message:
        text = self._templates.get_template(f"{reply.template}.html.j2").render(reply.values)
        document = self._enclosed(reply.document)
        buttons = tuple(map(self._shown, reply.buttons))
        text = self._in_order(_tidy(text))
        if document is None:
            return Message(text, buttons)
        apology = self._apology(document)
        return Message(text, buttons, document=document, apology=apology, language=self._language)

    def page(self, template: str, values: Mapping[str, object]) -> str:
        direction = "rtl" if self._from_right else "ltr"
        known = {**values, "language": self._language, "direction": direction}
        return self._templates.get_template(f"{template}.html.j2").render(known)

    def _enclosed(self, file: Enclosed | Drawn | None) -> Document | None:
        if isinstance(file, Drawn):
            return file.in_words(self._language, self.speak)
        return None if file is None else file.for_reader(self._language)

    def _apology(self, document: Document) -> str:
        """Return what is said if `document` cannot be made: only here the person's language is known."""
        return escape(self.speak(replace(NO_FILE, values={"name": document.name})))

    def speak(self, label: Label) -> str:
        return str(self._finalize(label))

    def _shown(self, button: Button) -> ShownButton:
        return ShownButton(
            self._in_order(self.speak(button.label)),
            button.press,
            button.number,
            button.command,
            button.ticked,
            button.private,
            None if button.copy is None else self.speak(button.copy),
            button.place,
        )

    def _in_order(self, words: str) -> str:
        """Return `words` so that what is foreign in them keeps its order, if the language runs from the right.

        In French no line ends before a colon or a mark like it.
        """
        if self._language == "fr":
            return _BEFORE_MARK.sub("\N{NO-BREAK SPACE}", words)
        return isolated(words) if self._from_right else words

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
