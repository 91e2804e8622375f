"""The list of missions as a file: how a row is read, and how a wrong one is named."""

from pathlib import Path

import pytest

from bot.missions import (
    Confidence,
    Kind,
    Mission,
    Missions,
    MissionsError,
)

HEADER = ",".join(Mission.__dataclass_fields__)
ROW = "AT,Austria,Vienna,embassy,Street 1,Wien,1010,+43 1,,,,48.2,16.37,building,SI SK,A list,,2022-11,2021,medium"


def test_a_row_is_read_with_its_types(tmp_path: Path) -> None:
    """Numbers are numbers, codes a tuple, and an empty cell is None."""
    [vienna] = load(tmp_path, HEADER, ROW)
    assert vienna == Mission(
        country_code="AT",
        country="Austria",
        city="Vienna",
        kind=Kind.EMBASSY,
        address="Street 1",
        post_town="Wien",
        postal_code="1010",
        phone="+43 1",
        latitude=48.2,
        longitude=16.37,
        coordinates_of="building",
        also_accredited_to=("SI", "SK"),
        source_1="A list",
        source_date="2022-11",
        contact_date="2021",
        confidence=Confidence.MEDIUM,
    )


def test_a_spreadsheets_habits_are_no_errors(tmp_path: Path) -> None:
    """A byte order mark, Windows line ends, another order of columns and blank lines do no harm."""
    columns, cells = reversed(HEADER.split(",")), reversed(ROW.split(","))
    path = tmp_path / "missions.csv"
    path.write_bytes("\r\n".join(("\ufeff" + ",".join(columns), ",".join(cells), "", "")).encode())
    assert list(Missions.load(path)) == list(load(tmp_path, HEADER, ROW))


WRONG = [
    ("AT", "at", "country_code"),
    ("AT", "", "country_code"),
    ("Vienna", " ", "city"),
    ("embassy", "embasy", "kind"),
    ("48.2", "91", "latitude"),
    ("48.2", "north", "latitude"),
    ("48.2", "", "latitude"),
    ("16.37", "nan", "longitude"),
    ("16.37", "181", "longitude"),
    ("building", "house", "coordinates_of"),
    ("SK", "ZZ", "also_accredited_to"),
    ("A list", "", "source_1"),
    ("2022-11", "2022-13", "source_date"),
    ("2022-11", "20221116", "source_date"),
    ("2022-11", "16.11.2022", "source_date"),
    ("2022-11", "2022-02-30", "source_date"),
    ("2021", "last year", "contact_date"),
    ("medium", "sure", "confidence"),
]


@pytest.mark.parametrize(("right", "wrong", "column"), WRONG)
def test_a_wrong_cell_is_named(tmp_path: Path, right: str, wrong: str, column: str) -> None:
    """The error says file, line, column and what stands there."""
    with pytest.raises(MissionsError) as caught:
        load(tmp_path, HEADER, ROW.replace("Vienna", "Graz"), ROW.replace(right, wrong, 1))
    path = tmp_path / "missions.csv"
    assert str(caught.value).startswith(f"{path}, line 3, column {column}: ")
    assert f"“{wrong}”" in caught.value.problem or "is empty" in caught.value.problem


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (HEADER.replace("city", "town"), "town"),
        (HEADER.replace(",fax", ""), "fax"),
        (HEADER.replace("phone", "fax"), "fax"),
        ("", "country_code"),
    ],
)
def test_a_wrong_header_is_named(tmp_path: Path, header: str, column: str) -> None:
    """An unknown, missing or repeated column is an error in line 1."""
    with pytest.raises(MissionsError) as caught:
        load(tmp_path, header, ROW)
    assert (caught.value.line, caught.value.column) == (1, column)


@pytest.mark.parametrize(
    ("row", "problem"),
    [(ROW, "listed twice"), (ROW + ",", "21 cells"), (ROW.replace("Vienna", '"Vienna'), "CSV")],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, problem: str) -> None:
    """A mission that is there twice, a cell too many or an open quote is an error in its line."""
    with pytest.raises(MissionsError, match=problem) as caught:
        load(tmp_path, HEADER, ROW, row)
    assert caught.value.line == 3


def test_another_encoding_is_named(tmp_path: Path) -> None:
    """A file that is not in UTF-8 is refused with the line where that shows."""
    path = tmp_path / "missions.csv"
    path.write_bytes(f"{HEADER}\n{ROW}\n{ROW.replace('Vienna', 'Köln')}\n".encode("latin-1"))
    with pytest.raises(MissionsError, match="line 3: is not in UTF-8"):
        Missions.load(path)


def load(folder: Path, *lines: str) -> Missions:
    path = folder / "missions.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return Missions.load(path)
