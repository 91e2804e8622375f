"""The check: whatever is wrong in a pack or the settings is named on one line, and nothing else is."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.config import languages
from bot.events import Person
from bot.resources import templates
from bot.store.store import Store
from tests.bot.faults_of_facts import ADDRESSES, DATES
from tests.bot.faults_of_files import BRACKETS, FOUND, TEMPLATES
from tests.bot.faults_of_routes import ROUTES
from tests.bot.faults_of_texts import FILES, LANGUAGES, LETTERS, NAMES
from tests.bot.german import GERMAN_PACK
from tests.bot.spoiling import CASINO, MAIN, MISSIONS, OIL, Change, Fault, both, edit, to, without

ROOT = Path(__file__).parents[2]
SHIPPED = templates() / "campaigns"
DAY = "2026-11-24"
ALL_WELL = "3 campaigns, 2 languages: nothing to mend."
FAULTS = (*ADDRESSES, *DATES, *ROUTES, *NAMES, *LANGUAGES, *LETTERS, *FILES, *BRACKETS, *TEMPLATES, *FOUND)


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a configuration, for copies of packs, at which the check is run."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def copy(self, slug: str) -> Path:
        """Return a copy of a shipped pack."""
        return Path(shutil.copytree(SHIPPED / slug, self.folder / "packs" / slug))

    def check(self, *packs: Path) -> list[str]:
        """Return the lines of `solidarity-bot check`, whose exit status must fit to them."""
        command = ["--config", str(self.config), "check", "--on", DAY, *map(str, packs)]
        done = CliRunner().invoke(main, command, catch_exceptions=False)
        lines: list[str] = done.output.splitlines()
        assert done.exit_code == (0 if lines[-1].endswith(": nothing to mend.") else 1)
        return lines


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with the configuration that is handed out as an example, for a bot without translations."""
    monkeypatch.setattr("bot.check.report.LOCALES", tmp_path / "no translations")
    shutil.copy(ROOT / "config.example.toml", tmp_path / "config.toml")
    return Desk(tmp_path)


# --- Nothing to mend


def test_unchanged_copies_pass(desk: Desk) -> None:
    """What is shipped is right: one line says so, and counts the copies that were named."""
    copies = [desk.copy(slug) for slug in (OIL, CASINO)]
    assert desk.check(*copies)[-1] == "4 campaigns, 2 languages: nothing to mend."


def test_a_shipped_pack_is_looked_at_once(desk: Desk) -> None:
    """A pack that is offered anyway may be named all the same."""
    assert desk.check(SHIPPED / OIL)[-1] == "2 campaigns, 2 languages: nothing to mend."


def test_the_example_of_the_documentation_passes(desk: Desk) -> None:
    """In the small pack that docs/campaigns.md shows there is nothing to mend."""
    page = (ROOT / "docs" / "campaigns.md").read_text("utf-8")
    pack = desk.folder / "bakery-2026"
    pack.mkdir()
    for form, name in (("toml", MAIN), ("markdown", "appeal.en.md"), ("jinja", "letter-protest.en.txt.j2")):
        block = re.search(rf"```{form}\n(.*?)```", page, re.DOTALL)
        assert block
        (pack / name).write_text(block[1], "utf-8")
    assert desk.check(pack)[-1] == ALL_WELL


def test_german_nouns_are_no_names(desk: Desk) -> None:
    """Where every noun has a capital letter, nouns that look alike are no spellings of one name; names are."""
    pack = desk.folder / "baeckerei-2026"
    pack.mkdir()
    for name, text in GERMAN_PACK.items():
        (pack / name).write_text(text, "utf-8")
    assert desk.check(pack)[-1] == "3 campaigns, 3 languages: nothing to mend."
    edit(pack / "appeal.de.md", to("Hedwig Brotmann", "Hedwig Brotmamn"))
    what = "“Brotmamn” is “Brotmann” elsewhere; mend it, or add it to names if both are right [spelling]"
    assert desk.check(pack) == [f"{pack}/appeal.de.md: background: {what}"]


def test_a_word_has_its_capital_from_its_place(desk: Desk) -> None:
    """What is capitalised at the beginning of sentences only is no name that some other word could misspell."""
    pack = desk.copy(CASINO)
    edit(
        pack / "appeal.en.md",
        to("LRSU is the", "Bargaining failed. Bargainers met. Bargaining failed. LRSU is the"),
    )
    assert desk.check(pack)[-1] == ALL_WELL


