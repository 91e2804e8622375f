"""Synapse, the homeserver most people use, as a process on this machine: started, killed, started again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import itertools
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.homeserver.asking import Json, ask
from tests.homeserver.ports import free_port
from tests.homeserver.settings import DOMAIN, SHARED_SECRET, write_settings

PATIENCE = 60.0
"""Seconds within which it is ready on the busiest machine."""
PASSWORD = "a password of somebody invented"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account, logged in on a first device."""

    user_id: str
    access_token: str
    device_id: str
    password: str = PASSWORD


class Synapse:
    """The homeserver; a context that leaves no process behind."""

    def __init__(self, folder: Path, *, limited: bool = False) -> None:
        """Prepare to start it with its data in `folder`; if `limited`, with Synapse's own limits of pace.

        Where it is found stays the same over all its lives.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.limited = limited
        self.domain = DOMAIN
        self.port = free_port()
        self._settings = write_settings(folder, self.port, limited=limited)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._admin: Account | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    @property
    def url(self) -> str:
        """Where it is found."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything it has written down, in all its lives."""
        files = [self.folder / name for name in ("synapse.log", "stderr.txt")]
        return "".join(file.read_text("utf-8", "replace") for file in files if file.exists())

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, with everything it remembers, and wait until it answers."""
        assert not self.runs, "it runs already"
        with (self.folder / "stderr.txt").open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(Path(__file__).with_name("process.py")), str(self._settings)],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=stderr,
                stderr=stderr,
            )
        try:
            self._wait()
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill it at once, if it runs, as `kill -9` does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end in good order, if it runs, and wait until it has."""
        self._end(signal.SIGTERM)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Kill it, and start it again at the end of the context, without keeping others waiting meanwhile."""
        self.kill()
        try:
            yield
        finally:
            await asyncio.to_thread(self.start)

    async def ask(self, method: str, path: str, body: Json | None = None, token: str = "") -> Json:
        """Return what it answers to whoever holds `token`; RefusedError if it says no."""
        return await ask(self.url, method, path, body, token)

    async def register(self, name: str, *, admin: bool = False) -> Account:
        """Return a new account that nobody else has, called `name`."""
        user = f"{name.lower()}-{next(self._numbers)}"
        path = "/_synapse/admin/v1/register"
        nonce = (await self.ask("GET", path))["nonce"]
        parts = (nonce, user, PASSWORD, "admin" if admin else "notadmin")
        mac = hmac.new(SHARED_SECRET.encode(), "\0".join(parts).encode(), hashlib.sha1)
        told = {"nonce": nonce, "username": user, "password": PASSWORD, "admin": admin, "displayname": name}
        answer = await self.ask("POST", path, told | {"mac": mac.hexdigest()})
        return Account(answer["user_id"], answer["access_token"], answer["device_id"])

    async def admin(self) -> Account:
        """Return the account of its administrator."""
        if self._admin is None:
            self._admin = await self.register("Admin", admin=True)
        return self._admin

    async def ask_as_admin(self, method: str, path: str, body: Json | None = None) -> Json:
        """Return what it answers to its administrator."""
        return await self.ask(method, path, body, (await self.admin()).access_token)

    async def paces(self, user_id: str, per_second: int = 0, burst: int = 0) -> None:
        """Let somebody send only so many messages; none of both is as many as they like."""
        pace = {"messages_per_second": per_second, "burst_count": burst}
        await self.ask_as_admin("POST", f"/_synapse/admin/v1/users/{user_id}/override_ratelimit", pace)

    def _wait(self) -> None:
        """Wait until it answers, unless it has ended."""
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if not self.runs or time.monotonic() > until:
                raise AssertionError(f"Synapse does not start:\n{self.log[-3000:]}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
