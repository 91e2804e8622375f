"""Who was erased, beside the database: so that a backup from before does not bring them back.

The file is a line for each erased person or chat: when, and a keyed hash that stands nowhere else. Without the key it
says how many were erased and when, and of nobody who; not even in a stolen backup can their rows be told by it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

NAME = "erased.log"


@dataclass(frozen=True, slots=True)
class Erasures:
    """The list in a data folder."""

    file: Path

    @classmethod
    def of(cls, database: Path) -> Erasures:
        """Return the list that belongs to a database."""
        return cls(database.with_name(NAME))

    def add(self, mark: str, at: int) -> None:
        """Note that whoever has this mark was erased, on the disk when it returns; raises OSError."""
        with os.fdopen(os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(f"{at} {mark}\n")
            file.flush()
            os.fsync(file.fileno())

    def since(self, moment: int) -> frozenset[str]:
        """Return the marks of all who were erased at that moment or later."""
        return frozenset(mark for at, mark in self._lines() if at >= moment)

    def prune(self, before: int) -> None:
        """Drop what was noted before a moment: no backup can be as old."""
        lines = self._lines()
        kept = [f"{at} {mark}\n" for at, mark in lines if at >= before]
        if len(kept) == len(lines):
            return
        new = self.file.with_name(f"{NAME}.new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600, exist_ok=False)
        new.write_text("".join(kept), encoding="ascii")
        new.replace(self.file)

    def _lines(self) -> list[tuple[int, str]]:
        """Return what was noted; a line that was cut off by a crash was never confirmed to anybody."""
        if not self.file.exists():
            return []
        parts = (line.split() for line in self.file.read_text("ascii", errors="replace").splitlines())
        return [(int(p[0]), p[1]) for p in parts if len(p) == 2 and p[0].isdigit()]
