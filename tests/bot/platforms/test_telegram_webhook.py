"""The webhook: Telegram alone gets in, and is told that an update has arrived once it is recorded."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.platforms.base import PlatformError
from tests.bot.platforms.telegram_bot import Running, bot_on
from tests.bot.platforms.telegram_care import following, say, tap
from tests.bot.store.people import inside, looking
from tests.botapi import BotApi, ServerError

HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = {"update_id": 700_000_001, "message": "x"}


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def to_webhook(server: BotApi, port: int, path: str = "telegram") -> dict[str, object]:
    """Return the settings of a bot that lets Telegram bring updates to `port`."""
    return {
        "token": server.token,
        "base_url": f"{server.url}/bot",
        "base_file_url": f"{server.url}/file/bot",
        "webhook_url": f"http://127.0.0.1:{port}/{path}",
        "webhook_port": port,
    }


@pytest.fixture
async def bot(server: BotApi, tmp_path: Path, port: int) -> AsyncIterator[Running]:
    """The bot at work, to which that server brings updates."""
    log = {"level": "debug", "file": tmp_path / "log"}
    async with bot_on(server, tmp_path, log=log, telegram=to_webhook(server, port)) as running:
        await server.calls.wait_for("setWebhook")
        yield running


async def knock(
    port: int, body: bytes = b"", secret: str | None = None, method: str = "POST", path: str = "/telegram"
) -> int:
    """Return the status with which somebody is answered who knocks at the webhook."""
    headers = {} if secret is None else {HEADER: secret}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://127.0.0.1:{port}{path}", data=body, headers=headers) as answer,
    ):
        return answer.status


def secret_of(server: BotApi) -> str:
    """Return the secret that the bot has told Telegram."""
    assert server.webhook is not None
    return server.webhook.secret


async def test_a_conversation(server: BotApi, bot: Running) -> None:
    """What Telegram brings is answered, typed or tapped, and confirmed."""
    ada = server.user("Ada", language_code="en")
    (question,) = await say(bot, ada, "/letter")
    (kind,) = await tap(bot, ada, "Kazakhstan", question)
    assert kind.text.startswith("What kind of letter?")
    assert server.webhook is not None
    assert server.webhook.last_error == {}
    assert server.calls.count("getUpdates") == 0


async def test_strangers(server: BotApi, bot: Running, port: int) -> None:
    """Whoever does not know the secret gets in by no way, and the bot does nothing for them."""
    ada = server.user("Ada", language_code="en")
    ada.started = True
    secret = secret_of(server)
    body = json.dumps({"update_id": 1, "message": ada.says("/help").to_json()}).encode()
    await bot.settled()
    seen = len(ada.private.messages)
    for wrong in (None, "", "x", secret[:-1], secret + "x", secret.upper(), server.token, "é" * 64):
        assert await knock(port, body, wrong) == 403
    assert await knock(port, body, secret, path="/") == 404
    assert await knock(port, body, secret, path="/telegram/x") == 404
    assert await knock(port, body, secret, path=f"/bot{server.token}") == 404
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert await knock(port, b"", secret, method=method) == 405
    assert await knock(port, b"x" * 1_000_001, secret) == 413
    await bot.settled()
    assert len(ada.private.messages) == seen


async def test_a_secret_that_is_no_text(server: BotApi, bot: Running, port: int, tmp_path: Path) -> None:
    """Bytes that are no text are a wrong secret like any other, and leave no trace in the log."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n{HEADER}: ".encode()
    writer.write(head + b"\xff\xfe\r\n\r\n{}")
    assert b" 403 " in await reader.readline()
    writer.close()
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_the_secret_is_no_guess(server: BotApi, bot: Running, port: int) -> None:
    """The secret is long, and neither the token nor a part of it; Telegram is asked for what the bot reads only."""
    secret = secret_of(server)
    assert len(secret) == 64
    assert secret not in server.token
    assert server.token.partition(":")[2] not in secret
    (call,) = server.calls.of("setWebhook")
    assert call["url"] == f"http://127.0.0.1:{port}/telegram"
    assert "channel_post" not in call["allowed_updates"]
    assert not call.flag("drop_pending_updates")


async def test_health(server: BotApi, bot: Running, port: int) -> None:
    """Whoever watches over the bot can ask whether it is well."""
    assert await knock(port, method="GET", path="/healthz") == 200


NONSENSE = [b"", b"x", b"{", b"[]", b"5", b"\xff", b"null", b"[" * 100_000, json.dumps(UPDATE).encode()]


async def test_nonsense(server: BotApi, bot: Running, port: int, tmp_path: Path) -> None:
    """What is no update is taken and set aside: to refuse it would only bring it again."""
    for body in NONSENSE:
        assert await knock(port, body, secret_of(server)) == 200, body[:9]
    assert len(await say(bot, server.user("Ada"), "/help")) == 1
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_nothing_can_be_recorded(server: BotApi, bot: Running, port: int, tmp_path: Path) -> None:
    """An update that could not be recorded is answered by 503, comes again, and has its effect once."""
    inside(bot.bot.dispatcher._store)._patience = 0
    ada = server.user("Ada", language_code="en")
    told: dict[str, Any] = {"update_id": 1, "message": ada.says("/privacy").to_json()}
    await bot.settled()
    with looking(tmp_path / "solidarity.db") as other:
        other.execute("BEGIN IMMEDIATE")
        told["message"]["text"] = "/help"
        assert await knock(port, json.dumps(told).encode(), secret_of(server)) == 503
        said = ada.says("/demands zhanaozen-2011")
        await asyncio.sleep(0.2)
        assert server.pending == 1
        assert following(said) == []
        other.execute("ROLLBACK")
    await server.drained()
    await bot.settled()
    assert len(following(said)) == 1
    assert server.webhook is not None
    assert "503" in server.webhook.last_error["last_error_message"]


