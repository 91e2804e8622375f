"""A campaign pack as the check sees it: the campaign, and every text as it stands in the pack's files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from jinja2 import Environment, nodes
from markupsafe import Markup

from bot.campaigns import Campaign
from bot.campaigns.campaign import SECTIONS
from bot.campaigns.loading import MAIN_FILE, read_campaign
from bot.campaigns.wording import name_channels, named_place
from bot.config_errors import read_text, read_toml

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend: in which file, at which place in it, what it is, and the rule that found it."""

    file: str
    place: str
    what: str
    rule: str

    @property
    def where(self) -> str:
        """The place as an [[oddity]] names it: a key of campaign.toml, or another file and a place in it."""
        return self.place if self.file == MAIN_FILE else f"{self.file}: {self.place}"

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.what} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages it is given in; `file` has {} where its name says which language it holds."""

    file: str
    place: str
    words: Mapping[str, str] = field(repr=False)

    def finding(self, language: str, what: str, rule: str) -> Finding:
        """Return a finding in one of the text's languages."""
        return Finding(self.file.format(language), self.place, what, rule)


@dataclass(frozen=True, slots=True)
class Pack:
    """A campaign that could be loaded, and what stands in its files; judged as of `today`."""

    campaign: Campaign
    folder: Path
    today: date
    strings: tuple[tuple[str, str], ...] = field(repr=False)
    """Every string of campaign.toml, behind its place."""
    facts: tuple[Text, ...] = field(repr=False)
    """The texts of campaign.toml."""
    letters: Mapping[tuple[str, str], str] = field(repr=False)
    """The letters' templates as they were written, by kind and language."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the pack, the first one first."""
        return self.campaign.languages

    def texts(self) -> Iterator[Text]:
        """Yield all that people read: the facts, the sections of the appeal, the letters."""
        yield from self.facts
        yield from self.sections()
        for letter in self.campaign.letters:
            written = {lang: self._letter(letter.kind, lang) for lang in self.languages}
            yield Text(letter_file(letter.kind, "{}"), "text", written)

    def _letter(self, kind: str, language: str) -> str:
        return _letter_words(self.letters[kind, language], self.campaign, language)

    def sections(self) -> Iterator[Text]:
        """Yield the sections of the appeal, in the languages that have them."""
        for key in SECTIONS:
            shown = {lang: _plain(html) for lang, html in self.campaign.section(key).texts.items() if html}
            yield Text("appeal.{}.md", key, shown)


def read_pack(folder: Path, today: date) -> Pack:
    """Return the pack in `folder`; raises PackError if the bot could not use it."""
    campaign = read_campaign(folder)
    raw = read_toml(folder / MAIN_FILE)
    name_channels(raw)
    letters = {
        (letter.kind, language): read_text(folder / letter_file(letter.kind, language))
        for letter in campaign.letters
        for language in campaign.languages
    }
    strings = tuple((named_place(place, raw), words) for place, words in _strings((), raw))
    texts = {key: value for key, value in raw.items() if key != "names"}
    facts = tuple(
        Text(MAIN_FILE, named_place(place, raw), words)
        for place, words in _by_language((), texts, set(campaign.languages))
    )
    return Pack(campaign, folder, today, strings, facts, letters)


def letter_file(kind: str, language: str) -> str:
    """Return the name of the file that holds a letter."""
    return f"letter-{kind}.{language}.txt.j2"


def parsed(template: str) -> nodes.Template:
    """Return the tree of a letter's template."""
    return Environment(autoescape=True).parse(template)


def _letter_words(template: str, campaign: Campaign, language: str) -> str:
    """Return what a letter says whoever writes it: its own words, and the campaign's title and date."""
    own = {"title": campaign.title.in_language(language), "written": campaign.written.in_language(language)}
    pieces: list[str] = []
    for node in parsed(template).find_all((nodes.TemplateData, nodes.Const, nodes.Getattr)):
        if isinstance(node, nodes.TemplateData):
            pieces.append(node.data)
        elif isinstance(node, nodes.Const):
            pieces.append(str(node.value))
        elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            pieces.append(own.get(node.attr, "") if node.node.name == "campaign" else "")
    return " ".join(pieces)


def _plain(html: str) -> str:
    return Markup(re.sub(r"<[^>]+>", "", html)).unescape()  # noqa: S704  # it is unescaped, never shown


def _strings(place: Location, value: object) -> Iterator[tuple[Location, str]]:
    if isinstance(value, (str, date)):
        yield place, str(value)
    for key, inner in _inside(value):
        yield from _strings((*place, key), inner)


def _by_language(
    place: Location, value: object, languages: set[str]
) -> Iterator[tuple[Location, dict[str, str]]]:
    if isinstance(value, dict) and value.keys() <= languages:
        yield place, {language: " ".join(words.split()) for language, words in value.items()}
    else:
        for key, inner in _inside(value):
            yield from _by_language((*place, key), inner, languages)


def _inside(value: object) -> Iterator[tuple[int | str, object]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