def test_a_letter_of_solidarity_may_make_no_demands(desk: Desk) -> None:
    """Only a protest must carry the demands."""
    pack = desk.copy(OIL)
    for letter in pack.glob("letter-solidarity.*"):
        edit(letter, without(r"\{% for demand.*?endfor %\}"))
    assert desk.check(pack)[-1] == ALL_WELL


@pytest.mark.parametrize(
    "printed",
    [
        "+7 7172 97-60-00",
        "8 (7172) 97 60 00; 97 60 01",
        "+77172976000 or +77172976001",
        "+7 (7172) 97 60 00, 01",
        "(7172) 976000",
        "+7 701 123 45 67",
    ],
)
def test_numbers_pass_as_they_are_printed(desk: Desk, printed: str) -> None:
    """A number may be national or international, grouped in any way, one of several, or a mobile one."""
    pack = desk.copy(OIL)
    edit(pack / MAIN, to("+7 (7172) 97 60 00, 97 60 01", "+7 (7172) 97 60 00"))
    fax = f'type = "fax"\nvalue = "{printed}"\nas_of = "2011-12"\nsource = "a list"\nverification = "published"\n'
    edit(pack / MAIN, to('type = "fax"\n', f"{fax}\n[[recipient.channel]]\ntype = 'fax'\n"))
    assert desk.check(pack)[-1] == ALL_WELL


# --- Something to mend


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_in_a_pack_is_named_on_one_line(desk: Desk, fault: Fault) -> None:
    """The line says file, place, what is wrong and by which rule; nothing else is said."""
    pack = desk.copy(fault.pack)
    fault.seed(pack)
    assert desk.check(pack) == [f"{pack}/{fault.line}"]


def test_a_file_that_nobody_reads(desk: Desk) -> None:
    """A misspelt file is said not to be read; notes of one's own may lie in a pack."""
    pack = desk.copy(OIL)
    shutil.copy(pack / MISSIONS, pack / "mission.csv")
    (pack / "sources.txt").touch()
    what = "the whole file: is not read; did you mean missions.csv? [stray-file]"
    assert desk.check(pack) == [f"{pack}/mission.csv: {what}"]


def test_every_fault_is_said_at_once(desk: Desk) -> None:
    """Several faults, in several files and packs, give a line each."""
    oil, casino = desk.copy(OIL), desk.copy(CASINO)
    edit(oil / MAIN, to("info@kmg.kz", "info@kmg,kz"))
    edit(oil / "appeal.ru.md", to("до 16 декабря", "до 17 декабря"))
    edit(casino / MAIN, to("country =", "land ="))
    places = [line.split(": ")[:2] for line in desk.check(oil, casino)]
    assert places == [
        [f"{oil}/campaign.toml", "recipient.kazmunaygas.channel.email"],
        [f"{oil}/appeal.ru.md", "summary"],
        [f"{casino}/campaign.toml", "country"],
        [f"{casino}/campaign.toml", "land"],
    ]


def test_an_oddity_explains_a_finding_in_any_file(desk: Desk) -> None:
    """What is odd on purpose is declared in campaign.toml, by the place and the rule that the check names."""
    pack = desk.copy(OIL)
    edit(pack / "appeal.ru.md", to("до 16 декабря", "до 17 декабря"))
    oddity = '[[oddity]]\nwhere = "appeal.ru.md: summary"\nrule = "numbers"\nreason = { en = "So.", ru = "Так." }\n'
    edit(pack / MAIN, lambda text: f"{text}\n{oddity}")
    assert desk.check(pack)[-1] == ALL_WELL


def test_a_folder_that_is_no_pack(desk: Desk) -> None:
    """A name that leads nowhere, to a file or to some other folder is said to do so."""
    nowhere, pack, empty = desk.folder / "nowhere", desk.copy(OIL), desk.folder / "drafts"
    empty.mkdir()
    assert desk.check(nowhere) == [f"{nowhere}: there is no such folder"]
    assert desk.check(pack / MAIN) == [f"{pack}/campaign.toml: this is a file; name the folder it lies in"]
    hint = "if this folder is no campaign, move it, or begin its name with _"
    assert desk.check(empty) == [f"{empty}/campaign.toml: there is no such file; {hint}"]


