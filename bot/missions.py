"""The missions of a country abroad: which one a supporter should write to, why, and what may be said of it.

A permanent mission speaks to an international organisation, not to the country it stands in, so none is ever
offered: somebody in Switzerland is not sent to the mission to the United Nations in Geneva.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.config_errors import did_you_mean
from bot.countries import Countries, Town

Place = tuple[float, float]
"""Latitude and longitude in degrees."""

EARTH_RADIUS_KM = 6371.0088
ALSO_NEAR = 1.1
"""An embassy up to this many times as far as the nearest one is offered too."""
MOST_NEAR = 3


class Kind(StrEnum):
    """What a mission is."""

    EMBASSY = "embassy"
    CONSULATE_GENERAL = "consulate-general"
    PERMANENT_MISSION = "permanent-mission"


class Confidence(StrEnum):
    """How well a row is sourced; of a mission that is "low", only city and website are given out."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Reason(StrEnum):
    """Why a mission is offered: in the country there is an embassy, one elsewhere is accredited to it, or neither."""

    RESIDENT = "resident"
    ACCREDITED = "accredited"
    CONSULATE = "consulate"
    NEAREST = "nearest"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Contact:
    """What may be said of a mission.

    `as_of` is the date of the address, `reached_as_of` that of telephone, fax and e-mail; None if it is unknown.
    """

    city: str
    website: str | None
    as_of: str | None
    address: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None
    reached_as_of: str | None = None


def _known(code: str, info: ValidationInfo[Countries]) -> str:
    if code not in info.context:
        raise PydanticCustomError(
            "code", "no country has this code; give its two capital letters (ISO 3166-1)"
        )
    return code


def _dated(text: str) -> str:
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        text = ""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        raise PydanticCustomError("date", "this is no date; write it as 2022, 2022-11 or 2022-11-16")
    return text


