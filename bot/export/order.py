"""What an organiser asks for: which letters, in which form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Form(StrEnum):
    """How the letters are written down."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    PDF = "pdf"
    """Their numbers, to be handed over; no letter stands in it by itself."""

    @property
    def media_type(self) -> str:
        """What such a file is to a mail program or a browser."""
        return _MEDIA_TYPES[self.value]


_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
    "pdf": "application/pdf",
}
NO_COUNTRY = "none"
"""What stands for letters whose writers did not say where they live."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which letters: of all there are, those that every filter lets through; an empty one lets through all.

    The days are those on which a letter was sent, or shall be.
    """

    campaigns: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def named(self) -> dict[str, str | list[str]]:
        """The filters that leave something out, by name, as they are written down."""
        lists = {"campaign": self.campaigns, "country": self.countries, "status": self.statuses}
        days = {"since": self.since, "until": self.until}
        return {name: sorted(values) for name, values in lists.items() if values} | {
            name: day.isoformat() for name, day in days.items() if day
        }


@dataclass(frozen=True, slots=True)
class Order:
    """A file to be made: which letters, in which form, and in which language it speaks, if it speaks."""

    form: Form
    filters: Filters = Filters()
    language: str = "en"

    def file_name(self, today: date, *, sealed: bool) -> str:
        """Return how the file is called, in letters of ASCII."""
        return "".join((*self._parts(today), f".{self.form}", ".age" if sealed else ""))

    def _parts(self, today: date) -> Iterator[str]:
        yield "hand-over" if self.form is Form.PDF else "letters"
        if len(self.filters.campaigns) == 1:
            yield f"-{self.filters.campaigns[0]}"
        yield f"-{today.isoformat()}"
