"""A broadcast as the library's users write it: a loop over the default client, which records nothing."""

from __future__ import annotations

import asyncio
import sys

from telegram import Bot


async def send(url: str, token: str, words: str, people: int, at_once: int) -> None:
    """Send `words` to so many people."""
    async with Bot(token, base_url=url) as bot:
        for start in range(0, people, at_once):
            chats = range(10_000 + start, 10_000 + min(people, start + at_once))
            await asyncio.gather(*(bot.send_message(chat, words, parse_mode="HTML") for chat in chats))


if __name__ == "__main__":
    url, token, words, people, at_once = sys.argv[1:]
    asyncio.run(send(url, token, words, int(people), int(at_once)))
