"""Calls to a homeserver through nio's connection: what comes back is read here, by status and type."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import quote

import aiohttp
from nio import AsyncClient

from bot.platforms.base import LaterError, PlatformError, UndeliveredError, UnreachableError
from bot.platforms.matrix_json import Json, items

Value = TypeVar("Value")

UPLOAD = "/_matrix/media/v3/upload"
DOWNLOAD = "/_matrix/client/v1/media/download"
_ADDRESS = re.compile(r"mxc://([\w.:\[\]-]+)/([\w-]+)", re.ASCII)
WAIT = 30.0
"""Seconds for an answer to most calls."""
_BEHIND = (502, 503, 504)
"""What a server in front of a homeserver says that it cannot reach."""
SHORTEST, LONGEST = 0.5, 600.0
"""Seconds to wait where the homeserver asks for less, or more."""
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds after a failure; each time twice as long."""


class MatrixError(Exception):
    """The homeserver has read a call, and refuses it."""

    def __init__(self, status: int, code: str, session: str = "") -> None:
        super().__init__(f"{status} {code}".strip())
        self.status = status
        self.code = code
        self.session = session
        """What to name where the homeserver asks for a proof of who we are."""


class LoggedOutError(PlatformError):
    """The access token is no longer of any use."""


def refused(why: str) -> str:
    """Return the line that says that the homeserver will have nothing to do with us, and what to do."""
    ask = "ask who runs it, or log in anew with `solidarity-bot matrix login`"
    return f"matrix: the homeserver refuses this login ({why}); {ask}"


def path(*parts: str) -> str:
    """Return the path of a call in the client API, each part made fit for a URL."""
    return "/_matrix/client/v3/" + "/".join(quote(part, safe="") for part in parts)


class Calls:
    """The homeserver as one account sees it."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self.away = False
        """Whether the homeserver was out of reach for the last call, whatever that was for."""

    async def call(self, method: str, where: str, body: object = None, wait: float = WAIT) -> Json:
        """Return what a call brings; `wait` is how many seconds the answer may take.

        Raises LaterError where the homeserver asks for patience, UnreachableError where it cannot be reached or
        answers nonsense, LoggedOutError without a valid access token, MatrixError where it refuses.
        """
        data = None if body is None else json.dumps(body)
        return _object(await self._asked(method, where, data, wait=wait))

    async def listed(self, where: str) -> list[Json]:
        """Return the objects of which what is asked for is a list; raises what `call` does."""
        return [one for one in items(await self._asked("GET", where)) if isinstance(one, dict)]

    async def upload(self, data: bytes, media_type: str, name: str = "") -> str:
        """Give the homeserver a file to keep, and return its address; raises what `call` raises."""
        named = f"?filename={quote(name, safe='')}" if name else ""
        found = _object(await self._asked("POST", f"{UPLOAD}{named}", data, media_type))
        if not isinstance(address := found.get("content_uri"), str):
            raise UnreachableError("no address")
        return address

    async def download(self, address: str, most: int) -> bytes | None:
        """Return what is kept at an address (mxc://server/id); None if that is more than `most` bytes.

        Raises MatrixError or UnreachableError if it cannot be had.
        """
        if (found := _ADDRESS.fullmatch(address)) is None:
            raise MatrixError(404, "M_NOT_FOUND")
        headers = {"Authorization": f"Bearer {self._client.access_token}"}
        where = f"{DOWNLOAD}/{found[1]}/{found[2]}"
        try:
            answer = await self._client.send("GET", where, None, headers, timeout=WAIT)
            if answer.status != 200:
                raise MatrixError(answer.status, "")
            data = bytearray()
            async for part in answer.content.iter_chunked(1 << 16):
                data += part
                if len(data) > most:
                    answer.close()
                    return None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnreachableError(type(error).__name__) from error
        return bytes(data)

    async def _asked(
        self,
        method: str,
        where: str,
        data: str | bytes | None = None,
        media_type: str = "application/json",
        wait: float = WAIT,
    ) -> object:
        token = self._client.access_token
        headers = {"Content-Type": media_type, **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            answer = await self._client.send(method, where, data, headers, timeout=wait)
            status, text = answer.status, await answer.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.away = not isinstance(error, TimeoutError)
            raise UnreachableError(type(error).__name__) from error
        self.away = status in _BEHIND
        found = _parsed(text)
        if 200 <= status < 300 and found is not None:
            return found
        if not isinstance(found, dict) or status >= 500:
            raise UnreachableError(f"status {status}")
        if status == 429:
            raise LaterError(_patience(found, answer.headers.get("Retry-After", "")))
        code = str(found.get("errcode", ""))
        if code == "M_UNKNOWN_TOKEN":
            raise LoggedOutError(code)
        raise MatrixError(status, code, str(found.get("session", "")))


def _object(found: object) -> Json:
    if not isinstance(found, dict):
        raise UnreachableError("an answer that is no object")
    return found


async def patiently(call: Callable[[], Awaitable[Value]], sleep: Callable[[float], Awaitable[None]]) -> Value:
    """Return what a call brings, however long the homeserver is away; raises MatrixError if it refuses."""
    pause = SHORTEST_PAUSE
    while True:
        try:
            return await call()
        except LaterError as later:
            await sleep(later.seconds)
        except UndeliveredError:
            await sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _patience(found: Json, header: str) -> float:
    """Return the seconds that the homeserver asks to wait."""
    asked = found.get("retry_after_ms")
    if not isinstance(asked, int | float):
        asked = 1000 * int(header) if header.isdigit() else 5000
    return min(max(asked / 1000, SHORTEST), LONGEST)