@contextmanager
def no_room(file: Path) -> Iterator[None]:
    """Let no file of this process grow beyond the present size of `file`, as on a disk that is full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


async def test_the_commit_fails(server: BotApi, tmp_path: Path, port: int) -> None:
    """An update whose commit fails for want of space is answered by 503, comes again, and has its effect once."""
    async with bot_on(server, tmp_path, telegram=to_webhook(server, port), log={}) as bot:
        ada = server.user("Ada", language_code="en")
        await say(bot, ada, "/privacy")
        with no_room(tmp_path / "solidarity.db-wal"):
            said = ada.says("/demands zhanaozen-2011")
            await asyncio.sleep(0.3)
            assert server.webhook is not None
            assert "503" in server.webhook.last_error["last_error_message"]
            assert server.pending == 1
            assert following(said) == []
        await server.drained()
        await bot.settled()
        assert len(following(said)) == 1


async def test_a_second_time(server: BotApi, bot: Running, port: int) -> None:
    """An update that Telegram brings again, for our answer was lost, is taken and has no second effect."""
    ada = server.user("Ada", language_code="en")
    said = ada.says("/letter")
    await bot.settled()
    (question,) = following(said)
    told = {"update_id": 700_000_001, "message": said.to_json()}
    assert await knock(port, json.dumps(told).encode(), secret_of(server)) == 200
    await bot.settled()
    assert following(said) == [question]
    assert question.buttons


async def test_to_and_fro(server: BotApi, tmp_path: Path, port: int) -> None:
    """The way in can be changed by configuration: nothing that was said meanwhile is lost, nothing answered twice."""
    ada = server.user("Ada", language_code="en")
    for telegram in ({}, {"telegram": to_webhook(server, port)}, {}, {"telegram": to_webhook(server, port)}):
        said = ada.says("/help")
        async with bot_on(server, tmp_path, **telegram) as bot:
            await bot.settled()
            assert len(following(said)) == 1
            assert len(await say(bot, ada, "/privacy")) == 1
            assert (server.webhook is not None) == bool(telegram)


async def test_a_webhook_that_cannot_be_left_at_once(server: BotApi, tmp_path: Path, port: int) -> None:
    """If leaving the webhook fails at first, asking for updates works all the same in the end."""
    async with bot_on(server, tmp_path, telegram=to_webhook(server, port)):
        await server.calls.wait_for("setWebhook")
    server.fails(ServerError(), "deleteWebhook")
    async with bot_on(server, tmp_path, log={"file": tmp_path / "log"}) as bot:
        assert len(await say(bot, server.user("Ada"), "/help")) == 1


async def test_telegram_is_not_ready(server: BotApi, tmp_path: Path, port: int) -> None:
    """If Telegram does not take the webhook at first, it is offered again."""
    server.fails(ServerError(), "setWebhook")
    async with bot_on(
        server, tmp_path, log={"file": tmp_path / "log"}, telegram=to_webhook(server, port)
    ) as bot:
        assert len(await say(bot, server.user("Ada"), "/help")) == 1
    assert server.calls.count("setWebhook") == 2


async def test_stopping_while_telegram_is_not_ready(server: BotApi, tmp_path: Path, port: int) -> None:
    """A bot whose webhook is not taken yet ends at once when it is told to."""
    server.fails(ServerError(), "setWebhook", times=None)
    async with asyncio.timeout(5):
        async with bot_on(
            server, tmp_path, log={"file": tmp_path / "log"}, telegram=to_webhook(server, port)
        ):
            await server.calls.wait_for("setWebhook", 2)


async def test_a_port_that_is_taken(server: BotApi, tmp_path: Path, port: int) -> None:
    """If the port is in use, one line says which."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(
            PlatformError, match=f"^telegram.webhook_port: 127.0.0.1:{port} cannot be used"
        ) as caught:
            async with bot_on(server, tmp_path, telegram=to_webhook(server, port)):
                await asyncio.sleep(0.3)
    assert "\n" not in str(caught.value)
    assert server.calls.count("setWebhook") == 0


async def test_a_webhook_that_telegram_refuses(server: BotApi, tmp_path: Path, port: int) -> None:
    """If Telegram does not like the address, one line gives its reason: to wait would not help."""
    telegram = {**to_webhook(server, port), "webhook_url": "http://example.org/telegram"}
    with pytest.raises(
        PlatformError, match=r"^telegram.webhook_url: Telegram refuses it .*an https url"
    ) as caught:
        async with bot_on(server, tmp_path, telegram=telegram):
            await asyncio.sleep(0.5)
    assert "\n" not in str(caught.value)
    assert server.token not in str(caught.value)
    assert server.violations
    server.violations.clear()
