"""A room's card on Matrix, one message that is changed; and news there, which end for whoever leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.assembly import renew_cards
from bot.platforms import matrix_rooms
from bot.platforms.matrix_rooms import private
from tests.bot.platforms.matrix_bot import Running, bot_on, private_chat
from tests.bot.platforms.matrix_moves import arrives, room_with
from tests.homeserver.chat import Chat
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Account, Synapse
from tests.homeserver.timeline import Seen


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a room looks often whether it is there."""
    monkeypatch.setattr(matrix_rooms, "A_MOMENT", 0.1)


@pytest.fixture
async def bot(homeserver: Synapse, account: Account, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work."""
    async with bot_on(homeserver, account, tmp_path / "bot") as running:
        yield running


async def said(room: Chat, words: str) -> None:
    """Say something, and wait until it is answered."""
    await room.answered(await room.says(words), quiet=0)


@pytest.mark.parametrize("encrypted", [False, True], ids=["open", "encrypted"])
async def test_a_card_is_changed(people: People, bot: Running, encrypted: bool) -> None:
    """A room's card is one message: what is new is shown in it, and it does not come again."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben)
    if encrypted:
        await room.encrypts()
    await said(room, "!group campaign zhanaozen-2011")
    await said(room, "!group goal 10 open")
    await said(room, "!group card")
    await arrives(room, "Letters through this group")
    [card] = cards(room, bot)
    assert "Our goal: 10 letters" in card.body
    for goal in ("20", "50"):
        await said(room, f"!group goal {goal} open")
        await arrives(room, f"Our goal: {goal} letters")  # the answer: the card is not changed yet
        await renew_cards(bot.bot.dispatcher, bot.bot.dispatcher._conversations.world)
        await shows(room, bot, f"Our goal: {goal} letters")
    assert [one.id for one in cards(room, bot)] == [card.id]


async def shows(room: Chat, bot: Running, words: str) -> None:
    """Wait until a card says something."""
    await room.person.until(lambda: any(words in one.body for one in cards(room, bot)), words)


def cards(room: Chat, bot: Running) -> list[Seen]:
    """Return the cards that are shown in a room."""
    return [one for one in room.messages(bot.id) if "Letters through this group" in one.body]


async def test_leaving_ends_the_news(people: People, bot: Running) -> None:
    """Whoever leaves the private chat gets no more news, and whoever stays does."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    chats = [await private_chat(one, bot, encrypted=False) for one in (ada, ben)]
    for chat in chats:
        await said(chat, "!updates zhanaozen-2011")
    assert await followed(bot, ada) == await followed(bot, ben) == ["zhanaozen-2011"]
    await chats[0].leaves()
    for _ in range(1200):
        if not await followed(bot, ada):
            break
        await asyncio.sleep(0.05)
    assert await followed(bot, ada) == []
    assert await followed(bot, ben) == ["zhanaozen-2011"]


async def test_the_news_end_for_whoever_has_a_slash_in_their_name(people: People, bot: Running) -> None:
    """An account's name may hold what parts a topic from its group elsewhere: what it asked for ends all the same."""
    ada = await people.meet("Ada/Branch")
    chat = await private_chat(ada, bot, encrypted=False)
    await said(chat, "!updates zhanaozen-2011")
    assert await followed(bot, ada) == ["zhanaozen-2011"]
    await said(chat, "!stop")
    assert await followed(bot, ada) == []


async def followed(bot: Running, person: Person) -> list[str]:
    """Return of which appeals somebody gets news."""
    async with bot.bot.store.work() as work:
        return [one.campaign for one in await work.subscriptions(private(person.id))]
