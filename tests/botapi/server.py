"""A Bot API server on this machine: a bot talks with it over HTTP, and a test says what people do."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, Self, TypedDict, Unpack

from aiohttp import web

from tests.botapi.calls import Call, Calls, Json
from tests.botapi.channels import Channel
from tests.botapi.chats import Chat, Private
from tests.botapi.faults import Fault, Rule
from tests.botapi.gate import Gate
from tests.botapi.groups import Group
from tests.botapi.people import User
from tests.botapi.profiles import scope_key
from tests.botapi.webhooks import Webhook
from tests.botapi.world import World

TOKEN = "4815162342:AAE-loopback_bot_api_of_this_machine"
SUPERGROUP = -1_000_000_000_000


class Settings(TypedDict, total=False):
    """What a server can be told at its start."""

    token: str
    username: str
    name: str
    clock: Callable[[], float]
    privacy: bool
    press_lifetime: float


class BotApi:
    """The server; `world` is what it knows, and the methods are what a test does with it."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "SolidarityTestBot",
        name: str = "Solidarity Bot",
        clock: Callable[[], float] = time.time,
        privacy: bool = False,
        press_lifetime: float = 15.0,
    ) -> None:
        """Make a server that does not run yet.

        `privacy` says that in groups the bot hears only what is meant for it; a press can be answered for
        `press_lifetime` seconds.
        """
        bot = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": name, "username": username}
        self.token = token
        self.port = 0
        self.world = World(bot, clock, privacy, press_lifetime)
        self._gate = Gate(token, self.world)
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None

    @classmethod
    async def start(cls, **settings: Unpack[Settings]) -> Self:
        """Return a server that runs, until `stop`."""
        server = cls(**settings)
        await server.comes_back()
        return server

    async def __aenter__(self) -> Self:
        await self.comes_back()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where it is found."""
        return f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Stop for good."""
        await self._gate.receiving.close()
        await self.goes_down()

    async def goes_down(self) -> None:
        """Be out of reach: connections break, and nobody can connect."""
        self._gate.closed.set()
        self.world.updates.interrupt(None)
        runner, self._runner = self._runner, None
        if runner is None or self._server is None:
            return
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        await runner.cleanup()

    async def comes_back(self) -> None:
        """Be in reach, at the same place as before, with nothing forgotten."""
        self._gate.closed.clear()
        quiet = logging.getLogger("tests.botapi.broken-requests")
        quiet.setLevel(logging.CRITICAL)
        self._server = web.Server(self._gate.handle, access_log=None, logger=quiet)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = int(self._runner.addresses[0][1])

    def user(
        self, first_name: str = "Ada", *, last_name: str = "", username: str = "", language_code: str = ""
    ) -> User:
        """Return a new person; the bot cannot write to them before they have begun."""
        user = User(self.world, next(self.world.user_ids), first_name, last_name, username, language_code)
        self.world.users[user.id] = user
        Private(self.world, user)
        return user

    def group(
        self, title: str = "Branch 7", *, members: Iterable[User] = (), forum: bool = False, bot: bool = False
    ) -> Group:
        """Return a new basic group (a forum is a supergroup); `bot` says that the bot is in it already."""
        if forum:
            return self.supergroup(title, members=members, forum=True, bot=bot)
        return self._peopled(Group(self.world, -next(self.world.chat_ids), title, "group"), members, bot)

    def supergroup(
        self, title: str = "Branch 7", *, members: Iterable[User] = (), forum: bool = False, bot: bool = False
    ) -> Group:
        """Return a new supergroup, with topics if it is a forum."""
        number = SUPERGROUP - next(self.world.chat_ids)
        return self._peopled(Group(self.world, number, title, "supergroup", forum=forum), members, bot)

    def channel(self, title: str = "News", *, username: str = "", bot: bool = False) -> Channel:
        """Return a new channel; `bot` says that the bot is one of its administrators."""
        channel = Channel(self.world, SUPERGROUP - next(self.world.chat_ids), title)
        channel.username = username
        channel.members = {self.world.bot["id"]: "administrator"} if bot else {}
        return channel

    def _peopled(self, group: Group, members: Iterable[User], bot: bool) -> Group:
        """Return `group` with its members; the first has made it."""
        for place, user in enumerate(members):
            group.members[user.id] = "creator" if place == 0 else "member"
        if bot:
            group.members[self.world.bot["id"]] = "member"
        return group

    def push(self, raw: Any) -> None:
        """Put anything into the queue of updates as it is; without a whole `update_id` it is delivered once."""
        self.world.updates.push_raw(raw)

    def update(self, kind: str, told: Any) -> int:
        """Tell the bot anything, with the next number, which is returned."""
        return self.world.updates.push(kind, told)

    def fails(
        self,
        fault: Fault,
        method: str | None = None,
        *,
        chat: Chat | int | None = None,
        times: int | None = 1,
        when: Callable[[Call], bool] | None = None,
    ) -> Rule:
        """Let the next calls (of a method, to a chat, of which something holds) go wrong; `times` None is for ever."""
        chat_id = chat.id if isinstance(chat, Chat) else chat
        return self._gate.faults.add(Rule(fault, method, chat_id, times, when))

    def limits_pace(
        self, *, per_chat: int | None = None, overall: int | None = None, window: float = 1.0
    ) -> None:
        """Let the bot send so many messages in `window` seconds of the server's clock, and no more."""
        flood = self.world.flood
        flood.per_chat, flood.overall, flood.window = per_chat, overall, window

    @property
    def calls(self) -> Calls:
        """Everything the bot has asked for, in order."""
        return self._gate.calls

    @property
    def violations(self) -> list[str]:
        """What a careful bot would not have asked for, in order."""
        return self.world.violations

    @property
    def refused(self) -> list[tuple[str, str]]:
        """Every call that was not carried out, with Telegram's reason."""
        return self._gate.refused

    @property
    def webhook(self) -> Webhook | None:
        """Where updates are brought to, if they are."""
        return self._gate.receiving.webhook

    @property
    def pending(self) -> int:
        """How many updates are not confirmed."""
        return len(self.world.updates)

    async def drained(self, within: float = 10.0) -> None:
        """Wait until the bot has confirmed every update."""
        await self.world.updates.drained(within)

    def commands(self, scope: Json | None = None, language: str = "") -> list[Json]:
        """Return the commands the bot has set for a scope and a language."""
        return self.world.profile.commands.get((scope_key(scope or {"type": "default"}), language), [])
