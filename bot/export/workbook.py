"""Letters as a workbook: XlsxWriter makes it, and the rows are written straight into its archive.

XlsxWriter itself keeps the rows in memory, or puts them into files that a killed program leaves behind. So it makes
the workbook with a head and one row, in whose place all rows go into the archive as they come: nothing is on a disk.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, count, islice
from typing import Self
from xml.sax.saxutils import escape

from bot.export.columns import COLUMNS, DAYS, Line
from bot.export.tables import batches

MOST_ROWS = 1_048_575
"""Letters that a sheet has room for below its head."""
LONGEST = 32_767
"""Characters that a cell has room for."""

_FIRST_DAY = date(1899, 12, 30)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CORNER = f"A1:{_LETTERS[len(COLUMNS) - 1]}"
_WIDTHS = {"organisation": 32, "name": 24, "ways": 32, "answers": 24, "campaign": 18, "consent_wording": 18}
_UNSAID = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML cannot hold, or would not give back: it is written by its number."""


class _Sink(io.RawIOBase):
    """A file that is only written, and lets go of what it holds."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since."""
        held, self._held = bytes(self._held), bytearray()
        return held


@dataclass(frozen=True, slots=True)
class _Frame:
    """A sheet without its rows: what stands before and behind them, and the styles of words and days."""

    head: bytes
    tail: bytes
    words: str
    day: str

    @classmethod
    def of(cls, sheet: str, size: int) -> Self:
        """Return the frame for so many letters, of a sheet that has a head and one row below it."""
        sheet = sheet.replace(f"{_CORNER}2", f"{_CORNER}{size + 1}")
        head, sample, tail = re.split(r"(?<=</row>)(<row .*?</row>)(?=</sheetData>)", sheet, maxsplit=1)
        [words] = re.findall(r'<c r="A\d+" s="(\d+)"', sample)
        [day] = re.findall(r's="(\d+)"><v>', sample)
        return cls(head.encode(), tail.encode(), words, day)


def workbook(lines: Iterable[Line], number: int) -> Iterator[bytes]:
    """Yield the letters as XLSX, a batch at a time; `number` is how many there are."""
    sink, rest, sizes = _Sink(), iter(lines), _sizes(number)
    with zipfile.ZipFile(io.BytesIO(_empty(len(sizes)))) as empty, zipfile.ZipFile(sink, "w") as full:
        for part in empty.namelist():
            if not part.startswith("xl/worksheets/"):
                full.writestr(part, _resized(empty.read(part).decode(), sizes), zipfile.ZIP_DEFLATED)
                continue
            size = sizes[int(re.sub(r"\D", "", part)) - 1]
            into = zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0))
            into.compress_type = zipfile.ZIP_DEFLATED
            with full.open(into, "w", force_zip64=True) as sheet:
                for written in _sheet(_Frame.of(empty.read(part).decode(), size), islice(rest, size)):
                    sheet.write(written)
                    yield sink.taken()
    yield sink.taken()


def _sizes(number: int) -> list[int]:
    """Return how many letters each sheet holds."""
    return [min(number - first, MOST_ROWS) for first in range(0, number, MOST_ROWS)] or [0]


def _resized(part: str, sizes: list[int]) -> str:
    """Return a part in which the filters of each sheet reach down to its last row, where it speaks of them."""
    rows = iter(sizes)
    return re.sub(r"(?<=\$A\$1:\$" + _CORNER[-1] + r"\$)2\b", lambda _: str(next(rows) + 1), part)


def _empty(sheets: int) -> bytes:
    """Return a workbook of so many sheets: the head, which stays in sight, filters, and a row to learn from."""
    import xlsxwriter  # only here: it is large

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        words = book.add_format({"quote_prefix": True})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        for _ in range(sheets):
            sheet = book.add_worksheet()
            for column, name in enumerate(COLUMNS):
                sheet.write_string(0, column, name, bold)
                sheet.set_column(column, column, _WIDTHS.get(name, 13))
            sheet.write_blank(1, 0, "", words)
            sheet.write_number(1, len(COLUMNS) - 1, 0, day)
            sheet.freeze_panes(1, 0)
            sheet.repeat_rows(0)  # on paper: the head on every page, and all columns beside each other
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.autofilter(0, 0, 1, len(COLUMNS) - 1)
    return held.getvalue()


def _sheet(frame: _Frame, lines: Iterable[Line]) -> Iterator[bytes]:
    yield frame.head
    numbers = count(2)
    for batch in batches(lines):
        yield "".join(_row(next(numbers), line, frame) for line in batch).encode()
    yield frame.tail


def _row(number: int, line: Line, frame: _Frame) -> str:
    cells = (
        _cell(f"{letter}{number}", value, name in DAYS, frame)
        for letter, name, value in zip(_LETTERS, COLUMNS, line, strict=False)
        if value
    )
    return "".join(chain((f'<row r="{number}">',), cells, ("</row>",)))


def _cell(place: str, value: str, is_day: bool, frame: _Frame) -> str:
    if is_day:
        return f'<c r="{place}" s="{frame.day}"><v>{_serial(value)}</v></c>'
    words = escape(_UNSAID.sub(_by_number, value[:LONGEST]))
    text = f'<is><t xml:space="preserve">{words}</t></is>'
    return f'<c r="{place}" s="{frame.words}" t="inlineStr">{text}</c>'


def _by_number(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


@lru_cache(maxsize=4096)
def _serial(day: str) -> int:
    """Return a day as workbooks count them."""
    return (date.fromisoformat(day) - _FIRST_DAY).days
