"""A file that somebody asked for, put into the folder they are in: for them alone, and in nothing's place."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path


def save(name: str, data: bytes, folder: Path) -> Path:
    """Write a new file into `folder`, which its owner alone can read, and return where it is.

    Where there is a "letter.pdf" already, it becomes "letter-2.pdf". Raises OSError if it cannot be written whole.
    """
    for number in count(1):
        path = folder / _numbered(name, number)
        try:
            descriptor = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
            )
        except FileExistsError:
            continue
        break
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def _numbered(name: str, number: int) -> str:
    """Return the name of the file that is the `number`th of its name."""
    path = Path(name)
    return path.name if number == 1 else f"{path.stem}-{number}{path.suffix}"
