"""What the bot asks of Telegram: one call, and the record of all of them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.botapi.bell import Bell
from tests.botapi.refusals import bad

Json = dict[str, Any]

LARGEST = 1 << 27
"""Bytes of a call that are read at all, more than Telegram takes."""

OBJECTS = frozenset(
    "allowed_updates caption_entities commands entities link_preview_options message_ids reply_markup"
    " reply_parameters scope".split()
)
"""Parameters that travel as JSON inside a form."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that comes with a call."""

    name: str
    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Call:
    """One method with its parameters, as the bot sent it."""

    method: str
    params: Json
    files: Mapping[str, Upload] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.params.get(name)

    @property
    def chat_id(self) -> int | None:
        """The chat it is about, if its number is one."""
        try:
            return int(self.params["chat_id"])
        except (KeyError, ValueError, TypeError):
            return None

    def text(self, name: str) -> str:
        """Return a parameter as text, "" if it is missing."""
        value = self.params.get(name)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter as a number, as leniently as Telegram does."""
        try:
            return int(self.params.get(name, default))
        except (ValueError, TypeError):
            return default

    def flag(self, name: str) -> bool:
        """Return whether a parameter says yes."""
        return str(self.params.get(name, "")).lower() in ("true", "yes", "1")

    def listed(self, name: str, of: str) -> list[Any]:
        """Return a parameter that must be a list of `of`; empty if it is missing."""
        value = self.params.get(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list):
            raise bad(f"expected an Array of {of}")
        return value

    def record(self, name: str, called: str) -> Json:
        """Return a parameter that must be an object; empty if it is missing."""
        value = self.params.get(name)
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise bad(f"object expected as {called}")
        return value


class Calls:
    """Every call that was made, in order."""

    def __init__(self) -> None:
        self._all: list[Call] = []
        self._count: Counter[str] = Counter()
        self._bell = Bell()

    def __iter__(self) -> Iterator[Call]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, place: int) -> Call:
        return self._all[place]

    def add(self, call: Call) -> None:
        """Keep one more."""
        self._all.append(call)
        self._count[call.method.lower()] += 1
        self._bell.ring()

    def count(self, method: str) -> int:
        """Return how often `method` was called."""
        return self._count[method.lower()]

    def of(self, method: str) -> list[Call]:
        """Return the calls of `method`."""
        return [call for call in self._all if call.method.lower() == method.lower()]

    def clear(self) -> None:
        """Forget what was called so far."""
        self._all.clear()
        self._count.clear()

    async def wait_for(self, method: str, count: int = 1, within: float = 10.0) -> list[Call]:
        """Wait until `method` was called `count` times, and return its calls."""
        if not await self._bell.until(lambda: self.count(method) >= count, within):
            raise AssertionError(f"{method} was called {self.count(method)} times, not {count}")
        return self.of(method)


async def read_call(request: web.BaseRequest, method: str) -> Call:
    """Return the call that a request makes, whether by query, form, upload or JSON."""
    request = request.clone(client_max_size=LARGEST)
    params: Json = dict(request.query) if request.query_string else {}
    files: dict[str, Upload] = {}
    if request.content_type == "multipart/form-data":
        await _read_parts(request, params, files)
    elif request.body_exists:
        params.update(_decoded(request.content_type, await request.read()))
    return Call(method, {name: _value(name, value) for name, value in params.items()}, files)


def _decoded(content_type: str, body: bytes) -> Json:
    if content_type != "application/json":
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        given = json.loads(body)
    except ValueError as broken:
        raise bad("can't parse JSON encoded body") from broken
    return given if isinstance(given, dict) else {}


async def _read_parts(request: web.BaseRequest, params: Json, files: dict[str, Upload]) -> None:
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file:
                data = await asyncio.to_thread(value.file.read)
            files[name] = Upload(value.filename, data, value.content_type)
        else:
            params[name] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")


def _value(name: str, value: object) -> object:
    """Return a parameter with the JSON inside it read; what is no JSON stays as it is, for the method to refuse."""
    if name not in OBJECTS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
