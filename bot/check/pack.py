"""A campaign pack as the check sees it: the campaign, and every text as it stands in the pack's files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, nodes
from markupsafe import Markup

from bot.campaigns import Campaign
from bot.campaigns.campaign import SECTIONS
from bot.campaigns.loading import MAIN_FILE, read_campaign
from bot.campaigns.template_wordings import Wordings
from bot.campaigns.wording import name_channels, named_place
from bot.check.finding import Text
from bot.config_errors import read_text, read_toml

Location = tuple[int | str, ...]


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
    sections: tuple[Text, ...] = field(repr=False)
    """The sections of the appeal, in the languages that have them."""
    letters: Mapping[tuple[str, str], nodes.Template] = field(repr=False)
    """The letters' templates, by kind and language."""
    words: tuple[Text, ...] = field(repr=False)
    """What the letters say whoever writes them."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the pack, the first one first."""
        return self.campaign.languages

    @property
    def written(self) -> tuple[str, ...]:
        """The languages of the letters, the pack's own first."""
        return self.campaign.written_languages

    @property
    def texts(self) -> tuple[Text, ...]:
        """All that people read."""
        return (*self.facts, *self.sections, *self.words)


def read_pack(folder: Path, today: date) -> Pack:
    """Return the pack in `folder`; raises PackError if the bot could not use it."""
    campaign = read_campaign(folder)
    raw = read_toml(folder / MAIN_FILE)
    name_channels(raw)
    letters = {
        (letter.kind, language): _template(folder / letter_file(letter.kind, language))
        for letter in campaign.letters
        for language in campaign.written_languages
    }
    return Pack(
        campaign,
        folder,
        today,
        strings=tuple((named_place(place, raw), words) for place, words in _strings((), raw)),
        facts=tuple(_facts(raw, campaign)),
        sections=tuple(_sections(campaign)),
        letters=letters,
        words=tuple(_letters(letters, campaign)),
    )


def letter_file(kind: str, language: str) -> str:
    """Return the name of the file that holds a letter."""
    return f"letter-{kind}.{language}.txt.j2"


def _template(file: Path) -> nodes.Template:
    return _parsed(read_text(file))


@lru_cache(maxsize=256)
def _parsed(text: str) -> nodes.Template:
    """Return what a template says, parsed once however often it is looked at."""
    return Environment(autoescape=True, extensions=[Wordings]).parse(text)


def _facts(raw: dict[str, object], campaign: Campaign) -> Iterator[Text]:
    texts = {key: value for key, value in raw.items() if key != "names"}
    for place, words in _by_language((), texts, set(campaign.written_languages)):
        yield Text(MAIN_FILE, named_place(place, raw), words)


def _sections(campaign: Campaign) -> Iterator[Text]:
    for key in SECTIONS:
        shown = {lang: _plain(html) for lang, html in campaign.section(key).texts.items() if html}
        yield Text("appeal.{}.md", key, shown)


def _letters(letters: Mapping[tuple[str, str], nodes.Template], campaign: Campaign) -> Iterator[Text]:
    for letter in campaign.letters:
        there = campaign.written_languages
        words = {lang: own_words(letters[letter.kind, lang], campaign, lang) for lang in there}
        yield Text(letter_file(letter.kind, "{}"), "text", words)


def own_words(template: nodes.Template, campaign: Campaign, language: str) -> str:
    """Return the words of a letter, with the campaign's title and date, without what supporters answer."""
    own = {"title": campaign.title.in_language(language), "written": campaign.written.in_language(language)}
    pieces: list[str] = []
    for node in template.find_all((nodes.TemplateData, nodes.Const, nodes.Getattr)):
        if isinstance(node, nodes.TemplateData):
            pieces.append(node.data)
        elif isinstance(node, nodes.Const) and isinstance(node.value, str):
            pieces.append(node.value)
        elif isinstance(node, nodes.Getattr) and node.node == nodes.Name("campaign", "load"):
            pieces.append(own.get(node.attr, ""))
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
