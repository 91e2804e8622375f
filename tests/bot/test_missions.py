"""Which mission is offered to whom, why, and what is said of it."""

import math
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.countries import Countries
from bot.missions import (
    Confidence,
    Contact,
    Finding,
    Kind,
    Mission,
    Missions,
    Reason,
    distance_km,
)
from bot.resources import templates

COUNTRIES = Countries()


def pack(name: str) -> Missions:
    return Missions.load(templates() / "campaigns" / name / "missions.csv", COUNTRIES)


KAZAKHSTAN = pack("zhanaozen-2011")
CAMBODIA = pack("nagaworld-2021")

# Country codes, and the cities of the missions to be offered there, as read in the packs' lists.
KAZAKHSTAN_RESIDENT = """
AM Yerevan | AT Vienna | AZ Baku | BY Minsk | BE Uccle, Brussels | BR Brasília |
BG Sofia | CA Ottawa | CN Beijing | HR Zagreb | CZ Prague | EG Cairo | EE Tallinn | ET Addis Ababa |
FI Helsinki | FR Paris | GE Tbilisi | DE Berlin | GR Psychiko, Athens |
HU Budapest | IN New Delhi | ID Jakarta | IL Tel Aviv | IT Rome | JP Tokyo | KE Nairobi | KG Bishkek |
LV Riga | LT Vilnius | MX Mexico City | MN Ulaanbaatar | NO Oslo | PK Islamabad | PL Warsaw |
PT Lisbon | RO Bucharest | RU Moscow | SA Riyadh | RS Belgrade |
SG Singapore | ZA Pretoria | KR Seoul | ES Madrid | SE Stockholm | CH Bern | NL The Hague |
TR Ankara | UA Kyiv | GB London | US Washington | UZ Tashkent |
VN Hanoi
"""
KAZAKHSTAN_ACCREDITED = """
AU Singapore | SI Vienna | LU Uccle, Brussels | CL Brasília | BS Ottawa, Mexico City | BA Zagreb | ME Zagreb |
MC Paris | MV New Delhi | LK New Delhi | BD New Delhi | BT New Delhi | PH Jakarta | CY Tel Aviv |
MT Rome | SM Rome | BZ Mexico City | BB Mexico City | SR Mexico City | GT Mexico City |
HT Mexico City | NI Mexico City | NZ Singapore | AD Madrid | DK Stockholm | VA Bern | AL Ankara |
IE London | IS London
"""
KAZAKHSTAN_NEAREST = """
SK Vienna | LI Bern | MD Bucharest | MK Sofia | QA Riyadh | BH Riyadh | JO Tel Aviv | KP Seoul |
MY Singapore | NP New Delhi | LS Pretoria | UG Nairobi | ER Addis Ababa | UY Brasília
"""
CAMBODIA_RESIDENT = """
AU Canberra | BE Woluwe-Saint-Pierre, Brussels | BG Sofia | CN Beijing | CU Havana | DE Berlin |
FR Paris | GB London | ID Jakarta | IN New Delhi | JP Tokyo | RS Belgrade | RU Moscow | TR Ankara |
US Washington
"""
CAMBODIA_ACCREDITED = """
NZ Canberra | LU Woluwe-Saint-Pierre, Brussels | AT Woluwe-Saint-Pierre, Brussels | PA Havana |
HU Berlin | PL Berlin | CZ Berlin | SK Berlin | SI Berlin | HR Berlin | ES Paris | IT Paris |
GR Paris | PT Paris | AD Paris | CY Paris | MT Paris | MC Paris | NO London | IE London | FI London |
SE London | DK London | LT Moscow | EE Moscow | LV Moscow | RO Moscow
"""
CAMBODIA_NEAREST = """
CH Paris | NL Woluwe-Saint-Pierre, Brussels | CA Washington | UA Moscow | NP New Delhi | SG Jakarta |
JM Havana | ME Belgrade | MN Beijing
"""

