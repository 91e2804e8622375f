"""Which country a place on the map is in, without asking anybody: by its time zone, whose borders follow theirs."""

from __future__ import annotations

from bot.events import Place


def country_at(place: Place) -> str | None:
    """Return the code of the country at `place`; None on the high seas, and for what is no place on earth.

    The borders come from tzfpy (OpenStreetMap, simplified), the countries of the time zones from the Unicode CLDR.
    """
    from babel.core import get_global  # with tzfpy, seldom needed
    from tzfpy import get_tz

    if not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180):
        return None
    code = get_global("zone_territories").get(get_tz(place.longitude, place.latitude))
    return None if code in (None, "ZZ", "001") else str(code)
