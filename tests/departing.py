"""Loaded with copies of the program: notes when each message leaves for Telegram, in the folder that it works in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bot.platforms.telegram_calls import AiohttpRequest
from tests.broadcast_weather import NOTES

_request = AiohttpRequest.do_request


def _note(at: float) -> None:
    with Path(NOTES).open("a", encoding="ascii") as notes:
        notes.write(f"{at}\n")


async def _noted(self: AiohttpRequest, url: str, *rest: Any, **named: Any) -> tuple[int, bytes]:
    """Make a call, and note when, on the clock that all processes of this machine share."""
    if url.endswith("SendMessage"):
        _note(time.perf_counter())
    return await _request(self, url, *rest, **named)


setattr(AiohttpRequest, "do_request", _noted)  # noqa: B010  mypy does not let a method be assigned
