"""Files on Matrix: what goes to many is given to the homeserver once, and what somebody sent is fetched from it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict

from nio.crypto.attachments import decrypt_attachment, encrypt_attachment

from bot.documents import Made
from bot.events import Chart, Document, Fetched, Given, Upload
from bot.platforms.base import UnmadeError, keep
from bot.platforms.matrix_calls import Calls, MatrixError
from bot.platforms.matrix_json import Json
from bot.platforms.matrix_messages import attached

log = logging.getLogger(__name__)

MOST_GIVEN = 4
"""Files that go to many, of which it is remembered where they are."""


class Files:
    """The files of one account."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._given: OrderedDict[tuple[Upload, bool], Json] = OrderedDict()
        self._giving = asyncio.Lock()

    async def attached(self, document: Document, file: Made | None, *, hidden: bool) -> Json:
        """Return the content that speaks of a file, which the homeserver has then, encrypted if it is `hidden`.

        What goes to many is given to it once.
        """
        content = document.content
        if isinstance(content, Given):
            place = json.loads(content.place)
            return attached(document.name, content.media_type, content.size, place, photo=content.photo)
        if file is None:
            raise UnmadeError("no file")
        if isinstance(content, Upload):
            async with self._giving:
                place = self._given.get((content, hidden)) or await self._give(document.name, file, hidden)
                keep(self._given, (content, hidden), place, MOST_GIVEN)
            photo = content.photo
        else:
            place = await self._give(document.name, file, hidden)
            photo = isinstance(content, Chart)
        return attached(document.name, file.media_type, len(file.data), place, photo=photo)

    async def _give(self, name: str, file: Made, hidden: bool) -> Json:
        """Give the homeserver a file, and return where it is."""
        try:
            if hidden:
                secret, keys = encrypt_attachment(file.data)
                address = await self._calls.upload(secret, "application/octet-stream")
                return {"file": {**keys, "url": address}}
            return {"url": await self._calls.upload(file.data, file.media_type, name)}
        except MatrixError as error:
            raise UnmadeError(str(error)) from error

    async def fetch(self, file: Given, most: int) -> Fetched:
        """Return what a file holds that somebody sent, decrypted."""
        place = json.loads(file.place)
        hidden = place.get("file")
        try:
            data = await self._calls.download(hidden["url"] if hidden else place["url"], most)
            if data is None:
                return "large"
            if not hidden:
                return data
            return bytes(
                decrypt_attachment(data, hidden["key"]["k"], hidden["hashes"]["sha256"], hidden["iv"])
            )
        except Exception as error:  # whatever a stranger may write of a file: it is not there for us
            log.warning("a file could not be fetched (%s)", type(error).__name__)
            return "lost"
