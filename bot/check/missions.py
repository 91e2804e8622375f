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
from bot.missions import Mission


def rows(pack: Pack) -> Iterator[Finding]:
    """Yield what is wrong in a row; what is never shown, because its confidence is low, is passed over."""
    for number, mission in zip(_line_numbers(pack), pack.campaign.missions or (), strict=False):
        yield from _contact(number, mission)
        yield from _date(number, mission, pack)


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


def _date(number: int, mission: Mission, pack: Pack) -> Iterator[Finding]:
    if not mission.source_date:
        return
    facts = pack.campaign.facts_as_of
    if PartialDate(mission.source_date).first_day > facts.last_day:
        what = f"{mission.source_date} is later than facts_as_of ({facts}) in campaign.toml"
        yield Finding(MISSIONS_FILE, _place(number, "source_date"), what, "mission-date")


def _place(number: int, column: str) -> str:
    return f"line {number}, column {column}"
