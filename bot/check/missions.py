"""The list of a country's missions: their numbers, addresses and dates, line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from bot.campaigns import PartialDate
from bot.campaigns.loading import MISSIONS_FILE
from bot.check.finding import Finding
from bot.check.pack import Pack
from bot.check.reaching import too_long_to_copy, wrong_emails, wrong_links
from bot.check.telephones import Line, of_one_office
from bot.config_errors import read_text
from bot.countries import Countries
from bot.missions import Mission, distance_km

FAR_FROM_CAPITAL, TOO_FAR_FROM_CAPITAL = 1000, 10000
"""Kilometres: few towns with a mission lie as far from their capital as the one, and none as far as the other."""
MUCH_NEARER = 0.3
"""How much nearer to the capital coordinates are that were meant otherwise."""


def rows(pack: Pack) -> Iterator[Finding]:
    """Yield what is wrong in a row; what is never shown, because its confidence is low, is passed over."""
    countries = Countries()
    for number, mission in zip(_line_numbers(pack), pack.campaign.missions or (), strict=False):
        yield from _contact(number, mission)
        yield from _whereabouts(number, mission, countries)
        yield from _dates(number, mission, pack)


def _line_numbers(pack: Pack) -> Iterator[int]:
    """Yield the number of the line on which each mission's row ends, as the loader counts them."""
    if pack.campaign.missions is None:
        return
    reader = csv.reader(io.StringIO(read_text(pack.folder / MISSIONS_FILE), newline=""))
    next(reader)
    for row in reader:
        if row:
            yield reader.line_num


def _contact(number: int, mission: Mission) -> Iterator[Finding]:
    contact = mission.contact()
    lines = [
        Line(MISSIONS_FILE, _place(number, column), column, value, mission.country_code)
        for column, value in (("phone", contact.phone), ("fax", contact.fax))
        if value
    ]
    yield from of_one_office(lines)
    for what in wrong_emails(contact.email) if contact.email else ():
        yield Finding(MISSIONS_FILE, _place(number, "email"), what, "email-address")
    for what in wrong_links(contact.website) if contact.website else ():
        yield Finding(MISSIONS_FILE, _place(number, "website"), what, "url")
    for what, rule in too_long_to_copy(contact.address or ""):
        yield Finding(MISSIONS_FILE, _place(number, "address"), what, rule)
    yield from _town(number, mission)


def _town(number: int, mission: Mission) -> Iterator[Finding]:
    """Yield an address that holds its town, which stands below it on the envelope."""
    end = (mission.address or "").rpartition(", ")[2].casefold()
    if end and end in {mission.city.casefold(), (mission.post_town or "").casefold()}:
        what = "ends with the town; that stands below it anyway, so leave it out here"
        yield Finding(MISSIONS_FILE, _place(number, "address"), what, "mission-address")


def _whereabouts(number: int, mission: Mission, countries: Countries) -> Iterator[Finding]:
    """Yield coordinates that lie too far from the country's capital and would not if they were written otherwise."""
    capital = countries.location(mission.country_code)
    if capital is None or mission.location is None:
        return
    far = distance_km(capital, mission.location)
    latitude, longitude = mission.location
    written = {
        "latitude and longitude look swapped": (longitude, latitude),
        "the latitude may lack its minus sign, or have one too many": (-latitude, longitude),
        "the longitude may lack its minus sign, or have one too many": (latitude, -longitude),
    }
    why = [why for why, place in written.items() if distance_km(capital, place) < far * MUCH_NEARER]
    if far > FAR_FROM_CAPITAL and (why or far > TOO_FAR_FROM_CAPITAL):
        what = f"lies {far:.0f} km from the capital of {mission.country}"
        yield Finding(MISSIONS_FILE, _place(number, "latitude"), "; ".join([what, *why[:1]]), "mission-place")


def _dates(number: int, mission: Mission, pack: Pack) -> Iterator[Finding]:
    facts = pack.campaign.facts_as_of
    for column, day in (("source_date", mission.source_date), ("contact_date", mission.contact_date)):
        if day and PartialDate(day).first_day > facts.last_day:
            what = f"{day} is later than facts_as_of ({facts}) in campaign.toml"
            yield Finding(MISSIONS_FILE, _place(number, column), what, "mission-date")


def _place(number: int, column: str) -> str:
    return f"line {number}, column {column}"
