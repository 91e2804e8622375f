"""Files that somebody gives the homeserver to keep, and gets back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nio.crypto.attachments import decrypt_attachment, encrypt_attachment

from tests.homeserver.asking import Json, ask, fetch

if TYPE_CHECKING:
    from tests.homeserver.person import Person


async def upload(person: Person, data: bytes, kind: str, filename: str) -> str:
    """Give a file, and return its address."""
    path = f"/_matrix/media/v3/upload?filename={quote(filename)}"
    answer = await ask(person.homeserver.url, "POST", path, data, person.account.access_token, kind)
    return str(answer["content_uri"])


async def keep(person: Person, data: bytes, kind: str, filename: str, *, encrypted: bool) -> Json:
    """Give a file, and return the part of a message that says where it is and how it is read."""
    if not encrypted:
        return {"url": await upload(person, data, kind, filename)}
    hidden, keys = encrypt_attachment(data)
    return {"file": keys | {"url": await upload(person, hidden, "application/octet-stream", "")}}


async def content(person: Person, message: Json) -> bytes:
    """Return the file that a message speaks of."""
    file: dict[str, Any] = message.get("file", {})
    url = str(file.get("url") or message["url"])
    path = f"/_matrix/client/v1/media/download/{url.removeprefix('mxc://')}"
    data = await fetch(person.homeserver.url, path, person.account.access_token)
    if not file:
        return data
    return bytes(decrypt_attachment(data, file["key"]["k"], file["hashes"]["sha256"], file["iv"]))
