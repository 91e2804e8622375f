"""Rooms on Matrix that are slow: they hold up no other, and nothing that was said in them is lost."""

from __future__ import annotations

from pathlib import Path

from tests.bot.platforms.matrix_bot import bot_on, private_chat
from tests.homeserver import faults
from tests.homeserver.gate import Gate
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse

MANY = 30
"""Commands in a row, more than are answered at a time."""


async def test_one_room_waits(homeserver: Synapse, people: People, tmp_path: Path) -> None:
    """While the homeserver lets nothing into one chat others are answered; that chat is answered after a restart."""
    account, folder = await homeserver.register("Bot"), tmp_path / "bot"
    ada, bob = await people.meet("Ada"), await people.meet("Bob")
    async with Gate(homeserver.url) as gate:
        async with bot_on(homeserver, account, folder, gate.url) as running:
            chat = await private_chat(ada, running, encrypted=False)
            other = await private_chat(bob, running, encrypted=False)
            gate.fails(faults.too_many(60_000), f"{chat.id}/send/", times=None)
            before = len(chat.messages(account.user_id))
            for _ in range(MANY):
                await chat.says("!privacy")
            for _ in range(3):
                said = await other.says("!help")
                await other.answered(said, quiet=0)
            assert len(chat.messages(account.user_id)) == before
        async with bot_on(homeserver, account, folder, homeserver.url):
            await ada.until(
                lambda: len(chat.messages(account.user_id)) >= before + MANY, "all answers", within=180
            )
        await ada.caught_up()
        assert len(chat.messages(account.user_id)) == before + MANY
