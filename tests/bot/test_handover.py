"""The page to hand over: letters that were sent, nobody who can be found out, and only organisations that agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdfium2 import PdfDocument

from bot.events import Person
from bot.export.handover import Told, folded, handover
from bot.export.numbers import Numbers
from bot.export.order import Filters, Form, Order
from bot.exporting import Exports
from bot.messages import languages
from bot.pledges import Consent, Status, Way
from bot.published import FEWEST
from bot.store.exporting import letters
from bot.store.store import Store
from tests.bot.reading import pages, text, words
from tests.bot.store.people import pledge
from tests.door import KEY, NOW, furnished

NUMBERS = Numbers(
    {"US": 1200, "DE": 123, "FR": 56, "GB": 7, "": 3, "KZ": 2, "BR": 4},
    {"email": 900, "post": 400, "fax": 3},
    (("Verdi Leipzig", "DE"), ("Union «Ақ жайық»", "KZ"), ("اتحاد العمال", "EG"), ("<b>工会</b>", "")),
    31,
)


def page(numbers: Numbers = NUMBERS, language: str = "en") -> bytes:
    """Return the page about the oil workers."""
    world, messages = furnished()
    told = Told(language, messages.speak(language), world.countries)
    return handover(world.campaigns["zhanaozen-2011"], numbers, told, date(2026, 11, 26))


def test_what_stands_on_it() -> None:
    """The sum, the countries and the ways of letters that were sent; who may be named; the demands as they are."""
    said = words(text(page()))
    assert "1,395 letters sent" in said
    for line in ("United States 1,200", "Germany 123", "France 56", "United Kingdom 7"):
        assert line in said
    assert "other countries, or none given 9" in said
    assert "by fax fewer than 5" in said
    assert "Verdi Leipzig (Germany)" in said
    assert "<b>工会</b>" in said
    assert "Immediate reinstatement of all sacked workers." in said
    assert "Kazakhstan 2" not in said
    assert "Brazil" not in said


def test_what_is_promised_stands_by_itself() -> None:
    """Promises are no part of any number but the one that says so; a few of them are not mentioned."""
    assert "not counted here: 31." in words(text(page()))
    assert "not counted here" not in text(page(replace(NUMBERS, promised=4)))
    assert "1,395 letters sent" in words(text(page(replace(NUMBERS, promised=100_000))))


def test_hardly_any_letters() -> None:
    """Where there are fewer than five in all, that is what it says, and nothing more of them."""
    said = words(text(page(Numbers({"DE": 3}, {"fax": 3}, (), 0))))
    assert "fewer than 5 letters sent" in said
    assert "Germany" not in said
    assert "by fax" not in said


@given(st.dictionaries(st.sampled_from(["", "DE", "FR", "GB", "KZ", "US", "BR"]), st.integers(1, 12)))
def test_no_small_number_can_be_worked_out(counts: dict[str, int]) -> None:
    """Whatever there is: no country stands with fewer than five, and what is left over is no small number either."""
    shown, others = folded(counts)
    assert all(n >= FEWEST and n == counts[code] and code for code, n in shown)
    assert sum(n for _, n in shown) + others == sum(counts.values())
    assert not 0 < others < FEWEST or not shown


@pytest.mark.parametrize("language", languages())
def test_in_every_language(language: str) -> None:
    """It fits on one page in each of the bot's languages, every letter of it can be read, and it is no empty sheet."""
    made = page(language=language)
    assert len(pages(made)) == 1
    said = text(made)
    assert "\ufffd" not in said
    assert "Leipzig" in said
    picture = PdfDocument(made)[0].render(scale=0.5).to_pil().convert("L")
    dark = sum(picture.histogram()[:160]) / (picture.width * picture.height)
    assert 0.005 < dark < 0.2


def test_many_organisations() -> None:
    """All of them are named, on as many pages as that takes, each of which says which one it is."""
    many = tuple((f"Union no. {number} of Somewhere", "DE") for number in range(300))
    made = page(replace(NUMBERS, organisations=many))
    said = words(text(made))
    assert all(f"{name} (Germany)" in said for name, _ in many)
    assert f"1 / {len(pages(made))}" in said


async def test_only_who_sent_and_agreed(tmp_path: Path) -> None:
    """An organisation that only promised, or did not agree, is not on it; nor is any person's name."""
    store = await Store.open(tmp_path / "solidarity.db", KEY, NOW.timestamp)
    terms = replace(
        pledge("zhanaozen-2011", status=Status.SENT),
        ways=(Way("kmg", "email"),),
        organisation="Agreed and sent",
    )
    agreed = replace(terms, consent=Consent("organisation", "2026-11", NOW))
    others = (
        replace(agreed, organisation="Only promised", status=Status.PLANNED),
        replace(terms, organisation="Not agreed", consent=Consent("nothing", "2026-11", NOW)),
        replace(terms, name="Xanthippa", organisation=None, consent=Consent("name", "2026-11", NOW)),
        replace(agreed, campaign="nagaworld-2021", organisation="Another campaign"),
    )
    world, messages = furnished()
    exports = Exports(store, world.campaigns, world.countries, messages, (), clock=lambda: NOW)
    order = Order(Form.PDF, Filters(campaigns=("zhanaozen-2011",)))
    try:
        async with store.work() as work:
            for number, one in enumerate((agreed, *others)):
                await work.add_pledge(Person("wire", f"{number}"), one)
        with letters(store, order.filters) as found:
            said = text(exports.in_memory(order, found))
    finally:
        await store.close()
    assert "Agreed and sent" in said
    for name in ("Only promised", "Not agreed", "Xanthippa", "Another campaign"):
        assert name not in said
    assert "fewer than 5" in said
