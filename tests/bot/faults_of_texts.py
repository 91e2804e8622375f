"""Faults in the texts of a pack: names, languages, letters, and files that cannot be read."""

from __future__ import annotations

import re

from tests.bot.spoiling import CASINO, MAIN, OIL, Fault, to, without

NAMES = (
    Fault(
        "a letter left out of a name",
        OIL,
        "appeal.en.md",
        to("Nursultan Nazarbayev", "Nursultan Nazarbaev"),
        "appeal.en.md: background: “Nazarbaev” is “Nazarbayev” elsewhere; mend it, or add it to "
        "names if both are right [spelling]",
    ),
    Fault(
        "another letter in a name",
        OIL,
        "letter-protest.en.txt.j2",
        to("Natalia Sokolova", "Natalia Sokolava"),
        "letter-protest.en.txt.j2: text: “Sokolava” is “Sokolova” elsewhere; mend it, or add it "
        "to names if both are right [spelling]",
    ),
    Fault(
        "a misspelt town in a fact",
        OIL,
        MAIN,
        to("police fired on people in Zhanaozen", "police fired on people in Zanaozen"),
        "campaign.toml: event.1.text: “Zanaozen” is “Zhanaozen” elsewhere; mend it, or add it to "
        "names if both are right [spelling]",
    ),
    Fault(
        "a name with other capitals",
        CASINO,
        "letter-protest.en.txt.j2",
        to("of NagaWorld in", "of Nagaworld in"),
        "letter-protest.en.txt.j2: text: “Nagaworld” is “NagaWorld” elsewhere; mend it, or add "
        "it to names if both are right [spelling]",
    ),
    Fault(
        "an inflected name",
        OIL,
        "appeal.ru.md",
        to("стреляла в людей в Жанаозене", "стреляла в людей в Жаназене"),
        "appeal.ru.md: summary: “Жаназене” is “Жанаозен” elsewhere; mend it, or add it to names "
        "if both are right [spelling]",
    ),
    Fault(
        "a name that the pack does not declare",
        CASINO,
        "appeal.en.md",
        to("embassy in Kuala Lumpur", "embassy of Combodia"),
        "appeal.en.md: background: “Combodia” is “Cambodia” elsewhere; mend it, or add it to "
        "names if both are right [spelling]",
    ),
)

LANGUAGES = (
    Fault(
        "a text without its translation",
        OIL,
        MAIN,
        to(', ru = "Казахстан: Жанаозен-2011"', ""),
        "campaign.toml: short_title: is missing in ru; there is one in en [translation]",
    ),
    Fault(
        "a demand without its translation",
        OIL,
        MAIN,
        to(', ru = "Улучшить условия труда."', ""),
        "campaign.toml: demand.conditions.text: is missing in ru; there is one in en [translation]",
    ),
    Fault(
        "a section without its translation",
        OIL,
        "appeal.ru.md",
        without("## Что было дальше.*"),
        "appeal.ru.md: since: is missing in ru; there is one in en [translation]",
    ),
    Fault(
        "a letter without its translation",
        OIL,
        "letter-copy.ru.txt.j2",
        None,
        "letter-copy.ru.txt.j2: there is no such file",
    ),
    Fault(
        "a list with more items",
        OIL,
        "appeal.ru.md",
        to("\n\n## Что", "\n\n- одно\n- другое\n\n## Что"),
        "appeal.ru.md: background: has 2 list items in ru, but 0 in en [list-items]",
    ),
    Fault(
        "another day",
        OIL,
        "appeal.ru.md",
        to("до 16 декабря", "до 17 декабря"),
        "appeal.ru.md: summary: the figures differ: 17 in ru, 16 in en [numbers]",
    ),
    Fault(
        "another count in a fact",
        OIL,
        MAIN,
        to("34 осуждены", "35 осуждены"),
        "campaign.toml: event.5.text: the figures differ: 35 in ru, 34 in en [numbers]",
    ),
    Fault(
        "another count",
        OIL,
        "appeal.ru.md",
        to("около 900 человек", "около 950 человек"),
        "appeal.ru.md: background: the figures differ: 950 in ru, 5000, 900 in en [numbers]",
    ),
    Fault(
        "a figure left out",
        OIL,
        "letter-protest.ru.txt.j2",
        lambda text: text.replace("около 900 человек", "многих"),
        "letter-protest.ru.txt.j2: text: the figures differ: nothing in ru, 900 in en [numbers]",
    ),
    Fault(
        "a field used in one language only",
        OIL,
        "letter-protest.ru.txt.j2",
        to("{{ recipient.holder }}\n", ""),
        "letter-protest.ru.txt.j2: recipient.holder: is used in letter-protest.en.txt.j2 only [fields]",
    ),
)

