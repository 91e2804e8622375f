"""Addresses as they are said: in full behind /addresses, and a line for each when a letter is sent."""

from __future__ import annotations

import shutil

import pytest

from bot.campaigns import Campaigns
from bot.countries import Countries
from bot.events import Reply
from bot.messages import Messages
from bot.platforms.base import plain_text
from bot.resources import templates

CAMPAIGNS = Campaigns.load([templates() / "campaigns"], ("zhanaozen-2011", "nagaworld-2021"))
IN_SHORT = """\
{% import "_addresses.html.j2" as a with context %}
{% for one in addressees %}
{{ a.addressee(one, all=false) }}

{% endfor %}
"""


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Messages:
    """The bot's messages, and one more: what is said of the addresses when a letter is sent."""
    folder = tmp_path_factory.mktemp("templates") / "messages"
    shutil.copytree(templates() / "messages", folder)
    (folder / "in-short.html.j2").write_text(IN_SHORT, "utf-8")
    return Messages(folder, Countries())


def in_short(messages: Messages, slug: str, kind: str, country: str, language: str = "en") -> str:
    """Return how a letter from `country` can be sent, as somebody reads it."""
    addressees = CAMPAIGNS[slug].addressees(kind, country)
    return plain_text(messages.render(Reply("in-short", {"addressees": addressees}), language).html)


def test_five_mailboxes_are_one_line(messages: Messages) -> None:
    """Mailboxes of one date can be copied together, and whose they are is said once."""
    said = in_short(messages, "nagaworld-2021", "protest", "DE")
    assert (
        "• E-mail, as of January 2022, not checked since: mfaic@mfaic.gov.kh, camemb.gva@mfaic.gov.kh, "
        "info@moj.gov.kh, info@interior.gov.kh, info@chrc.gov.kh\n"
    ) in said


def test_only_what_can_be_used_is_said_when_a_letter_is_sent(messages: Messages) -> None:
    """What is doubtful or outdated stays in /addresses; each way to send the letter takes one line."""
    said = in_short(messages, "zhanaozen-2011", "protest", "DE")
    assert "3172" not in said
    assert "Kabanbye" not in said
    assert "Nazarbayev" not in said
    assert len(said.splitlines()) < 24
    assert (
        "• Post, as of 1 March 2016, not checked since: Embassy of the Republic of Kazakhstan, "
        "Nordendstraße 14-17, 13156 Berlin, Germany\n"
    ) in said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "• Post (Stockholm), address not known. Search the web for “Embassy of the Republic of Kazakhstan ",
        ),
        (
            "ru",
            "• Почта (Стокгольм), адрес неизвестен. Поищите в интернете «Посольство Республики Казахстан ",
        ),
    ],
)
def test_an_embassy_without_address_is_looked_up(messages: Messages, language: str, words: str) -> None:
    """What to search for is said where no address is known."""
    assert words in in_short(messages, "zhanaozen-2011", "protest", "SE", language)


def test_what_is_known_of_a_mission_is_said(messages: Messages) -> None:
    """In Ukraine one learns that most of the embassy's staff had moved, before writing to an empty house."""
    assert "In October 2022 most of its staff worked from Warsaw" in in_short(
        messages, "zhanaozen-2011", "protest", "UA"
    )
