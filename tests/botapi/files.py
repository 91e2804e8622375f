"""The files Telegram keeps: what the bot uploads and what people send."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass

from tests.botapi.calls import Json, Upload
from tests.botapi.refusals import RefusalError, bad

DOWNLOAD, UPLOAD = 20 * 1024 * 1024, 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """A file with its bytes."""

    id: str
    name: str
    data: bytes
    content_type: str

    @property
    def path(self) -> str:
        """Where it is downloaded from."""
        return f"documents/{self.id}/{self.name}"

    def to_json(self) -> Json:
        """Return what a message says of it."""
        return {"file_id": self.id, "file_unique_id": f"U{self.id}", "file_size": len(self.data)}

    def to_document(self) -> Json:
        """Return what a message with a document says of it."""
        return {"file_name": self.name, "mime_type": self.content_type, **self.to_json()}


class Files:
    """All of them, by number and by place."""

    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}
        self._by_path: dict[str, File] = {}

    def keep(self, name: str, data: bytes, content_type: str = "") -> File:
        """Keep a file."""
        kind = content_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = File(f"FILE{len(self._by_id) + 1:08}", name, data, kind)
        self._by_id[file.id] = self._by_path[file.path] = file
        return file

    def keep_photo(self, data: bytes) -> list[Json]:
        """Keep a picture, which there is in two sizes from then on, and return what a message says of it."""
        sizes = [self.keep(f"{size}.jpg", data) for size in (90, 1280)]
        return [{**f.to_json(), "width": w, "height": w} for f, w in zip(sizes, (90, 1280), strict=True)]

    def keep_upload(self, upload: Upload) -> File:
        """Keep what came with a call."""
        if not upload.data:
            raise bad("file must be non-empty")
        if len(upload.data) > UPLOAD:
            raise RefusalError(413, "Request Entity Too Large", fault=True)
        return self.keep(upload.name, upload.data, upload.content_type)

    def find(self, file_id: str) -> File:
        """Return a file by the number that Telegram gave it."""
        if file_id not in self._by_id:
            raise bad("wrong file identifier/HTTP URL specified")
        return self._by_id[file_id]

    def at(self, path: str) -> File | None:
        """Return the file that is downloaded from `path`."""
        return self._by_path.get(path)