LETTERS = (
    Fault(
        "an unknown field",
        CASINO,
        "letter-protest.en.txt.j2",
        to("{{ reason }}", "{{ raison }}"),
        "letter-protest.en.txt.j2: line 101: there is no field “raison”; did you mean reason?",
    ),
    Fault(
        "an unknown field in one wording",
        OIL,
        "letter-solidarity.en.txt.j2",
        to("These demands have {{", "These demands have {{ their }} {{"),
        "letter-solidarity.en.txt.j2: line 90: there is no field “their”; the fields are campaign, country, demands, "
        "members, mixed, name, organisation, reason, recipient, sender, struck, town, version, work",
    ),
    Fault(
        "an empty wording",
        OIL,
        "letter-solidarity.en.txt.j2",
        to('Today too, {{ "we" if union else "I" }} support these demands:\n', ""),
        "letter-solidarity.en.txt.j2: line 87: one of the wordings is empty",
    ),
    Fault(
        "a wording that stands alone",
        CASINO,
        "letter-protest.en.txt.j2",
        without(r"\{% or %\}\n[^\n]*look forward.*?(?=\{% endwording %\})"),
        "letter-protest.en.txt.j2: line 129: there is one wording only; write {% or %} and another behind it",
    ),
    Fault(
        "a letter that is the same for everybody",
        OIL,
        "letter-solidarity.ru.txt.j2",
        lambda text: re.sub(r"\{% or %\}.*?\{% endwording %\}|\{% wording %\}\n", "", text, flags=re.DOTALL),
        "letter-solidarity.ru.txt.j2: text: is the same for everybody; say a paragraph in several ways, "
        "with {% wording %} [wordings]",
    ),
    Fault(
        "a wording that one language lacks",
        OIL,
        "letter-protest.ru.txt.j2",
        without(r"\{% or %\}\n[^\n]*Надеемся\" if union else \"Надеюсь\" \}\} получить[^\n]*\n"),
        "letter-protest.ru.txt.j2: line 141: has 2 wordings, and 3 in another language [wordings]",
    ),
    Fault(
        "a place that has several wordings in one language only",
        OIL,
        "letter-protest.ru.txt.j2",
        lambda text: re.sub(
            r"{% wording %}\n([^\n]*ответить на это.*?)\n{% or %}.*?{% endwording %}",
            r"\1",
            text,
            flags=re.DOTALL,
        ),
        "letter-protest.ru.txt.j2: text: has 13 places with several wordings, and 14 in another language [wordings]",
    ),
    Fault(
        "more than a page in one of the wordings",
        CASINO,
        "letter-protest.en.txt.j2",
        to("look forward to your answer", "look forward" + 30 * " and forward" + " to your answer"),
        "letter-protest.en.txt.j2: text: has 399 words when all answers are long; a page holds 350 [letter-length]",
    ),
    Fault(
        "another figure in a wording",
        CASINO,
        "letter-protest.en.txt.j2",
        to("eight on 14 March 2022 and then", "eight on 15 March 2022 and then"),
        "letter-protest.en.txt.j2: line 44: the figures differ: 15 in wording 3, 14 in the first [wording-numbers]",
    ),
    Fault(
        "a letter without its demands",
        CASINO,
        "letter-protest.en.txt.j2",
        without(r"\{% for demand.*?endfor %\}"),
        "letter-protest.en.txt.j2: demands: the letter does not use it [unused-field]",
    ),
    Fault(
        "a letter without the supporter's reason",
        OIL,
        "letter-protest.ru.txt.j2",
        to("{{ reason }}", ""),
        "letter-protest.ru.txt.j2: reason: the letter does not use it [unused-field]",
    ),
    Fault(
        "a letter without its salutation",
        OIL,
        "letter-copy.en.txt.j2",
        to("{{ recipient.salutation }}", ""),
        "letter-copy.en.txt.j2: recipient.salutation: the letter does not use it [unused-field]",
    ),
    Fault(
        "more than a page",
        OIL,
        "letter-copy.ru.txt.j2",
        to("С солидарностью", 300 * "и снова " + "С солидарностью"),
        "letter-copy.ru.txt.j2: text: has 699 words when all answers are long; a page holds 350 "
        "[letter-length]",
    ),
    Fault(
        "more than a message",
        CASINO,
        "letter-protest.en.txt.j2",
        to("I protest", 100 * "antidisestablishmentarianistically-" + "I protest"),
        "letter-protest.en.txt.j2: text: has 5048 characters when all answers are long; a "
        "message holds 4096 [letter-length]",
    ),
    Fault(
        "a subject too long",
        OIL,
        MAIN,
        to(
            '"Solidarity with the oil workers',
            '"A word of solidarity and of warm encouragement with the oil workers',
        ),
        "campaign.toml: letter.solidarity.subject: has 80 characters in en; an e-mail's subject "
        "holds 78 [subject-length]",
    ),
    Fault(
        "a further subject too long",
        OIL,
        MAIN,
        to(
            '"Your strike has',
            '"Your strike of all these many years ago, and all that you demanded then, has',
        ),
        "campaign.toml: letter.solidarity.subjects.1: has 95 characters in en; an e-mail's subject holds 78 "
        "[subject-length]",
    ),
    Fault(
        "a fact too long for its button",
        CASINO,
        MAIN,
        to('"Arrested on the picket line"', '"Arrested in the morning on the picket line"'),
        "campaign.toml: question.struck.fact.picket.short: has 42 characters in en; a button holds 30",
    ),
    Fault(
        "a fact without a source",
        CASINO,
        MAIN,
        without(r'(?<=incitement in May 2023\." \}\n)source = [^\n]*\n'),
        "campaign.toml: question.struck.fact.sentence.source: is missing",
    ),
    Fault(
        "a fact that the letter asks for and nobody can choose",
        CASINO,
        "letter-protest.en.txt.j2",
        to('first if struck == "picket"', 'first if struck == "pickets"'),
        "letter-protest.en.txt.j2: line 35: struck is never “pickets”; did you mean picket?",
    ),
    Fault(
        "facts where nothing is chosen",
        CASINO,
        MAIN,
        to('key = "struck"\ntype = "choice"', 'key = "struck"\ntype = "line"'),
        "campaign.toml: question.struck: only a question of the type choice has [[question.fact]]",
    ),
    Fault(
        "a button too long",
        CASINO,
        MAIN,
        to('"Letter of protest"', '"Letter of protest to be sent to the Prime Minister and the embassy"'),
        "campaign.toml: letter.protest.title: has 66 characters in en; a button holds 64",
    ),
    Fault(
        "an office too long for a phone",
        CASINO,
        MAIN,
        to('short = { en = "Prime Minister" }', 'short = { en = "Prime Minister of Cambodia" }'),
        "campaign.toml: recipient.prime-minister.short: has 26 characters in en; a button holds 24",
    ),
)

FILES = (
    Fault(
        "a key that is not known",
        CASINO,
        MAIN,
        to("country =", 'colour = "red"\ncountry ='),
        "campaign.toml: colour: is not a key that is known here",
    ),
    Fault(
        "a file that is no TOML",
        CASINO,
        MAIN,
        to('status = "historical"', "status = historical"),
        "campaign.toml: line 6, column 10: this is not valid TOML (invalid value)",
    ),
)
