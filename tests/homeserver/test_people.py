"""What people say to each other on the homeserver, and how they read it."""

from __future__ import annotations

import pytest

from tests.homeserver.chat import Chat
from tests.homeserver.person import People


async def two(people: People, *, encrypted: bool, version: str = "") -> tuple[Chat, Chat]:
    """Return a direct chat as Ada, who began it, and as Ben sees it."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    hers = await ada.begins_chat(ben.id, encrypted=encrypted, version=version)
    his = await ben.accepts(ada.id)
    await hers.meets(ben.id)
    return hers, his


@pytest.mark.parametrize("version", ["10", "12"])
@pytest.mark.parametrize("encrypted", [False, True])
async def test_both_ways(people: People, encrypted: bool, version: str) -> None:
    """Two people read each other, in rooms of either kind, over the homeserver's death."""
    hers, his = await two(people, encrypted=encrypted, version=version)
    assert (await his.sees(await hers.says("Hello"))).body == "Hello"
    said = await his.says("Good day")
    assert (await hers.sees(said)).body == "Good day"
    async with people.homeserver.away():
        pass
    told = await hers.sees(await his.says("Still there?"))
    assert (told.body, told.encrypted) == ("Still there?", encrypted)
