"""Letters: what goes to whom, in whose words, whatever the supporter leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, combinations, product
from pathlib import Path

import pytest

from bot.campaigns import Campaign, Campaigns, Sender, Version
from bot.letters import Letter
from bot.resources import templates
from tests.bot.packs import load, spoil, write_pack

VERSIONS: tuple[Version, ...] = ("published", "open")
SENDERS: tuple[Sender, ...] = ("person", "organisation")
ANSWERS = {
    "organisation": "Dockers of Hamburg",
    "members": "1200",
    "name": "Anna Berg",
    "town": "Hamburg",
    "country": "DE",
    "struck": "shootings",
    "work": "crane operator",
    "reason": "Our port unloads that oil.",
}
LONGEST = 350
"""Words that fit on a printed page."""


@pytest.fixture(scope="module")
def shipped() -> Campaigns:
    """The campaigns that come with the bot."""
    return Campaigns.load([templates() / "campaigns"], ("zhanaozen-2011", "nagaworld-2021"))


@pytest.fixture(scope="module")
def zhanaozen(shipped: Campaigns) -> Campaign:
    """The appeal of 2011."""
    return shipped["zhanaozen-2011"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack in which everything is right."""
    return write_pack(tmp_path)


def every_letter(campaign: Campaign, answers: Mapping[str, str | None]) -> Iterator[Letter]:
    """Yield the letter of each kind, version and sender to each recipient it goes to."""
    for letter, version, sender in product(campaign.letters, VERSIONS, SENDERS):
        for recipient in campaign.recipients:
            if letter.kind in recipient.kinds:
                yield Letter(campaign, letter.kind, version, sender, answers, recipient.key)


def every_letter_as_sent(campaign: Campaign, answers: Mapping[str, str | None]) -> Iterator[Letter]:
    """Yield what is written to each addressee of the letters that can be chosen, copies with their notes."""
    for kind, version, sender in product(campaign.kinds, VERSIONS, SENDERS):
        for one in campaign.addressees(kind.kind, "DE"):
            yield Letter(campaign, one.kind, version, sender, answers, one.recipient.key)


def skipping() -> Iterator[dict[str, str | None]]:
    """Yield the answers with every choice of optional ones skipped."""
    optional = [key for key in ANSWERS if key != "organisation"]
    for skipped in chain.from_iterable(combinations(optional, n) for n in range(len(optional) + 1)):
        yield {**ANSWERS, **dict.fromkeys(skipped)}


# --- Every letter that is shipped


def test_whatever_is_skipped_a_letter_is_whole(shipped: Campaigns) -> None:
    """No answer left out leaves a gap, a stray mark or a word of the machine in any letter, in any language."""
    for campaign, answers in product(shipped, skipping()):
        for letter, language in product(every_letter_as_sent(campaign, answers), campaign.languages):
            text = letter.in_language(language)
            assert "None" not in text
            assert text == text.strip()
            assert not re.search(r"\n\n\n|[{}]| [ \n,]|\n |\(\)", text), text
            assert len(text.split()) <= LONGEST, len(text.split())


def test_whatever_is_answered_is_in_the_letter(shipped: Campaigns) -> None:
    """Each answer that is asked for a letter stands in it, the country by its name in the letter's language."""
    for campaign in shipped:
        for letter in every_letter_as_sent(campaign, ANSWERS):
            questions = campaign.questions_for(letter.kind, letter.sender, letter.version)
            asked = {question.key for question in questions if question.type != "choice"}
            asked -= {"members"} if letter.kind == "copy" else set()
            for language, country in (("en", "Germany"), ("ru", "Германия")):
                if language in campaign.languages:
                    said = {**ANSWERS, "country": country}
                    assert all(said[key] in letter.in_language(language) for key in asked)


def test_an_answer_that_is_not_asked_is_not_in_the_letter(shipped: Campaigns) -> None:
    """Somebody who has turned from an organisation into a person no longer writes in its name."""
    for campaign in shipped:
        for letter in every_letter_as_sent(campaign, ANSWERS):
            if letter.sender == "person":
                assert "Dockers" not in letter.in_language("en")
                assert "1200" not in letter.in_language("en")


def test_the_demands_are_numbered(shipped: Campaigns) -> None:
    """Protest and solidarity number their demands: all as published, today all but those that have been met."""
    for campaign in shipped:
        for letter, language in product(every_letter_as_sent(campaign, {}), campaign.languages):
            demands = [demand.text.in_language(language) for demand in campaign.demands_for(letter.version)]
            lines = [line for line in letter.in_language(language).splitlines() if re.match(r"\d+\. ", line)]
            numbered = [f"{number}. {demand}" for number, demand in enumerate(demands, start=1)]
            assert lines == (numbered if campaign.makes_demands(letter.kind) else [])


