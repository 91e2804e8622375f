"""The check: what is wrong in a pack, the settings or a translation is named on a line of its own, and nothing else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.resources import templates

ROOT = Path(__file__).parents[2]
SHIPPED = templates() / "campaigns"
OIL, CASINO = "zhanaozen-2011", "nagaworld-2021"
DAY = "2026-11-24"
MAIN, MISSIONS = "campaign.toml", "missions.csv"

Change = Callable[[str], str]


def check(*packs: Path, config: Path, day: str = DAY) -> tuple[int, list[str]]:
    """Return the exit status of `solidarity-bot check` and the lines it prints."""
    arguments = ["--config", str(config), "check", "--on", day, *map(str, packs)]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    return done.exit_code, done.output.splitlines()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example of a configuration, as it is handed out."""
    return Path(shutil.copy(ROOT / "config.example.toml", tmp_path / "config.toml"))


@dataclass(frozen=True, slots=True)
class Packs:
    """Copies of the shipped packs, and the check looking at them."""

    folder: Path
    config: Path

    def copy(self, slug: str) -> Path:
        return Path(shutil.copytree(SHIPPED / slug, self.folder / slug))

    def found_in(self, pack: Path, day: str = DAY) -> list[str]:
        """Return what the check prints of a copy, which is all it prints, and fails for."""
        status, lines = check(pack, config=self.config, day=day)
        assert status == bool(lines[-1].startswith(f"{pack}/"))
        return [line.removeprefix(f"{pack}/") for line in lines]


@pytest.fixture
def packs(tmp_path: Path, config: Path) -> Packs:
    """A place for copies of the shipped packs."""
    return Packs(tmp_path, config)


def edit(file: Path, change: Change) -> None:
    """Change a file's text, which must make a difference."""
    text = file.read_text("utf-8")
    changed = change(text)
    assert changed != text
    file.write_text(changed, "utf-8")


def to(old: str, new: str) -> Change:
    """Return the change of `old`, where it stands first, to `new`."""
    return lambda text: text.replace(old, new, 1)


def both(*changes: Change) -> Change:
    """Return the changes one after the other."""

    def change(text: str) -> str:
        for one in changes:
            text = one(text)
        return text

    return change


def without(pattern: str) -> Change:
    """Return the removal of what fits `pattern`, where it stands first."""
    return lambda text: re.sub(pattern, "", text, count=1, flags=re.DOTALL)


# --- All is well


@pytest.mark.parametrize("slug", [OIL, CASINO])
def test_an_unchanged_copy_passes(packs: Packs, slug: str) -> None:
    """What is shipped is right: the check says so in one line, and counts the copy too."""
    status, lines = check(packs.copy(slug), config=packs.config)
    assert (status, lines[-1]) == (0, "3 campaigns, 2 languages: nothing to mend.")


def test_a_shipped_pack_is_not_counted_twice(config: Path) -> None:
    """A pack that is offered anyway may be named too."""
    assert check(SHIPPED / OIL, config=config)[1][-1] == "2 campaigns, 2 languages: nothing to mend."


def test_the_example_of_the_documentation_passes(packs: Packs) -> None:
    """The small pack that docs/campaigns.md shows is one in which nothing has to be mended."""
    page = (ROOT / "docs" / "campaigns.md").read_text("utf-8")
    pack = packs.folder / "bakery-2026"
    pack.mkdir()
    files = {"toml": MAIN, "markdown": "appeal.en.md", "jinja": "letter-protest.en.txt.j2"}
    for form, name in files.items():
        block = re.search(rf"```{form}\n(.*?)```", page, re.DOTALL)
        assert block
        (pack / name).write_text(block[1], "utf-8")
    assert packs.found_in(pack)[-1] == "3 campaigns, 2 languages: nothing to mend."


# --- Packs