TABLE = [
    pytest.param(missions, reason, code, cities, id=f"{name}-{code}")
    for name, missions, reason, expected in (
        ("kazakhstan", KAZAKHSTAN, Reason.RESIDENT, KAZAKHSTAN_RESIDENT),
        ("kazakhstan", KAZAKHSTAN, Reason.ACCREDITED, KAZAKHSTAN_ACCREDITED),
        ("kazakhstan", KAZAKHSTAN, Reason.NEAREST, KAZAKHSTAN_NEAREST),
        ("cambodia", CAMBODIA, Reason.RESIDENT, CAMBODIA_RESIDENT),
        ("cambodia", CAMBODIA, Reason.ACCREDITED, CAMBODIA_ACCREDITED),
        ("cambodia", CAMBODIA, Reason.NEAREST, CAMBODIA_NEAREST),
    )
    for entry in " ".join(expected.split()).split(" | ")
    for code, cities in [entry.split(" ", 1)]
]


@pytest.mark.parametrize(("missions", "reason", "code", "cities"), TABLE)
def test_the_right_missions_for_the_right_reason(
    missions: Missions, reason: Reason, code: str, cities: str
) -> None:
    """An embassy in the country comes first, then one accredited to it, then the nearest."""
    finding = missions.find(code)
    assert (finding.reason, ", ".join(mission.city for mission in finding.missions)) == (reason, cities)
    assert (finding.distance_km is not None) == (reason is Reason.NEAREST)


def cities(found: tuple[Mission, ...]) -> list[str]:
    return [mission.city for mission in found]


@pytest.mark.parametrize(
    ("code", "consulates"),
    [
        ("AU", ["Sydney"]),
        ("DE", ["Frankfurt am Main"]),
        ("RU", ["Omsk", "Saint Petersburg"]),
        ("US", ["New York", "San Francisco"]),
        ("FR", []),
    ],
)
def test_a_consulate_is_no_embassy(code: str, consulates: list[str]) -> None:
    """Consulates general stand aside: in Australia there is one, and the embassy responsible is in Singapore."""
    assert cities(KAZAKHSTAN.find(code).consulates) == consulates


def test_a_consulate_alone_is_better_than_nothing() -> None:
    """Where no embassy is responsible, the consulate general in the country is offered as what it is."""
    consulate = replace(EMBASSY, country_code="PE", kind=Kind.CONSULATE_GENERAL)
    found = Missions([consulate, EMBASSY], COUNTRIES).find("PE")
    assert (found.reason, found.missions, found.consulates) == (Reason.CONSULATE, (consulate,), ())


TERRITORIES = """
GL DK Stockholm | FO DK Stockholm | HK CN Beijing | MO CN Beijing | GG GB London | JE GB London |
BM GB London | PR US Washington | GU US Washington | RE FR Paris | NC FR Paris | AX FI Helsinki |
AW NL The Hague | SJ NO Oslo | CX AU Singapore | TK NZ Singapore
"""


@pytest.mark.parametrize("entry", " ".join(TERRITORIES.split()).split(" | "))
def test_a_territory_goes_to_the_embassy_of_its_state(entry: str) -> None:
    """Greenland is not sent to the embassy that happens to be nearest, Ottawa, but to that for Denmark."""
    code, state, city = entry.split(" ", 2)
    found = KAZAKHSTAN.find(code)
    assert (found.territory, found.state, cities(found.missions)) == (code, state, [city])
    assert found.consulates == ()
    assert found.distance_km is None


def test_an_embassy_for_the_territory_itself_comes_first() -> None:
    """Whoever has an embassy of their own, or one accredited to them by name, goes there."""
    paris = replace(EMBASSY, country_code="FR", also_accredited_to=("GL",))
    found = Missions([replace(EMBASSY, country_code="DK"), paris], COUNTRIES).find("GL")
    assert found == Finding(Reason.ACCREDITED, (paris,))


def test_a_state_without_embassy_shares_the_nearest_with_its_territories() -> None:
    """For Aruba, Cambodia's list has nothing but what is nearest to the Netherlands."""
    found, of_state = CAMBODIA.find("AW"), CAMBODIA.find("NL")
    assert found == replace(of_state, territory="AW", state="NL")
    assert found.reason is Reason.NEAREST


@pytest.mark.parametrize("code", ["FK", "GI", "EH", "TW", "PS", "XK", "YT", "IO", "CK"])
def test_what_is_disputed_is_left_alone(code: str) -> None:
    """A territory that another state claims is counted to none."""
    assert COUNTRIES.state(code) is None
    assert KAZAKHSTAN.find(code).state is None