Code = Annotated[str, AfterValidator(_known)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(lambda text: tuple(text.split()))]
SourceDate = Annotated[str, AfterValidator(_dated)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """One row of a pack's missions.csv, with its columns; an empty cell means "not found", not "has none"."""

    country_code: Code
    country: str
    city: str
    kind: Kind
    address: str | None = None
    post_town: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None
    website: str | None = None
    latitude: Annotated[float | None, Field(ge=-90, le=90, allow_inf_nan=False)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180, allow_inf_nan=False)] = None
    coordinates_of: Literal["building", "city"] | None = None
    also_accredited_to: Codes = ()
    source_1: str
    source_2: str | None = None
    source_date: SourceDate | None = None
    contact_date: SourceDate | None = None
    confidence: Confidence

    @property
    def town(self) -> Town:
        """Where the mission is, to be said in any language."""
        return Town(self.country_code, self.city)

    @property
    def location(self) -> Place | None:
        """Where the mission is, if that is known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def contact(self) -> Contact:
        """Return what may be given out: a wrong address is worse than none."""
        if self.confidence is Confidence.LOW:
            return Contact(self.city, self.website, self.source_date)
        return Contact(
            self.city,
            self.website,
            self.source_date,
            address=self.address,
            postal_code=self.postal_code if self.address else None,
            phone=self.phone,
            fax=self.fax,
            email=self.email,
            reached_as_of=self.contact_date,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """The missions to write to, best first; `distance_km` is from the country's capital to the nearest.

    `consulates` are the consulates general in the country. For a `territory` it is all about the `state` that it
    belongs to, unless there is a mission in or for the territory itself.
    """

    reason: Reason
    missions: tuple[Mission, ...] = ()
    distance_km: int | None = None
    consulates: tuple[Mission, ...] = ()
    territory: str | None = None
    state: str | None = None


class MissionsError(ValueError):
    """Something is wrong in a list of missions; the message names file, line, column and what."""

    def __init__(self, path: Path, line: int, column: str | None, problem: str) -> None:
        where = f"{path}, line {line}" + (f", column {column}" if column else "")
        super().__init__(f"{where}: {problem}")
        self.path, self.line, self.column, self.problem = path, line, column, problem


class Missions:
    """All missions of one country abroad."""

    def __init__(self, missions: Iterable[Mission], countries: Countries) -> None:
        self._missions = tuple(missions)
        self._countries = countries

    @classmethod
    def load(cls, path: Path, countries: Countries | None = None) -> Missions:
        """Read and check a missions.csv (UTF-8); raises MissionsError at the first thing that is wrong."""
        countries = countries or Countries()
        return cls(_read(path, countries), countries)

    def __iter__(self) -> Iterator[Mission]:
        return iter(self._missions)

    def state(self, territory: str) -> str | None:
        """Return the state that a territory belongs to, or None."""
        return self._countries.state(territory)

    def address_lines(self, mission: Mission) -> tuple[str, ...]:
        """Return where post to a mission goes, as it stands on an envelope; nothing if that is not given out."""
        contact = mission.contact()
        if not contact.address:
            return ()
        town = mission.post_town or mission.city
        below = self._countries.town_lines(mission.country_code, town, contact.postal_code)
        return (contact.address, *below, mission.country)

    def find(self, country: str) -> Finding:
        """Return the embassies in a country, else those accredited to it, else its consulates, else the nearest.

        A territory that has none of its own goes to the embassies of the state that it belongs to.
        """
        state = self._countries.state(country)
        found = self._in_or_for(country)
        if found is None and state:
            found = self._in_or_for(state) or self._nearest(state)
            return replace(found, consulates=(), territory=country, state=state)
        return found or self._nearest(country)

    def _in_or_for(self, country: str) -> Finding | None:
        offered = [m for m in self._missions if m.kind is not Kind.PERMANENT_MISSION]
        resident = [m for m in offered if m.country_code == country]
        embassies = tuple(m for m in resident if m.kind is Kind.EMBASSY)
        consulates = tuple(m for m in resident if m.kind is not Kind.EMBASSY)
        if embassies:
            return Finding(Reason.RESIDENT, embassies, consulates=consulates)
        if accredited := tuple(m for m in offered if country in m.also_accredited_to):
            return Finding(Reason.ACCREDITED, accredited, consulates=consulates)
        return Finding(Reason.CONSULATE, consulates) if consulates else None

    def _nearest(self, country: str) -> Finding:
        capital = self._countries.location(country)
        if capital is None:
            return Finding(Reason.UNKNOWN)
        embassies = (m for m in self._missions if m.kind is Kind.EMBASSY)
        far = [(distance_km(capital, m.location), m) for m in embassies if m.location]
        if not far:
            return Finding(Reason.UNKNOWN)
        far.sort(key=lambda pair: pair[0])
        least = far[0][0]
        near = tuple(mission for distance, mission in far if distance <= least * ALSO_NEAR)
        return Finding(Reason.NEAREST, near[:MOST_NEAR], round(least / 10) * 10)


def distance_km(one: Place, other: Place) -> float:
    """Return the great-circle distance in kilometres (haversine, mean Earth radius)."""
    latitude_1, longitude_1, latitude_2, longitude_2 = map(math.radians, (*one, *other))
    across = math.sin((longitude_2 - longitude_1) / 2) ** 2
    along = math.sin((latitude_2 - latitude_1) / 2) ** 2
    haversine = along + math.cos(latitude_1) * math.cos(latitude_2) * across
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, haversine)))


def _read(path: Path, countries: Countries) -> Iterator[Mission]:
    """Yield the missions of a file, each checked; none may be there twice."""
    adapter = TypeAdapter(Mission)
    seen: set[tuple[str, str, Kind]] = set()
    for line, cells in _cells(path):
        try:
            mission = adapter.validate_python(cells, context=countries)
        except ValidationError as error:
            raise _explain(path, line, error.errors()[0]) from None
        if (mission.latitude is None) != (mission.longitude is None):
            missing = "latitude" if mission.latitude is None else "longitude"
            raise MissionsError(path, line, missing, "is empty; give both coordinates, or neither.")
        key = (mission.country_code, mission.city, mission.kind)
        if key in seen:
            problem = f"“{mission.city}” is listed twice as {mission.kind}; drop one."
            raise MissionsError(path, line, "city", problem)
        seen.add(key)
        yield mission


def _cells(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and the filled cells of each row."""
    rows = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = next(rows, [])
        _check_header(path, header)
        for row in rows:
            if row:
                yield rows.line_num, _filled(path, rows.line_num, header, row)
    except csv.Error as error:
        raise MissionsError(path, rows.line_num, None, f"cannot be read as CSV: {error}.") from None


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MissionsError(path, line, None, "is not in UTF-8; save the file in UTF-8.") from None


def _check_header(path: Path, header: list[str]) -> None:
    columns = [field.name for field in fields(Mission)]
    for column in header:
        if column not in columns or header.count(column) > 1:
            problem = "is there twice" if column in columns else "is unknown"
            raise MissionsError(path, 1, column, f"{problem}; the columns are {', '.join(columns)}.")
    for column in columns:
        if column not in header:
            raise MissionsError(path, 1, column, "is missing; leave its cells empty rather than drop it.")


def _filled(path: Path, line: int, header: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(header):
        problem = f"has {len(row)} cells instead of {len(header)}; put a cell that holds a comma in quotes."
        raise MissionsError(path, line, None, problem)
    return {column: cell.strip() for column, cell in zip(header, row, strict=True) if cell.strip()}


def _explain(path: Path, line: int, error: ErrorDetails) -> MissionsError:
    column = str(error["loc"][0])
    if error["type"] == "missing":
        return MissionsError(path, line, column, "is empty; every mission needs it.")
    return MissionsError(path, line, column, f"“{error['input']}”: {_in_plain_words(error)}")


def _in_plain_words(error: ErrorDetails) -> str:
    match error["type"]:
        case "enum" | "literal_error":
            known = re.findall("'([^']+)'", error["ctx"]["expected"])
            return f"must be one of {', '.join(known)}{did_you_mean(error['input'], known)}"
        case "code" | "date":
            return f"{error['msg']}."
    return "must be a number of degrees, such as 43.24"
