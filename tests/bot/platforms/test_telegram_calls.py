"""What becomes of a message when the way to Telegram fails: sent again only where it cannot have arrived."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.events import Chat, Message
from bot.platforms.base import (
    GoneError,
    LaterError,
    MovedError,
    RefusedError,
    UndeliveredError,
    UnreachableError,
    UnsureError,
)
from bot.platforms.telegram_calls import AiohttpRequest, Calls, told_apart
from bot.serving import account
from tests.bot.platforms.telegram_bot import Running, bot_on, settings_for
from tests.bot.platforms.telegram_care import following, say
from tests.bot.store.people import count
from tests.botapi import BotApi, Delay, Drop, Hang, NotJson, ServerError, TooMany, User
from tests.botapi.flood import Flood
from tests.botapi.refusals import RefusalError

Broken = Drop | ServerError | NotJson | Hang | Delay


@pytest.fixture
async def bot(server: BotApi, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot at work on that server; it does not wait long for an answer."""
    async with bot_on(server, tmp_path, log={"level": "debug", "file": tmp_path / "log"}) as running:
        running.service._calls._request._read = 0.5
        yield running


@pytest.fixture
async def calls(server: BotApi) -> AsyncIterator[Calls]:
    """What calls that server, and does not wait long for an answer."""
    made = Calls(server.token, f"{server.url}/bot", f"{server.url}/file/bot")
    made._request._read = 0.3
    yield made
    await made.close()


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who has begun to talk with the bot."""
    user = server.user("Ada", language_code="en")
    user.started = True
    return user


async def fate(calls: Calls, chat: int, text: str = "x") -> UndeliveredError:
    """Return how a message to `chat` fails."""
    with pytest.raises(UndeliveredError) as caught, told_apart():
        await calls.call("SendMessage", {"chat_id": chat, "text": text})
    return caught.value


@pytest.mark.parametrize(
    "fault",
    [
        Drop(),
        Drop(done=True),
        ServerError(),
        ServerError(500, done=True),
        ServerError(504, done=True),
        NotJson(),
        NotJson(done=True),
        NotJson("", done=True),
        NotJson('{"ok":', done=True),
        Hang(),
        Hang(done=True),
        Delay(0.6, done=True),
    ],
    ids=repr,
)
async def test_unsure(server: BotApi, bot: Running, ada: User, fault: Broken, tmp_path: Path) -> None:
    """Where nobody knows whether a message has arrived, it is not sent a second time, and the next one is."""
    server.fails(fault, "sendMessage")
    said = ada.says("/help")
    await bot.settled()
    assert len(following(said)) == fault.done
    assert server.calls.count("sendMessage") == 1
    assert "whether a message arrived is not known" in (tmp_path / "log").read_text()
    assert len(await say(bot, ada, "/privacy")) == 1
    assert await count(bot.bot.outbox._store) == 0


async def test_kinds(server: BotApi, calls: Calls, ada: User) -> None:
    """What an error says to do: wait, follow, give up, mend the message, or leave it."""
    server.fails(TooMany(7), "sendMessage")
    later = await fate(calls, ada.id)
    assert isinstance(later, LaterError)
    assert later.seconds == 7
    group = server.group(members=[ada], bot=True)
    new = group.migrates()
    moved = await fate(calls, group.id)
    assert isinstance(moved, MovedError)
    assert moved.to == str(new.id)
    new.removes_bot()
    assert isinstance(await fate(calls, new.id), GoneError)
    ada.blocks()
    assert isinstance(await fate(calls, ada.id), GoneError)
    ada.deletes_account()
    assert isinstance(await fate(calls, ada.id), GoneError)


async def test_a_message_that_is_refused(server: BotApi, calls: Calls, ada: User) -> None:
    """A message that Telegram does not take is refused, whoever it is for; a chat that is unknown is gone."""
    assert isinstance(await fate(calls, ada.id, "a" * 4097), RefusedError)
    assert isinstance(await fate(calls, 12345), GoneError)
    assert len(server.violations) == 2
    server.violations.clear()


async def test_nobody_there(server: BotApi, calls: Calls, ada: User) -> None:
    """Where no connection can be made, a message has certainly not arrived."""
    await server.goes_down()
    assert isinstance(await fate(calls, ada.id), UnreachableError)
    nowhere = Calls(server.token, "http://no-such-host.invalid/bot", "")
    assert isinstance(await fate(nowhere, ada.id), UnreachableError)
    await nowhere.close()


@asynccontextmanager
async def with_request(token: str, url: str, request: AiohttpRequest) -> AsyncIterator[Bot]:
    """Enter the library's own bot, whose calls go through `request`."""
    bot = Bot(token, base_url=f"{url}/bot", request=request, get_updates_request=request)
    try:
        yield bot
    finally:
        await request.shutdown()


