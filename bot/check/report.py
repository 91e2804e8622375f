"""The whole check: the configuration, every campaign pack and every translation, looked through in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot import config
from bot.campaigns import PackError
from bot.check import (
    catalogues,
    dates,
    files,
    languages,
    letters,
    missions,
    reaching,
    routes,
    setup,
    spelling,
    telephones,
)
from bot.check.finding import Finding
from bot.check.oddities import unexplained
from bot.check.pack import Pack, read_pack
from bot.messages import LOCALES
from bot.messages import languages as interface_languages
from bot.resources import templates

Rule = Callable[[Pack], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    telephones.in_recipients,
    reaching.channels,
    reaching.links,
    missions.rows,
    spelling.names,
    languages.translations,
    languages.list_items,
    languages.numbers,
    dates.expiry,
    dates.future,
    dates.holders,
    dates.demands,
    letters.fields,
    letters.length,
    letters.subjects,
    letters.wordings,
    letters.wording_numbers,
    routes.apart,
    routes.reached,
    routes.missions_file,
    routes.located,
    routes.buttons,
    files.strays,
    files.appeals,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: a line for each fault, what is not translated yet, and which translations are signed."""

    wrong: tuple[str, ...]
    to_do: tuple[str, ...]
    signatures: tuple[str, ...]
    campaigns: int
    languages: int

    @property
    def lines(self) -> tuple[str, ...]:
        """All there is to say."""
        all_well = () if self.wrong else (self._all_well(),)
        return (*self.wrong, *self.to_do, *self.signatures, *all_well)

    def _all_well(self) -> str:
        return f"{_count(self.campaigns, 'campaign')}, {_count(self.languages, 'language')}: nothing to mend."


@dataclass(frozen=True, slots=True)
class _Looked:
    """What came out for one pack."""

    wrong: tuple[str, ...]
    languages: frozenset[str] = frozenset()


def look_through(config_file: Path | None, further: Sequence[Path], today: date) -> Report:
    """Return what is wrong in the configuration, the campaigns it offers and `further` ones, and the translations."""
    settings, unusable = _settings(config_file)
    offered = list(_packs(templates() / "campaigns", *settings.campaign_dirs))
    known = {pack.resolve() for pack in offered}
    packs = {pack: pack.name for pack in offered} | {p: str(p) for p in further if p.resolve() not in known}
    looked = [_look_at(folder.resolve(), name, today) for folder, name in packs.items()]
    translations = sorted(LOCALES.glob("*/LC_MESSAGES/bot.po"))
    said = catalogues.in_use() if translations else frozenset()
    compared = [catalogues.compare(file, said) for file in translations]
    wrong = (
        *unusable,
        *map(str, setup.settings(settings, offered, config_file)),
        *_twice(offered),
        *(line for one in looked for line in one.wrong),
        *(str(finding) for one in compared for finding in one.wrong),
    )
    spoken = frozenset(interface_languages(LOCALES)).union(*(one.languages for one in looked))
    to_do = tuple(line for one in compared for line in one.to_do())
    signatures = tuple(line for one in compared for line in one.signature())
    return Report(wrong, to_do, signatures, len(packs), len(spoken))


def _settings(file: Path | None) -> tuple[config.Settings, tuple[str, ...]]:
    """Return the settings, or the usual ones together with what is wrong in those that cannot be used."""
    try:
        return config.load(file), ()
    except config.ConfigError as error:
        return config.Settings(), error.problems


def _packs(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._")


def _twice(packs: Iterable[Path]) -> Iterator[str]:
    seen: set[str] = set()
    for pack in packs:
        if pack.name in seen:
            yield f"{pack.name}: there are two packs of this name; rename one"
        seen.add(pack.name)


def _look_at(folder: Path, name: str, today: date) -> _Looked:
    """Return what is wrong in a pack, called `name`; one that the bot cannot use says why."""
    if not folder.is_dir():
        lacking = (
            "this is a file; name the folder it lies in" if folder.exists() else "there is no such folder"
        )
        return _Looked((f"{name}: {lacking}",))
    try:
        pack = read_pack(folder, today)
    except PackError as error:
        return _Looked(tuple(f"{name}{problem.removeprefix(folder.name)}" for problem in error.problems))
    found = (finding for rule in RULES for finding in rule(pack))
    wrong = tuple(f"{name}/{finding}" for finding in unexplained(found, pack.campaign.oddities))
    return _Looked(wrong, frozenset(pack.languages))


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
