"""What organisers are told on Matrix: in private, encrypted, in their language, though they have not written first."""

from __future__ import annotations

from pathlib import Path

from bot.events import Person
from tests.bot.platforms.matrix_bot import Phone, bot_on, private_chat
from tests.door import door_to, furnished
from tests.handlers.test_returned import came_back, supporter
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse

RETURNED = ("!pledge zhanaozen-2011", "protest", "person", "DE", "sent", "E-mail: KazMunayGas", "1")


async def test_organisers_hear_of_a_doubtful_address(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path
) -> None:
    """With the third letter that came back, each organiser is told: in the chat they have, or in one that is opened."""
    ada, olga, vera = [await people.meet(name) for name in ("Ada", "Olga", "Vera")]
    organising = (f"matrix:{olga.id}", f"matrix:{vera.id}")
    async with bot_on(homeserver, account, tmp_path / "bot", organising=organising) as bot:
        async with bot.bot.store.work() as work:
            await work.set_language(Person("matrix", vera.id), "ru")
        hers = await private_chat(olga, bot, encrypted=True)
        elsewhere = door_to(bot.bot.store, *furnished())
        for number in range(2):
            await came_back(supporter(elsewhere, number))
        phone = Phone(bot, await private_chat(ada, bot, encrypted=True))
        for words in (*RETURNED, "!answer", "It came back undelivered"):
            await phone.say(words)
        opened = await vera.accepts(bot.id)
        await vera.until(lambda: bool(opened.messages(bot.id)), "a word to Vera")
        await olga.until(lambda: "several people had" in hers.messages(bot.id)[-1].body, "a word to Olga")
        [told] = opened.messages(bot.id)
    assert "JSC National Company KazMunayGas (by e-mail)" in hers.messages(bot.id)[-1].body
    assert (told.encrypted, opened.members) == (True, {bot.id, vera.id})
    assert "several people" not in told.body
    assert "КазМунайГаз" in told.body
