"""Campaigns: what a pack says is what is offered."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.campaigns import (
    Campaign,
    Campaigns,
    PackError,
    PartialDate,
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
