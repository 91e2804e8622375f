"""What it takes to send a letter from a phone: for each recipient and channel the page, the draft, the number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from babel.dates import format_date

from bot.campaigns import Addressee
from bot.choosing import Label, Option
from bot.documents import Link, mailto, paper_in
from bot.events import Button, Document, Draft, Localised, Page, Phrase, Place, Reply
from bot.letters import Letter
from bot.office_hours import office_time
from bot.places import time_zone_at
from bot.steps import Choice
from bot.writing import locale_of
from handlers.copying import copies
from handlers.route import BY, Route, channels_of
from handlers.world import World, again

NEXT = "next"
"""The answer of whoever has all that they need."""


@dataclass(frozen=True, slots=True)
class Written:
    """A finished letter: where it goes, and what is written to each of the addressees."""

    route: Route
    letters: tuple[Letter, ...]

    @property
    def each(self) -> Iterator[tuple[Addressee, Letter]]:
        """Each addressee with the letter to it."""
        return zip(self.route.addressees, self.letters, strict=True)

    @property
    def copies_to(self) -> tuple[str, ...]:
        """The e-mail addresses to which a copy goes."""
        copied = (one for one in self.route.addressees if one.recipient.role == "copy")
        return tuple(address for one in copied for address in _values(one, "email"))


def choice(key: str, written: Written, enough: Label, world: World) -> Choice:
    """Return the step that hands out what is needed, until it is `enough`; the first to write to comes first."""
    ordered = sorted(written.each, key=lambda pair: _turn(pair[0], pair[1], world))
    options = [option for one, letter in ordered for option in _options(one, letter, written, world)]
    others = [one for one, _ in ordered[1:] if channels_of(one)]
    first, letter = ordered[0]
    said = {"campaign": written.route.campaign, "route": written.route, "letter": letter}
    prompt = Reply("kit/choose", {**said, "first": first, "others": others})
    onwards = Option(NEXT, enough, also=(Phrase("Done"), Phrase("I have sent it")))
    return Choice(key, prompt, (*options, onwards), again=again("kit"))


def _turn(one: Addressee, letter: Letter, world: World) -> tuple[bool, bool, int]:
    """Return whose turn it is: of those who can be reached the one with the fewest letters; copies come last."""
    so_far = world.letters.to(letter.campaign.slug, one.recipient.key)
    return not channels_of(one), one.recipient.role == "copy", so_far


def _options(one: Addressee, letter: Letter, written: Written, world: World) -> Iterator[Option]:
    """Yield an option for each way to reach an addressee, which shows what it takes."""
    for channel in channels_of(one):
        label = replace(BY[channel], values={"office": one.short})
        yield Option(f"{one.recipient.key}.{channel}", label, _KITS[channel](one, letter, written, world))


def _values(one: Addressee, kind: str) -> tuple[str, ...]:
    return tuple(channel.value for channel in one.usable if channel.type == kind)


def _only(one: Addressee, kind: str) -> Addressee:
    """Return an addressee with none but the channels of one kind."""
    return replace(one, channels=tuple(c for c in one.usable if c.type == kind))


# --- on paper


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter on paper, to the address that stands on the envelope, or to a fax."""

    letter: Letter
    addressee: Addressee
    today: date
    fax: str = ""

    def for_reader(self, language: str) -> Document:
        """Return the page for somebody who reads `language`; it is in that of the letter."""
        name = f"{'fax' if self.fax else 'letter'}-{self.addressee.recipient.key}.pdf"
        return Document(name, self._page(self.letter.language(language), self.letter.body(language)))

    def _page(self, language: str, text: str) -> Page:
        return Page(
            language=language,
            paper=paper_in(self.letter.country),
            sender=self.letter.sender_lines(language),
            recipient=self._recipient(language),
            date=self._date(language),
            subject=self.letter.subject.in_language(language),
            text=text,
            fax=self.fax,
        )

    def _recipient(self, language: str) -> tuple[str, ...]:
        """Return the address as it is written; of an office without one the name, to write the rest by hand."""
        address = next(iter(_values(self.addressee, "post")), "")
        return tuple(address.splitlines()) or (self.addressee.recipient.office.in_language(language),)

    def _date(self, language: str) -> str:
        if self.letter.version == "published":
            return self.letter.campaign.written.in_language(language)
        return format_date(self.today, "long", locale=locale_of(language))