def test_the_nearest_is_told_with_its_distance() -> None:
    """Vienna is about 50 km from Bratislava, Seoul about 200 km from Pyongyang."""
    assert KAZAKHSTAN.find("SK").distance_km == 50
    assert KAZAKHSTAN.find("KP").distance_km == 200


def test_embassies_almost_as_near_are_offered_too() -> None:
    """Mexico City is about as far from Havana as Washington is, so someone in Cuba may choose."""
    assert [mission.city for mission in KAZAKHSTAN.find("CU").missions] == ["Mexico City", "Washington"]


def test_a_permanent_mission_is_no_embassy() -> None:
    """The mission in Geneva is offered to nobody, not even in Switzerland."""
    geneva = next(mission for mission in CAMBODIA if mission.kind is Kind.PERMANENT_MISSION)
    assert geneva.country_code == "CH"
    assert all(geneva not in CAMBODIA.find(code).missions for code in COUNTRIES)


@pytest.mark.parametrize("code", ["AQ", "ZZ", ""])
def test_without_a_known_place_nothing_is_guessed(code: str) -> None:
    """For a country without a town, or one that does not exist, no embassy is called the nearest."""
    assert KAZAKHSTAN.find(code) == Finding(Reason.UNKNOWN)


EMBASSY = Mission(
    country_code="AQ",
    country="Somewhere",
    city="Town",
    kind=Kind.EMBASSY,
    source_1="A list",
    confidence=Confidence.HIGH,
)

places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
missions = st.builds(
    lambda place, kind: replace(EMBASSY, kind=kind, latitude=place[0], longitude=place[1]),
    places,
    st.sampled_from(Kind),
)
inhabited = st.sampled_from(
    [code for code in COUNTRIES if COUNTRIES.location(code) and not COUNTRIES.state(code)]
)


def angle_km(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float:
    """Return the distance by another formula: from the angle at the centre of the Earth."""
    assert one
    assert other
    a, b = _direction(one), _direction(other)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return 6371.0088 * math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(a, b, strict=True)))


def _direction(place: tuple[float, float]) -> tuple[float, float, float]:
    latitude, longitude = map(math.radians, place)
    flat = math.cos(latitude)
    return flat * math.cos(longitude), flat * math.sin(longitude), math.sin(latitude)


@given(inhabited, st.lists(missions, max_size=12))
def test_no_embassy_is_nearer_than_the_nearest(code: str, listed: list[Mission]) -> None:
    """Offered are the embassies at most a tenth farther than the nearest, three at the most, and no other mission."""
    capital = COUNTRIES.location(code)
    finding = Missions(listed, COUNTRIES).find(code)
    far = sorted(angle_km(capital, m.location) for m in listed if m.kind is Kind.EMBASSY)
    if not far:
        assert finding == Finding(Reason.UNKNOWN)
        return
    offered = [angle_km(capital, m.location) for m in finding.missions]
    assert all(m.kind is Kind.EMBASSY for m in finding.missions)
    assert offered == pytest.approx([km for km in far if km <= far[0] * 1.1 + 1e-6][: len(offered)], abs=1e-3)
    assert len(offered) == 3 or all(km >= far[0] * 1.1 - 1e-3 for km in far[len(offered) :])
    assert len(offered) <= 3
    assert finding.distance_km is not None
    assert finding.distance_km % 10 == 0
    assert finding.distance_km == pytest.approx(far[0], abs=5.001)


@given(places, places)
def test_distance_is_that_of_the_great_circle(one: tuple[float, float], other: tuple[float, float]) -> None:
    """It is the same both ways, nothing to oneself, and what the angle at the centre makes it."""
    assert distance_km(one, one) == 0
    assert distance_km(one, other) == distance_km(other, one) == pytest.approx(angle_km(one, other), abs=0.5)


def test_embassies_stand_near_their_capitals() -> None:
    """The packs and the table of capitals agree: each embassy is within 60 km of its host's capital."""
    for embassy in chain(KAZAKHSTAN, CAMBODIA):
        capital = COUNTRIES.location(embassy.country_code)
        if embassy.kind is Kind.EMBASSY and capital and embassy.location:
            assert distance_km(capital, embassy.location) < 60, embassy.city


