"""The Bot API of this machine, through the real python-telegram-bot: a talk, a killed bot, and its speed."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Callable

import pytest

from tests.botapi import BotApi, Message
from tests.botapi.library import bot_at

FIRST = b"POST /bot%s/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

ECHO = """
import asyncio, sys
from telegram import Bot

async def main(url, token):
    offset = 0
    async with Bot(token, base_url=url) as bot:
        while True:
            for update in await bot.get_updates(offset, timeout=20):
                await bot.send_message(update.message.chat_id, update.message.text)
                offset = update.update_id + 1

asyncio.run(main(*sys.argv[1:]))
"""


async def test_talk() -> None:
    """What somebody says reaches the bot, what the bot says is seen, and a careful bot leaves no violations."""
    async with BotApi() as server, bot_at(server) as bot:
        ada = server.user("Ada", language_code="en")
        start = ada.starts("zhanaozen")
        (update,) = await bot.get_updates()
        assert update.message is not None
        assert update.message.text == "/start zhanaozen"
        await update.message.reply_html("<b>Hello</b> &amp; wélcome 🌍 https://a.org.", do_quote=True)
        (shown,) = await ada.private.after(start)
        assert shown.text == "Hello & wélcome 🌍 https://a.org."
        assert (shown.marked("bold"), shown.marked("url")) == (["Hello"], ["https://a.org"])
        assert await bot.get_updates(offset=update.update_id + 1) == ()
        await server.drained()
        assert [call.method for call in server.calls] == ["getMe", "getUpdates", "sendMessage", "getUpdates"]
        assert server.violations == []


async def test_a_bot_that_is_killed() -> None:
    """A bot killed in the middle of a long poll leaves nothing behind; the next one gets what it had not confirmed."""
    async with BotApi() as server:
        ada = server.user()
        for text in ("one", "two", "three"):
            address = f"{server.url}/bot"
            bot = await asyncio.create_subprocess_exec(sys.executable, "-c", ECHO, address, server.token)
            try:
                await ada.private.wait_for(answered(ada.says(text)), within=30)
            finally:
                bot.send_signal(signal.SIGKILL)
                await bot.wait()
        assert {m.text for m in ada.private.bot_messages} == {"one", "two", "three"}
        assert server.violations == []


def answered(said: Message) -> Callable[[list[Message]], bool]:
    """Return whether the bot has repeated what was said."""
    return lambda seen: any(m.from_bot and m.text == said.text for m in seen)


@pytest.mark.parametrize(
    "sent", [b"", b"GET", b"POST /x HTTP/1.1\r\n\r\n", b"\x16\x03\x01nonsense\r\n\r\n", b"{" * 99]
)
async def test_broken_requests(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Connections that break in the middle, and what is no request, harm nobody."""
    async with BotApi() as server:
        token = server.token.encode()
        for begun in (sent, FIRST % (token, b"sendMessage", 500) + sent, FIRST % (token, b"getUpdates", 14)):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(begun + b'{"timeout":20}')
            await writer.drain()
            writer.transport.abort()
        async with bot_at(server) as bot:
            assert (await bot.get_me()).is_bot
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []


async def test_the_same_every_time() -> None:
    """Two servers with the same clock tell the same story."""

    async def story() -> str:
        async with BotApi(clock=lambda: 1_800_000_000.0) as server, bot_at(server) as bot:
            ada = server.user()
            group = server.group(members=[ada])
            group.adds_bot(by=ada)
            ada.presses(ada.says("x"), data="y")
            return json.dumps(await bot.do_api_request("getupdates"))

    assert await story() == await story()


async def test_speed() -> None:
    """Thousands of updates do not slow it down."""
    async with BotApi() as server, bot_at(server) as bot:
        people = [server.user() for _ in range(100)]
        for number in range(10_000):
            people[number % 100].says(f"{number}")
        begun = time.monotonic()
        offset = 0
        while found := await bot.do_api_request("getupdates", {"offset": offset}):
            offset = found[-1]["update_id"] + 1
        assert time.monotonic() - begun < 10
        await server.drained()
