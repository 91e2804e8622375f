"""Letters as lines of text: CSV for a spreadsheet, JSON Lines for a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from bot.export.columns import COLUMNS, Line, answers_of, ways_of
from bot.export.spreadsheets import are_safe, guarded, guarded_name

BATCH = 1000
"""Letters that are written at a time."""
MARK = "\ufeff"
"""What a CSV file begins with, so that every spreadsheet reads it as UTF-8."""


def batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield `lines` in batches."""
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield batch


def csv_text(lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield the letters as CSV (RFC 4180, UTF-8), a batch at a time; no cell can be taken for a formula."""
    sheet = io.StringIO(newline="")
    table = csv.writer(sheet, lineterminator="\r\n")
    sheet.write(MARK)
    table.writerow(COLUMNS)
    for batch in batches(lines):
        table.writerows(map(_cells, batch))
        yield _taken(sheet)
    yield _taken(sheet)


def _cells(line: Line) -> Iterable[str | None]:
    """Return the cells of a line; nearly all are safe, and looked at together."""
    if line.organisation or line.name:
        organisation, name = _name(line.organisation), _name(line.name)
        line = line._replace(organisation=None, name=None)
        safe = line if are_safe(filter(None, line)) else Line(*map(_guarded, line))
        return safe._replace(organisation=organisation, name=name)
    return line if are_safe(filter(None, line)) else map(_guarded, line)


def _guarded(cell: Any) -> Any:
    return cell and guarded(cell)


def _name(name: str | None) -> str | None:
    return name and guarded_name(name)


def _taken(sheet: io.StringIO) -> bytes:
    """Return what was written, and begin anew."""
    written = sheet.getvalue().encode()
    sheet.seek(0)
    sheet.truncate()
    return written


def json_lines(lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield the letters as JSON, one a line, a batch at a time."""
    for batch in batches(lines):
        yield "".join(map(_json, batch)).encode()


def _json(line: Line) -> str:
    ways = [asdict(way) for way in ways_of(line)]
    answers = [asdict(answer) for answer in answers_of(line)]
    return json.dumps({**line._asdict(), "ways": ways, "answers": answers}, ensure_ascii=False) + "\n"
