"""Matrix from the first call to the last: whose device this is, and what happens while it is at work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import nio

from bot.platforms.base import LaterError, PlatformError, Take, UndeliveredError
from bot.platforms.matrix import Matrix
from bot.platforms.matrix_calls import Calls, LoggedOutError, MatrixError, path, refused
from bot.platforms.matrix_events import Reader
from bot.platforms.matrix_keys import Keys
from bot.platforms.matrix_messages import Wording
from bot.platforms.matrix_rooms import Rooms
from bot.platforms.matrix_signing import vouch
from bot.platforms.matrix_sync import Memory, Syncing

log = logging.getLogger(__name__)

STORE, IDENTITY = "keys.db", "identity.json"
"""The files with the device's keys, and with the secrets of the identity that vouches for it."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries to reach the homeserver for the first time."""
LAST_ANSWERS = 4.0
"""Seconds in which answers under way may still be sent at the end."""
LOGGED_OUT = (
    "matrix: the homeserver no longer accepts this login; log in anew with `solidarity-bot matrix login`"
)
ANOTHER_DEVICE = (
    "matrix: this login belongs to another device; log in anew with `solidarity-bot matrix login`"
)


class Remembering(Memory, Protocol):
    """What is remembered over a restart."""

    async def prefix(self) -> str:
        """Return how the names of this bot's messages begin: the same for as long as the database is."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """A device of an account on Matrix, and where its keys lie."""

    homeserver: str
    user: str
    device: str
    token: str = field(repr=False)
    pickle_key: str = field(repr=False)
    folder: Path


class Service:
    """Matrix at work: `open` it, `run` it, `close` it. PlatformError says in one line what is wrong."""

    def __init__(self, client: nio.AsyncClient, matrix: Matrix, syncing: Syncing) -> None:
        self.matrix = matrix
        self._client = client
        self._syncing = syncing

    @classmethod
    async def open(
        cls,
        account: Account,
        commands: Set[str],
        personal: Set[str],
        memory: Remembering,
        clock: Callable[[], datetime],
    ) -> Service:
        """Return the service once the homeserver knows us, however long it cannot be reached."""
        client = client_of(account)
        try:
            _restore(client, account)
            calls = Calls(client)
            keys = Keys(client, calls.call)
            name = await _introduced(calls, account, keys)
        except BaseException:
            await client.close()
            raise
        rooms, reader = Rooms(client, calls), Reader(account.user, commands, clock, name)
        wording = Wording(commands, account.user)
        matrix = Matrix(client, calls, keys, reader, rooms, wording, personal, await memory.prefix())
        return cls(client, matrix, Syncing(client, calls, keys, rooms, reader, matrix, memory))

    async def run(
        self, take: Take, stopping: asyncio.Event, ready: Callable[[], None] = lambda: None
    ) -> None:
        """Receive and answer until `stopping` is set, and finish what has begun."""
        try:
            await self._syncing.run(take, stopping, ready)
        except LoggedOutError:
            raise PlatformError(LOGGED_OUT) from None
        finally:
            await self.matrix.finish(LAST_ANSWERS)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self._client.store is not None:
            self._client.store.database.close()


def client_of(account: Account) -> nio.AsyncClient:
    """Return nio's client for that device."""
    keys = account.folder / STORE
    keys.touch(mode=0o600)
    keys.chmod(0o600)  # for the library would let everybody on the machine read it
    config = nio.AsyncClientConfig(
        store_sync_tokens=False,
        encryption_enabled=True,
        store_name=STORE,
        pickle_key=account.pickle_key,
        request_timeout=0,
    )
    return nio.AsyncClient(account.homeserver, account.user, account.device, str(account.folder), config)


def _restore(client: nio.AsyncClient, account: Account) -> None:
    """Let nio open the keys of this device. PlatformError if they cannot be read."""
    try:
        client.restore_login(account.user, account.device, account.token)
    except Exception as error:  # of the database or of the library that unlocks keys
        raise PlatformError(
            f"{account.folder / STORE}: the keys of this device cannot be read ({type(error).__name__}); restore them, "
            "or log in anew with `solidarity-bot matrix login`"
        ) from error


async def _introduced(calls: Calls, account: Account, keys: Keys) -> str:
    """Return how we are called, once the homeserver knows our device and its keys."""
    pause, complaint = 1.0, ""
    while True:
        try:
            told = await calls.call("GET", path("account", "whoami"))
            if (told.get("user_id"), told.get("device_id")) != (account.user, account.device):
                raise PlatformError(ANOTHER_DEVICE)
            await keys.start()
            file = account.folder / IDENTITY
            await vouch(calls.call, account.user, account.device, keys.published, file)
            shown = await calls.call("GET", path("profile", account.user))
        except LoggedOutError:
            raise PlatformError(LOGGED_OUT) from None
        except LaterError as error:
            pause = error.seconds
        except MatrixError as error:
            raise PlatformError(refused(str(error))) from None
        except UndeliveredError as error:
            if complaint != str(error):
                complaint = str(error)
                log.error("Matrix: the homeserver cannot be reached (%s); trying until it can", complaint)
        else:
            name = shown.get("displayname")
            return name if isinstance(name, str) else ""
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
