"""Calls of the Bot API: python-telegram-bot over aiohttp, and what became of each call."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram import Bot
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData

from bot.platforms.base import GoneError, LaterError, MovedError, RefusedError, UnreachableError, UnsureError

UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""Failures before a byte of the call has left: no connection was free, or none could be made."""

DEEPEST = 100
"""Levels of an answer that are read; Telegram's own have a few."""
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[]\[{}]|[^]\["{}]++', re.DOTALL)

_QUOTED = re.compile("[\"'“]")
"""Where Telegram begins to repeat what was sent."""
_CLOSED = (
    "chat not found",
    "user is deactivated",
    "group chat was deactivated",
    "chat_write_forbidden",
    "have no rights to send",
    "not enough rights to send",
    "need administrator rights",
    "topic_closed",
    "message thread not found",
    "peer_id_invalid",
)
"""Parts of what Telegram says, with status 400, of a chat that takes nothing from us."""


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for `url`; looked up once, for aiohttp would do so for every call."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


class AiohttpRequest(BaseRequest):
    """One pool of kept connections, for all calls."""

    def __init__(self, url: str, connections: int = 256, wait: float = 10.0, read: float = 20.0) -> None:
        """`url` is where calls go; `wait` is how many seconds a connection may take, `read` the answer to a call."""
        self._connections, self._wait, self._read = connections, wait, read
        self._proxy = proxy_for(url)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds an answer may take."""
        return self._read

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return what `payload` says; what is nested too deep to be read is left out, for the sake of the rest."""
        try:
            return BaseRequest.parse_json_payload(payload)
        except RecursionError:
            return BaseRequest.parse_json_payload(_shallow(payload))

    async def initialize(self) -> None:
        """Make the pool, inside the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                timeout=aiohttp.ClientTimeout(),
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return the status and the body; an error's cause is one of `UNSENT` if nothing has left."""
        await self.initialize()
        session = cast("aiohttp.ClientSession", self._session)
        limits = aiohttp.ClientTimeout(
            sock_read=self._read if isinstance(read_timeout, DefaultValue) else read_timeout,
            sock_connect=self._wait,
            connect=self._wait,
        )
        form = _form(request_data) if request_data and request_data.contains_files else None
        parameters = request_data.json_parameters if request_data and form is None else None
        try:
            async with session.request(
                method, url, data=form, json=parameters, timeout=limits, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from error


def _form(request_data: RequestData) -> aiohttp.FormData:
    """Return a call that brings files, as a form."""
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, data, kind) in request_data.multipart_data.items():
        form.add_field(name, data, filename=filename, content_type=kind)
    return form


def _shallow(payload: bytes) -> bytes:
    """Return JSON with null in place of what is nested deeper than `DEEPEST`."""
    kept, depth = [], 0
    for token in _TOKENS.findall(payload):
        if token in b"[{":
            depth += 1
            if depth == DEEPEST + 1:
                kept.append(b"null")
        if depth <= DEEPEST:
            kept.append(token)
        if token in b"]}":
            depth -= 1
    return b"".join(kept)


class Calls:
    """The Bot API as one bot sees it."""

    def __init__(self, token: str, base_url: str, base_file_url: str) -> None:
        # Else the library warns of its own use of what it gives up ...
        os.environ.setdefault("PTB_TIMEDELTA", "1")
        # ... and where it cannot read an answer, it repeats what people say.
        logging.getLogger("telegram").setLevel(logging.CRITICAL)
        self._request = AiohttpRequest(base_url)
        self._bot = Bot(
            token,
            base_url=base_url,
            base_file_url=base_file_url,
            request=self._request,
            get_updates_request=self._request,  # the library asks for one; whoever receives has `Calls` of its own
        )

    async def call(self, method: str, parameters: Mapping[str, object], wait: float | None = None) -> Any:
        """Return what `method` ("SendMessage") brings, as plain data; `wait` is how many seconds it may take.

        A result that is parsed costs more than the call. Raises telegram.error.TelegramError. The name begins with a
        capital, which Telegram does not mind: the library warns of names that it has a method of its own for.
        """
        timeout = BaseRequest.DEFAULT_NONE if wait is None else wait
        given = {name: value for name, value in parameters.items() if value is not None}
        try:
            return await self._bot.do_api_request(method, api_kwargs=given, read_timeout=timeout)
        except (AttributeError, KeyError, TypeError) as error:  # JSON, but nothing that Telegram says
            raise TelegramError("Invalid server response") from error

    async def download(self, file_id: str, most: int) -> bytes | None:
        """Return what a file holds that somebody sent; None if that is more than `most` bytes.

        Raises telegram.error.TelegramError.
        """
        file = await self._bot.get_file(file_id)
        if (file.file_size or 0) > most:
            return None
        data = bytes(await file.download_as_bytearray())
        return data if len(data) <= most else None

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()


@contextmanager
def told_apart() -> Iterator[None]:
    """Turn an error of a call into the kind that says what to do about the message."""
    try:
        yield
    except RetryAfter as error:
        raise LaterError(seconds(error)) from error
    except ChatMigrated as error:
        raise MovedError(str(error.new_chat_id)) from error
    except Forbidden as error:
        raise GoneError from error
    except BadRequest as error:
        if any(words in error.message.casefold() for words in _CLOSED):
            raise GoneError from error
        raise RefusedError(_QUOTED.split(error.message)[0]) from error
    except (NetworkError, InvalidToken) as error:
        if isinstance(error, InvalidToken):
            raise UnreachableError("the token is no longer accepted") from error
        raise (UnreachableError if isinstance(error.__cause__, UNSENT) else UnsureError)() from error
    except TelegramError as error:  # an answer that is none: the call may have been carried out
        raise UnsureError from error
    except Exception as error:  # a message that cannot be written is no reason to stop, nor to try for ever
        raise RefusedError(type(error).__name__) from error


def seconds(error: RetryAfter) -> float:
    """Return how long Telegram asks us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
