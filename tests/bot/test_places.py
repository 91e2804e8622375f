"""A shared place: the country it is in, or the truth that it is in none."""

import pytest

from bot.countries import Countries
from bot.events import Place
from bot.places import countries_at


@pytest.mark.parametrize(
    ("latitude", "longitude", "country"),
    [
        (53.80, -1.55, "GB"),
        (43.34, 52.86, "KZ"),
        (11.56, 104.92, "KH"),
        (47.56, 7.59, "CH"),
        (48.58, 7.75, "FR"),
        (47.14, 9.52, "LI"),
        (42.30, -83.02, "CA"),
        (42.33, -83.05, "US"),
        (31.69, -106.42, "MX"),
        (-41.29, 174.78, "NZ"),
    ],
)
def test_a_place_is_in_its_country(latitude: float, longitude: float, country: str) -> None:
    """Also where the border is near, the country is the right one, and one that the bot knows."""
    assert countries_at(Place(latitude, longitude)) == (country,)
    assert Countries().find(country).code == country


@pytest.mark.parametrize(
    "place", [(0.0, -30.0), (91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (1e300, 1e300)]
)
def test_the_sea_is_no_country(place: tuple[float, float]) -> None:
    """On the high seas and beyond the map there is none."""
    assert countries_at(Place(*place)) == ()


def test_a_time_zone_of_two_countries_names_both() -> None:
    """In Hanoi the clocks go as in Bangkok, in Pristina as in Belgrade: it is for the person to say."""
    assert countries_at(Place(21.03, 105.85)) == ("TH", "VN")
    assert countries_at(Place(42.66, 21.16)) == ("RS", "XK")
