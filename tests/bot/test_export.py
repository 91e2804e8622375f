"""Letters as files: what stands in them, that no cell is a formula, and that nothing leaves that nobody agreed to."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Person
from bot.export.columns import COLUMNS, Line
from bot.export.order import Filters, Form, Order
from bot.export.spreadsheets import guarded, guarded_name, plain
from bot.export.tables import csv_text
from bot.export.workbook import LONGEST, workbook
from bot.exporting import Exports
from bot.pledges import CameBack, Consent, Status
from bot.store.exporting import letters
from bot.store.store import Store
from tests.bot.sheets import ATTACKS, column, fill, saved_by, spreadsheet_program
from tests.bot.store.people import pledge
from tests.door import KEY, NOW, furnished

LINE = Line._make(("x",) * 5 + ("2026-11-23", None) + ("x",) * 6 + ("2026-11-23",) * 2)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A database without a letter."""
    opened = await Store.open(tmp_path / "data" / "solidarity.db", KEY, NOW.timestamp)
    yield opened
    await opened.close()


def made(store: Store, form: Form, filters: Filters | None = None) -> bytes:
    """Return the file that the bot makes."""
    world, messages = furnished()
    exports = Exports(store, world.campaigns, world.countries, messages, (), clock=lambda: NOW)
    order = Order(form, filters or Filters())
    with letters(store, order.filters) as found:
        return exports.in_memory(order, found)


