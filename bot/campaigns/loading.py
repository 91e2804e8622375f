"""Reading campaign packs: everything that is wrong is found in one go, and said with file and key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from markupsafe import Markup
from pydantic import TypeAdapter, ValidationError

from bot.campaigns.campaign import SECTIONS, Campaign
from bot.campaigns.consistency import LONGEST_SECTION, contradictions
from bot.campaigns.letter_templates import LetterTemplate, Templates
from bot.campaigns.parts import LocalText
from bot.campaigns.wording import in_plain_words, lift, name_channels, tables
from bot.config_errors import read_text, read_toml
from bot.markup import Section, sections
from bot.missions import Missions, MissionsError

MAIN_FILE = "campaign.toml"
MISSIONS_FILE = "missions.csv"
LONGEST_SUMMARY = 900
"""Characters: a summary is read in one go."""


Answers = tuple[tuple[str, tuple[str, ...]], ...]
"""The keys of the questions, each with the options that it has."""


class PackError(Exception):
    """Packs cannot be used: `problems` holds a line for each reason, "folder/file: key: what is wrong"."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_campaign(folder: Path, thorough: bool = True) -> Campaign:
    """Return the campaign whose pack is `folder`; raises PackError.

    Unless it is to be `thorough`, letters in further languages are read once somebody wants one.
    """
    pack = _Pack(folder, thorough)
    campaign = pack.campaign()
    if campaign is None or pack.problems:
        raise PackError([f"{folder.name}/{problem}" for problem in pack.problems])
    return campaign


@cache
def _schema() -> TypeAdapter[Campaign]:
    """Return what a pack must look like; made once, for it takes as long as reading a pack."""
    return TypeAdapter(Campaign)