async def way_of_failing(bot: Bot, chat: int) -> UndeliveredError:
    """Return how a message to `chat` fails."""
    with pytest.raises(UndeliveredError) as caught, told_apart():
        await bot.do_api_request("SendMessage", api_kwargs={"chat_id": chat, "text": "x"})
    return caught.value


async def test_no_connection_is_free(server: BotApi, ada: User) -> None:
    """A message that found no free connection in time has not left; one that waits for its answer may have."""
    request = AiohttpRequest(server.url, connections=1, wait=0.2, read=0.6)
    async with with_request(server.token, server.url, request) as bot:
        server.fails(Hang(done=True), "sendMessage")
        first = asyncio.create_task(way_of_failing(bot, ada.id))
        await server.calls.wait_for("sendMessage")
        assert isinstance(await way_of_failing(bot, ada.id), UnreachableError)
        assert isinstance(await first, UnsureError)
        assert len(ada.private.bot_messages) == 1


async def test_nobody_takes_the_connection(server: BotApi, ada: User) -> None:
    """A message for which no connection could be made in time has not left."""
    with socket.socket() as deaf, socket.socket() as one, socket.socket() as two:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for other in (one, two):  # whoever comes after these waits for an answer from nobody
            other.setblocking(False)
            other.connect_ex(deaf.getsockname())
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        async with with_request(server.token, url, AiohttpRequest(url, wait=0.2)) as bot:
            assert isinstance(await way_of_failing(bot, ada.id), UnreachableError)


async def test_what_waited_for_a_connection(server: BotApi, bot: Running, ada: User) -> None:
    """An answer for which no connection was free is sent once there is one, and arrives once."""
    bot.service._calls._request._wait = 0.2
    connector = bot.service._calls._request._session
    assert connector is not None
    assert connector.connector is not None
    connector.connector._limit = 1
    server.fails(Delay(0.6), "sendMessage")
    ben = server.user("Ben", language_code="en")
    bot.service._calls._request._read = 5.0
    first, second = ada.says("/help"), ben.says("/help")
    await bot.settled()
    assert (len(following(first)), len(following(second))) == (1, 1)


@dataclass(slots=True)
class Watched(Flood):
    """A limit that remembers who was asked to wait until when, and who did not."""

    until: dict[int, float] = field(default_factory=dict)
    impatient: list[int] = field(default_factory=list)

    def check(self, chat_id: int, now: float) -> None:
        """Count a message, and note one that comes before it was asked for."""
        if now < self.until.get(chat_id, 0.0):
            self.impatient.append(chat_id)
        try:
            Flood.check(self, chat_id, now)
        except RefusalError as refused:
            self.until[chat_id] = now + refused.parameters["retry_after"]
            raise


async def test_a_server_that_limits_the_pace(server: BotApi, bot: Running, ada: User) -> None:
    """Whatever a server that counts messages asks to wait is waited for: all arrives, once and in order."""
    server.world.clock = time.time
    server.world.flood = watched = Watched(per_chat=1, overall=3)
    ben, group = server.user("Ben", language_code="en"), server.group("Union", members=[ada], bot=True)
    said = [ada.says("/help"), ben.says("/help"), ada.says("/help", group)]
    for user in (ada, ben):
        user.says("/appeal nagaworld-2021")
        user.says("/privacy")
    ada.says("/addresses nagaworld-2021", group)
    await bot.settled()
    heads = [[message.text.split("\n")[0] for message in following(one)] for one in said]
    assert heads[0] == heads[1]
    assert len(heads[0]) == len(set(heads[0])) == 3
    assert len(heads[2]) == len(set(heads[2])) == 2
    assert watched.until.keys() == {ada.id, ben.id, group.id}
    assert watched.impatient == []


async def test_a_rejected_token(server: BotApi, ada: User) -> None:
    """With a token that is no longer known nothing was sent: it is tried again."""
    calls = Calls("4815162342:AAE-another_token_of_this_machine_", f"{server.url}/bot", "")
    try:
        assert isinstance(await fate(calls, ada.id), UnreachableError)
    finally:
        await calls.close()


