"""Whom an update reaches, as its preview says it: on which platforms, and how long that takes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.assembly import furnish
from bot.config import Settings
from bot.events import Event
from tests.bot.store.followers import numbered
from tests.handlers.broadcasting import Office, office, say, to_the_preview


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Office]:
    """A bot with one organiser, Olga, and five people who follow a campaign."""
    async with office(tmp_path, "olga") as made:
        await made.follow("a", "b", "c")
        await made.follow("d", "e", language="ru")
        yield made


async def test_who_cannot_be_reached(here: Office) -> None:
    """Who follows on a platform without an account is counted apart, and not among those who get it."""
    await here.follow("m1", "m2", platform="matrix")
    await here.follow("c", platform="console")
    olga = here.door("olga")
    async with here.store.work() as work:
        await work.note_platforms(["wire"])
    shown = await to_the_preview(olga)
    assert "5 recipients" in shown
    assert "for I have no account on Matrix: 2" in shown
    assert "Terminal" not in shown
    await olga.tap("Send it now")
    assert (await here.recorded())[0].people() == 5


async def test_a_preview_from_before(here: Office) -> None:
    """A preview that was open while the bot still kept less of whom it reaches is shown anew, and can be agreed to."""
    olga = here.door("olga")
    await to_the_preview(olga)
    event = Event(olga.next_id(), olga.person, olga.chat, olga.at)
    async with here.store.work() as work:
        frames = json.loads((await work.arrive(event)).frames or "[]")
        answers = frames[-1][1]
        [key] = [name for name in answers if name.endswith("}>")]
        answers[f"<size {key.partition(' ')[2]}"] = json.dumps(json.loads(answers.pop(key))[0])
        await work.leave(event, json.dumps(frames))
    assert "5 recipients" in await olga.tap("Send it now")
    assert (await olga.tap("Send it now")).startswith("Agreed.")
    assert (await here.recorded())[0].people() == 5


async def test_no_group_among_the_parts(here: Office) -> None:
    """A group is offered as a part only where there is one."""
    olga = here.door("olga")
    assert "One group" not in await say(olga, "/broadcast", "2", "2")
    await here.bring_in("ada")
    assert "One group" in await say(olga, "/cancel", "/broadcast", "2", "2")


async def test_nobody_can_be_reached(here: Office) -> None:
    """Where nobody of those who fit can be reached, the preview says so, and nothing can be sent."""
    olga = here.door("olga")
    async with here.store.work() as work:
        await work.note_platforms(["telegram"])
    shown = await to_the_preview(olga)
    assert "nobody who fits can be reached" in shown
    assert "for I have no account on wire: 5" in shown
    assert "Send it now" not in shown


async def test_no_terminal_among_the_apps(here: Office) -> None:
    """Nobody can be told anything in a terminal: it is no app to choose."""
    olga = here.door("olga")
    await say(olga, "/broadcast", "2", "2", "1")
    assert [button.label for button in olga.last[-1].buttons][:-1] == ["Telegram", "Matrix"]


@pytest.mark.parametrize(
    ("pace", "said"), [(2, "about 5 minutes"), (0, "a minute or two"), (30, "a minute or two")]
)
async def test_how_long_it_takes(here: Office, pace: int, said: str) -> None:
    """How long it takes is worked out from the pace that is set."""
    await here.follow(*numbered("t", range(600)), platform="telegram")
    here.pace = furnish(Settings.model_validate({"limits": {"per_second": pace}}), thorough=False)[0].pace
    assert said in await to_the_preview(here.door("olga"))
