"""Where the bot's requests come in over HTTP, and what it gets back: an answer, a refusal, or a fault."""

from __future__ import annotations

import asyncio
import json
import re

from aiohttp import web

from tests.botapi import asking, sending
from tests.botapi.calls import Call, Calls, Json, read_call
from tests.botapi.faults import Delay, Drop, Fault, Faults, Hang, NotJson, ServerError, TooMany
from tests.botapi.receiving import Receiving
from tests.botapi.refusals import RefusalError, too_many
from tests.botapi.world import World

TOKENS = re.compile(r"[1-9]\d*:[A-Za-z0-9_-]{30,}")
PATH = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>[^/]+)/?")
FILE = re.compile(r"/file/bot(?P<token>[^/]+)/(?P<path>.+)")

ENCODER = json.JSONEncoder(ensure_ascii=False)

UNAUTHORIZED = RefusalError(401, "Unauthorized")
NOT_FOUND = RefusalError(404, "Not Found")
NO_METHOD = RefusalError(404, "Not Found: method not found", fault=True)
LOGGED_OUT = RefusalError(400, "Bad Request: Logged out")


class Gate:
    """Everything between a request and its answer."""

    def __init__(self, token: str, world: World) -> None:
        self.token = token
        self.world = world
        self.calls = Calls()
        self.faults = Faults()
        self.refused: list[tuple[str, str]] = []
        self.receiving = Receiving(world, self.obey)
        self.closed = asyncio.Event()
        names = (*sending.METHODS, *asking.METHODS, *self.receiving.methods)
        self._names = {name.lower(): name for name in names}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request, whatever it is."""
        if match := FILE.fullmatch(request.path):
            return self._download(match["token"], match["path"])
        match = PATH.fullmatch(request.path)
        if match is None or not TOKENS.fullmatch(match["token"]):
            return _refusal(NOT_FOUND)
        if match["token"] != self.token:
            return _refusal(UNAUTHORIZED)
        try:
            call = await read_call(request, self._named(match["method"]))
        except RefusalError as refusal:
            return self._refuse(match["method"], refusal)
        except (ConnectionError, web.RequestPayloadError, asyncio.IncompleteReadError):
            return _broken(request)
        self.calls.add(call)
        fault = self.faults.strike(call)
        return await (self._perform(call) if fault is None else self._suffer(request, call, fault))

    def _named(self, method: str) -> str:
        """Return a method's name as it is usually written; how the bot writes it does not matter."""
        return self._names.get(method.lower(), method)

    async def _suffer(self, request: web.BaseRequest, call: Call, fault: Fault) -> web.StreamResponse:
        """Let something go wrong with a call."""
        done = not isinstance(fault, TooMany) and fault.done
        answer = await self._perform(call) if done else None
        match fault:
            case TooMany():
                return _refusal(too_many(fault.retry_after))
            case ServerError():
                return web.Response(status=fault.code, text=fault.body, content_type="text/html")
            case NotJson():
                return web.Response(text=fault.body, content_type="text/html")
            case Drop():
                return _broken(request)
            case Delay():
                still_there = await self._pause(fault.seconds)
                return (answer or await self._perform(call)) if still_there else _broken(request)
            case Hang():
                await self._pause(None)
                return _broken(request)

    async def _pause(self, seconds: float | None) -> bool:
        """Wait, but no longer than the server is there; return whether it still is."""
        try:
            await asyncio.wait_for(self.closed.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def _perform(self, call: Call) -> web.Response:
        """Carry out a call and answer."""
        try:
            return await self._answer(call)
        except RefusalError as refusal:
            return self._refuse(call.method, refusal)
        except Exception as error:
            self.world.violations.append(f"{call.method}: the loopback server failed: {error!r}")
            return _refusal(RefusalError(500, "Internal Server Error"))

    async def _answer(self, call: Call) -> web.Response:
        if self.world.logged_out:
            raise LOGGED_OUT
        if call.method == "getUpdates":
            bodies = await self.receiving.get_updates(call)
            return _response(200, f'{{"ok":true,"result":[{",".join(bodies)}]}}')
        if (waiting := self.receiving.methods.get(call.method)) is not None:
            return _response(200, ENCODER.encode({"ok": True, "result": await waiting(call)}))
        method = sending.METHODS.get(call.method) or asking.METHODS.get(call.method)
        if method is None:
            raise NO_METHOD
        return _response(200, ENCODER.encode({"ok": True, "result": method(self.world, call)}))

    async def obey(self, call: Call) -> None:
        """Carry out a call that came as the answer to a webhook's update."""
        named = Call(self._named(call.method), call.params)
        self.calls.add(named)
        await self._perform(named)

    def _refuse(self, method: str, refusal: RefusalError) -> web.Response:
        self.refused.append((method, refusal.description))
        if refusal.fault:
            self.world.violations.append(f"{method}: {refusal.description}")
        return _refusal(refusal)

    def _download(self, token: str, path: str) -> web.Response:
        if token != self.token:
            return _refusal(UNAUTHORIZED if TOKENS.fullmatch(token) else NOT_FOUND)
        file = self.world.files.at(path)
        if file is None:
            return _refusal(NOT_FOUND)
        return web.Response(body=file.data, content_type="application/octet-stream")


def _refusal(refusal: RefusalError) -> web.Response:
    told: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        told["parameters"] = refusal.parameters
    return _response(refusal.code, ENCODER.encode(told))


def _response(status: int, body: str) -> web.Response:
    encoded = body.encode("utf-8", "replace")
    return web.Response(status=status, body=encoded, content_type="application/json")


def _broken(request: web.BaseRequest) -> web.Response:
    """Break the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
