"""Rooms on Matrix as the database knows them: entered, renamed, replaced, left; and who is admin there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.events import Chat as Address
from bot.events import Person as Somebody
from bot.groups import Group
from bot.platforms import matrix_rooms
from tests.bot.platforms.matrix_bot import Running, bot_on, private_chat
from tests.bot.platforms.matrix_moves import arrives, room_with
from tests.homeserver.chat import Chat
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Account, Synapse


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a room looks often whether it is there."""
    monkeypatch.setattr(matrix_rooms, "A_MOMENT", 0.1)


@pytest.fixture
async def bot(homeserver: Synapse, account: Account, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work."""
    async with bot_on(homeserver, account, tmp_path / "bot") as running:
        yield running


async def registered(bot: Running, room: str) -> Group | None:
    """Return the room as it is registered."""
    async with bot.bot.store.work() as work:
        return await work.group(Address("matrix", room))


async def becomes(bot: Running, room: str, title: str | None) -> Group | None:
    """Return the room once it is registered by that title; None: once it is forgotten."""
    for _ in range(1200):
        group = await registered(bot, room)
        if (group.title if group else None) == title:
            return group
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")


async def role(bot: Running, room: Chat, person: Person) -> str:
    """Return what the bot takes somebody for in a room."""
    return await bot.bot.roles.role(
        Address("matrix", f"{room.id} $thread"), Somebody("matrix", person.id), fresh=True
    )


@pytest.mark.parametrize("version", ["10", "12"])
async def test_roles(people: People, bot: Running, version: str) -> None:
    """Whoever made a room or may set its levels is its admin, in rooms of the old kind and of the new one."""
    ada, ben, cleo = await people.meet("Ada"), await people.meet("Ben"), await people.meet("Cleo")
    eve = await people.meet("Eve")
    room = await room_with(ada, bot.id, ben, cleo, version=version)
    await room.gives_power(ben.id, 100)
    await room.gives_power(cleo.id, 50)
    assert [await role(bot, room, one) for one in (ada, ben, cleo, eve)] == [
        "admin",
        "admin",
        "member",
        "outside",
    ]
    await Chat(ben, room.id).gives_power(ben.id, 0)
    assert await role(bot, room, ben) == "member"
    await room.kicks(cleo.id)
    assert await role(bot, room, cleo) == "outside"


async def test_roles_that_cannot_be_read(people: People, bot: Running) -> None:
    """Who somebody is in a room that the bot is not in is not known."""
    ada = await people.meet("Ada")
    room = await ada.makes_room()
    assert await role(bot, room, ada) == "unknown"


async def test_coming_and_going(people: People, bot: Running) -> None:
    """A room is registered when the bot enters it, by its present name; put out of it, the bot forgets it."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben)
    group = await becomes(bot, room.id, "Branch 7")
    assert group is not None
    async with bot.bot.store.work() as work:
        assert await work.keeps(Somebody("matrix", ada.id), group)
    await room.sets("m.room.name", {"name": "Branch 8"})
    await becomes(bot, room.id, "Branch 8")
    await room.kicks(bot.id)
    await becomes(bot, room.id, None)


@pytest.mark.parametrize("how", ["named", "public", "addressed"])
async def test_before_the_others_come(
    people: People, homeserver: Synapse, account: Account, tmp_path: Path, how: str
) -> None:
    """A room with a name or an address, or that all may enter, is a group before others come, after a restart too."""
    ada, title = await people.meet("Ada"), "Branch 7" if how == "named" else ""
    async with bot_on(homeserver, account, tmp_path / "bot") as running:
        address = "branch-7" if how == "addressed" else ""
        room = await ada.makes_room(title, asks=[running.id], public=how == "public", address=address)
        await becomes(running, room.id, title)
        asked = await room.says("!group")
        assert "How I am set up in this group" in (await room.answered(asked, quiet=0.25))[0].body
    async with bot_on(homeserver, account, tmp_path / "bot") as running:
        await room.answered(await room.says("!letter zhanaozen-2011"), quiet=0.25)
        chat = await ada.accepts(running.id)
        await ada.until(lambda: bool(chat.messages(running.id)), "the first question")
        assert "!appeal" in (await room.answered(await room.says("Hello?"), quiet=0.25))[-1].body
        assert not any("What kind of letter" in message.body for message in room.messages(running.id))


async def test_a_room_that_is_replaced(people: People, bot: Running) -> None:
    """A room that is replaced keeps its link."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben, version="10")
    before = await becomes(bot, room.id, "Branch 7")
    after = await room.upgrades("12", asks=[bot.id, ben.id])
    group = await becomes(bot, after.id, "Branch 7")
    assert before is not None
    assert group is not None
    assert group.code == before.code
    assert await registered(bot, room.id) is None


async def test_a_private_chat_is_no_group(people: People, bot: Running) -> None:
    """A private chat is registered nowhere."""
    ada = await people.meet("Ada")
    chat = await private_chat(ada, bot, encrypted=False)
    assert await registered(bot, chat.id) is None


async def test_who_comes_from_a_room(people: People, bot: Running) -> None:
    """Whoever asks for a letter in a room, or types its code in private, comes through its link."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben)
    group = await becomes(bot, room.id, "Branch 7")
    assert group is not None
    inside = Chat(ben, room.id)
    await inside.answered(await inside.says("!letter"), quiet=0)
    chat = await private_chat(ada, bot, encrypted=False)
    await chat.answered(await chat.says(f"!start {group.code}"), quiet=0)
    for person in (ada, ben):
        await comes_by(bot, person, group.code)


async def comes_by(bot: Running, person: Person, code: str) -> None:
    """Wait until it is known through which link somebody came."""
    for _ in range(1200):
        async with bot.bot.store.work() as work:
            if await work.came_by(Somebody("matrix", person.id)) == code:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")


async def test_the_campaign_that_the_room_follows(people: People, bot: Running) -> None:
    """Whoever asks for a letter in a room that follows one campaign writes for that, unless another is named."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await room_with(ada, bot.id, ben)
    await room.answered(await room.says("!updates zhanaozen-2011"), quiet=0)
    inside = await private_chat(ada, bot, encrypted=False)
    await room.says("!letter")
    await arrives(inside, "What kind of letter?")
    await inside.answered(await inside.says("!cancel"), quiet=0.25)
    await room.says("!letter something")
    await arrives(inside, "Which appeal?")