def _post(one: Addressee, letter: Letter, written: Written, world: World) -> Reply:
    missions = one.finding.missions if one.finding else ()
    to = tuple(dict.fromkeys(mission.country_code for mission in missions)) or (letter.campaign.country,)
    said = {"one": one, "post": _only(one, "post"), "to": to, "inland": to == (letter.country,)}
    return Reply("kit/post", said, copies([_only(one, "post")]), Sheet(letter, one, world.clock().date()))


def _fax(one: Addressee, letter: Letter, written: Written, world: World) -> Reply:
    fax = _only(one, "fax")
    number = _international(fax.channels[0].value)
    sheet = Sheet(letter, one, world.clock().date(), number)
    said = {"one": one, "fax": fax, "number": number, "hint": world.organisers.fax}
    return Reply("kit/fax", said, _numbers(fax, number), sheet)


# --- by e-mail


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A covering note, and below it the letter that it goes with: in a mail there is no envelope for both."""

    note: Letter
    letter: Letter

    def in_language(self, language: str) -> str:
        """Return both for somebody who reads `language`, each in its own."""
        return f"{self.note.in_language(language)}\n\n{_BELOW}\n\n{self.letter.in_language(language)}"


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter as an e-mail, and the same as a file that a mail program opens."""

    letter: Letter
    text: Localised
    recipient: str
    to: tuple[str, ...]
    cc: tuple[str, ...]

    def draft(self, language: str) -> Draft:
        """Return the e-mail for somebody who reads `language`."""
        subject = self.letter.subject_line.in_language(language)
        return Draft(self.to, self.cc, subject, self.text.in_language(language))

    def for_reader(self, language: str) -> Document:
        """Return the e-mail as a file."""
        return Document(f"letter-{self.recipient}.eml", self.draft(language))

    def link(self, language: str) -> Link | None:
        """Return the link that opens the e-mail; None where it would be too long for any program."""
        return mailto(self.draft(language))


def _email(one: Addressee, letter: Letter, written: Written, world: World) -> Reply:
    to = tuple(dict.fromkeys(_values(one, "email")))
    cc = tuple(address for address in written.copies_to if address not in to)
    first = written.letters[0]
    text = letter if letter.kind == first.kind else Enclosed(letter, first)
    mail = Mail(letter, text, one.recipient.key, to, cc)
    said = {"one": one, "email": _only(one, "email"), "mail": mail, "letter": letter}
    return Reply("kit/email", said, copies([_only(one, "email")], letter.subject_line), mail)


# --- by telephone


def _phone(one: Addressee, letter: Letter, written: Written, world: World) -> Reply:
    phone = _only(one, "phone")
    number = _international(phone.channels[0].value)
    zone, hours = _office(one)
    said = {
        "one": one,
        "phone": phone,
        "number": number,
        "now": office_time(world.clock(), zone, hours) if zone else None,
        "script": letter.campaign.script_for(letter.kind),
    }
    return Reply("kit/phone", said, _numbers(phone, number))


def _office(one: Addressee) -> tuple[str | None, str | None]:
    """Return the time zone that an office is in, and its hours, as far as they are known."""
    if one.finding is None:
        return one.recipient.time_zone, one.recipient.hours
    places = (mission.location for mission in one.finding.missions if mission.contact().phone)
    place = next(places, None)
    return (time_zone_at(Place(*place)) if place else None), None


def _visit(one: Addressee, letter: Letter, written: Written, world: World) -> Reply:
    visit = _only(one, "visit")
    sheet = Sheet(letter, one, world.clock().date())
    return Reply("kit/visit", {"one": one, "visit": visit}, document=sheet)


def _numbers(one: Addressee, number: str) -> tuple[Button, ...]:
    """Return what copies a number: in international form where that is known."""
    return (Button(Phrase("Copy {number}", {"number": number}), copy=number),) if number else copies([one])


@cache
def _international(value: str) -> str:
    """Return the first of the numbers in `value` in international form; "" where that is not certain."""
    first = _FIRST.split(value)[0]
    if not first.startswith("+"):
        return ""
    import phonenumbers  # slow to import, and not needed before the letter is there

    try:
        number = phonenumbers.parse(first)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


_BELOW = "* * *"
_FIRST = re.compile(r"\s*[,;/\n]\s*")
_KITS: Mapping[str, Callable[[Addressee, Letter, Written, World], Reply]] = {
    "post": _post,
    "fax": _fax,
    "email": _email,
    "phone": _phone,
    "visit": _visit,
}
