"""A small campaign pack on disk, right in everything, for tests to read and to spoil."""

from __future__ import annotations

from pathlib import Path

from bot.campaigns import Campaign, Campaigns

CAMPAIGN = """\
title = { en = "The bakers of Examplia", ru = "Пекари Экзамплии" }
status = "open"
written = "2024-05"
facts_as_of = "2025-01-31"
country = "KZ"
languages = ["en", "ru"]
source = "https://example.org/appeal"
notice = { en = "This is an example." }
names = { en = ["Baker Street"] }

[[event]]
date = "2024-12"
text = { en = "One baker is back." }
source = "example.org/later"

[[event]]
date = "2024-06-01"
text = { en = "The bakers were locked out." }
source = "example.org/news"

[[demand]]
key = "bread"
text = { en = "Bread for all.", ru = "Хлеба всем." }
state = "open"

[[demand]]
key = "release"
text = { en = "Freedom for the baker.", ru = "Свободу пекарю." }
state = "met"
date = "2024-07-01"
source = "example.org/free"

[[demand]]
key = "roses"
text = { en = "Roses, too." }
state = "partly-met"
date = "2024-08"
source = "example.org/roses"

[[recipient]]
key = "archive"
kinds = ["protest", "note"]
role = "copy"
office = { en = "The archive" }
salutation = { en = "Dear archivists," }
[[recipient.channel]]
type = "email"
value = "archive@example.org"
as_of = "2024-05"
source = "the appeal"
verification = "published"

[[recipient]]
key = "minister"
kinds = ["protest"]
office = { en = "Minister of Bread", ru = "Министр хлеба" }
addressed_as = { en = "The Minister of Bread", ru = "Министру хлеба" }
salutation = { en = "Dear Minister,", ru = "Уважаемый господин министр!" }
[[recipient.holder]]
name = { en = "Ada Oven", ru = "Ада Печь" }
until = "2024-09-30"
source = "example.org/cabinet"
as_of = "2025-01"
[[recipient.holder]]
name = { en = "Bo Miller", ru = "Бо Мельник" }
addressed_as = { en = "Bo Miller", ru = "Бо Мельнику" }
since = "2024-10-01"
source = "example.org/cabinet"
as_of = "2025-01"
[[recipient.channel]]
type = "post"
value = "Old Mill 1"
as_of = "2024-05"
source = "the appeal"
verification = "outdated"
[[recipient.channel]]
type = "phone"
value = "+7 7172 000000"
as_of = "2024-05"
source = "the appeal"
verification = "doubtful"
[[recipient.channel]]
type = "post"
value = "New Mill 2"
as_of = "2025-01"
source = "example.org/ministry"
verification = "confirmed"

[[recipient]]
key = "embassy"
kinds = ["protest"]
nearest_mission = true
office = { en = "Embassy of Examplia", ru = "Посольство Экзамплии" }
salutation = { en = "Your Excellency,", ru = "Ваше Превосходительство!" }

[[mission_note]]
country_code = "DE"
city = "Berlin"
text = { en = "Ring twice." }
source = "example.org/bell"

[[recipient]]
key = "bakers"
kinds = ["solidarity"]
office = { en = "The bakers" }
salutation = { en = "Dear friends," }
[[recipient.channel]]
type = "email"
value = "bakers@example.org"
as_of = "2024-05"
source = "the appeal"
verification = "doubtful"

[[letter]]
kind = "protest"
title = { en = "Protest" }
about = { en = "To the minister" }
subject = { en = "Bread", ru = "Хлеб" }

[[letter]]
kind = "solidarity"
title = { en = "Solidarity" }
about = { en = "To the bakers" }
subject = { en = "Greetings" }

[[letter]]
kind = "note"
accompanies = ["protest"]
title = { en = "Note" }
about = { en = "To the archive" }
subject = { en = "A copy" }

[[question]]
key = "name"
type = "name"
for = ["person", "organisation"]
optional = true

[[question]]
key = "organisation"
type = "organisation"
for = ["organisation"]

[[question]]
key = "country"
type = "country"
for = ["person"]
optional = true

[[question]]
key = "loaf"
type = "line"
for = ["person"]
kinds = ["protest"]
optional = true
max_length = 80
ask = { en = "Which loaf?" }

[[oddity]]
where = "recipient.minister.channel.phone"
rule = "phone"
reason = { en = "Printed so." }
"""

APPEAL = """\
## In short {#summary}

The bakers of **Examplia** strike.

## How it began {#background}

With flour.
"""

PROTEST = """\
{{ recipient.office }}
{{ recipient.holder }}

{{ recipient.salutation }}

{% if loaf %}
My loaf: {{ loaf }}
{% endif %}

{% for demand in demands %}
{{ loop.index }}. {{ demand }}
{% endfor %}

{{ name or "A supporter" }}
{{ organisation }}
{{ country }}
"""

MISSIONS = """\
country_code,country,city,kind,address,post_town,postal_code,phone,fax,email,website,latitude,longitude,\
coordinates_of,also_accredited_to,source_1,source_2,source_date,contact_date,confidence
DE,Germany,Berlin,embassy,Kornstraße 1,,10115,+49 30 000000,+49 30 000001,,,52.5,13.4,city,BS,list,,2020-03,2018,high
DE,Germany,Bonn,consulate-general,Mehlweg 2,,,,,,,50.7,7.1,city,,list,,2020,,medium
FR,France,Paris,embassy,Rue du Pain 3,,,,,paris@example.org,,48.9,2.3,city,BS,list,,,,medium
GB,United Kingdom,London,embassy,Mill Lane 4,,,,,,,51.5,-0.1,city,,list,,2019,,low
PE,Peru,Lima,consulate-general,Jirón del Pan 5,,,,,,,-12.0,-77.0,city,,list,,2019,,medium
"""

FILES = {
    "campaign.toml": CAMPAIGN,
    "appeal.en.md": APPEAL,
    "appeal.ru.md": APPEAL.replace("The bakers of **Examplia** strike.", "Пекари **Экзамплии** бастуют."),
    "letter-protest.en.txt.j2": PROTEST,
    "letter-protest.ru.txt.j2": PROTEST.replace("A supporter", "Кто-то"),
    "letter-solidarity.en.txt.j2": "{{ recipient.salutation }}\n",
    "letter-solidarity.ru.txt.j2": "{{ recipient.salutation }}\n",
    "letter-note.en.txt.j2": "{{ recipient.salutation }}\n",
    "letter-note.ru.txt.j2": "{{ recipient.salutation }}\n",
    "missions.csv": MISSIONS,
}


def write_pack(folder: Path, slug: str = "bakers-2024") -> Path:
    """Write the pack into `folder`/`slug` and return that."""
    pack = folder / slug
    pack.mkdir(parents=True)
    for name, text in FILES.items():
        (pack / name).write_text(text, "utf-8")
    return pack


def spoil(pack: Path, file: str, old: str, new: str) -> None:
    """Replace `old`, which must be there, by `new` in one file of a pack."""
    text = (pack / file).read_text("utf-8")
    assert old in text, old
    (pack / file).write_text(text.replace(old, new, 1), "utf-8")


def load(pack: Path) -> Campaign:
    """Return the campaign of one pack."""
    return Campaigns.load([pack.parent], (pack.name,))[pack.name]
