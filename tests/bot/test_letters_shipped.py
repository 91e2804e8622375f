"""The letters of the shipped campaigns: to whom they go, of when they are, and what they ask."""

from __future__ import annotations

import re
from itertools import product

import pytest

from bot.campaigns import Campaign, Campaigns, Version
from bot.letters import Letter
from bot.resources import templates

VERSIONS: tuple[Version, ...] = ("published", "open")
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


@pytest.fixture(scope="module")
def shipped() -> Campaigns:
    """The campaigns that come with the bot."""
    return Campaigns.load([templates() / "campaigns"], ("zhanaozen-2011", "nagaworld-2021"))


@pytest.fixture(scope="module")
def zhanaozen(shipped: Campaigns) -> Campaign:
    """The appeal of 2011."""
    return shipped["zhanaozen-2011"]


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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "We, Dockers, wish to protest against the brutal repression of the workers of Kazakhstan."),
        ("ru", "Мы, Dockers, протестуем против "),
        ("kk", " наразылық білдіреміз."),
        ("fr", "Nous, Dockers, protestons contre "),
        ("es", "Desde Dockers protestamos contra "),
        ("de", "wir, Dockers, protestieren gegen "),
        ("tr", " protesto ediyoruz."),
        ("ar", "نحن، Dockers، نحتج على "),
    ],
)
def test_the_letter_as_published_protests(zhanaozen: Campaign, language: str, words: str) -> None:
    """Its first sentence is that of the model letter, in every language: “We wish to protest against...”."""
    answers = {"organisation": "Dockers"}
    letter = Letter(zhanaozen, "protest", "published", "organisation", answers, "president")
    assert words in (letter.beside(language) or letter.in_language(language))


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
