"""On Matrix, what was said first and what was said long ago: a language is kept, an old command is asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bot.platforms.matrix_bot import bot_on, private_chat
from tests.homeserver.chat import Chat
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse


def later() -> datetime:
    """Return a time two hours from now."""
    return datetime.now(UTC) + timedelta(hours=2)


async def said_to(chat: Chat, words: str) -> str:
    """Say `words`, and return the whole answer."""
    return "\n".join(seen.body for seen in await chat.answered(await chat.says(words), quiet=0.25))


async def test_first_words(homeserver: Synapse, account: Account, people: People, tmp_path: Path) -> None:
    """Whoever begins in Russian is answered in it, after a restart too; a name in Cyrillic changes nothing."""
    ada, boris = await people.meet("Ada"), await people.meet("Boris")
    async with bot_on(homeserver, account, tmp_path / "bot") as bot:
        russian = await private_chat(boris, bot, encrypted=True)
        english = await private_chat(ada, bot, encrypted=True)
        assert "Написать письмо" in await said_to(russian, "Привет!")
        for words in ("letter", "zhanaozen", "1", "1", "1", "!skip"):
            await said_to(english, words)
        assert "Which town" in await said_to(english, "Ада Лавлейс")
    async with bot_on(homeserver, account, tmp_path / "bot"):
        assert "Какое обращение?" in await said_to(russian, "letter")
        assert "Which town" in await said_to(english, "!letter")


async def test_an_old_command(homeserver: Synapse, account: Account, people: People, tmp_path: Path) -> None:
    """A command that is more than an hour old when it is read does nothing before it is said that it still holds."""
    ada = await people.meet("Ada")
    async with bot_on(homeserver, account, tmp_path / "bot") as bot:
        chat = await private_chat(ada, bot, encrypted=True)
    said = await chat.says("!letter zhanaozen-2011")
    async with bot_on(homeserver, account, tmp_path / "bot", clock=later):
        (asked,) = await chat.answered(said, quiet=0.25)
        assert "Do you still want it?" in asked.body
        assert "!letter zhanaozen-2011" in asked.body
    async with bot_on(homeserver, account, tmp_path / "bot"):
        assert "What kind of letter?" in await said_to(chat, "!letter zhanaozen-2011")
