"""Faults in how letters go out: what is changed, and what is said of it."""

from __future__ import annotations

from tests.bot.spoiling import CASINO, MAIN, MISSIONS, OIL, Fault, both, to

VISIT = """
[[recipient.channel]]
type = "visit"
value = "Phnom Penh"
as_of = "2022"
source = "a map"
verification = "published"
"""
ROUTES = (
    Fault(
        "protest and solidarity at one recipient",
        OIL,
        MAIN,
        to('kinds = ["solidarity"]', 'kinds = ["solidarity", "protest"]'),
        "campaign.toml: recipient.workers.kinds: gets protest and solidarity; nobody may get "
        "both, except as a copy [shared-recipient]",
    ),
    Fault(
        "protest and solidarity at one address",
        OIL,
        MAIN,
        to("qybrai@list.ru", "info@kmg.kz"),
        "campaign.toml: recipient.workers.channel: “info@kmg.kz” is also an address of "
        "kazmunaygas, which gets the protest [shared-recipient]",
    ),
    Fault(
        "a recipient without letters",
        CASINO,
        MAIN,
        to('key = "embassy"\nkinds = ["protest"]', 'key = "embassy"\nkinds = []'),
        "campaign.toml: recipient.embassy: no letter goes there; name one in kinds, or leave the "
        "recipient out [no-letter]",
    ),
    Fault(
        "a letter that goes to copies only",
        OIL,
        MAIN,
        to('kinds = ["solidarity"]', 'kinds = ["protest"]'),
        "campaign.toml: letter.solidarity: goes only to those who get a copy; somebody must be "
        "its recipient [only-copies]",
    ),
    Fault(
        "a letter that goes to nobody",
        OIL,
        MAIN,
        to('kinds = ["protest", "solidarity", "copy"]', 'kinds = ["protest", "solidarity"]'),
        "campaign.toml: letter.copy: no recipient has this kind among its kinds",
    ),
    Fault(
        "a nearest embassy without a list",
        CASINO,
        MISSIONS,
        None,
        "campaign.toml: recipient.embassy.nearest_mission: the nearest one cannot be found: "
        "there is no missions.csv in the pack [missions-file]",
    ),
    Fault(
        "a nearest embassy to nowhere",
        OIL,
        MAIN,
        to('type = "country"\nfor = ["person", "organisation"]', 'type = "country"\nfor = ["organisation"]'),
        "campaign.toml: recipient.embassy.nearest_mission: whose nearest one? No question asks "
        "for the country of a person who writes the protest; add one with the key country "
        "[no-country]",
    ),
    Fault(
        "a list of missions that nobody uses",
        CASINO,
        MAIN,
        both(
            to('"Your Excellency," }\n\n# --- What can', '"Your Excellency," }' + VISIT + "\n# --- What can"),
            to("nearest_mission = true", ""),
        ),
        "missions.csv: the whole file: no recipient of campaign.toml has nearest_mission = true "
        "[missions-file]",
    ),
    Fault(
        "a key too long for a button",
        CASINO,
        MAIN,
        to('key = "prime-minister"', 'key = "the-prime-minister-of-the-kingdom-of-cambodia-in-person"'),
        "campaign.toml: recipient.the-prime-minister-of-the-kingdom-of-cambodia-in-person: the "
        "key is 11 characters too long for a button [button-data]",
    ),
    Fault(
        "an oddity that explains nothing",
        OIL,
        MAIN,
        to('"(3172) 977924, 977923"', '"(7172) 977924, 977923"'),
        "campaign.toml: oddity.2: the rule dialling-code finds nothing at "
        "recipient.kazmunaygas.channel.phone-2; take this oddity out [oddity]",
    ),
)
