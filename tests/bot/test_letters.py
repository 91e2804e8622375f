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
ENVELOPE = """\
The President of the Republic of Kazakhstan
Kassym-Jomart Tokayev
Akorda
010000 Astana
Kazakhstan"""
PRINTED_ADDRESS = """\
AO "National company KazMunayGaz"
Kazakhstan, Astana 010000
Kabanbye-batur 19 (пр. Кабанбай-батыра, 19)"""
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


# --- Zhanaozen 2011


def test_protest_and_solidarity_never_share_an_address(zhanaozen: Campaign) -> None:
    """A protest does not reach the workers' mailbox, nor a letter of solidarity those in power."""

    def addresses(kind: str) -> set[str]:
        return {c.value for one in zhanaozen.addressees(kind, "DE") for c in one.channels}

    workers, editors = "qybrai@list.ru", "editor@marxist.com"
    assert addresses("solidarity") == {workers, editors}
    assert workers not in addresses("protest")
    assert "info@kmg.kz" in addresses("protest")


@pytest.mark.parametrize(
    ("kind", "recipient"),
    [("protest", "workers"), ("solidarity", "president"), ("solidarity", "kazmunaygas"), ("copy", "workers")],
)
def test_a_letter_to_the_wrong_people_cannot_be_made(zhanaozen: Campaign, kind: str, recipient: str) -> None:
    """A protest to those it shall help, or solidarity to those in power, is refused before it exists."""
    with pytest.raises(ValueError, match=f"a letter of {kind} does not go to {recipient}"):
        Letter(zhanaozen, kind, "open", "person", {}, recipient)


def test_the_workers_mailbox_waits_for_a_check(zhanaozen: Campaign) -> None:
    """The private mailbox of 2011 is shown with its warning, and not as one to write to."""
    [workers, _] = zhanaozen.addressees("solidarity", "DE")
    assert workers.usable == ()
    [mailbox] = workers.channels
    assert mailbox.note
    assert "private" in mailbox.note.in_language("en")
    assert "частный" in mailbox.note.in_language("ru")


def test_addresses_stand_as_they_were_printed(zhanaozen: Campaign) -> None:
    """The addresses of the appeal are given as it printed them; only the head office of today is added."""
    found = {
        f"{recipient.key} {channel.key}": (channel.value, channel.verification)
        for recipient in zhanaozen.recipients
        for channel in recipient.channels
    }
    assert found == {
        "president post": (ENVELOPE, "derived"),
        "kazmunaygas post": (
            "JSC National Company KazMunayGas\n8, Dinmukhamed Kunayev (Konayev) Street\nAstana, Z05H9E8\nKazakhstan",
            "confirmed",
        ),
        "kazmunaygas post-2": (PRINTED_ADDRESS, "outdated"),
        "kazmunaygas fax": ("+7 (7172) 97 60 00, 97 60 01", "published"),
        "kazmunaygas email": ("info@kmg.kz", "published"),
        "kazmunaygas phone": ("(3172) 977429, 977617", "doubtful"),
        "kazmunaygas phone-2": ("(3172) 977924, 977923", "doubtful"),
        "workers email": ("qybrai@list.ru", "doubtful"),
        "editors email": ("editor@marxist.com", "published"),
    }


def test_the_presidents_envelope_names_who_holds_the_office_now(zhanaozen: Campaign) -> None:
    """The line of 2011, with the name of the President of that time, is kept beside it as what was printed."""
    [post] = zhanaozen.recipient("president").channels
    assert post.printed == "Nursultan Nazarbayev 010000, Astana, Ak-Orda"
    holder = zhanaozen.recipient("president").holder_at("open")
    assert holder
    assert holder.name.in_language("en") in post.value


