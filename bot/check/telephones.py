"""Telephone and fax numbers as they are printed: whether they can exist, and whether one office has one code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult, is_possible_number_with_reason

from bot.campaigns.loading import MAIN_FILE
from bot.check.finding import Finding
from bot.check.pack import Pack

_BETWEEN = re.compile(r"[,;\n]|\s/\s|\s(?:or|or else|или|oder|ou|o|und|and|и)\s")
_LETTER = re.compile(r"(?<=\d)[OoОоIl]|[OoОоIl](?=\d)")
"""Letters, of two alphabets, that look like 0 and 1."""
_IN_BRACKETS = re.compile(r"\((\d{2,6})\)")


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone or fax as a file gives it; `name` is what to call it, `country` where it stands."""

    file: str
    place: str
    name: str
    value: str
    country: str

    def finding(self, what: str, rule: str) -> Finding:
        """Return a finding about this number."""
        return Finding(self.file, self.place, what, rule)


def in_recipients(pack: Pack) -> Iterator[Finding]:
    """Yield what is wrong with the numbers of each recipient."""
    for recipient in pack.campaign.recipients:
        where = f"recipient.{recipient.key}.channel"
        lines = [
            Line(MAIN_FILE, f"{where}.{channel.key}", channel.key, channel.value, pack.campaign.country)
            for channel in recipient.channels
            if channel.type in {"phone", "fax"} and channel.verification != "outdated"
        ]
        yield from of_one_office(lines)


def of_one_office(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the numbers that cannot exist, and those whose dialling code is not that of the others."""
    for line in lines:
        yield from (line.finding(wrong, "phone-number") for wrong in islice(_impossible(line), 1))
    yield from _other_codes(lines)


def _impossible(line: Line) -> Iterator[str]:
    if not re.search(r"\d", line.value):
        yield f"“{line.value}” holds no number"
    for number in printed(line.value):
        found = _parse(number, line.country)
        if letter := _LETTER.search(number):
            yield f"“{number}” has the letter {letter[0]} in the place of a digit"
        elif found is None or is_possible_number_with_reason(found) != ValidationResult.IS_POSSIBLE:
            yield f"“{number}” has too few or too many digits for a number in {_country(found, line)}"
        elif "+" in number and not phonenumbers.is_valid_number(found):
            yield f"“{number}” begins like no number in {_country(found, line)}"


def printed(value: str) -> tuple[str, ...]:
    """Return the numbers in `value`; a short further one is completed by the beginning of the first."""
    first, *others = [part.strip() for part in _BETWEEN.split(value) if re.search(r"\d", part)] or [""]
    return tuple(number for number in (first, *(_completed(first, other) for other in others)) if number)


def _completed(first: str, other: str) -> str:
    start, end = re.sub(r"\D", "", first), re.sub(r"\D", "", other)
    if "+" in other or "(" in other or len(end) >= len(start):
        return other
    return ("+" if "+" in first else "") + start[: -len(end)] + end


def _other_codes(lines: Iterable[Line]) -> Iterator[Finding]:
    """Compare with the code of an international number, or else with the one that most numbers have."""
    codes = [(line, code) for line in lines for code in _codes(line)]
    if len({code for _, code in codes}) < 2:
        return
    international = [(line, code) for line, code in codes if "+" in line.value]
    usual = Counter(code for _, code in international or codes).most_common(1)[0][0]
    model = next(line for line, code in codes if code == usual)
    for line, code in codes:
        if code != usual:
            what = f"has the dialling code {code}, but {model.name} of the same office has {usual}"
            yield line.finding(what, "dialling-code")


def _codes(line: Line) -> tuple[str, ...]:
    """Return the dialling codes of the numbers in a line, each once; a mobile number has none."""
    found = (_code(number, line.country) for number in printed(line.value))
    return tuple(dict.fromkeys(code for code in found if code))


def _code(number: str, country: str) -> str | None:
    found = _parse(number, country)
    if found is None:
        return None
    if phonenumbers.is_valid_number(found):
        length = phonenumbers.length_of_geographical_area_code(found)
        return phonenumbers.national_significant_number(found)[:length] or None
    in_brackets = _IN_BRACKETS.search(number)
    return in_brackets[1].lstrip("0") if in_brackets else None


def _parse(number: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country)
    except NumberParseException:
        return None


def _country(found: PhoneNumber | None, line: Line) -> str:
    return f"+{found.country_code}" if found and "+" in line.value else line.country