def test_every_letter_can_be_written_by_somebody_nameless(shipped: Campaigns) -> None:
    """Who gives no name signs in the letter's own words, and with the place if that is given."""
    nameless = {**ANSWERS, "name": None}
    for campaign in shipped:
        for letter, language in product(every_letter_as_sent(campaign, nameless), campaign.languages):
            *_, signature, place = letter.in_language(language).splitlines()
            assert signature
            assert place.startswith("Hamburg, ")


def test_no_letter_uses_a_spelling_of_the_seed(zhanaozen: Campaign) -> None:
    """The misspellings of the appeal as it was printed are in no letter."""
    wrong = re.compile(
        "Nazarbaev|Nazarbarv|Natal'ya|Karazan|Karadzan|Ozenmunaigaz|Zanaozen|KazMunayGaz|Vada|Rein\\b"
    )
    for letter in every_letter(zhanaozen, ANSWERS):
        assert not wrong.search(letter.in_language("en"))
        assert not wrong.search(letter.in_language("ru"))


# --- A supporter's words, and any pack


@pytest.mark.parametrize(
    "words",
    [
        "{{ 7*7 }}",
        "{% for x in demands %}",
        "<b>bold</b> & 'so'",
        "{{ recipient.__class__ }}",
        "%s {0} \\n $x",
    ],
)
def test_own_words_stay_as_they_were_typed(zhanaozen: Campaign, words: str) -> None:
    """Whatever a supporter types is text: never a template, never markup."""
    answers = {"name": words, "reason": f"{words}\n\n{words}", "town": words}
    letter = Letter(zhanaozen, "protest", "open", "person", answers, "president").in_language("en")
    assert f"\n\n{words}\n\n{words}\n\n" in letter
    assert letter.endswith(f"\n\n{words}\n{words}")


def test_own_words_leave_no_wide_gaps(zhanaozen: Campaign) -> None:
    """Empty lines and spaces around somebody's words do not tear the letter apart."""
    answers = {"name": "  Anna  ", "reason": "\n one \n\n\n\n two \n\n"}
    text = Letter(zhanaozen, "protest", "open", "person", answers, "president").in_language("en")
    assert "\n\none\n\n two\n\n" in text
    assert text.endswith("\n\nAnna")


def test_a_question_of_the_pack_is_a_field_of_its_letters(pack: Path) -> None:
    """Each question's answer can be used by its key; skipped, it is empty."""
    campaign = load(pack)
    with_loaf = Letter(campaign, "protest", "open", "person", {"loaf": "rye"}, "minister").in_language("en")
    without = Letter(campaign, "protest", "open", "person", {"loaf": None}, "minister").in_language("en")
    assert with_loaf == without.replace("Dear Minister,", "Dear Minister,\n\nMy loaf: rye")


def test_a_letter_is_written_in_a_language_of_its_campaign(pack: Path) -> None:
    """A language that the campaign does not have gives the letter in its first, the country's name with it."""
    letter = Letter(load(pack), "protest", "published", "person", {"country": "DE"}, "minister")
    assert letter.in_language("kk") == letter.in_language("en")
    assert letter.in_language("en").splitlines()[-1] == "Germany"
    assert letter.in_language("ru").splitlines()[-1] == "Германия"


def test_a_letter_inflects_whom_it_addresses(pack: Path) -> None:
    """Office and holder are given in the form for a letter's head, where the pack has one."""
    campaign = load(pack)
    today = Letter(campaign, "protest", "open", "person", {}, "minister").in_language("ru")
    published = Letter(campaign, "protest", "published", "person", {}, "minister").in_language("ru")
    assert today.startswith("Министру хлеба\nБо Мельнику\n\nУважаемый господин министр!")
    assert published.startswith("Министру хлеба\nАда Печь\n")


def test_the_subject_is_in_the_readers_language(pack: Path) -> None:
    """The subject line comes from the kind of letter."""
    subject = Letter(load(pack), "protest", "open", "person", {}, "minister").subject
    assert (subject.in_language("en"), subject.in_language("ru")) == ("Bread", "Хлеб")


def test_a_letter_shows_its_answers_to_no_log(pack: Path) -> None:
    """What a letter prints of itself holds no word of the supporter."""
    letter = Letter(load(pack), "protest", "open", "person", {"name": "Anna Berg"}, "minister")
    assert "Anna" not in repr(letter)


def test_a_template_may_use_the_filters_only(pack: Path) -> None:
    """Filters of the template language work; what the letter is about can be named."""
    spoil(
        pack,
        "letter-protest.en.txt.j2",
        "{{ country }}",
        "{{ campaign.title|upper }}, {{ campaign.written }}",
    )
    letter = Letter(load(pack), "protest", "open", "person", {}, "minister").in_language("en")
    assert letter.splitlines()[-1] == "THE BAKERS OF EXAMPLIA, May 2024"
