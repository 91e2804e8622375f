"""A gate in front of a homeserver: a bot that talks through it meets what a test wants to go wrong."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable
from typing import Self
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from yarl import URL

from tests.homeserver.asking import Json
from tests.homeserver.faults import Answer, Call, Calls, Delay, Drop, Fault, Hang, Rewrite, Rule
from tests.homeserver.ports import free_port

PASSED_ON = ("Content-Type", "Content-Disposition", "Retry-After", "Location")
"""What an answer says of itself and the bot may need."""


class Gate:
    """The gate; a context, and what goes wrong at it can be changed at any time."""

    def __init__(self, homeserver: str) -> None:
        """Prepare a gate in front of the homeserver that is found at this address."""
        self.calls = Calls()
        self.failures: list[Exception] = []
        """What went wrong with the gate itself: nothing may."""
        self.port = free_port()
        self._homeserver = homeserver
        self._rules: list[Rule] = []
        self._closed = asyncio.Event()
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # It asks for as long as the bot waits, and for all of it at once.
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=None)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        await self.comes_back()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.goes_down()
        if self._session is not None:
            await self._session.close()
        assert not self.failures

    @property
    def url(self) -> str:
        """Where the bot finds the homeserver."""
        return f"http://127.0.0.1:{self.port}"

    def fails(
        self,
        fault: Fault,
        path: str = "",
        method: str | None = None,
        *,
        times: int | None = 1,
        when: Callable[[Call], bool] | None = None,
    ) -> Rule:
        """Let the next requests (for a path that holds this expression, of which something holds) go wrong.

        `times` None is for ever. A request that is under way already is not struck.
        """
        rule = Rule(fault, path, method, times, when)
        self._rules.append(rule)
        return rule

    async def goes_down(self) -> None:
        """Be out of reach: connections break, and nobody can connect."""
        self._closed.set()
        runner, self._runner = self._runner, None
        if runner is not None:
            self.breaks_connections()
            await runner.cleanup()

    async def comes_back(self) -> None:
        """Be in reach, at the same place as before."""
        self._closed.clear()
        quiet = logging.getLogger("tests.homeserver.broken-requests")
        quiet.setLevel(logging.CRITICAL)
        self._server = web.Server(self._handle, handler_cancellation=True, access_log=None, logger=quiet)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    def breaks_connections(self) -> None:
        """Let every connection break; the next may come at once."""
        assert self._server is not None
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        # A request may be larger than what aiohttp would read of itself.
        body = await request.content.read()
        call = _call(request, body)
        rule = next((rule for rule in self._rules if rule.strikes(call)), None)
        if rule is not None:
            rule.hits += 1
        self.calls.add(call)
        try:
            if rule is None:
                return await self._forward(request, body)
            return await self._suffer(request, body, rule.fault)
        except aiohttp.ClientError:  # the homeserver is not there, or went away
            return _broken(request)
        except Exception as error:
            self.failures.append(error)
            raise

    async def _suffer(self, request: web.BaseRequest, body: bytes, fault: Fault) -> web.Response:
        """Let something go wrong with a request."""
        done = isinstance(fault, Rewrite) or fault.done
        answer = await self._forward(request, body) if done else None
        match fault:
            case Answer():
                return web.Response(status=fault.status, text=fault.body, content_type=fault.kind)
            case Drop():
                return _broken(request)
            case Delay():
                still_there = await self._pause(fault.seconds)
                return (answer or await self._forward(request, body)) if still_there else _broken(request)
            case Hang():
                await self._pause(None)
                return _broken(request)
            case Rewrite():
                return _changed(answer, fault.change)

    async def _pause(self, seconds: float | None) -> bool:
        """Wait, but no longer than the gate is there; return whether it still is."""
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def _forward(self, request: web.BaseRequest, body: bytes) -> web.Response:
        """Return what the homeserver answers."""
        assert self._session is not None
        headers = {k: v for k, v in request.headers.items() if k in ("Authorization", "Content-Type")}
        url = URL(self._homeserver + request.raw_path, encoded=True)
        data = io.BytesIO(body) if body else None
        sent = self._session.request(request.method, url, data=data, headers=headers, allow_redirects=False)
        async with sent as answer:
            told = {k: v for k, v in answer.headers.items() if k in PASSED_ON}
            return web.Response(status=answer.status, body=await answer.read(), headers=told)


def _call(request: web.BaseRequest, body: bytes) -> Call:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    path = unquote(request.raw_path.partition("?")[0])
    return Call(request.method, path, {**request.query}, token, _object(body) or {})


def _object(body: bytes) -> Json | None:
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _changed(answer: web.Response | None, change: Callable[[Json], Json]) -> web.Response:
    """Return an answer as a test would have it."""
    assert answer is not None
    assert isinstance(answer.body, bytes)
    told = _object(answer.body)
    if told is None:
        return answer
    return web.json_response(change(told), status=answer.status)


def _broken(request: web.BaseRequest) -> web.Response:
    """Break the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
