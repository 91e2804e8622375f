"""How updates come to the bot: by asking, by long polling, by webhook."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict

from tests.botapi import BotApi, User

Json = dict[str, Any]


async def raw(bot: Bot, **asked: Any) -> list[Any]:
    """Return updates as plain data; the library warns if the method is written as usual."""
    found: list[Any] = await bot.do_api_request("getupdates", asked)
    return found


def texts(updates: list[Any]) -> list[str]:
    """Return what was said in updates."""
    return [update["message"]["text"] for update in updates]


async def test_offset_confirms(server: BotApi, bot: Bot) -> None:
    """An update comes again until a higher offset confirms it, and numbers go up by one."""
    ada = server.user()
    for number in range(5):
        ada.says(f"{number}")
    first = await raw(bot, limit=2)
    assert texts(first) == ["0", "1"]
    assert texts(await raw(bot)) == ["0", "1", "2", "3", "4"]
    assert first[1]["update_id"] == first[0]["update_id"] + 1
    assert texts(await raw(bot, offset=first[1]["update_id"])) == ["1", "2", "3", "4"]
    assert texts(await raw(bot, offset=-2)) == ["3", "4"]
    assert texts(await raw(bot)) == ["3", "4"]
    assert await raw(bot, offset=first[0]["update_id"] + 5) == []
    await server.drained()


async def test_an_update_is_as_it_was_when_it_happened(server: BotApi, bot: Bot) -> None:
    """What is edited later does not change what the bot is told of before."""
    ada = server.user()
    said = ada.says("before")
    ada.edits(said, "after")
    told = await raw(bot)
    assert told[0]["message"]["text"] == "before"
    assert told[1]["edited_message"]["text"] == "after"
    assert ada.private.messages[0].text == "after"


async def test_long_polling(server: BotApi, bot: Bot) -> None:
    """A long poll ends as soon as something happens, or with nothing when its time is over."""
    ada = server.user()
    poll = asyncio.create_task(raw(bot, timeout=30))
    await server.calls.wait_for("getUpdates")
    begun = time.monotonic()
    ada.says("now")
    assert texts(await poll) == ["now"]
    assert time.monotonic() - begun < 5


async def test_long_poll_in_vain(server: BotApi, bot: Bot) -> None:
    """Nothing happens: an empty list comes."""
    assert await raw(bot, timeout=1) == []


async def test_two_who_ask(server: BotApi, bot: Bot) -> None:
    """The older of two long polls ends with a conflict."""
    older = asyncio.create_task(raw(bot, timeout=30))
    await server.calls.wait_for("getUpdates")
    newer = asyncio.create_task(raw(bot, timeout=30))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older
    server.user().says("hello")
    assert texts(await newer) == ["hello"]


async def test_allowed_updates(server: BotApi, bot: Bot) -> None:
    """Only wanted kinds are queued, and what was wanted holds until something else is."""
    ada = server.user()
    await raw(bot, allowed_updates=["message"])
    said = ada.says("one")
    ada.edits(said, "two")
    ada.blocks()
    assert [list(update)[1] for update in await raw(bot)] == ["message"]
    await raw(bot, allowed_updates=[])
    ada.unblocks()
    assert [list(update)[1] for update in await raw(bot)] == ["message", "my_chat_member"]


@pytest.mark.parametrize(
    "broken", ["text", 7, None, [], {"message": {}}, {"update_id": "x"}, {"update_id": None}]
)
async def test_broken_updates(server: BotApi, bot: Bot, broken: object) -> None:
    """Anything can be in the queue; what has no number comes once, and the rest is not disturbed."""
    ada = server.user()
    ada.says("before")
    server.push(broken)
    ada.says("after")
    first = await raw(bot)
    assert first[1] == broken
    assert texts([first[0], first[2]]) == ["before", "after"]
    assert texts(await raw(bot)) == ["before", "after"]
    await raw(bot, offset=first[2]["update_id"] + 1)
    assert server.pending == 0


async def test_a_broken_update_with_a_number(server: BotApi, bot: Bot) -> None:
    """A broken update with a number comes until it is confirmed, and numbers go on from it."""
    number = server.update("message", {"date": "yesterday"})
    server.push({"update_id": number + 10, "message": "text"})
    server.user().says("fine")
    assert [u["update_id"] for u in await raw(bot)] == [number, number + 10, number + 11]
    assert texts(await raw(bot, offset=number + 11)) == ["fine"]


@dataclass
class Receiver:
    """A web server as a bot would have it."""

    url: str = ""
    got: list[tuple[str, Json]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """What it answers to the next requests; 200 when none is left."""
    at_once: int = 0
    most_at_once: int = 0
    pause: float = 0.0
    answer: Json = field(default_factory=dict)

    async def take(self, request: web.BaseRequest) -> web.Response:
        """Take one update."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), await request.json()))
        await asyncio.sleep(self.pause)
        self.at_once -= 1
        return web.json_response(self.answer, status=self.statuses.pop(0) if self.statuses else 200)