class _Pack:
    """A folder being read, and what was found wrong in it so far."""

    def __init__(self, folder: Path, thorough: bool) -> None:
        self.folder = folder
        self.thorough = thorough
        self.problems: list[str] = []

    def campaign(self) -> Campaign | None:
        raw = self._toml()
        for place, problem in [*lift(raw)] if raw is not None else ():
            self._wrong(MAIN_FILE, place, problem)
        languages = self._languages(raw) if raw is not None else ()
        if raw is None or not languages:
            return None
        written = (*languages, *self._letter_languages(raw, languages))
        if not re.fullmatch("[a-z0-9][a-z0-9-]*", self.folder.name):
            what = "may hold small letters a-z, digits and hyphens only"
            self._wrong(MAIN_FILE, "the folder's name", what)
        beside: dict[str, object] = {
            "slug": self.folder.name,
            "sections": self._sections(languages),
            "templates": self._templates(raw, languages, written),
            "missions": self._missions(),
        }
        return self._validated(raw, beside, written)

    def _validated(
        self, raw: dict[str, Any], beside: dict[str, object], languages: tuple[str, ...]
    ) -> Campaign | None:
        name_channels(raw)
        for key in sorted(beside.keys() & raw.keys()):
            self._wrong(MAIN_FILE, key, "is not a key that is known here")
        try:
            campaign = _schema().validate_python(raw | beside, context=languages)
        except ValidationError as error:
            for place, problem in in_plain_words(error.errors(), raw):
                self._wrong(MAIN_FILE, place, problem)
            return None
        self.problems += [f"{MAIN_FILE}: {problem}" for problem in contradictions(campaign)]
        return campaign

    def _wrong(self, file: str, key: str, what: str) -> None:
        self.problems.append(f"{file}: {key}: {what}")

    def _read(self, file: str) -> str | None:
        try:
            return read_text(self.folder / file)
        except ValueError as error:
            self.problems.append(f"{file}: {error}")
            return None

    def _toml(self) -> dict[str, Any] | None:
        try:
            return read_toml(self.folder / MAIN_FILE)
        except ValueError as error:
            lacking = not (self.folder / MAIN_FILE).exists()
            hint = "; if this folder is no campaign, move it, or begin its name with _" if lacking else ""
            self.problems.append(f"{MAIN_FILE}: {error}{hint}")
            return None

    def _languages(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the pack's languages, first of all: nothing else can be judged without them."""
        languages = raw.get("languages")
        if not isinstance(languages, list) or not languages or len(set(map(str, languages))) < len(languages):
            self._wrong(
                MAIN_FILE,
                "languages",
                'must be a list, the main one first, such as ["en", "ru"]',
            )
            return ()
        return self._known("languages", languages)

    def _letter_languages(self, raw: Mapping[str, Any], languages: tuple[str, ...]) -> tuple[str, ...]:
        """Return the further languages of the pack's letters."""
        key, further = "letter_languages", raw.get("letter_languages", [])
        if not isinstance(further, list):
            self._wrong(MAIN_FILE, key, 'must be a list, such as ["kk", "fr"]')
            return ()
        for language in sorted({str(one) for one in further if one in languages or further.count(one) > 1}):
            self._wrong(MAIN_FILE, key, f"“{language}” is named already")
        return self._known(key, further)

    def _known(self, key: str, languages: Sequence[object]) -> tuple[str, ...]:
        """Return `languages`, if each is the code of one."""
        unknown = [str(language) for language in languages if not _is_language(language)]
        for language in unknown:
            self._wrong(MAIN_FILE, key, f"“{language}” is not a language code such as en or ru")
        return () if unknown else tuple(map(str, languages))

    def _missions(self) -> Missions | None:
        path = self.folder / MISSIONS_FILE
        try:
            return Missions.load(path) if path.exists() else None
        except MissionsError as error:
            column = f", column {error.column}" if error.column else ""
            self._wrong(MISSIONS_FILE, f"line {error.line}{column}", error.problem)
            return None

    def _sections(self, languages: tuple[str, ...]) -> dict[str, LocalText]:
        """Return the appeal's sections; one that the pack leaves out is empty."""
        self._no_others("appeal*", {f"appeal.{language}.md" for language in languages})
        appeals = {language: self._appeal(f"appeal.{language}.md") for language in languages}
        return {
            key: LocalText({lang: appeals[lang].get(key, Markup("")) for lang in languages}, languages[0])
            for key in SECTIONS
        }

    def _appeal(self, file: str) -> dict[str, Markup]:
        text = self._read(file)
        if text is None:
            return {}
        found: dict[str, Markup] = {}
        for section in sections(text):
            problem = _section_problem(section, found)
            if problem:
                self._wrong(file, section.heading or "the beginning", problem)
            found[section.key or ""] = section.body
        if not found.get("summary"):
            self._wrong(file, "summary", "is missing: a heading “## In short {#summary}” and a text below it")
        return found

    def _templates(
        self, raw: Mapping[str, Any], own: tuple[str, ...], languages: tuple[str, ...]
    ) -> Mapping[tuple[str, str], LetterTemplate]:
        kinds = [letter.get("kind") for letter in tables(raw, "letter")]
        answers = {str(asked.get("key")): _keys(asked, "fact") for asked in tables(raw, "question")}
        recipients = _keys(raw, "recipient")
        wanted = {
            (kind, language): f"letter-{kind}.{language}.txt.j2"
            for kind in kinds
            for language in languages
            if isinstance(kind, str) and re.fullmatch("[a-z0-9-]+", kind)
        }
        if kinds:
            self._no_others("letter-*", set(wanted.values()))
        if self.thorough:
            own = languages
        keys = (tuple((key, tuple(of)) for key, of in answers.items()), tuple(recipients))
        found = {key: self._template(file, *keys) for key, file in wanted.items() if key[1] in own}
        later = {
            key: partial(_made, read_text(self.folder / file), *keys)
            for key, file in wanted.items()
            if key[1] not in own
        }
        return Templates({key: template for key, template in found.items() if template}, later)

    def _template(self, file: str, answers: Answers, recipients: tuple[str, ...]) -> LetterTemplate | None:
        text = self._read(file)
        try:
            return _made(text, answers, recipients) if text is not None else None
        except ValueError as error:
            self.problems += [f"{file}: {fault}" for fault in error.args]
            return None

    def _no_others(self, pattern: str, wanted: set[str]) -> None:
        """Complain of files that nothing asks for: of a misspelt name, or in a language not listed."""
        for path in sorted(self.folder.glob(pattern)):
            if path.name not in wanted:
                self.problems.append(f"{path.name}: belongs to no letter and language of {MAIN_FILE}")


@lru_cache(maxsize=256)
def _made(text: str, answers: Answers, recipients: tuple[str, ...]) -> LetterTemplate:
    """Return the template that `text` is, tried out once however often it is read."""
    return LetterTemplate(text, dict(answers), recipients)


def _keys(raw: Mapping[str, object], table: str) -> list[str]:
    return [str(entry.get("key")) for entry in tables(raw, table)]


def _section_problem(section: Section, before: Mapping[str, Markup]) -> str | None:
    limit = LONGEST_SUMMARY if section.key == "summary" else LONGEST_SECTION
    if section.key not in SECTIONS:
        return "must stand below a heading that ends in {#summary}, {#background} or {#since}"
    if section.key in before:
        return f"{{#{section.key}}} is used twice"
    length = len(section.body.striptags())
    return f"has {length} characters; at most {limit} can be shown" if length > limit else None


def _is_language(code: object) -> bool:
    try:
        return isinstance(code, str) and code.islower() and bool(Locale.parse(code))
    except (ValueError, UnknownLocaleError):
        return False
