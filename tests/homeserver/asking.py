"""Asking a homeserver something over its client API, without a library in between."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp

Json = dict[str, Any]


class RefusedError(Exception):
    """The homeserver says no; `status` and `told` say how."""

    def __init__(self, asked: str, status: int, told: Json) -> None:
        super().__init__(f"{asked}: {status} {told}")
        self.status = status
        self.told = told


async def ask(
    url: str, method: str, path: str, body: Json | bytes | None = None, token: str = "", kind: str = ""
) -> Json:
    """Return what the homeserver at `url` answers; `kind` is the content type of a `body` that is a file."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if kind:
        headers["Content-Type"] = kind
    sent = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, url + path, data=None if body is None else sent) as answer,
    ):
        told: Json = await answer.json()
        if not answer.ok:
            raise RefusedError(f"{method} {path}", answer.status, told)
        return told


async def fetch(url: str, path: str, token: str) -> bytes:
    """Return a file that the homeserver at `url` keeps."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url + path) as answer:
        answer.raise_for_status()
        return await answer.read()
