"""Campaigns: what a pack says is what is offered, and whatever is wrong in a pack is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from pydantic.fields import FieldInfo

from bot.campaigns import (
    Campaign,
    Campaigns,
    Channel,
    DatedFact,
    Demand,
    Fact,
    Holder,
    LetterKind,
    MissionNote,
    Oddity,
    PackError,
    PartialDate,
    Question,
    Recipient,
)
from bot.campaigns.sources import Source, sources
from bot.missions import Reason
from tests.bot.packs import load, spoil, write_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack in which everything is right."""
    return write_pack(tmp_path)


@pytest.fixture
def campaign(pack: Path) -> Campaign:
    """The campaign of that pack."""
    return load(pack)


def problems(*folders: Path, only: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return what is found wrong in the packs inside `folders`."""
    with pytest.raises(PackError) as error:
        Campaigns.load(folders, only)
    assert str(error.value) == "\n".join(error.value.problems)
    return error.value.problems


# --- All campaigns


def test_campaigns_are_offered_by_folder_and_name(tmp_path: Path) -> None:
    """Campaigns come in the order of the folders, by name in each, and are found by their slugs."""
    for place, slug in (("one", "b"), ("one", "a"), ("two", "0")):
        write_pack(tmp_path / place, slug)
    (tmp_path / "one" / ".hidden").mkdir()
    (tmp_path / "one" / "note.txt").touch()
    campaigns = Campaigns.load([tmp_path / "one", tmp_path / "two"])
    assert [c.slug for c in campaigns] == ["a", "b", "0"]
    assert len(campaigns) == 3
    assert campaigns["b"].slug == "b"
    assert "a" in campaigns
    assert "c" not in campaigns


def test_only_the_wanted_campaigns_are_read(tmp_path: Path) -> None:
    """A list of slugs chooses and orders; a broken pack that is not on it does no harm."""
    for slug in ("a", "b", "broken"):
        write_pack(tmp_path, slug)
    (tmp_path / "broken" / "campaign.toml").unlink()
    assert [c.slug for c in Campaigns.load([tmp_path], ("b", "a"))] == ["b", "a"]


def test_what_is_wrong_with_the_folders_is_said(tmp_path: Path) -> None:
    """A folder that is missing, a slug that is nowhere or there twice: each is named, all at once."""
    write_pack(tmp_path / "one", "a")
    write_pack(tmp_path / "two", "a")
    missing = tmp_path / "three"
    assert problems(tmp_path / "one", tmp_path / "two", missing, only=("a", "z")) == (
        "a: there are two packs of this name; rename one",
        f"{missing}: there is no such folder",
        "campaigns: there is no campaign “z”",
    )


# --- Texts and dates


def test_a_text_falls_back_to_the_first_language(campaign: Campaign) -> None:
    """A text is given in the wanted language, or else in the campaign's first."""
    assert campaign.title.in_language("ru") == "Пекари Экзамплии"
    assert campaign.notice.in_language("ru") == "This is an example."
    assert campaign.title.in_language("fr") == "The bakers of Examplia"


def test_broken_lines_are_joined(pack: Path) -> None:
    """A text may be broken into lines in the file: a line's end is a space, an empty line a new paragraph."""
    spoil(pack, "campaign.toml", '"This is an example."', '"""\nThis is\n  an example.\n\nAnd more.\n"""')
    assert load(pack).notice.in_language("en") == "This is an example.\n\nAnd more."


@pytest.mark.parametrize(
    ("iso", "english", "russian", "first", "last"),
    [
        ("2011-12-05", "5 December 2011", "5 декабря 2011\u202fг.", (2011, 12, 5), (2011, 12, 5)),
        ("2012-02", "February 2012", "февраль 2012\u202fг.", (2012, 2, 1), (2012, 2, 29)),
        ("2011", "2011", "2011", (2011, 1, 1), (2011, 12, 31)),
    ],
)
def test_a_date_is_said_as_far_as_it_is_known(
    iso: str, english: str, russian: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    """A date is a day, a month or a year, and is said as one; it knows its first and its last day."""
    day = PartialDate(iso)
    assert (day.in_language("en"), day.in_language("ru"), str(day)) == (english, russian, iso)
    assert (day.first_day, day.last_day) == (date(*first), date(*last))


def test_dates_may_stand_without_quotation_marks(pack: Path) -> None:
    """A date as TOML writes it means the same as one in quotation marks."""
    spoil(pack, "campaign.toml", '"2025-01-31"', "2025-01-31")
    assert load(pack).facts_as_of == PartialDate("2025-01-31")


def test_what_happened_is_told_in_order(campaign: Campaign) -> None:
    """Events come by date, however they stand in the file."""
    assert [str(event.date) for event in campaign.events] == ["2024-06-01", "2024-12"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("https://www.example.org/a?b=1", [Source("example.org", "https://www.example.org/a?b=1")]),
        ("http://example.org/a", [Source("example.org", "http://example.org/a")]),
        ("example.org/news/1 (1 May, after Reuters)", [Source("example.org", "https://example.org/news/1")]),
        ("example.org (2013); BBC", [Source("example.org"), Source("BBC")]),
        (
            "example.org 1 May; the union's notice",
            [Source("example.org 1 May"), Source("the union's notice")],
        ),
        ("", []),
    ],
)
def test_a_source_is_a_name_and_perhaps_a_page(written: str, said: list[Source]) -> None:
    """The address of a page is shown as its host, with a link; anything else as it is, without remarks in brackets."""
    assert list(sources(written)) == said


def test_the_appeal_is_shown_by_section(campaign: Campaign) -> None:
    """A section is safe HTML in the wanted language; one that the pack leaves out is empty."""
    shown = campaign.section("summary").in_language("ru")
    assert shown == "Пекари <b>Экзамплии</b> бастуют."
    assert hasattr(shown, "__html__")
    assert not campaign.section("since").in_language("ru")


# --- Letters, questions, demands


def test_kinds_of_letter(campaign: Campaign) -> None:
    """What accompanies another letter is not chosen by itself."""
    assert [kind.kind for kind in campaign.kinds] == ["protest", "solidarity"]
    assert campaign.letter_kind("note").title.in_language("en") == "Note"
    assert [kind.kind for kind in campaign.companions("protest")] == ["note"]
    assert campaign.companions("solidarity") == ()
    with pytest.raises(KeyError):
        campaign.letter_kind("petition")


@pytest.mark.parametrize(
    ("kind", "sender", "asked"),
    [
        ("protest", "person", ["name", "country", "loaf"]),
        ("solidarity", "person", ["name", "country"]),
        ("protest", "organisation", ["name", "organisation"]),
    ],
)
def test_questions(campaign: Campaign, kind: str, sender: str, asked: list[str]) -> None:
    """Each kind of letter and of sender has its own questions, in the order of the file."""
    assert [question.key for question in campaign.questions_for(kind, sender)] == asked


def test_met_demands_are_not_raised_today(campaign: Campaign) -> None:
    """The appeal as published has every demand; a letter of today leaves out what has been met, and only that."""
    assert [demand.key for demand in campaign.demands_for("published")] == ["bread", "release", "roses"]
    assert [demand.key for demand in campaign.demands_for("open")] == ["bread", "roses"]
    assert campaign.has_met_demands


def test_a_campaign_without_success_has_no_met_demands(pack: Path) -> None:
    """What is met in part is not met."""
    spoil(pack, "campaign.toml", 'state = "met"', 'state = "open"')
    assert not load(pack).has_met_demands


def test_which_letters_carry_the_demands(campaign: Campaign) -> None:
    """Whether a kind of letter makes demands is seen from its template."""
    assert campaign.makes_demands("protest")
    assert not campaign.makes_demands("solidarity")


# --- Recipients


def test_an_office_has_had_several_holders(campaign: Campaign) -> None:
    """The holder is who held the office when the appeal was written, or who holds it now."""
    minister = campaign.recipient("minister")
    then, now = minister.holder_at("published"), minister.holder_at("open")
    assert then
    assert now
    assert (then.name.in_language("en"), now.name.in_language("en")) == ("Ada Oven", "Bo Miller")
    assert campaign.recipient("bakers").holder_at("published") is None


def test_an_office_whose_holder_is_not_known_names_nobody(pack: Path) -> None:
    """Where everybody known has left the office, a letter of today goes to the office alone."""
    spoil(pack, "campaign.toml", 'since = "2024-10-01"', 'since = "2024-10-01"\nuntil = "2024-12"')
    assert load(pack).recipient("minister").holder_at("open") is None


def test_addressees_come_before_copies(campaign: Campaign) -> None:
    """A letter goes to its recipients in the order of the file; copies come last, with their covering note."""
    found = [(one.recipient.key, one.kind) for one in campaign.addressees("protest", None)]
    assert found == [("minister", "protest"), ("embassy", "protest"), ("archive", "note")]
    assert [one.recipient.key for one in campaign.addressees("solidarity", None)] == ["bakers"]


def test_a_copy_without_covering_note_is_the_letter_itself(pack: Path) -> None:
    """Where nothing accompanies a letter, its copy is the same letter."""
    spoil(pack, "campaign.toml", 'kinds = ["protest", "note"]', 'kinds = ["protest"]')
    spoil(pack, "campaign.toml", 'kinds = ["solidarity"]', 'kinds = ["solidarity", "note"]')
    assert [one.kind for one in load(pack).addressees("protest", None)][-1] == "protest"


def test_usable_channels_come_first(campaign: Campaign) -> None:
    """What is outdated or doubtful is still shown, but last, and is not usable; each channel has a key."""
    minister = campaign.addressees("protest", None)[0]
    assert [channel.key for channel in minister.channels] == ["post-2", "post", "phone"]
    assert [channel.value for channel in minister.usable] == ["New Mill 2"]


def test_the_nearest_embassy(campaign: Campaign) -> None:
    """For a known country, the embassy (no consulate) is named with its city, and reached as its list says."""
    embassy = campaign.addressees("protest", "DE")[1]
    assert embassy.finding
    assert embassy.finding.reason == Reason.RESIDENT
    assert [mission.city for mission in embassy.finding.missions] == ["Berlin"]
    assert embassy.title.in_language("en") == "Embassy of Examplia (Berlin)"
    assert embassy.title.in_language("ru") == "Посольство Экзамплии (Берлин)"
    assert [(c.type, c.value, str(c.as_of), c.verification) for c in embassy.channels] == [
        ("post", "Embassy of Examplia\nKornstraße 1\n10115 Berlin\nGermany", "2020-03", "published"),
        ("fax", "+49 30 000001", "2018", "published"),
        ("phone", "+49 30 000000", "2018", "published"),
    ]
    assert [note.text.in_language("en") for note in embassy.notes] == ["Ring twice."]


def test_a_consulate_is_not_called_an_embassy(campaign: Campaign) -> None:
    """Where there is a consulate general only, neither the title nor the envelope says that it is the embassy."""
    consulate = campaign.addressees("protest", "PE")[1]
    assert consulate.title.in_language("en") == "Embassy of Examplia"
    assert [channel.value for channel in consulate.channels] == ["Jirón del Pan 5\nLima\nPeru"]
    assert consulate.notes == ()


def test_a_territory_of_the_country_concerned_has_no_embassy_either(pack: Path) -> None:
    """Whoever writes from Guernsey about the United Kingdom is sent to no embassy, as in London."""
    spoil(pack, "campaign.toml", 'country = "KZ"', 'country = "GB"')
    assert [a.recipient.key for a in load(pack).addressees("protest", "GG")] == ["minister", "archive"]


def test_several_embassies(campaign: Campaign) -> None:
    """Where several embassies are as good, the title names no city, and each channel says which it leads to."""
    embassy = campaign.addressees("protest", "BS")[1]
    assert embassy.title.in_language("en") == "Embassy of Examplia"
    labelled = [c.label.in_language("ru") for c in embassy.channels if c.label]
    assert labelled == ["Берлин", "Берлин", "Берлин", "Париж", "Париж"]
    labels = [(c.key, c.label and c.label.in_language("en"), c.as_of) for c in embassy.channels]
    assert labels == [
        ("post", "Berlin", PartialDate("2020-03")),
        ("fax", "Berlin", PartialDate("2018")),
        ("phone", "Berlin", PartialDate("2018")),
        ("post-2", "Paris", None),
        ("email-2", "Paris", None),
    ]


def test_an_unreliable_embassy_has_no_channels(campaign: Campaign) -> None:
    """Of a mission that is badly sourced, only the city is given."""
    embassy = campaign.addressees("protest", "GB")[1]
    assert embassy.title.in_language("en") == "Embassy of Examplia (London)"
    assert embassy.channels == ()


def test_an_embassy_without_a_country(campaign: Campaign) -> None:
    """While nobody knows where the supporter lives, it is any embassy, and nothing leads to it."""
    embassy = campaign.addressees("protest", None)[1]
    assert (embassy.finding, embassy.channels) == (None, ())
    assert embassy.title.in_language("en") == "Embassy of Examplia"


# --- What is wrong

TOML_FAULTS = [
    (
        'status = "open"',
        'status = "opne"',
        "status: must be one of open, historical, closed; did you mean open?",
    ),
    ('status = "open"', 'statuss = "open"', "status: is missing"),
    ('status = "open"', 'status = "open"\ncolour = "red"', "colour: is not a key that is known here"),
    ('status = "open"', 'status = "open"\nslug = "x"', "slug: is not a key that is known here"),
    ('country = "KZ"', 'country = "Kazakhstan"', "country: “Kazakhstan” is not a country code of ISO 3166-1"),
    ('["en", "ru"]', '["en", "tlh1"]', "languages: “tlh1” is not a language code such as en or ru"),
    ('["en", "ru"]', '"en"', 'languages: must be a list, the main one first, such as ["en", "ru"]'),
    ('["en", "ru"]', '["en", "en"]', 'languages: must be a list, the main one first, such as ["en", "ru"]'),
    (
        '["en", "ru"]',
        '["en", "ru"]\nletter_languages = "kk"',
        'letter_languages: must be a list, such as ["kk", "fr"]',
    ),
    ('["en", "ru"]', '["en", "ru"]\nletter_languages = ["ru"]', "letter_languages: “ru” is named already"),
    (
        '["en", "ru"]',
        '["en", "ru"]\nletter_languages = ["kazakh1"]',
        "letter_languages: “kazakh1” is not a language code such as en or ru",
    ),
    (
        'office = { en = "Minister of Bread", ru = "Министр хлеба" }',
        'office = { en = "Minister of Bread", ru = "Министр хлеба" }\ntime_zone = "Asia/Astana"',
        'recipient.minister.time_zone: is no time zone; write it as in the tz database, such as "Asia/Almaty"',
    ),
    (
        'office = { en = "Minister of Bread", ru = "Министр хлеба" }',
        'office = { en = "Minister of Bread", ru = "Министр хлеба" }\nhours = "9-18"',
        'recipient.minister.hours: must be hours such as "Mo-Fr 09:00-18:00"',
    ),
    (
        'office = { en = "Minister of Bread", ru = "Министр хлеба" }',
        'office = { en = "Minister of Bread", ru = "Министр хлеба" }\nlanguages = ["fr"]',
        "recipient.minister.languages: letters are written in none of them",
    ),
    (
        'written = "2024-05"',
        'written = "May 2024"',
        "written: must be a date such as 2011-12-16, 2011-12 or 2011, in quotation marks",
    ),
    ('written = "2024-05"', 'written = "2024-13"', "written: 2024-13 is not in the calendar"),
    ('written = "2024-05"', 'written = "0000"', "written: 0000 is not in the calendar"),
    ('source = "https://example.org/appeal"', 'source = " "', "source: is empty"),
    ('source = "https://example.org/appeal"', "source = 5", "source: must be text in quotation marks"),
    (
        '{ en = "This is an example." }',
        '"Example"',
        'notice: must give the text by language, such as { en = "..." }',
    ),
    (
        '{ en = "This is an example." }',
        '{ ru = "Пример" }',
        "notice: the text in en, the campaign's first language, is missing",
    ),
    (
        '{ en = "This is an example." }',
        '{ en = "", de = "Beispiel" }',
        "notice: de is not among the campaign's languages; the text in en is empty",
    ),
    ('"The bakers of Examplia"', f'"{"x" * 65}"', "title: has 65 characters in en; a button holds 64"),
    (
        'title = { en = "Protest" }',
        f'title = {{ en = "{"x" * 70}" }}',
        "letter.protest.title: has 70 characters in en; a button holds 64",
    ),
    ('key = "release"', 'key = "bread"', "demand: “bread” occurs 2 times"),
    (
        'key = "minister"',
        'key = "The Minister"',
        "recipient.The Minister.key: must be a short name of small letters a-z, digits and hyphens",
    ),
    ('date = "2024-07-01"\n', "", "demand.release: is met, so it needs a date and a source"),
    ('source = "example.org/news"', "", "event.2.source: is missing"),
    ('office = { en = "The bakers" }', "", "recipient.bakers.office: is missing"),
    (
        'value = "New Mill 2"',
        "value = 2",
        "recipient.minister.channel.post-2.value: must be text in quotation marks",
    ),
    (
        'verification = "confirmed"',
        'verification = "sure"',
        (
            "recipient.minister.channel.post-2.verification: must be one of confirmed, published, derived, "
            "doubtful, outdated"
        ),
    ),
    (
        'type = "phone"\n',
        'type = "phone"\nkey = "post"\n',
        "recipient.minister.channel: “post” occurs 2 times",
    ),
    ("nearest_mission = true", "", "recipient.embassy: has no channel"),
    (
        'verification = "confirmed"',
        'verification = "derived"',
        "recipient.minister.channel.post-2: is derived, so it needs the key printed: from what",
    ),
    (
        'city = "Berlin"',
        'city = "Bonn am Rhein"',
        "mission_note: missions.csv has no mission in “Bonn am Rhein” (DE)",
    ),
    (
        "One baker is back.",
        "One baker is back." + 3500 * "x",
        "event: with {#since} below them the events have 3652 characters in en; at most 3500 can be shown",
    ),
    (
        'kinds = ["solidarity"]',
        'kinds = ["solidarty"]',
        "recipient.bakers.kinds: “solidarty” is not one of the kinds note, protest, solidarity",
    ),
    (
        'kinds = ["solidarity"]',
        'kinds = ["protest"]',
        "letter.solidarity: no recipient has this kind among its kinds",
    ),
    (
        'accompanies = ["protest"]',
        'accompanies = ["note"]',
        "letter.note.accompanies: “note” is not one of the kinds protest, solidarity",
    ),
    (
        'until = "2024-09-30"',
        'until = "2024-04-30"',
        "recipient.minister.holder.1: left office before the appeal was written; begin with who held it then",
    ),
    (
        'until = "2024-09-30"',
        'since = "2024-06"\nuntil = "2024-09-30"',
        "recipient.minister.holder.1: came into office after the appeal was written; begin with who held it then",
    ),
    ('until = "2024-09-30"\n', "", "recipient.minister.holder: only the last one may be without until"),
    (
        'key = "organisation"',
        'key = "name"',
        "question (kind protest, for organisation): “name” occurs 2 times",
    ),
    (
        'key = "loaf"',
        'key = "demands"',
        "question.demands: this name has another meaning in letters; choose another key",
    ),
    (
        'key = "loaf"',
        'key = "My loaf"',
        "question.My loaf.key: must be a short name of small letters a-z, digits and underscores",
    ),
    ('ask = { en = "Which loaf?" }', "", "question.loaf: a line needs the key ask: the question's words"),
    (
        'kinds = ["protest"]\noptional',
        'kinds = ["petition"]\noptional',
        "question.loaf.kinds: “petition” is not one of the kinds note, protest, solidarity",
    ),
    ("max_length = 80", 'max_length = "long"', "question.loaf.max_length: must be a whole number"),
    ("max_length = 80", "max_length = 0", "question.loaf.max_length: must be more than 0"),
    ("optional = true", 'optional = "perhaps"', "question.name.optional: must be true or false"),
    ('for = ["organisation"]', "for = []", "question.organisation.for: needs at least one entry"),
    (
        'status = "open"',
        'statis = "open"',
        "statis: is not a key that is known here; did you mean status?",
    ),
    (
        "nearest_mission = true",
        "nearest_misson = true",
        "recipient.embassy.nearest_misson: is not a key that is known here; did you mean nearest_mission?",
    ),
    ("[[event]]", "[[events]]", "events: is not a key that is known here; did you mean event?"),
    ("[[oddity]]", "[oddity]", "oddity: must stand in double brackets: [[oddity]]"),
    (
        'kinds = ["solidarity"]',
        'kinds = "solidarity"',
        'recipient.bakers.kinds: must be a list, such as ["one", "two"]',
    ),
    (
        'notice = { en = "This is an example." }\nnames = { en = ["Baker Street"] }\n',
        'names = { en = ["Baker Street"] }\n[[notice]]\nen = "Example"\n',
        "notice: must stand in single brackets: [notice]",
    ),
    (
        '{ en = ["Baker Street"] }',
        '["Baker Street"]',
        'names: must give the names by language, such as { en = ["Natalia Sokolova"] }',
    ),
    ('{ en = ["Baker Street"] }', "{ en = [1] }", "names.en.1: must be text in quotation marks"),
    (
        '{ en = ["Baker Street"] }',
        '{ en = ["Baker Street"], de = ["Bäcker"] }',
        "names.de: is not among the campaign's languages",
    ),
    ("max_length = 80", "max_length = 80.5", "question.loaf.max_length: must be a whole number"),
    (
        'key = "loaf"\ntype = "line"',
        'key = "members"\ntype = "line"',
        "question.members: has the type line; with this key it must have the type members",
    ),
    (
        'key = "country"\ntype = "country"',
        'key = "country"\ntype = "town"',
        "question.country: has the type town; with this key it must have the type country",
    ),
    (
        'key = "country"\ntype = "country"',
        'key = "land"\ntype = "country"',
        "question.land: asks for a country, so its key must be country",
    ),
    (
        'source = "https://example.org/appeal"',
        "source = “https://example.org/appeal”",
        'line 7, column 10: use straight quotation marks, ", and not “',
    ),
]


@pytest.mark.parametrize(("old", "new", "problem"), TOML_FAULTS)
def test_a_fault_in_campaign_toml_is_named(pack: Path, old: str, new: str, problem: str) -> None:
    """Each fault is said with the file, the key and what is wrong, in words for people who edit text files."""
    spoil(pack, "campaign.toml", old, new)
    assert f"bakers-2024/campaign.toml: {problem}" in problems(pack.parent)


AT_THE_TOP = "belongs at the top of the file, above the first line in square brackets"


@pytest.mark.parametrize(
    ("line", "below", "place"),
    [
        ('country = "KZ"\n', "[[event]]\n", "event.1.country"),
        ('languages = ["en", "ru"]\n', "[[oddity]]\n", "oddity.1.languages"),
        (
            'status = "open"\n',
            '[[recipient.holder]]\nname = { en = "Ada',
            "recipient.minister.holder.1.status",
        ),
    ],
)
def test_a_line_that_slid_into_a_table_is_sent_to_the_top(
    pack: Path, line: str, below: str, place: str
) -> None:
    """A key of the campaign that stands in a table is said to belong at the top, and not to be missing as well."""
    spoil(pack, "campaign.toml", line, "")
    spoil(pack, "campaign.toml", below, below.replace("]\n", f"]\n{line}", 1))
    assert problems(pack.parent) == (f"bakers-2024/campaign.toml: {place}: {AT_THE_TOP}",)


def test_a_line_that_slid_into_a_text_is_sent_to_the_top(pack: Path) -> None:
    """Below a line such as [notice], too, where only languages may stand."""
    spoil(pack, "campaign.toml", 'notice = { en = "This is an example." }\n', "")
    spoil(pack, "campaign.toml", 'status = "open"\n', 'status = "open"\n[notice]\nen = "Example"\n')
    places = [problem.split(": ")[1] for problem in problems(pack.parent)]
    keys = ("country", "facts_as_of", "languages", "names", "source", "written")
    assert places == [f"notice.{key}" for key in keys]


def test_an_entry_in_single_brackets_is_one_fault(pack: Path) -> None:
    """Of the only letter in single brackets nothing else is said, such as that its files belong to nothing."""
    text = (pack / "campaign.toml").read_text("utf-8")
    before, _, rest = text.partition("[[letter]]\n")
    after = rest[rest.index("[[question]]") :]
    letter, _, _ = rest.partition("[[letter]]")
    (pack / "campaign.toml").write_text(f"{before}[letter]\n{letter}{after}", "utf-8")
    for file in (*pack.glob("letter-note.*"), *pack.glob("letter-solidarity.*")):
        file.unlink()
    assert problems(pack.parent) == (
        "bakers-2024/campaign.toml: letter: must stand in double brackets: [[letter]]",
    )


def test_a_list_whose_only_entry_is_wrong_is_not_called_empty(pack: Path) -> None:
    """What is wrong in an entry is said, and not that there is none."""
    spoil(pack, "campaign.toml", 'for = ["organisation"]', 'for = ["organization"]')
    words = "must be one of person, organisation; did you mean organisation?"
    assert problems(pack.parent) == (f"bakers-2024/campaign.toml: question.organisation.for.1: {words}",)


ODD = (
    "5",
    "1.5",
    "true",
    '"?"',
    "[]",
    "[[]]",
    "[{}]",
    "{}",
    "2011-12-16",
    "[3]",
    "nan",
    "{ en = 1 }",
    '{ x = "y" }',
)


@pytest.mark.parametrize("table", ["", "[[event]]", "[[recipient]]", "[[recipient.channel]]", "[[question]]"])
@pytest.mark.parametrize("value", ODD)
def test_no_foreign_word_is_said_of_an_odd_value(pack: Path, table: str, value: str) -> None:
    """Whatever stands where something belongs is refused in words of our own."""
    lines = (pack / "campaign.toml").read_text("utf-8").splitlines()
    start = lines.index(table) + 1 if table else 0
    for number in range(start, lines.index("", start)):
        key, equals, _ = lines[number].partition(" = ")
        if equals and not lines[number].startswith("["):
            changed = [*lines[:number], f"{key} = {value}", *lines[number + 1 :]]
            (pack / "campaign.toml").write_text("\n".join(changed), "utf-8")
            for problem in said_of(pack):
                assert not FOREIGN.search(problem), problem


FOREIGN = re.compile(
    r"input|pydantic|valid |value error|class|str\b|tuple|dict|cannot be used", re.IGNORECASE
)


def said_of(pack: Path) -> tuple[str, ...]:
    """Return what is wrong in a pack, or nothing if it can be used."""
    try:
        load(pack)
    except PackError as error:
        return error.problems
    return ()


RU = "letter-protest.ru.txt.j2"
FILE_FAULTS = [
    ("campaign.toml", "[[event]]", "[[event", "line 11, column 8: this is not valid TOML"),
    (
        "appeal.ru.md",
        "{#summary}",
        "",
        "In short: must stand below a heading that ends in {#summary}, {#background}",
    ),
    ("appeal.ru.md", "{#summary}", "", "summary: is missing"),
    ("appeal.ru.md", "{#background}", "{#summary}", "How it began: {#summary} is used twice"),
    ("appeal.en.md", "## In short", "Hello\n\n## In short", "the beginning: must stand below a heading"),
    ("appeal.en.md", "strike.", "x" * 900, "In short: has 923 characters; at most 900 can be shown"),
    ("appeal.en.md", "flour", "x" * 3500, "How it began: has 3506 characters; at most 3500 can be shown"),
    (
        RU,
        "{{ name",
        "{{ nome",
        "line 14: there is no field “nome”; did you mean name?",
    ),
    (RU, "recipient.holder", "recipient.holdr", "line 2: recipient has no “holdr”; did you mean holder?"),
    (
        RU,
        "{{ country }}",
        '{{ name.x if recipient.key == "bakers" }}',
        "line 16: “.x” is no field",
    ),
    (RU, "{% endif %}", "", "line 6: {% if %} is never closed; write {% endif %} where it ends"),
    (RU, "{% endif %}", "{% endfor %}", "line 8: {% endfor %} comes before the {% endif %} of line 6"),
    (RU, "{% if loaf %}", "", "line 8: {% endif %} has no {% if %} above it"),
    (RU, "{% if loaf %}", "{% iff loaf %}", "line 6: there is no tag {% iff %}; did you mean if?"),
    (RU, "{% if loaf %}", "{% if loaf = 1 %}", "line 6: to compare, write two signs: =="),
    (RU, "{{ country }}", "{{ “country” }}", "line 16: use straight quotation marks, \" or ', and not “"),
    (RU, "{{ country }}", "{{ country }", "line 16: a brace or a bracket is missing, or is there too often"),
    (RU, "{{ country }}", "{{ }}", "line 16: something is missing before the closing braces"),
    (RU, "{{ country }}", "{{ my country }}", "line 16: “country” does not belong where it stands"),
    (RU, "{{ country }}", "{{ country | uper }}", "line 16: there is no filter “uper”; did you mean upper?"),
    (
        RU,
        "{{ country }}",
        "{{ country + 1 }}",
        "line 16: cannot be filled in with every answer: an answer is",
    ),
    (
        RU,
        "{{ country }}",
        "{ country }}",
        "line 16: }} is left over in the letter; a brace is missing beside",
    ),
    (RU, "{{ country }}", '{{ "".__class__.__mro__ }}', "line 16: this is out of reach here"),
    (RU, "{{ country }}", '{% include "campaign.toml" %}', "line 16: {% include %} is out of reach here; "),
    (RU, "{{ country }}", "{{ range(9) }}", "line 16: there is no field “range”; the fields are "),
    (
        RU,
        "{% if loaf %}",
        '{% if sender == "organization" %}',
        "line 6: sender is never “organization”; did you mean organisation?",
    ),
    (
        RU,
        "{% if loaf %}",
        '{% if "opne" != version %}',
        "line 6: version is never “opne”; did you mean open?",
    ),
    (
        RU,
        "{% if loaf %}",
        '{% if recipient.key in ["minister", "embasy"] %}',
        "line 6: recipient.key is never “embasy”; did you mean embassy?",
    ),
    (
        RU,
        "{% if loaf %}",
        '{% if sender == "us" %}',
        "line 6: sender is never “us”; it can be person, organisation",
    ),
    ("missions.csv", "DE,Germany,Berlin", "XX,Germany,Berlin", "line 2, column country_code: "),
]


@pytest.mark.parametrize(("file", "old", "new", "problem"), FILE_FAULTS)
def test_a_fault_in_another_file_is_named(pack: Path, file: str, old: str, new: str, problem: str) -> None:
    """An appeal, a letter's template and a list of missions are checked too, before anybody meets the fault."""
    spoil(pack, file, old, new)
    assert [p for p in problems(pack.parent) if p.startswith(f"bakers-2024/{file}: {problem}")]


@pytest.mark.parametrize("file", ["campaign.toml", "appeal.ru.md", "letter-note.ru.txt.j2"])
def test_a_missing_file_is_named(pack: Path, file: str) -> None:
    """Every language needs its appeal, and every kind of letter its template in every language."""
    (pack / file).unlink()
    (problem,) = problems(pack.parent)
    assert problem.startswith(f"bakers-2024/{file}: there is no such file")


@pytest.mark.parametrize(
    "file", ["appeal.de.md", "appeal.md", "letter-protst.en.txt.j2", "letter-protest.de.txt.j2"]
)
def test_a_file_that_belongs_to_nothing_is_named(pack: Path, file: str) -> None:
    """A misspelt file name does not go unnoticed."""
    (pack / file).touch()
    assert problems(pack.parent) == (
        f"bakers-2024/{file}: belongs to no letter and language of campaign.toml",
    )


def test_a_file_in_another_encoding_is_named(pack: Path) -> None:
    """A text saved in an old encoding is not guessed at."""
    (pack / "appeal.ru.md").write_text("## Коротко {#summary}", "cp1251")
    assert problems(pack.parent) == ("bakers-2024/appeal.ru.md: the file is not UTF-8 text",)


def test_a_folder_needs_a_simple_name(tmp_path: Path) -> None:
    """A folder's name is what people type, so it is kept simple."""
    write_pack(tmp_path, "My Campaign")
    assert problems(tmp_path) == (
        "My Campaign/campaign.toml: the folder's name: may hold small letters a-z, digits and hyphens only",
    )


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """Faults in several keys, files and packs are all found in one go."""
    one, two = write_pack(tmp_path, "one"), write_pack(tmp_path, "two")
    spoil(one, "campaign.toml", 'status = "open"', 'status = "opne"\nextra = 1')
    spoil(one, "campaign.toml", 'key = "bakers"', 'key = "bakers"\nrole = "bcc"')
    spoil(one, "letter-note.en.txt.j2", "salutation", "greeting")
    (one / "appeal.ru.md").unlink()
    spoil(two, "campaign.toml", 'key = "release"', 'key = "bread"')
    found = [problem.rsplit(": ", 1)[0] for problem in problems(tmp_path)]
    assert sorted(found) == [
        "one/appeal.ru.md",
        "one/campaign.toml: extra",
        "one/campaign.toml: recipient.bakers.role",
        "one/campaign.toml: status",
        "one/letter-note.en.txt.j2: line 1",
        "two/campaign.toml: demand",
    ]


# --- The manual

MANUAL = (Path(__file__).parents[2] / "docs" / "campaigns.md").read_text("utf-8")


def test_the_pack_in_the_manual_works(tmp_path: Path) -> None:
    """The pack that the manual shows can be copied as it stands."""
    pack = tmp_path / "bakery-2026"
    pack.mkdir()
    files = re.findall(r"^`([\w.-]+)` .*\n\n```\w+\n((?:.*\n)*?)```$", MANUAL, re.MULTILINE)
    assert len(files) == 3
    for name, text in files:
        (pack / name).write_text(text, "utf-8")
    assert load(pack).title.in_language("en") == "Reinstate the bakers of Exampleville"


@pytest.mark.parametrize(
    "part",
    [
        Campaign,
        DatedFact,
        Demand,
        Recipient,
        Holder,
        Channel,
        MissionNote,
        LetterKind,
        Question,
        Fact,
        Oddity,
    ],
)
def test_the_manual_explains_every_key(part: type) -> None:
    """Whatever may stand in a campaign.toml is explained."""
    explained = set(re.findall(r"`\[*(?:recipient\.|question\.)?([a-z_]+)\]*`", MANUAL))
    assert set(keys(part)) - {"slug", "sections", "templates", "missions"} <= explained


def keys(part: type) -> Iterator[str]:
    """Yield the keys of a table in campaign.toml."""
    for name, hint in get_type_hints(part, include_extras=True).items():
        aliases = [extra.alias for extra in get_args(hint) if isinstance(extra, FieldInfo) and extra.alias]
        yield aliases[0] if aliases else name
