"""/export on Matrix: the file reaches an organiser in private, encrypted where the chat is, and nobody else."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bot.platforms.matrix_bot import Phone, bot_on, private_chat
from tests.bot.sheets import fill
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse

UNION = "=Union of Quedlinburg"
ASKED = ("!export", "2", "1", "1")
"""A plain table of all campaigns, from the beginning."""


async def test_an_organiser_and_others(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path
) -> None:
    """An organiser gets the file in an encrypted chat, another is told; a stranger gets nothing, and no room does."""
    ada, boris, vera = [await people.meet(name) for name in ("Ada", "Boris", "Vera")]
    organising = (f"matrix:{ada.id}", f"matrix:{vera.id}")
    data = tmp_path / "bot"
    async with bot_on(homeserver, account, data, organising=organising) as bot:
        await fill(bot.bot.store, (UNION,))
        hers, his = [await private_chat(one, bot, encrypted=True) for one in (vera, boris)]
        said = [await Phone(bot, his).say(words) for words in ASKED]
        assert "Only the organisers" in said[0]
        room = await ada.makes_room(asks=[boris.id])
        await room.asks_in(bot.id)
        await ada.until(lambda: bool(room.messages(bot.id)), "an introduction")
        await room.answered(await room.says("!export"), quiet=0.25)
        assert not any(shown.msgtype == "m.file" for shown in (*his.messages(bot.id), *room.messages(bot.id)))
        assert not (data / "audit.log").exists()

        chat = await private_chat(ada, bot, encrypted=True)
        for words in ASKED:
            await Phone(bot, chat).say(words)
        file = chat.messages(bot.id)[-1]
        assert (file.msgtype, file.encrypted) == ("m.file", True)
        assert b"'" + UNION.encode() in await chat.file(file)
        [line] = map(json.loads, (data / "audit.log").read_text("utf-8").splitlines())
        assert (line["form"], line["letters"]) == ("csv", 1)
        assert ada.id not in json.dumps(line)
        await vera.until(lambda: "taken out" in hers.messages(bot.id)[-1].body, "the news of it")
        assert "By an organiser on Matrix" in hers.messages(bot.id)[-1].body
