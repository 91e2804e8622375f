"""Files that people send: fetched from their platform where a conversation asks for one, and kept nowhere."""

from __future__ import annotations

import asyncio
from typing import Protocol

from bot.events import Fetched, Given

LARGEST_PHOTO, LARGEST = 10_000_000, 20_000_000
"""Bytes of a photo, and of any other file, that can be passed on everywhere."""


class Fetcher(Protocol):
    """A platform, as far as it gives out the files that people sent there."""

    async def fetch(self, file: Given, most: int) -> Fetched:
        """Return what `file` holds, or why that cannot be had; "large" if it is more than `most` bytes."""
        ...


class Files:
    """The files of every platform that is connected."""

    def __init__(self) -> None:
        self._fetchers: dict[str, Fetcher] = {}

    def connect(self, platform: str, fetcher: Fetcher) -> None:
        """Ask `fetcher` for the files of a platform."""
        self._fetchers[platform] = fetcher

    async def fetch(self, file: Given) -> Fetched:
        """Return what `file` holds, a picture as its dots alone; or why that cannot be had."""
        most = LARGEST_PHOTO if file.photo else LARGEST
        fetcher = self._fetchers.get(file.platform)
        if file.size > most:
            return "large"
        found = "lost" if fetcher is None else await fetcher.fetch(file, most)
        return await asyncio.to_thread(_bare, found, most) if isinstance(found, bytes) else found


def _bare(data: bytes, most: int) -> Fetched:
    """Return what a file holds, a picture without what its camera wrote into it; or why that cannot be passed on."""
    from bot import photographs  # most bots never pass on a picture

    try:
        left = photographs.bare(data, most)
    except photographs.MovingPictureError:
        return "moving"
    except photographs.UnreadablePictureError:
        return "broken"
    return left if len(left) <= most else "large"