async def test_an_outage(server: BotApi, bot: Running, ada: User) -> None:
    """What was to be sent while Telegram could not be reached arrives once it can, once."""
    server.fails(TooMany(1), "sendMessage")
    ada.says("/help")
    await server.calls.wait_for("sendMessage")
    await server.goes_down()
    await asyncio.sleep(1.3)
    await server.comes_back()
    await ada.private.wait_for(1)
    await bot.settled()
    assert len(ada.private.bot_messages) == 1
    assert len(await say(bot, ada, "/privacy")) == 1


async def test_another_chat_need_not_wait(server: BotApi, bot: Running, ada: User) -> None:
    """A wait that is asked for one chat is obeyed there, to the second, and delays nobody else."""
    ben = server.user("Ben", language_code="en")
    server.fails(TooMany(2), "sendMessage", chat=ada.id)
    begun = time.monotonic()
    hers, next_one = ada.says("/help"), ada.says("/privacy")
    his = ben.says("/help")
    await ben.private.after(his)
    assert time.monotonic() - begun < 1.5
    assert following(hers) == []
    await ada.private.after(hers, 2)
    assert 2.0 <= time.monotonic() - begun < 3.5
    assert [m.text.split("\n")[0] for m in following(next_one)] == ["What I can do", "What is kept about you"]
    assert [call.chat_id for call in server.calls.of("sendMessage")].count(ada.id) == 3


async def test_blocked(server: BotApi, bot: Running, ada: User, tmp_path: Path) -> None:
    """Whoever has blocked the bot is not written to a second time, until they come back."""
    ada.says("/help")
    ada.blocks()
    await bot.settled()
    assert server.calls.count("sendMessage") == 1
    assert await count(bot.bot.outbox._store) == 0
    ada.unblocks()
    await bot.settled()
    assert server.calls.count("sendMessage") == 1
    assert len(await say(bot, ada, "/help")) == 1
    assert "given up" in (tmp_path / "log").read_text()


async def test_a_long_answer_that_is_interrupted(server: BotApi, bot: Running, ada: User) -> None:
    """Of an answer in several parts, what has arrived is not sent again."""
    letter = "Nobody should lose work for a union. " * 200
    async with bot.bot.outbox._store.work() as work:
        waiting = await work.queue(
            Chat("telegram", str(ada.id)), [Message(f"<pre>{letter}</pre>"), Message("Two.")]
        )
    server.fails(TooMany(1), "sendMessage", when=lambda call: bool(ada.private.messages))
    await bot.bot.outbox.send(waiting)
    first, second, third = (message.text for message in ada.private.messages)
    assert f"{first} {second}" == letter.strip()
    assert third == "Two."
    assert server.calls.count("sendMessage") == 4


async def test_what_nothing_depends_on(server: BotApi, bot: Running, ada: User) -> None:
    """That a tap could not be answered in time, or a question not be changed, does not keep the answer away."""
    (question,) = await say(bot, ada, "/letter")
    for method in ("answerCallbackQuery", "editMessageText"):
        server.fails(ServerError(), method)
    press = ada.presses(question, "1 · ")
    await bot.settled()
    assert press.answer is None
    (answer,) = following(question)
    server.world.press_lifetime = -1
    ada.presses(answer, "1 · ")
    await bot.settled()
    assert following(answer)


# --- what must not be seen


async def test_the_token_is_not_shown(server: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    """Neither an error nor a log at any level, of whatever library, holds the token."""
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    wrong = "4815162342:AAE-another_token_of_this_machine_"
    for token in (server.token, wrong):
        for url in (server.url, "http://127.0.0.1:9", "http://no-such-host.invalid"):
            calls = Calls(token, f"{url}/bot", f"{url}/file/bot")
            for fault in (Drop(), ServerError(), NotJson()):
                server.fails(fault, "getMe")
            for _ in range(4):
                try:
                    await calls.call("GetMe", {})
                except InvalidToken as error:
                    with pytest.raises(UndeliveredError) as told, told_apart():
                        raise error
                    shown += [str(told.value), repr(told.value)]
                except TelegramError as error:
                    shown += [str(error), repr(error), str(error.__cause__)]
            await calls.close()
    everything = "\n".join([*shown, caplog.text])
    assert len(shown) > 10
    assert server.token.partition(":")[2] not in everything
    assert wrong.partition(":")[2] not in everything


def test_the_settings_do_not_show_the_token(server: BotApi, tmp_path: Path) -> None:
    """Whoever prints the settings, or the account that is made of them, does not print the token."""
    settings = settings_for(server, tmp_path)
    assert server.token in repr(settings.telegram.token.get_secret_value() if settings.telegram.token else "")
    shown = f"{settings!r} {settings} {settings.telegram!r} {account(settings)!r}"
    assert server.token.partition(":")[2] not in shown