def rows(store: Store, filters: Filters | None = None) -> list[dict[str, str]]:
    """Return the letters as a program reads them out of the CSV file."""
    text = made(store, Form.CSV, filters).decode("utf-8-sig")
    return [
        {name: plain(cell) for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


async def test_attacks_on_spreadsheets(store: Store, tmp_path: Path) -> None:
    """Of 300 attacks none is a formula, in CSV or XLSX; all come back exactly, also out of a spreadsheet program."""
    assert len(set(ATTACKS)) >= 300
    await fill(store)
    for form in (Form.CSV, Form.XLSX):
        (tmp_path / f"letters.{form}").write_bytes(made(store, form))
    assert [row["organisation"] for row in rows(store)] == list(ATTACKS)
    assert column(tmp_path / "letters.xlsx", "organisation") == list(ATTACKS)
    program = spreadsheet_program()
    if program is None:
        return
    saved = column(saved_by(program, tmp_path / "letters.xlsx", tmp_path), "organisation")
    assert saved == list(ATTACKS)
    shown = column(saved_by(program, tmp_path / "letters.csv", tmp_path), "organisation")
    as_lines = [attack.replace("\r", "\n") for attack in ATTACKS]  # a spreadsheet knows one end of a line
    assert [plain(str(cell)) for cell in shown] == as_lines


@given(st.text())
def test_a_cell_and_back(words: str) -> None:
    """Whatever somebody is called, it comes back exactly, and no cell begins like a formula."""
    cell = guarded(words)
    assert plain(cell) == plain(guarded_name(words)) == words
    assert cell.lstrip()[:1] not in {"=", "+", "-", "@", "＝", "＋", "－", "＠"}


@pytest.mark.parametrize(
    "words", ["Ada Lovelace", "Oil Workers’ Union, Leeds", "O'Neill", "Union 1+1", "a-b", ""]
)
def test_ordinary_names_stay_as_they_are(words: str) -> None:
    """Nobody finds an apostrophe in a name that needs none."""
    assert guarded_name(words) == words


async def test_real_dates_a_head_that_stays_and_filters(store: Store, tmp_path: Path) -> None:
    """In the workbook a day is a day, the head stays in sight, and every column can be filtered."""
    await fill(store, ("Union",) * 3)
    (tmp_path / "letters.xlsx").write_bytes(made(store, Form.XLSX))
    sheet = openpyxl.load_workbook(tmp_path / "letters.xlsx").worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions == "A1:O4"
    page = sheet.page_setup  # on paper all columns stand beside each other, below the head
    assert (page.orientation, page.fitToWidth or 1, page.fitToHeight) == ("landscape", 1, 0)
    fitting = sheet.sheet_properties.pageSetUpPr
    assert fitting is not None
    assert fitting.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    assert column(tmp_path / "letters.xlsx", "sent_on") == [datetime(2026, 11, 23)] * 3  # noqa: DTZ001  # a day
    assert column(tmp_path / "letters.xlsx", "promised_for") == [None] * 3


def test_more_letters_than_a_sheet_has_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They go on on the next sheet, which has a head and filters too; a cell that is too long is cut."""
    monkeypatch.setattr("bot.export.workbook.MOST_ROWS", 1200)
    lines = [
        LINE._replace(name="y" * 40_000 if n == 2999 else None, organisation=str(n)) for n in range(3000)
    ]
    (tmp_path / "large.xlsx").write_bytes(b"".join(workbook(iter(lines), 3000)))
    sheets = openpyxl.load_workbook(tmp_path / "large.xlsx").worksheets
    assert [sheet.dimensions for sheet in sheets] == ["A1:O1201", "A1:O1201", "A1:O601"]
    assert [sheet["J2"].value for sheet in sheets] == ["0", "1200", "2400"]
    assert sheets[2]["K601"].value == "y" * LONGEST


def test_an_empty_workbook_can_be_opened(tmp_path: Path) -> None:
    """Where no letter is left, the head is."""
    (tmp_path / "empty.xlsx").write_bytes(b"".join(workbook(iter(()), 0)))
    sheet = openpyxl.load_workbook(tmp_path / "empty.xlsx").worksheets[0]
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    assert sheet.max_row == 1


async def test_json_lines(store: Store) -> None:
    """Each line is a letter, with its ways as lists of names."""
    await fill(store, ("Union\n«Ақ жайық»",))
    [line] = made(store, Form.JSONL).decode().splitlines()
    told = json.loads(line)
    assert tuple(told) == COLUMNS
    assert told["organisation"] == "Union\n«Ақ жайық»"
    assert told["ways"] == [
        {"recipient": "kmg", "channel": "email"},
        {"recipient": "president", "channel": "post"},
    ]
    assert (told["answers"], told["name"], told["sent_on"]) == ([], None, "2026-11-23")


async def test_csv_is_what_rfc_4180_says(store: Store) -> None:
    """Lines end with CR LF, quotes are doubled, and the mark of UTF-8 stands first."""
    await fill(store, ('The "Union",\nLeeds',))
    written = made(store, Form.CSV)
    assert written.startswith(b"\xef\xbb\xbfcampaign,")
    assert written.endswith(b"\r\n")
    assert b',"The ""Union"",\nLeeds",' in written


async def test_nobody_is_named_without_their_consent(store: Store, tmp_path: Path) -> None:
    """A name is left out where its consent is missing, whatever lies in the database; and no mark says whose it is."""
    async with store.work() as work:
        for number, listed in enumerate(("name", "organisation", "nothing")):
            terms = replace(
                pledge(name="Xanthippa Weißdorn", organisation="Secret Union"),
                consent=Consent(listed, "2026-11", NOW),
            )
            await work.add_pledge(Person("wire", f"{number}"), terms)
        owners = [store.owners.owner(Person("wire", f"{number}")) for number in range(3)]
    found = rows(store)
    assert [row["name"] for row in found] == ["Xanthippa Weißdorn", "", ""]
    assert [row["organisation"] for row in found] == ["", "Secret Union", ""]
    for form in (Form.CSV, Form.JSONL, Form.XLSX):
        data = made(store, form)
        if form is Form.XLSX:
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                data = b"".join(book.read(part) for part in book.namelist())
        assert data.count("Xanthippa Weißdorn".encode()) == data.count(b"Secret Union") == 1
        assert not any(owner.encode() in data for owner in owners)


async def test_what_is_promised_and_what_was_sent_are_apart(store: Store) -> None:
    """A day stands in one column or in the other, never in both."""
    async with store.work() as work:
        await work.add_pledge(Person("wire", "1"), pledge(status=Status.PLANNED, day=date(2026, 12, 1)))
        await work.add_pledge(Person("wire", "2"), pledge(status=Status.SENT, day=date(2026, 11, 20)))
        await work.add_pledge(Person("wire", "3"), pledge(day=date(2026, 11, 23)))
    assert [(row["status"], row["promised_for"], row["sent_on"]) for row in rows(store)] == [
        ("planned", "2026-12-01", ""),
        ("sent", "", "2026-11-20"),
        ("pledged", "", ""),
    ]


async def test_what_came_back(store: Store) -> None:
    """An answer stands beside the letter that it answers, by the way that this was sent."""
    anna, sent = Person("wire", "1"), pledge(status=Status.SENT)
    async with store.work() as work:
        await work.add_pledge(anna, sent)
        await work.record_answer(anna, sent.letter, sent.ways[:1], CameBack.REPLY, date(2026, 12, 1))
    [row] = rows(store)
    assert (row["status"], row["sent_on"]) == ("answered", "2026-11-30")
    assert row["answers"] == "leader:post:reply:2026-12-01"
    [told] = map(json.loads, made(store, Form.JSONL).splitlines())
    assert told["answers"] == [
        {"recipient": "leader", "channel": "post", "kind": "reply", "on": "2026-12-01"}
    ]


FILTERS = {
    "all": (Filters(), "abcd"),
    "campaign": (Filters(campaigns=("iran",)), "abc"),
    "campaigns": (Filters(campaigns=("iran", "peru")), "abcd"),
    "country": (Filters(countries=("FR",)), "b"),
    "no country": (Filters(countries=("none",)), "c"),
    "countries": (Filters(countries=("none", "DE")), "acd"),
    "status": (Filters(statuses=("sent",)), "bd"),
    "since": (Filters(since=date(2026, 11, 2)), "bcd"),
    "until": (Filters(until=date(2026, 11, 3)), "abc"),
    "one day": (Filters(since=date(2026, 11, 3), until=date(2026, 11, 3)), "c"),
    "together": (Filters(campaigns=("iran",), statuses=("sent",), since=date(2026, 11, 2)), "b"),
    "none": (Filters(campaigns=("nowhere",)), ""),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_filters(name: str, store: Store) -> None:
    """By campaign, country, status and day: what every filter lets through is there, and nothing else."""
    filters, expected = FILTERS[name]
    terms = [
        replace(pledge(day=date(2026, 11, 1)), organisation="a"),
        replace(pledge(day=date(2026, 11, 2), status=Status.SENT), organisation="b", country="FR"),
        replace(pledge(day=date(2026, 11, 3)), organisation="c", country=None),
        replace(pledge("peru", day=date(2026, 11, 4), status=Status.SENT), organisation="d"),
    ]
    async with store.work() as work:
        for number, one in enumerate(terms):
            consent = Consent("organisation", "2026-11", NOW)
            await work.add_pledge(Person("wire", f"{number}"), replace(one, consent=consent))
        counted = await work.letters_for(filters)
    assert "".join(row["organisation"] for row in rows(store, filters)) == expected
    assert counted == len(expected)


async def test_a_letter_that_is_recorded_meanwhile(store: Store) -> None:
    """The file shows one moment: as many letters as were counted, whatever the bot records meanwhile."""
    await fill(store, ("Union",) * 3)
    with letters(store, Filters()) as found:
        assert found.number() == 3
        async with store.work() as work:
            await work.add_pledge(Person("wire", "later"), pledge())
        assert len(list(csv_text(found.lines()))) == 2  # the letters in one batch, and nothing behind them
        assert found.number() == 3
