"""Letters as lines of text: CSV for a spreadsheet, JSON Lines for a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from bot.export.columns import COLUMNS, Line, answers_of, ways_of
from bot.export.spreadsheets import are_safe, are_safe_names, guarded, guarded_name

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
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
        table.writerows(batch if _are_safe(batch) else map(_cells, batch))
        yield _taken(sheet)
    yield _taken(sheet)


def _are_safe(batch: list[Line]) -> bool:
    """Return whether every cell can stay as it is, which is nearly always so: all are looked at together."""
    names = filter(None, chain.from_iterable((line.organisation, line.name) for line in batch))
    cells = set(chain.from_iterable(batch))  # most of them are the same again and again
    return are_safe(filter(None, cells)) and are_safe_names(names)


def _cells(line: Line) -> Iterable[str | None]:
    """Return the cells of a line, so that none is taken for a formula."""
    organisation, name = _name(line.organisation), _name(line.name)
    return Line(*map(_guarded, line))._replace(organisation=organisation, name=name)


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
    told: dict[str, object] = line._asdict()
    told["ways"] = [way._asdict() for way in ways_of(line)]
    told["answers"] = [answer._asdict() for answer in answers_of(line)]
    return _ENCODE(told) + "\n"
