"""Somebody who lives in the country concerned: warned first, never named, and nothing kept but a number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.door import open_door
from tests.test_erasure import traces

LETTER = (
    "/letter zhanaozen-2011",
    "protest",
    "open",
    "person",
    "Kazakhstan",
    "Aigerim Secretova",
    "/enough",
    "1",
    "next",
)
PLEDGE = ("/pledge zhanaozen-2011", "protest", "organisation", "Kazakhstan")
WARNING = "You live in the country that this is about. Think of your safety first"


async def test_a_pledge_asks_for_no_name(tmp_path: Path) -> None:
    """The warning comes right after the country; no day, no zone, no name and no organisation is asked for."""
    async with open_door(tmp_path) as door:
        for words in PLEDGE:
            said = await door.say(words)
        assert WARNING in said
        assert "Tonight" not in said
        await door.say("I will, but not now")
        consent = await door.say("1")
        assert "name me" not in consent
        assert "name my organisation" not in consent
        done = await door.say("1")
        assert "It is counted without a name." in done
        assert "/updates" not in done
        async with door.store.work() as work:
            assert await work.reminders(door.chat) == ()
            assert (await work.pledges(door.person))[0].terms.name is None


@pytest.mark.usefixtures("unsealed")
@pytest.mark.parametrize("end", [("sent", "1", "1"), ("not-now",)], ids=str)
async def test_the_letter_is_wiped_once_it_is_done(end: tuple[str, ...], tmp_path: Path) -> None:
    """Whether it is counted or not, no word of it stays for /kit, and none in a file after the next look."""
    async with open_door(tmp_path) as door:
        for words in (*LETTER, *end):
            await door.say(words)
        await door.store.sweep()
        assert traces(tmp_path, ("Aigerim Secretova",)) == set()
        assert "first" in (await door.say("/kit"))
