"""The campaigns' letters on paper: each on one page, whatever is chosen and said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from bot.campaigns import Campaign, Campaigns, Sender, Version
from bot.documents import pdf
from bot.events import Page
from bot.letters import Letter
from bot.resources import templates
from tests.bot.reading import pages, text, words

VERSIONS: tuple[Version, ...] = ("published", "open")
SENDERS: tuple[Sender, ...] = ("person", "organisation")
ANSWERS = {
    "organisation": "Dockers of Hamburg",
    "members": "1200",
    "name": "Anna Berg",
    "town": "Hamburg",
    "country": "DE",
    "reason": "I have worked on ships for twenty years and know what it means to stand up for one another. "
    * 4,
}
"""Everything is answered, and the reason at length."""


def every_page(campaign: Campaign) -> Iterator[Page]:
    """Yield each letter of the campaign in each of its languages, on the shorter paper, below a long address."""
    for letter, version, sender in product(campaign.letters, VERSIONS, SENDERS):
        for recipient in campaign.recipients:
            if letter.kind in recipient.kinds:
                written = Letter(campaign, letter.kind, version, sender, ANSWERS, recipient.key)
                for language in campaign.languages:
                    subject, said = (part.in_language(language) for part in (written.subject, written))
                    yield Page(language, "us-letter", tuple("abcd"), tuple("efghij"), "1 May", subject, said)


def test_every_letter_of_the_campaigns_fits_on_one_page() -> None:
    """No letter that comes with the bot needs a second page, and none loses a word."""
    campaigns = Campaigns.load([templates() / "campaigns"], ("zhanaozen-2011", "nagaworld-2021"))
    for campaign in (campaigns["zhanaozen-2011"], campaigns["nagaworld-2021"]):
        for page in every_page(campaign):
            made = pdf(page)
            assert len(pages(made)) == 1
            assert words(text(made)).endswith(words(f"{page.subject} {page.text}"))
