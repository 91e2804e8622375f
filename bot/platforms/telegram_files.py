"""Files on Telegram: what goes to many is brought there once, and what somebody sent is fetched from there."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from telegram import InputFile

from bot.documents import Made
from bot.events import Chart, Document, Fetched, Given, Upload
from bot.platforms.base import keep
from bot.platforms.telegram_calls import Calls

log = logging.getLogger(__name__)

MOST_KNOWN = 4
"""Files that go to many, of which it is remembered how Telegram calls them."""
_KINDS = ("photo", "document")


class Files:
    """The files of one bot."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._known: OrderedDict[Document, str] = OrderedDict()
        self._bringing = asyncio.Lock()

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Return what a call brings, in which a document may stand for a file that goes to many."""
        kind = next((name for name in _KINDS if isinstance(parameters.get(name), Document)), None)
        if kind is None:
            return await self._calls.call(method, parameters)
        document: Document = parameters[kind]
        async with self._bringing:
            if document not in self._known:
                sent = await self._calls.call(method, {**parameters, kind: _upload(document)})
                if named := _named(sent, kind):
                    keep(self._known, document, named, MOST_KNOWN)
                return sent
        return await self._calls.call(method, {**parameters, kind: self._known[document]})

    async def fetch(self, file: Given, most: int) -> Fetched:
        """Return what a file holds that somebody sent."""
        try:
            data = await self._calls.download(file.place, most)
        except Exception as error:  # of the network, or because Telegram has it no more
            log.warning("a file could not be fetched (%s)", type(error).__name__)
            return "lost"
        return "large" if data is None else data


def attachment(document: Document, file: Made | None) -> tuple[str, dict[str, Any]]:
    """Return the method that sends a file, and the parameter that names or brings it."""
    content = document.content
    if isinstance(content, Given):
        return ("SendPhoto", {"photo": content.place}) if content.photo else _document(content.place)
    if isinstance(content, Upload):
        return ("SendPhoto", {"photo": document}) if content.photo else _document(document)
    upload = InputFile(file.data if file else b"", filename=document.name)
    upload.mimetype = file.media_type if file else ""
    return ("SendPhoto", {"photo": upload}) if isinstance(content, Chart) else _document(upload)


def _document(what: object) -> tuple[str, dict[str, Any]]:
    return "SendDocument", {"document": what}


def _upload(document: Document) -> InputFile:
    content = document.content
    data, kind = (content.data, content.media_type) if isinstance(content, Upload) else (b"", "")
    upload = InputFile(data, filename=document.name)
    upload.mimetype = kind
    return upload


def _named(sent: Any, kind: str) -> str | None:
    """Return how Telegram calls a file that it has now, the largest of a picture's sizes."""
    told = sent.get(kind) if isinstance(sent, dict) else None
    told = told[-1] if isinstance(told, list) and told else told
    named = told.get("file_id") if isinstance(told, dict) else None
    return named if isinstance(named, str) else None
