"""Waiting for work that has begun: to its end whatever comes, or no longer than until the bot is to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def outcome(future: asyncio.Future[T]) -> T:
    """Return what `future` brings. Whoever is cancelled meanwhile waits all the same, and is cancelled then."""
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        future.exception()  # looked at, so that asyncio does not report it as lost
        raise cancelled
    return future.result()


async def unless(stopped: asyncio.Task[Any], work: Coroutine[Any, Any, T], grace: float = 0) -> T | None:
    """Return what `work` brings; None if the end comes first, and `grace` more seconds do not suffice."""
    task = asyncio.create_task(work)
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        await asyncio.wait([task], timeout=grace)
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.wait([task])
    return None
