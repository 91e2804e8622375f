"""Files that people send: fetched from their platform where a conversation asks for one, and kept nowhere."""

from __future__ import annotations

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
        """Return what `file` holds, or why that cannot be had."""
        most = LARGEST_PHOTO if file.photo else LARGEST
        fetcher = self._fetchers.get(file.platform)
        if file.size > most:
            return "large"
        return "lost" if fetcher is None else await fetcher.fetch(file, most)