def test_the_letter_as_published_is_of_december_2011(zhanaozen: Campaign) -> None:
    """It bears its date, goes to the President of that time, and says what the model letter says and no more."""
    letter = Letter(zhanaozen, "protest", "published", "person", {}, "president")
    english, russian = letter.in_language("en"), letter.in_language("ru")
    assert english.startswith(
        "December 2011\n\n"
        "The President of the Republic of Kazakhstan\nNursultan Nazarbayev\n\nDear Mr President,"
    )
    assert russian.startswith(
        "Декабрь 2011 года\n\n"
        "Президенту Республики Казахстан\nНурсултану Назарбаеву\n\nУважаемый господин Президент!"
    )
    assert "4. Immediate release from prison of Natalia Sokolova" in english
    assert "4. Немедленно освободить из заключения Наталью Соколову" in russian
    assert " against the brutal repression of the workers of Kazakhstan.\n\nI demand:\n\n1. " in english
    assert (
        " против жестоких репрессий, которым подвергаются рабочие Казахстана.\n\nЯ требую:\n\n1. " in russian
    )
    assert english.endswith("KarazhanbasMunai.\n\nYours faithfully,\n\nA supporter of the oil workers")
    assert russian.endswith("«Каражанбасмунай».\n\nС уважением,\n\nЧеловек, солидарный с нефтяниками")
    for text in (english, russian):
        assert re.findall(r"\d{2,}", text) == ["2011"]


def test_a_letter_that_was_never_published_is_of_today(zhanaozen: Campaign) -> None:
    """The appeal has no letter of solidarity, so there is none of that time, and it says nothing of any deed."""
    assert zhanaozen.has_versions("protest")
    assert not zhanaozen.has_versions("solidarity")
    for version, language in product(VERSIONS, zhanaozen.languages):
        letter = Letter(zhanaozen, "solidarity", version, "person", {}, "workers").in_language(language)
        assert "2012" in letter
        assert "passing it on" not in letter
        assert "передаю" not in letter


def test_the_letter_of_today_asks_what_has_been_done(zhanaozen: Campaign) -> None:
    """It goes to who holds the office now, and asks of each open demand what has been done about it."""
    letter = Letter(zhanaozen, "protest", "open", "organisation", {"organisation": "Dockers"}, "president")
    english, russian = letter.in_language("en"), letter.in_language("ru")
    assert english.startswith("The President of the Republic of Kazakhstan\nKassym-Jomart Tokayev\n\n")
    assert russian.startswith("Президенту Республики Казахстан\nКасым-Жомарту Токаеву\n\n")
    assert "say publicly what has been done about each of these demands" in english
    assert "публично сообщить, что сделано по каждому из этих требований" in russian
    assert "3. Improvement of working conditions." in english
    assert "4." not in english
    assert "at least 15 to 17" in english
    assert "не менее 15–17" in russian


def test_an_embassy_is_asked_to_pass_the_letter_on(shipped: Campaigns) -> None:
    """An ambassador decides nothing, and so is asked to forward the letter."""
    for campaign in shipped:
        letter = Letter(campaign, "protest", "open", "person", {}, "embassy")
        assert "Please pass this letter on to your government" in letter.in_language("en")


# --- NagaWorld 2021


def test_nobody_is_named_where_nobody_has_looked_it_up(shipped: Campaigns) -> None:
    """The letter of today to Cambodia's government goes to the office; the one as published names who held it."""
    campaign = shipped["nagaworld-2021"]
    published = Letter(campaign, "protest", "published", "person", {}, "prime-minister").in_language("en")
    today = Letter(campaign, "protest", "open", "person", {}, "prime-minister").in_language("en")
    assert published.startswith(
        "February 2022\n\n"
        "The Prime Minister of the Kingdom of Cambodia\nH. E. Samdech Hun Sen\n\nYour Excellency,"
    )
    assert today.startswith("The Prime Minister of the Kingdom of Cambodia\n\nYour Excellency,")
    assert "Hun" not in today


def test_only_the_releases_on_bail_are_welcome(shipped: Campaigns) -> None:
    """Whoever leaves prison after the whole sentence was not released by anybody's good will."""
    today = Letter(shipped["nagaworld-2021"], "protest", "open", "person", {}, "embassy").in_language("en")
    assert "eight of them were released on bail, and the other three followed; I welcome that." in today
    assert today.count("welcome") == 1


def test_the_subject_fits_both_letters(shipped: Campaigns) -> None:
    """One subject stands over the letter for prisoners and over that for the dismissed: it names neither."""
    subject = shipped["nagaworld-2021"].letter_kind("protest").subject.in_language("en")
    assert "dismissed" not in subject
    assert "jailed" not in subject


def test_there_is_no_letter_without_an_address(shipped: Campaigns) -> None:
    """For NagaWorld no address of the workers is known, so no letter of solidarity is offered."""
    assert [kind.kind for kind in shipped["nagaworld-2021"].kinds] == ["protest"]


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
