"""What goes wrong on the way to a homeserver and back, when a test wants it to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from tests.botapi.bell import Bell
from tests.homeserver.asking import Json

PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body><h1>{0}</h1></body>\r\n</html>\r\n"


@dataclass(frozen=True, slots=True)
class Call:
    """A request, as the bot sent it; a body that is no JSON is left out."""

    method: str
    path: str
    query: dict[str, str]
    token: str
    body: Json

    def goes(self, path: str, method: str | None = None) -> bool:
        """Return whether its path holds the expression `path`."""
        return method in (None, self.method) and re.search(path, self.path) is not None


class Calls:
    """Every request that was made, in order; `path` is an expression that a request's path holds."""

    def __init__(self) -> None:
        self._all: list[Call] = []
        self._bell = Bell()

    def __iter__(self) -> Iterator[Call]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, call: Call) -> None:
        """Keep one more."""
        self._all.append(call)
        self._bell.ring()

    def clear(self) -> None:
        """Forget what was asked so far."""
        self._all.clear()

    def of(self, path: str, method: str | None = None) -> list[Call]:
        """Return the requests for a path."""
        return [call for call in self._all if call.goes(path, method)]

    def count(self, path: str, method: str | None = None) -> int:
        """Return how often a path was asked for."""
        return len(self.of(path, method))

    async def wait_for(
        self, path: str, count: int = 1, method: str | None = None, within: float = 20.0
    ) -> list[Call]:
        """Wait until a path was asked for `count` times, and return these requests."""
        if not await self._bell.until(lambda: self.count(path, method) >= count, within):
            raise AssertionError(f"{path} was asked for {self.count(path, method)} times, not {count}")
        return self.of(path, method)


@dataclass(frozen=True, slots=True)
class Answer:
    """Something else comes than what the homeserver says; `done` says whether it was asked all the same."""

    status: int
    body: str
    kind: str = "application/json"
    done: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks, before or after the request has reached the homeserver.

    aiohttp, and so nio, asks again by itself, once, if the connection was in use before and the request is no POST:
    let it break for as long as needed (`times` None) to be noticed.
    """

    done: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """The answer takes its time, before or after the request has reached the homeserver."""

    seconds: float
    done: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer ever comes, before or after the request has reached the homeserver."""

    done: bool = False


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The homeserver's answer comes, but changed; what is no object in JSON is left alone."""

    change: Callable[[Json], Json]


Fault = Answer | Drop | Delay | Hang | Rewrite


def too_many(retry_after_ms: int | None = 100, *, done: bool = False) -> Answer:
    """Return the refusal of whoever asks too often, with the milliseconds to wait, if it says them."""
    told: Json = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}
    wait = {} if retry_after_ms is None else {"retry_after_ms": retry_after_ms}
    return Answer(HTTPStatus.TOO_MANY_REQUESTS, json.dumps(told | wait), done=done)


def refusal(status: int, errcode: str, *, done: bool = False, **more: object) -> Answer:
    """Return a refusal of the kind homeservers give."""
    return Answer(status, json.dumps({"errcode": errcode, "error": "No", **more}), done=done)


def server_error(status: int = 500, *, done: bool = False) -> Answer:
    """Return what Synapse says when it fails."""
    return refusal(status, "M_UNKNOWN", done=done)


def error_page(status: int = 502, *, done: bool = False) -> Answer:
    """Return the page in HTML of a server in front of a homeserver that cannot reach it."""
    page = PAGE.format(f"{status} {HTTPStatus(status).phrase}")
    return Answer(status, page, "text/html", done=done)


def not_json(*, done: bool = False) -> Answer:
    """Return what is no answer, though all is well, says the status."""
    return Answer(HTTPStatus.OK, PAGE.format("Welcome"), "text/html", done=done)


@dataclass(slots=True, eq=False)
class Rule:
    """Which requests a fault strikes, and how often it still does."""

    fault: Fault
    path: str = ""
    method: str | None = None
    times: int | None = 1
    when: Callable[[Call], bool] | None = None
    hits: int = 0

    def strikes(self, call: Call) -> bool:
        """Return whether the fault strikes a request."""
        return (
            (self.times is None or self.hits < self.times)
            and call.goes(self.path, self.method)
            and (self.when is None or self.when(call))
        )

    def cancel(self) -> None:
        """Let it strike no more."""
        self.times = self.hits
