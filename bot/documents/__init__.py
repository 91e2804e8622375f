"""Documents that go with a message: a letter's page and an e-mail's draft, made in memory and never on the disk."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.documents.drafts import Link, eml, mailto
from bot.documents.pages import paper_in, pdf
from bot.documents.pictures import picture
from bot.events import Chart, Document, Draft, Page, Plain, Upload

__all__ = ["Link", "Made", "eml", "made", "mailto", "paper_in", "pdf", "picture"]


@dataclass(frozen=True, slots=True)
class Made:
    """A document's bytes, and what they are to a mail program or a browser."""

    data: bytes = field(repr=False)
    media_type: str


async def made(document: Document) -> Made:
    """Return the document's bytes; pages and pictures are made beside the loop, the first one takes the longest."""
    if isinstance(document.content, Page):
        return Made(await asyncio.to_thread(pdf, document.content), "application/pdf")
    if isinstance(document.content, Chart):
        return Made(await asyncio.to_thread(picture, document.content), "image/png")
    if isinstance(document.content, Draft):
        return Made(eml(document.content), "message/rfc822")
    if isinstance(document.content, Plain):
        return Made(document.content.text.encode(), document.content.media_type)
    if isinstance(document.content, Upload):
        return Made(document.content.data, document.content.media_type)
    raise ValueError("what was given lies on another platform, and letters are taken out by the outbox alone")
