"""Which country a place on the map is in, without asking anybody: by its time zone, whose borders follow theirs."""

from __future__ import annotations

from bot.events import Place

_SHARED = {"Asia/Bangkok": ("TH", "VN"), "Europe/Belgrade": ("RS", "XK")}
"""Time zones of several countries: the north of Vietnam keeps Bangkok's, Kosovo Belgrade's."""


def time_zone_at(place: Place) -> str:
    """Return the time zone at `place`, as in the tz database."""
    from tzfpy import get_tz  # seldom needed

    return str(get_tz(place.longitude, place.latitude))


def countries_at(place: Place) -> tuple[str, ...]:
    """Return the code of the country at `place`, or of each that it may be; none on the high seas and off the map.

    The borders come from tzfpy (OpenStreetMap, simplified), the countries of the time zones from the Unicode CLDR.
    """
    from babel.core import get_global  # with tzfpy, seldom needed
    from tzfpy import get_tz

    if not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180):
        return ()
    zone = get_tz(place.longitude, place.latitude)
    code = get_global("zone_territories").get(zone)
    return _SHARED.get(zone) or (() if code in (None, "ZZ", "001") else (str(code),))