def in_city(city: str) -> Contact:
    return next(m.contact() for m in KAZAKHSTAN if m.city == city)


def test_a_well_sourced_mission_is_given_out_with_the_date_of_the_list() -> None:
    """Berlin's address is printed as it is in the list, as of 2016-03-01."""
    assert in_city("Berlin") == Contact(
        "Berlin", None, "2016-03-01", address="Nordendstraße 14-17", postal_code="13156"
    )


def test_an_address_of_unknown_date_says_so() -> None:
    """Tbilisi's address comes from an undated list, and its date is None."""
    tbilisi = in_city("Tbilisi")
    assert tbilisi.address == "Lvovi Street 77 (ლვოვის ქ. №77)"
    assert tbilisi.as_of is None


def test_a_mission_without_address_gets_none() -> None:
    """Minsk has a telephone but no address in the list: only the telephone is given out."""
    assert in_city("Minsk") == Contact(
        "Minsk", None, "2022-11-16", phone="+375 17 276 01 10", reached_as_of="2018-04-28"
    )


@pytest.mark.parametrize(
    ("city", "date"),
    [
        ("The Hague", "2018-05-14"),
        ("Tel Aviv", "2018-05-07"),
        ("Washington", "2026-05-17"),
        ("Moscow", None),
        ("New Delhi", None),
        ("Ankara", None),
        ("Jakarta", None),
    ],
)
def test_a_telephone_has_the_date_of_its_own_source(city: str, date: str | None) -> None:
    """The date of an address says nothing of the telephone and the e-mail, which come from elsewhere."""
    assert in_city(city).reached_as_of == date
    assert in_city(city).as_of != "2018-05-14"


@pytest.mark.parametrize(
    ("city", "lines"),
    [
        ("Berlin", ("Nordendstraße 14-17", "13156 Berlin", "Germany")),
        ("Rome", ("Via Cassia 471", "00189 Roma", "Italy")),
        ("London", ("Kazakhstan House, 125 Pall Mall", "London", "SW1Y 5EA", "United Kingdom")),
        ("Washington", ("1401 16th Street NW", "Washington, DC 20036", "United States")),
        ("New Delhi", ("61 Poorvi Marg, Vasant Vihar", "New Delhi 110057", "India")),
        ("Lisbon", ("Rua Pêro da Covilhã 20", "Lisboa", "Portugal")),
        ("Minsk", ()),
        ("Beijing", ()),
    ],
)
def test_an_address_is_ready_for_the_envelope(city: str, lines: tuple[str, ...]) -> None:
    """The postal code stands where that country has it, the town as it is called there, the country last."""
    [mission] = [m for m in KAZAKHSTAN if m.city == city]
    assert KAZAKHSTAN.address_lines(mission) == lines


def test_no_town_needs_brackets() -> None:
    """A city stands in brackets behind the embassy's name, so there are none in it."""
    assert [m.city for m in chain(KAZAKHSTAN, CAMBODIA) if "(" in m.city] == []


@pytest.mark.parametrize("city", ["Omsk", "Beijing", "Islamabad", "Kyiv"])
def test_of_a_badly_sourced_mission_only_the_city_is_said(city: str) -> None:
    """Where the list has an unverified address, telephone or e-mail, none of them is given out."""
    low = next(m for m in KAZAKHSTAN if m.city == city)
    assert low.address or low.phone
    assert low.contact() == Contact(city, None, low.source_date)


def test_of_a_badly_sourced_mission_the_website_is_said_too() -> None:
    """Hanoi is poorly sourced, and its official website is where a supporter can look."""
    website = "https://www.gov.kz/memleket/entities/mfa-hanoi"
    assert in_city("Hanoi") == Contact("Hanoi", website, None)


def test_a_postal_code_never_stands_alone() -> None:
    """Without an address its postal code is not given out either."""
    assert replace(EMBASSY, postal_code="12345").contact().postal_code is None


def test_cambodias_list_gives_no_address_and_doubts_sofia() -> None:
    """Nothing but cities is known of Cambodia's embassies, and which entry of Sofia is right is not clear."""
    assert all(m.contact() == Contact(m.city, None, "2022-11-16") for m in CAMBODIA)
    assert [m.city for m in CAMBODIA if m.confidence is Confidence.LOW] == ["Sofia"]
