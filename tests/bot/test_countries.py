"""How countries are recognised, named and placed."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.countries import LANGUAGES, MAX_SUGGESTIONS, Countries, Match, Town

COUNTRIES = Countries()

NAMED = {
    "Germany": "DE",
    "  germany. ": "DE",
    "GERMANY!": "DE",
    "Deutschland": "DE",
    "Германия": "DE",
    "Allemagne": "DE",
    "Alemania": "DE",
    "Almanya": "DE",
    "ألمانيا": "DE",
    "Қазақстан": "KZ",
    "Казахстан": "KZ",
    "cote d'ivoire": "CI",
    "Côte d’Ivoire": "CI",
    "Ivory Coast": "CI",
    "Guinea": "GN",
    "guinea bissau": "GW",
    "Niger": "NE",
    "Dominica": "DM",
    "Dominican Republic": "DO",
    "the Netherlands": "NL",
    "die Schweiz": "CH",
    "L'Italie": "IT",
    "La Réunion": "RE",
    "Bosnia and Herzegovina": "BA",
    "Saint Lucia": "LC",
    "St. Lucia": "LC",
    "UK": "GB",
    "uk": "GB",
    "the U.K.": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "Ireland": "IE",
    "Britain": "GB",
    "Англия": "GB",
    "Великобритания": "GB",
    "İngiltere": "GB",
    "INGILTERE": "GB",
    "Hirvatistan": "HR",
    "USA": "US",
    "U.S.A.": "US",
    "America": "US",
    "США": "US",
    "Holland": "NL",
    "Голландия": "NL",
    "Czech Republic": "CZ",
    "Czechia": "CZ",
    "Чехия": "CZ",
    "Burma": "MM",
    "South Korea": "KR",
    "Russia": "RU",
    "Россия": "RU",
    "Turkey": "TR",
    "Türkiye": "TR",
    "Turkiye": "TR",
    "UAE": "AE",
    "Emirates": "AE",
    "Hong Kong": "HK",
    "Palestine": "PS",
    "Kosovo": "XK",
    "日本": "JP",
    "المانـيا": "DE",
    "السعودية": "SA",
    "Конго Демократиялық Республикасы": "CD",
    "DE": "DE",
    "de": "DE",
    "NO": "NO",
    "us": "US",
    "KAZ": "KZ",
    "kaz": "KZ",
    "🇩🇪": "DE",
    " 🇬🇧 ": "GB",
    "🇩🇪 Germany": "DE",
}

MEANT = {
    "Germny": ["DE"],
    "Gemrany": ["DE"],
    "Kazahstan": ["KZ"],
    "Казакстан": ["KZ"],
    "Swizerland": ["CH"],
    "Nigera": ["NE", "NG"],
    "Cote dIvoire": ["CI"],
    "Korea": ["KP", "KR"],
    "Корея": ["KP", "KR"],
    "Congo": ["CD", "CG"],
    "Virgin Islands": ["VG", "VI"],
    "Paris, France": ["FR"],
    "I live in Germany": ["DE"],
    "I live in the US": ["US"],
    "from Belfast, Northern Ireland": ["GB"],
    "Bissau, Guinea-Bissau": ["GW"],
    "Berlin 🇩🇪": ["DE"],
    "Georgia, USA": ["GE", "US"],
    "Я живу в Германии": ["DE"],
    "Қазақстанда тұрамын": ["KZ"],
    "no": ["NO"],
    "No": ["NO"],
    "in": ["IN"],
    "London": ["GB"],
    "Лондон": ["GB"],
    "Wien": ["AT"],
    "new york": ["US"],
    "İstanbul": ["TR"],
    "موسكو": ["RU"],
}

GARBAGE = [
    "",
    "   ",
    "?!",
    "12345",
    "asdfgh",
    "hello",
    "I don't know",
    "не знаю",
    "нет",
    "/cancel",
    "Atlantis",
    "let us begin",
    "the german unions have already begun to organise a protest",
    "EU",
    "🇪🇺",
    "ZZ",
    "🙂",
    "\u0301",
    "France, Germany, Italy, Spain and Peru",
    "Germany " * 30,
]


@pytest.mark.parametrize(("text", "code"), NAMED.items())
def test_a_name_a_code_or_a_flag_is_recognised(text: str, code: str) -> None:
    """A country is known by its names in eight languages, everyday names, ISO codes and flag."""
    assert COUNTRIES.find(text) == Match(code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_the_bot_says_is_understood(language: str) -> None:
    """Whatever the bot calls a country, the same words name that country, and no other, when typed."""
    for code in COUNTRIES:
        found = COUNTRIES.find(COUNTRIES.name(code, language))
        assert found == Match(code) or (code in {"CD", "CG"} and set(found.suggestions) == {"CD", "CG"})


@pytest.mark.parametrize(("text", "codes"), MEANT.items())
def test_what_is_not_certain_is_only_suggested(text: str, codes: list[str]) -> None:
    """A typing error, an ambiguous name, a town, a sentence or an everyday word is never taken for an answer."""
    found = COUNTRIES.find(text)
    assert found.code is None
    assert sorted(found.suggestions) == codes


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_means_no_country(text: str) -> None:
    """What resembles no country, or names too many, gives neither an answer nor a suggestion."""
    assert COUNTRIES.find(text) == Match(None)


@given(st.text(max_size=250))
@example("ß")
@example("🇩")
def test_any_text_is_answered(text: str) -> None:
    """Whatever is typed, the answer is one country or up to four different suggestions, all of them known."""
    found = COUNTRIES.find(text)
    assert found.code is None or (found.code in COUNTRIES and not found.suggestions)
    assert len(set(found.suggestions)) == len(found.suggestions) <= MAX_SUGGESTIONS
    assert all(code in COUNTRIES for code in found.suggestions)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "Germany"),
        ("ru", "Германия"),
        ("de-AT", "Deutschland"),
        ("pt_BR", "Alemanha"),
        ("xx", "Germany"),
        ("", "Germany"),
    ],
)
def test_a_country_is_named_in_the_language_of_the_person(language: str, name: str) -> None:
    """A language with a region is understood, an unknown one is answered in English."""
    assert COUNTRIES.name("DE", language) == name


def test_an_unknown_code_is_its_own_name() -> None:
    """A code that CLDR does not know is shown as it is."""
    assert COUNTRIES.name("Q1", "ru") == "Q1"


@pytest.mark.parametrize(
    ("country", "town", "language", "name"),
    [
        ("DE", "Berlin", "ru", "Берлин"),
        ("UA", "Kyiv", "ru", "Киев"),
        ("MX", "Mexico City", "ru", "Мехико"),
        ("IT", "Rome", "de_AT", "Rom"),
        ("DE", "Berlin", "en", "Berlin"),
        ("TR", "Ankara", "ru", "Ankara"),
        ("US", "Paris", "ru", "Paris"),
        ("DE", "Berlin", "xx", "Berlin"),
    ],
)
def test_a_town_is_named_where_cldr_knows_it(country: str, town: str, language: str, name: str) -> None:
    """CLDR names the towns that time zones are called after; no other name is made up."""
    assert Town(country, town).in_language(language) == name


def test_territories_belong_to_states() -> None:
    """What a territory belongs to is a state, which belongs to nothing."""
    states = {COUNTRIES.state(code) for code in COUNTRIES} - {None}
    assert states == {"AU", "CN", "DK", "FI", "FR", "GB", "NL", "NO", "NZ", "US"}
    assert {COUNTRIES.state(str(state)) for state in states} == {None}
    assert COUNTRIES.state("ZZ") is None


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("DE", ("12345 Town",)),
        ("US", ("Town 12345",)),
        ("GB", ("Town", "12345")),
        ("HU", ("Town", "12345")),
        ("SG", ("Town", "12345")),
        ("ZZ", ("Town", "12345")),
    ],
)
def test_the_postal_code_stands_where_the_country_has_it(code: str, lines: tuple[str, ...]) -> None:
    """Before, after, above or below the town; where that is not known, below."""
    assert COUNTRIES.town_lines(code, "Town", "12345") == lines
    assert COUNTRIES.town_lines(code, "Town", None) == ("Town",)


def test_all_countries_are_there() -> None:
    """The table holds the 249 codes of ISO 3166-1 and Kosovo, each with a name of its own."""
    codes = list(COUNTRIES)
    assert len(codes) == 250
    assert "XK" in codes
    assert all(re.fullmatch("[A-Z]{2}", code) for code in codes)
    assert len({COUNTRIES.name(code, "en") for code in codes} - set(codes)) == 250


def test_where_nobody_lives_no_place_is_made_up() -> None:
    """Only countries without any town have no location; an unknown country has none either."""
    assert {code for code in COUNTRIES if COUNTRIES.location(code) is None} == {"AQ", "BV", "HM", "UM"}
    assert COUNTRIES.location("ZZ") is None


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [("DE", 52.5, 13.4), ("US", 38.9, -77.0), ("KZ", 51.2, 71.4), ("BR", -15.8, -47.9), ("NZ", -41.3, 174.8)],
)
def test_a_country_lies_where_its_capital_lies(code: str, latitude: float, longitude: float) -> None:
    """The location is the capital's, north and east positive."""
    assert COUNTRIES.location(code) == pytest.approx((latitude, longitude), abs=0.1)