@asynccontextmanager
async def receiver(**settings: Any) -> AsyncIterator[Receiver]:
    """Run a receiver."""
    taking = Receiver(**settings)
    runner = web.ServerRunner(web.Server(taking.take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taking.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield taking
    finally:
        await runner.cleanup()


def said(receiver: Receiver, user: User) -> list[str]:
    """Return what arrived from somebody, in order."""
    messages = [update["message"] for _, update in receiver.got]
    return [message["text"] for message in messages if message["from"]["id"] == user.id]


async def test_webhook(server: BotApi, bot: Bot) -> None:
    """What waits and what happens is brought with the secret, and asking for it is a conflict meanwhile."""
    ada = server.user()
    ada.says("waiting")
    async with receiver() as taking:
        await bot.set_webhook(
            taking.url, secret_token="s-e_1", max_connections=3, allowed_updates=["message"]
        )
        ada.says("new")
        await server.drained()
        assert said(taking, ada) == ["waiting", "new"]
        assert {secret for secret, _ in taking.got} == {"s-e_1"}
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        info = await bot.get_webhook_info()
        assert (info.url, info.max_connections, info.pending_update_count) == (taking.url, 3, 0)
        assert info.allowed_updates == ("message",)
        await bot.delete_webhook()
    ada.says("later")
    assert [update.message.text for update in await bot.get_updates() if update.message] == ["later"]


async def test_webhook_until_it_is_taken(server: BotApi, bot: Bot) -> None:
    """What is not taken comes again, before what was said after it."""
    ada = server.user()
    async with receiver(statuses=[500, 302, 404]) as taking:
        await bot.set_webhook(taking.url)
        ada.says("1")
        ada.says("2")
        await server.drained()
        assert said(taking, ada) == ["1", "1", "1", "1", "2"]
        assert (await bot.get_webhook_info()).last_error_message is not None


async def test_webhook_at_once(server: BotApi, bot: Bot) -> None:
    """Chats do not wait for each other, within the number of connections; within a chat all is in order."""
    people = [server.user() for _ in range(6)]
    async with receiver(pause=0.01) as taking:
        await bot.set_webhook(taking.url, max_connections=2)
        for number in range(3):
            for person in people:
                person.says(f"{number}")
        await server.drained()
        assert all(said(taking, person) == ["0", "1", "2"] for person in people)
        assert taking.most_at_once == 2


async def test_webhook_that_is_away(server: BotApi, bot: Bot) -> None:
    """While nobody listens, updates wait; dropped ones are gone."""
    ada = server.user()
    async with receiver() as taking:
        url = taking.url
    await bot.set_webhook(url)
    ada.says("lost")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_webhook_that_answers_with_a_call(server: BotApi, bot: Bot) -> None:
    """The answer to an update may be a call."""
    ada = server.user()
    async with receiver(answer={"method": "sendMessage", "chat_id": ada.id, "text": "hi"}) as taking:
        await bot.set_webhook(taking.url)
        ada.says("hello")
        assert [m.text for m in await ada.private.wait_for(1)] == ["hi"]


@pytest.mark.parametrize(
    ("url", "secret", "answer"),
    [
        ("http://example.org/hook", "", "an https url must be provided"),
        ("https://127.0.0.1/hook", "a b", "unallowed characters"),
        ("https://127.0.0.1/hook", "x" * 257, "too long"),
    ],
)
async def test_webhooks_refused(server: BotApi, bot: Bot, url: str, secret: str, answer: str) -> None:
    """What Telegram does not accept as a webhook is refused."""
    with pytest.raises(BadRequest, match=answer):
        await bot.set_webhook(url, secret_token=secret)
