"""The conversations in tests/transcripts on Matrix, through the real library and homeserver: they say the same."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from bot.direction import END, FROM_LEFT
from tests.bot.platforms.matrix_bot import Phone, bot_on, private_chat
from tests.door import NOW
from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse
from tests.transcript import FOLDER, Transcript, compare, read, with_prefix


def lines(text: str) -> list[str]:
    """Return the lines of `text` that are not empty: a long message comes in several.

    The command before an Arabic label stands in an isolate, which is no part of what is typed.
    """
    bare = re.sub(f"^  {FROM_LEFT}(![^{END}]+){END}  ", r"  \1  ", text, flags=re.MULTILINE)
    return [line.rstrip() for line in bare.splitlines() if line.strip()]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
async def test_matrix_says_the_same(path: Path, homeserver: Synapse, tmp_path: Path) -> None:
    """Every transcript, typed in a private chat, is answered as it is written, encrypted and not."""
    conversation = read(path.read_text("utf-8"))
    account = await homeserver.register("Bot")
    async with (
        People(homeserver, tmp_path) as people,
        bot_on(
            homeserver, account, tmp_path / "bot", clock=lambda: NOW, language=conversation.language
        ) as running,
        asyncio.TaskGroup() as both,
    ):
        together = asyncio.Barrier(2)
        for encrypted in (True, False):
            person = await people.meet("Ada")
            phone = Phone(running, await private_chat(person, running, encrypted=encrypted))
            both.create_task(says_the_same(conversation, phone, together))


async def says_the_same(conversation: Transcript, phone: Phone, together: asyncio.Barrier) -> None:
    """Say everything, and see that it is answered as it is written.

    Both chats go on `together`, for whom to write to first depends on what others have pledged meanwhile.
    """
    for number, exchange in enumerate(conversation.exchanges, 1):
        if not exchange.said.strip():
            continue
        await together.wait()
        expected = [with_prefix(line, "!") for line in lines("\n".join(exchange.answer))]
        answer = await phone.say(with_prefix(exchange.said, "!"))
        difference = compare(expected, lines(answer))
        assert not difference, f"{number}: {exchange.said}\n{difference}"
