"""Faults in the files of a pack: what stands in the wrong place, and what a template cannot do."""

from __future__ import annotations

from tests.bot.spoiling import CASINO, MAIN, MISSIONS, OIL, Fault, both, to, without

AT_THE_TOP = "belongs at the top of the file, above the first line in square brackets"
TABLE = "| when | what |\n| --- | --- |\n| May | a strike |\n\nIn May 2011"

BRACKETS = (
    Fault(
        "a line that slid below a table",
        CASINO,
        MAIN,
        both(to('country = "KH"\n', ""), to("[[event]]\n", '[[event]]\ncountry = "KH"\n')),
        f"campaign.toml: event.1.country: {AT_THE_TOP}",
    ),
    Fault(
        "single brackets",
        CASINO,
        MAIN,
        to("[[letter]]", "[letter]"),
        "campaign.toml: letter: must stand in double brackets: [[letter]]",
    ),
    Fault(
        "curly quotation marks",
        CASINO,
        MAIN,
        to('status = "historical"', "status = “historical”"),
        'campaign.toml: line 6, column 10: use straight quotation marks, ", and not “',
    ),
    Fault(
        "a key that is nearly known",
        CASINO,
        MAIN,
        to("short_title =", "shorttitle ="),
        "campaign.toml: shorttitle: is not a key that is known here; did you mean short_title?",
    ),
    Fault(
        "names without a language",
        CASINO,
        MAIN,
        both(without(r"\[names\]\nen = [^\n]*"), to("title =", 'names = ["LRSU"]\ntitle =')),
        'campaign.toml: names: must give the names by language, such as { en = ["Natalia Sokolova"] }',
    ),
    Fault(
        "names in a language that the pack has not",
        CASINO,
        MAIN,
        to("[names]\n", '[names]\nde = ["Kambodscha"]\n'),
        "campaign.toml: names.de: is not among the campaign's languages",
    ),
    Fault(
        "a country in free words",
        CASINO,
        MAIN,
        to('type = "country"', 'type = "town"'),
        "campaign.toml: question.country: has the type town; with this key it must have the type country",
    ),
)

TEMPLATES = (
    Fault(
        "a sender that nobody is",
        CASINO,
        "letter-protest.en.txt.j2",
        to('sender == "organisation"', 'sender == "organization"'),
        "letter-protest.en.txt.j2: line 1: sender is never “organization”; did you mean organisation?",
    ),
    Fault(
        "a recipient that nobody is",
        OIL,
        "letter-protest.en.txt.j2",
        to('recipient.key == "embassy"', 'recipient.key == "embasy"'),
        "letter-protest.en.txt.j2: line 132: recipient.key is never “embasy”; did you mean embassy?",
    ),
    Fault(
        "a condition without an end",
        CASINO,
        "letter-protest.en.txt.j2",
        without(r"\{% endif %\}\n(?=\{% if name %\})"),
        "letter-protest.en.txt.j2: line 144: {% if %} is never closed; write {% endif %} where it ends",
    ),
    Fault(
        "an unknown part of a field",
        CASINO,
        "letter-protest.en.txt.j2",
        to("{{ recipient.holder }}", "{{ recipient.name }}"),
        "letter-protest.en.txt.j2: line 7: recipient has no “name”; it has key, office, holder, salutation",
    ),
)

FOUND = (
    Fault(
        "latitude and longitude swapped",
        OIL,
        MISSIONS,
        to("48.1937,16.3776", "16.3776,48.1937"),
        "missions.csv: line 4, column latitude: lies 4571 km from the capital of Austria; latitude "
        "and longitude look swapped [mission-place]",
    ),
    Fault(
        "a minus sign left out",
        OIL,
        MISSIONS,
        to("-15.83818,-47.88097", "15.83818,-47.88097"),
        "missions.csv: line 8, column latitude: lies 3516 km from the capital of Brazil; the "
        "latitude may lack its minus sign, or have one too many [mission-place]",
    ),
    Fault(
        "an unknown kind of mission",
        OIL,
        MISSIONS,
        to("Vienna,embassy", "Vienna,embasy"),
        "missions.csv: line 4, column kind: “embasy”: must be one of embassy, consulate-general, "
        "permanent-mission; did you mean embassy?",
    ),
    Fault(
        "a latitude in words",
        OIL,
        MISSIONS,
        to("48.1937,16.3776", "north,16.3776"),
        "missions.csv: line 4, column latitude: “north”: must be a number of degrees, such as 43.24",
    ),
    Fault(
        "a table in the appeal",
        OIL,
        "appeal.en.md",
        to("In May 2011", TABLE),
        "appeal.en.md: line 4: a table cannot be shown; make it a list [markdown]",
    ),
)
