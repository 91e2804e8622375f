"""Somebody on Matrix: an account, a client that behaves as a good one does, and the rooms they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self
from urllib.parse import quote

import nio

from tests.homeserver.asking import Json, ask
from tests.homeserver.chat import Chat
from tests.homeserver.reading import Reader
from tests.homeserver.synapse import Account, Synapse

PATIENCE = 60.0
"""Seconds after which what has not come will not come."""
MARK = "test.union.mark"
"""The type of a mark that somebody puts into their account to see when they have read up to it."""
CONFIG = nio.AsyncClientConfig(
    encryption_enabled=True, store_name="keys.db", store_sync_tokens=False, max_timeout_retry_wait_time=0.2
)
"""A client that keeps keys, and looks often whether the homeserver is back."""
ENCRYPTION: Json = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


class Person:
    """Somebody, on one device."""

    def __init__(self, homeserver: Synapse, account: Account, name: str, folder: Path) -> None:
        self.homeserver = homeserver
        self.account = account
        self.name = name
        store = folder / account.device_id
        store.mkdir(parents=True)
        self.client = nio.AsyncClient(homeserver.url, account.user_id, account.device_id, str(store), CONFIG)
        self.client.restore_login(account.user_id, account.device_id, account.access_token)
        self.reader = Reader(self.client)
        self._marks = 0
        self._requests = 0

    @property
    def id(self) -> str:
        """Who they are."""
        return self.account.user_id

    async def wakes(self) -> None:
        """Be there: from now on they read, and others can write to them."""
        await self.reader.start()

    async def sleeps(self) -> None:
        """Read nothing until they wake."""
        await self.reader.stop()

    async def close(self) -> None:
        """Be there no more."""
        await self.sleeps()
        await self.client.close()

    async def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """Return what the homeserver answers to a request of theirs; RefusedError if it says no."""
        return await ask(self.homeserver.url, method, path, body, self.account.access_token)

    def new_transaction(self) -> str:
        """Return a number that names one request of theirs."""
        self._requests += 1
        return f"request-{self._requests}"

    async def begins_chat(self, other: str, *, encrypted: bool = True, version: str = "") -> Chat:
        """Begin a direct chat with somebody, who is asked in, as Element does."""
        told: Json = {"preset": "trusted_private_chat", "is_direct": True, "invite": [other]}
        chat = await self._make(told, encrypted, version)
        # Whom it does not know to be asked in, nio gives no keys.
        await self.until(lambda: other in self.client.rooms[chat.id].users, f"{other} to be asked in")
        path = f"/_matrix/client/v3/user/{quote(self.id, safe='')}/account_data/m.direct"
        direct = self.reader.marks.get("m.direct", {})
        await self.ask("PUT", path, {**direct, other: [*direct.get(other, ()), chat.id]})
        return chat

    async def makes_room(
        self,
        name: str = "Branch 7",
        *,
        asks: Iterable[str] = (),
        encrypted: bool = False,
        public: bool = False,
        address: str = "",
        version: str = "",
    ) -> Chat:
        """Make a room for many, and ask some in."""
        told: Json = {"name": name, "preset": "public_chat" if public else "private_chat"}
        if address:
            told["room_alias_name"] = address
        return await self._make({**told, "invite": list(asks)}, encrypted, version)

    async def _make(self, told: Json, encrypted: bool, version: str) -> Chat:
        more: Json = {"room_version": version} if version else {}
        state: Json = {"initial_state": [ENCRYPTION]} if encrypted else {}
        made = await self.ask("POST", "/_matrix/client/v3/createRoom", {**told, **more, **state})
        return await self.entered(made["room_id"])

    async def accepts(self, sender: str | None = None) -> Chat:
        """Accept the next invitation (of a certain person), which may still be on its way."""
        asked = self.reader.invitations

        def fitting() -> list[str]:
            return [room for room, by in asked.items() if sender in (None, by)]

        await self.until(lambda: bool(fitting()), f"an invitation from {sender or 'anybody'}")
        return await self.joins(fitting()[0])

    async def joins(self, room_id: str) -> Chat:
        """Enter a room that lets them."""
        await self.ask("POST", f"/_matrix/client/v3/join/{quote(room_id)}", {})
        return await self.entered(room_id)

    async def entered(self, room_id: str) -> Chat:
        """Wait until they know of a room that they are in it, and return it."""
        await self.until(lambda: room_id in self.client.rooms, f"being in {room_id}")
        return Chat(self, room_id)

    async def caught_up(self) -> None:
        """Wait until they have read everything that had happened when this was asked for."""
        self._marks += 1
        path = f"/_matrix/client/v3/user/{quote(self.id, safe='')}/account_data/{MARK}"
        mark = {"number": self._marks, "device": self.account.device_id}
        await self.ask("PUT", path, mark)
        await self.until(lambda: self.reader.marks.get(MARK) == mark, "catching up")

    async def until(self, holds: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
        """Wait until something is true of what they have read; AssertionError says `what` did not come."""
        if not await self.reader.bell.until(holds, within):
            raise AssertionError(f"{self.id} waits for {what} in vain; troubles: {self.reader.troubles}")


class People:
    """Everybody in a test; a context at whose end they all go."""

    def __init__(self, homeserver: Synapse, folder: Path) -> None:
        self.homeserver = homeserver
        self._folder = folder
        self._here: list[Person] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for person in self._here:
            await person.close()

    async def meet(self, name: str = "Ada") -> Person:
        """Return somebody new, who is there already, and whose pace is not limited."""
        account = await self.homeserver.register(name)
        if self.homeserver.limited:
            await self.homeserver.paces(account.user_id)
        return await self._welcome(Person(self.homeserver, account, name, self._folder))

    async def meet_on_another_device(self, person: Person) -> Person:
        """Return the same person on a new device of theirs, which is there already."""
        told: Json = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": person.id},
            "password": person.account.password,
        }
        answer = await self.homeserver.ask("POST", "/_matrix/client/v3/login", told)
        account = Account(person.id, answer["access_token"], answer["device_id"])
        return await self._welcome(Person(self.homeserver, account, person.name, self._folder))

    async def _welcome(self, person: Person) -> Person:
        self._here.append(person)
        await person.wakes()
        return person