FAULTS: dict[str, tuple[str, str, Change, str]] = {
    # Numbers and addresses
    "another dialling code in one office": (
        OIL,
        MAIN,
        without(r'\[\[oddity\]\]\nwhere = "recipient.kazmunaygas.channel.phone-2".*'),
        (
            "recipient.kazmunaygas.channel.phone-2: has the dialling code 3172, but fax of the same office has 7172 "
            "[dialling-code]"
        ),
    ),
    "another dialling code in one row": (
        OIL,
        MISSIONS,
        to("+39 06 3629 2612", "+39 02 3629 2612"),
        "line 27, column fax: has the dialling code 02, but phone of the same office has 06 [dialling-code]",
    ),
    "a digit too few": (
        OIL,
        MAIN,
        to('"(3172) 977429, ', '"(3172) 97742, '),
        (
            "recipient.kazmunaygas.channel.phone: “(3172) 97742” has too few or too many digits for a number in KZ "
            "[phone-number]"
        ),
    ),
    "a number that nobody can have": (
        OIL,
        MISSIONS,
        to("+33 1 45 61 52 00", "+33 0 45 61 52 00"),
        "line 18, column phone: “+33 0 45 61 52 00” begins like no number in +33 [phone-number]",
    ),
    "a comma in an e-mail address": (
        OIL,
        MAIN,
        to("info@kmg.kz", "info@kmg,kz"),
        (
            "recipient.kazmunaygas.channel.email: “info@kmg,kz” is not an e-mail address: The part after the @-sign "
            "contains invalid characters: ',' [email-address]"
        ),
    ),
    "an e-mail address of a mission without @": (
        OIL,
        MISSIONS,
        to("bern@mfa.kz", "bern.mfa.kz"),
        (
            "line 51, column email: “bern.mfa.kz” is not an e-mail address: An email address must have an @-sign "
            "[email-address]"
        ),
    ),
    "an address without a place": (
        OIL,
        MAIN,
        to("Nazarbayev 010000, Astana, Ak-Orda", "Nazarbayev, Ak-Orda"),
        (
            "recipient.president.channel.post: names neither a postal code nor a country; no letter from abroad would "
            "arrive [post-address]"
        ),
    ),
    "a source that is no link": (
        OIL,
        MAIN,
        to("http://www.marxist.com", "http//www.marxist.com"),
        (
            "source: “http//www.marxist.com/kazakhstan-oil-workers-strike-solidarity-needed.htm” is not the address of "
            "a web page; one begins like https://example.org [url]"
        ),
    ),
    "a link that leads nowhere": (
        CASINO,
        "appeal.en.md",
        to("LabourStart called", "[LabourStart](labourstart.org) called"),
        "summary: “labourstart.org” is not the address of a web page; one begins like https://example.org [url]",
    ),
    "a mission's website without its beginning": (
        OIL,
        MISSIONS,
        to("https://www.gov.kz/memleket/entities/mfa-baku,", "www.gov.kz/memleket/entities/mfa-baku,"),
        (
            "line 5, column website: “www.gov.kz/memleket/entities/mfa-baku” is not the address of a web page; one "
            "begins like https://example.org [url]"
        ),
    ),
    "an outdated address and nothing newer": (
        OIL,
        MAIN,
        to('as_of = "2025-05"', 'as_of = "2010"'),
        (
            "recipient.kazmunaygas.channel.post-2: is outdated, and there is no newer post beside it; give one, or "
            "drop this one [outdated]"
        ),
    ),
    "an address too long for one tap": (
        OIL,
        MAIN,
        to("Ak-Orda", "Ak-Orda" + 250 * "-"),
        "recipient.president.channel.post: has 294 characters; at most 256 can be copied with one tap [value-length]",
    ),
    # Names
    "a declared name with a letter left out": (
        OIL,
        "appeal.en.md",
        to("Nursultan Nazarbayev", "Nursultan Nazarbaev"),
        "background: “Nazarbaev” is “Nazarbayev” elsewhere; mend it, or add it to names if both are right [spelling]",
    ),
    "a declared name with another letter": (
        OIL,
        "letter-protest.en.txt.j2",
        to("Natalia Sokolova", "Natalia Sokolava"),
        "text: “Sokolava” is “Sokolova” elsewhere; mend it, or add it to names if both are right [spelling]",
    ),
    "a declared name in a fact": (
        OIL,
        MAIN,
        to("police fired on people in Zhanaozen", "police fired on people in Zanaozen"),
        "event.1.text: “Zanaozen” is “Zhanaozen” elsewhere; mend it, or add it to names if both are right [spelling]",
    ),
    "a declared name with other capitals": (
        CASINO,
        "letter-protest.en.txt.j2",
        to("of NagaWorld in", "of Nagaworld in"),
        "text: “Nagaworld” is “NagaWorld” elsewhere; mend it, or add it to names if both are right [spelling]",
    ),
    "an inflected name": (
        OIL,
        "appeal.ru.md",
        to("стреляла в людей в Жанаозене", "стреляла в людей в Жаназене"),
        "summary: “Жаназене” is “Жанаозен” elsewhere; mend it, or add it to names if both are right [spelling]",
    ),
    "a name that nobody has declared": (
        CASINO,
        "appeal.en.md",
        to("embassy in Kuala Lumpur", "embassy in Combodia"),
        "background: “Combodia” is “Cambodia” elsewhere; mend it, or add it to names if both are right [spelling]",
    ),
    # Languages
    "a text without its translation": (
        OIL,
        MAIN,
        to(', ru = "Жанаозен-2011"', ""),
        "short_title: is missing in ru; there is one in en [translation]",
    ),
    "a demand without its translation": (
        OIL,
        MAIN,
        to(', ru = "Улучшить условия труда."', ""),
        "demand.conditions.text: is missing in ru; there is one in en [translation]",
    ),
    "a section without its translation": (
        OIL,
        "appeal.ru.md",
        without(r"## Что было дальше.*"),
        "since: is missing in ru; there is one in en [translation]",
    ),
    "a list with one item more": (
        OIL,
        "appeal.ru.md",
        to("\n\n## Что было дальше", "\n\n- одно\n- другое\n\n## Что было дальше"),
        "background: has 2 list items in ru, but 0 in en [list-items]",
    ),
    "another day": (
        OIL,
        "appeal.ru.md",
        to("до 16 декабря", "до 17 декабря"),
        "summary: the figures differ: 17 in ru, 16 in en [numbers]",
    ),
    "another count": (
        OIL,
        "appeal.ru.md",
        to("больше 11 400 писем", "больше 11 500 писем"),
        "since: the figures differ: 11500 in ru, 11400 in en [numbers]",
    ),
    "a figure left out": (
        OIL,
        "letter-protest.ru.txt.j2",
        to("и 500 рабочих", "и многих рабочих"),
        "text: the figures differ: nothing in ru, 500 in en [numbers]",
    ),
    "a field used in one language only": (
        OIL,
        "letter-protest.ru.txt.j2",
        to("{{ recipient.holder }}\n", ""),
        "recipient.holder: is used in letter-protest.en.txt.j2 only [fields]",
    ),
    # Letters
    "a letter without its demands": (
        OIL,
        "letter-solidarity.en.txt.j2",
        without(r"\{% for demand.*?endfor %\}"),
        "demands: the letter does not use it [unused-field]",
    ),
    "a letter that swallows the reason": (
        OIL,
        "letter-protest.ru.txt.j2",
        to("{{ reason }}", ""),
        "reason: the letter does not use it [unused-field]",
    ),
    "a letter without its salutation": (
        OIL,
        "letter-copy.en.txt.j2",
        to("{{ recipient.salutation }}", ""),
        "recipient.salutation: the letter does not use it [unused-field]",
    ),
    "an unknown field": (
        CASINO,
        "letter-protest.en.txt.j2",
        to("{{ reason }}", "{{ raeson }}"),
        (
            "uses “raeson”; the fields are campaign, country, demands, members, name, organisation, reason, "
            "recipient, sender, town, version"
        ),
    ),
    "more than a page": (
        OIL,
        "letter-copy.ru.txt.j2",
        to("С солидарностью", 300 * "и снова " + "С солидарностью"),
        "text: has 699 words when all answers are long; a page holds 350 [letter-length]",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_alone(packs: Packs, fault: str) -> None:
    """A fault put into a copy is named once, with file, key and reason, and nothing else is."""
    slug, file, change, reason = FAULTS[fault]
    pack = packs.copy(slug)
    edit(pack / file, change)
    assert packs.found_in(pack) == [f"{file}: {reason}"]
