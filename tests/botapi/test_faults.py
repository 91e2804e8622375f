"""What goes wrong when a test wants it to, as the real library meets it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from tests.botapi import BotApi, Delay, Drop, Hang, NotJson, ServerError, TooMany, User


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who has begun to talk with the bot."""
    user = server.user("Ada")
    user.starts()
    return user


@pytest.fixture(autouse=True)
def _seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library say a time to wait as a timedelta: otherwise it warns of itself."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


async def test_too_many(server: BotApi, bot: Bot, ada: User) -> None:
    """The next calls are refused with the seconds to wait, and only those."""
    rule = server.fails(TooMany(7), "sendMessage", times=2)
    for _ in range(2):
        with pytest.raises(RetryAfter, match="Retry in 0:00:07"):
            await bot.send_message(ada.id, "x")
    await bot.send_message(ada.id, "x")
    assert rule.hits == 2
    assert len(ada.private.bot_messages) == 1
    assert server.violations == []


async def test_for_whom(server: BotApi, bot: Bot, ada: User) -> None:
    """A fault can be for one chat, or for calls of which something holds, until it is cancelled."""
    ben = server.user("Ben")
    ben.starts()
    rule = server.fails(ServerError(500), chat=ada.private, times=None)
    server.fails(ServerError(502), when=lambda call: call["text"] == "bad")
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.send_message(ada.id, "x")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ben.id, "bad")
    await bot.send_message(ben.id, "good")
    rule.cancel()
    await bot.send_message(ada.id, "x")


@pytest.mark.parametrize("done", [False, True])
async def test_fate_unknown(server: BotApi, bot: Bot, ada: User, done: bool) -> None:
    """Whether a call was carried out cannot be seen from a broken connection or an error page."""
    for fault in (Drop(done=done), ServerError(502, done=done), NotJson(done=done)):
        server.fails(fault, "sendMessage")
        with pytest.raises(TelegramError):
            await bot.send_message(ada.id, "x")
    assert len(ada.private.bot_messages) == (3 if done else 0)


@pytest.mark.parametrize("fault", [Delay(30), Hang(), Delay(30, done=True), Hang(done=True)])
async def test_slow(server: BotApi, bot: Bot, ada: User, fault: Delay | Hang) -> None:
    """The bot loses patience."""
    server.fails(fault, "sendMessage")
    with pytest.raises(TimedOut):
        await bot.send_message(ada.id, "x", read_timeout=0.1)
    assert len(ada.private.bot_messages) == fault.done


async def test_a_little_slow(server: BotApi, bot: Bot, ada: User) -> None:
    """A delay delays."""
    server.fails(Delay(0.05))
    assert (await bot.get_me()).username == "SolidarityTestBot"


async def test_out_of_reach(server: BotApi, bot: Bot, ada: User) -> None:
    """A server that is down cannot be connected to; when it comes back it has forgotten nothing."""
    poll = asyncio.create_task(bot.get_updates(offset=10**9, timeout=30))
    await server.calls.wait_for("getUpdates")
    await server.goes_down()
    with pytest.raises(NetworkError):
        await poll
    with pytest.raises(NetworkError) as refused:
        await bot.send_message(ada.id, "x")
    assert isinstance(refused.value.__cause__, httpx.ConnectError)
    await server.comes_back()
    await bot.send_message(ada.id, "x")
    assert len(ada.private.bot_messages) == 1


async def test_flood(server: BotApi, bot: Bot, ada: User) -> None:
    """If it is limited how fast a bot may write, it is told when to go on."""
    now = [1_800_000_000.0]
    server.world.clock = lambda: now[0]
    server.limits_pace(per_chat=1)
    await bot.send_message(ada.id, "1")
    with pytest.raises(RetryAfter):
        await bot.send_message(ada.id, "2")
    now[0] += 1
    await bot.send_message(ada.id, "2")


async def test_tokens(server: BotApi) -> None:
    """An unknown token is unauthorized, one that is none is not found."""
    async with httpx.AsyncClient(base_url=server.url) as client:
        for token, code in [(f"1{server.token}", 401), ("12:short", 404), ("", 404), (server.token, 200)]:
            answer = await client.get(f"/bot{token}/getMe")
            assert answer.status_code == code
        assert (await client.get(f"/bot{server.token}/getNothing")).json() == {
            "ok": False,
            "error_code": 404,
            "description": "Not Found: method not found",
        }
        assert (await client.post(f"/bot{server.token}/getme", json={})).json()["ok"]
        assert (await client.get(f"/file/bot{server.token}/nothing")).status_code == 404
    with pytest.raises(InvalidToken):
        async with Bot(f"1{server.token}", base_url=f"{server.url}/bot"):
            pass


async def test_logging_out(server: BotApi, bot: Bot) -> None:
    """After logging out nothing is answered any more."""
    assert await bot.log_out()
    with pytest.raises(BadRequest, match="Logged out"):
        await bot.get_me()