# --- The configuration


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            to("colour = true", "color = true"),
            "console.color: there is no such setting; did you mean console.colour?",
        ),
        (to('language = "en"', 'language = "xx"'), f"language: must be one of {', '.join(languages())}"),
        (lambda text: f"language = en\n{text}", "line 1, column 12: this is not valid TOML (invalid value)"),
        (
            to("campaigns = []", 'campaigns = ["zhanaosen-2011"]'),
            "campaigns: there is no campaign “zhanaosen-2011”; did you mean zhanaozen-2011? [campaigns]",
        ),
        (
            to("campaign_dirs = []", 'campaign_dirs = ["packs/zhanaozen-2011"]'),
            "campaign_dirs: {folder}/packs/zhanaozen-2011 holds no campaign; name the folder around it [campaign-dirs]",
        ),
        (to('#file = "sol', 'file = "log/sol'), "log.file: there is no folder {folder}/log [log-file]"),
        (
            to('#file = "sol', 'file = "packs"  # '),
            "log.file: {folder}/packs is a folder; a file is needed here [log-file]",
        ),
        (
            to('#data_dir = "data"', 'data_dir = "config.toml/data"'),
            "data_dir: {folder}/config.toml is a file, so no folder can be made in it [data-dir]",
        ),
        (
            both(to('language = "en"', ""), to("[log]", "[log]\nlanguage = 'en'")),
            "log.language: belongs at the top of the file, above the first line in square brackets",
        ),
        (
            to('contact = ""', 'contact = "Anna, anna@"'),
            "organisers.contact: “anna@” is not an e-mail address: There must be something after the @-sign [contact]",
        ),
    ],
    ids=[
        "unknown",
        "language",
        "no TOML",
        "campaign",
        "folder",
        "log",
        "log folder",
        "data",
        "top",
        "contact",
    ],
)
def test_a_fault_in_the_configuration_is_named_on_one_line(desk: Desk, change: Change, says: str) -> None:
    """The line says file, setting and what is wrong; the campaigns are looked at all the same."""
    desk.copy(OIL)
    edit(desk.config, change)
    expected = says.format(folder=desk.folder)
    assert desk.check() == [f"{desk.config}: {expected}"]


def test_a_setting_of_the_environment_is_named_as_a_variable(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes from the environment is not looked for in the file."""
    monkeypatch.setenv("SOLIDARITY_CAMPAIGNS", "nowhere")
    assert desk.check() == ["environment: SOLIDARITY_CAMPAIGNS: there is no campaign “nowhere” [campaigns]"]


def test_a_log_in_a_data_folder_that_is_not_there_yet(desk: Desk) -> None:
    """The first start makes the data folder, so its log may lie there."""
    edit(desk.config, to('#data_dir = "data"', 'data_dir = "data"'))
    edit(desk.config, to('#file = "sol', 'file = "data/sol'))
    assert desk.check() == ["2 campaigns, 2 languages: nothing to mend."]


async def test_a_key_that_does_not_fit_to_what_is_recorded(desk: Desk) -> None:
    """A key that was cut short or lost while people are recorded is found before the start."""
    edit(desk.config, to('#data_dir = "data"', 'data_dir = "data"'))
    store = await Store.open(desk.folder / "data" / "solidarity.db")
    try:
        key = desk.folder / "data" / "owner.key"
        made = key.read_text("ascii")
        key.unlink()
        assert desk.check()[-1].endswith("nothing to mend.")
        async with store.work() as work:
            await work.set_language(Person("wire", "1123581321", "ru"), "ru")
        lost = f"{key} is missing, and without it nobody in {store.path} can be recognised; put your copy of it there"
        assert desk.check() == [f"{desk.config}: owner_key: {lost} [owner-key]"]
        key.write_text(made[:20], "ascii")
        cut = f"{key} is not a key; restore the one that was made for {store.path}"
        assert desk.check() == [f"{desk.config}: owner_key: {cut} [owner-key]"]
    finally:
        await store.close()


def test_two_packs_of_one_name(desk: Desk) -> None:
    """A pack of one's own cannot have the name of another one on offer."""
    desk.copy(OIL)
    edit(desk.config, to("campaign_dirs = []", 'campaign_dirs = ["packs"]'))
    assert desk.check() == ["zhanaozen-2011: there are two packs of this name; rename one"]
