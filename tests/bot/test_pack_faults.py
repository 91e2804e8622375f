"""A pack with a fault: file, key and reason are named, in words for whoever writes packs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.campaigns import (
    Campaigns,
    PackError,
)
from tests.bot.faults_of_packs import FILE_FAULTS, TOML_FAULTS
from tests.bot.packs import load, spoil, write_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack in which everything is right."""
    return write_pack(tmp_path)


def problems(*folders: Path, only: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return what is found wrong in the packs inside `folders`."""
    with pytest.raises(PackError) as error:
        Campaigns.load(folders, only)
    assert str(error.value) == "\n".join(error.value.problems)
    return error.value.problems


@pytest.mark.parametrize(("old", "new", "problem"), TOML_FAULTS)
def test_a_fault_in_campaign_toml_is_named(pack: Path, old: str, new: str, problem: str) -> None:
    """Each fault is said with the file, the key and what is wrong, in words for people who edit text files."""
    spoil(pack, "campaign.toml", old, new)
    assert f"bakers-2024/campaign.toml: {problem}" in problems(pack.parent)


AT_THE_TOP = "belongs at the top of the file, above the first line in square brackets"


@pytest.mark.parametrize(
    ("line", "below", "place"),
    [
        ('country = "KZ"\n', "[[event]]\n", "event.1.country"),
        ('languages = ["en", "ru"]\n', "[[oddity]]\n", "oddity.1.languages"),
        (
            'status = "open"\n',
            '[[recipient.holder]]\nname = { en = "Ada',
            "recipient.minister.holder.1.status",
        ),
    ],
)
def test_a_line_that_slid_into_a_table_is_sent_to_the_top(
    pack: Path, line: str, below: str, place: str
) -> None:
    """A key of the campaign that stands in a table is said to belong at the top, and not to be missing as well."""
    spoil(pack, "campaign.toml", line, "")
    spoil(pack, "campaign.toml", below, below.replace("]\n", f"]\n{line}", 1))
    assert problems(pack.parent) == (f"bakers-2024/campaign.toml: {place}: {AT_THE_TOP}",)


def test_a_line_that_slid_into_a_text_is_sent_to_the_top(pack: Path) -> None:
    """Below a line such as [notice], too, where only languages may stand."""
    spoil(pack, "campaign.toml", 'notice = { en = "This is an example." }\n', "")
    spoil(pack, "campaign.toml", 'status = "open"\n', 'status = "open"\n[notice]\nen = "Example"\n')
    places = [problem.split(": ")[1] for problem in problems(pack.parent)]
    keys = ("country", "facts_as_of", "languages", "names", "source", "written")
    assert places == [f"notice.{key}" for key in keys]


def test_an_entry_in_single_brackets_is_one_fault(pack: Path) -> None:
    """Of the only letter in single brackets nothing else is said, such as that its files belong to nothing."""
    text = (pack / "campaign.toml").read_text("utf-8")
    before, _, rest = text.partition("[[letter]]\n")
    after = rest[rest.index("[[question]]") :]
    letter, _, _ = rest.partition("[[letter]]")
    (pack / "campaign.toml").write_text(f"{before}[letter]\n{letter}{after}", "utf-8")
    for file in (*pack.glob("letter-note.*"), *pack.glob("letter-solidarity.*")):
        file.unlink()
    assert problems(pack.parent) == (
        "bakers-2024/campaign.toml: letter: must stand in double brackets: [[letter]]",
    )


def test_a_list_whose_only_entry_is_wrong_is_not_called_empty(pack: Path) -> None:
    """What is wrong in an entry is said, and not that there is none."""
    spoil(pack, "campaign.toml", 'for = ["organisation"]', 'for = ["organization"]')
    words = "must be one of person, organisation; did you mean organisation?"
    assert problems(pack.parent) == (f"bakers-2024/campaign.toml: question.organisation.for.1: {words}",)


ODD = (
    "5",
    "1.5",
    "true",
    '"?"',
    "[]",
    "[[]]",
    "[{}]",
    "{}",
    "2011-12-16",
    "[3]",
    "nan",
    "{ en = 1 }",
    '{ x = "y" }',
)


@pytest.mark.parametrize("table", ["", "[[event]]", "[[recipient]]", "[[recipient.channel]]", "[[question]]"])
@pytest.mark.parametrize("value", ODD)
def test_no_foreign_word_is_said_of_an_odd_value(pack: Path, table: str, value: str) -> None:
    """Whatever stands where something belongs is refused in words of our own."""
    lines = (pack / "campaign.toml").read_text("utf-8").splitlines()
    start = lines.index(table) + 1 if table else 0
    for number in range(start, lines.index("", start)):
        key, equals, _ = lines[number].partition(" = ")
        if equals and not lines[number].startswith("["):
            changed = [*lines[:number], f"{key} = {value}", *lines[number + 1 :]]
            (pack / "campaign.toml").write_text("\n".join(changed), "utf-8")
            for problem in said_of(pack):
                assert not FOREIGN.search(problem), problem


FOREIGN = re.compile(
    r"input|pydantic|valid |value error|class|str\b|tuple|dict|cannot be used", re.IGNORECASE
)


def said_of(pack: Path) -> tuple[str, ...]:
    """Return what is wrong in a pack, or nothing if it can be used."""
    try:
        load(pack)
    except PackError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(("file", "old", "new", "problem"), FILE_FAULTS)
def test_a_fault_in_another_file_is_named(pack: Path, file: str, old: str, new: str, problem: str) -> None:
    """An appeal, a letter's template and a list of missions are checked too, before anybody meets the fault."""
    spoil(pack, file, old, new)
    assert [p for p in problems(pack.parent) if p.startswith(f"bakers-2024/{file}: {problem}")]


@pytest.mark.parametrize("file", ["campaign.toml", "appeal.ru.md", "letter-note.ru.txt.j2"])
def test_a_missing_file_is_named(pack: Path, file: str) -> None:
    """Every language needs its appeal, and every kind of letter its template in every language."""
    (pack / file).unlink()
    (problem,) = problems(pack.parent)
    assert problem.startswith(f"bakers-2024/{file}: there is no such file")


@pytest.mark.parametrize(
    "file", ["appeal.de.md", "appeal.md", "letter-protst.en.txt.j2", "letter-protest.de.txt.j2"]
)
def test_a_file_that_belongs_to_nothing_is_named(pack: Path, file: str) -> None:
    """A misspelt file name does not go unnoticed."""
    (pack / file).touch()
    assert problems(pack.parent) == (
        f"bakers-2024/{file}: belongs to no letter and language of campaign.toml",
    )


def test_a_file_in_another_encoding_is_named(pack: Path) -> None:
    """A text saved in an old encoding is not guessed at."""
    (pack / "appeal.ru.md").write_text("## Коротко {#summary}", "cp1251")
    assert problems(pack.parent) == ("bakers-2024/appeal.ru.md: the file is not UTF-8 text",)


def test_a_folder_needs_a_simple_name(tmp_path: Path) -> None:
    """A folder's name is what people type, so it is kept simple."""
    write_pack(tmp_path, "My Campaign")
    assert problems(tmp_path) == (
        "My Campaign/campaign.toml: the folder's name: may hold small letters a-z, digits and hyphens only",
    )


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """Faults in several keys, files and packs are all found in one go."""
    one, two = write_pack(tmp_path, "one"), write_pack(tmp_path, "two")
    spoil(one, "campaign.toml", 'status = "open"', 'status = "opne"\nextra = 1')
    spoil(one, "campaign.toml", 'key = "bakers"', 'key = "bakers"\nrole = "bcc"')
    spoil(one, "letter-note.en.txt.j2", "salutation", "greeting")
    (one / "appeal.ru.md").unlink()
    spoil(two, "campaign.toml", 'key = "release"', 'key = "bread"')
    found = [problem.rsplit(": ", 1)[0] for problem in problems(tmp_path)]
    assert sorted(found) == [
        "one/appeal.ru.md",
        "one/campaign.toml: extra",
        "one/campaign.toml: recipient.bakers.role",
        "one/campaign.toml: status",
        "one/letter-note.en.txt.j2: line 1",
        "two/campaign.toml: demand",
    ]
