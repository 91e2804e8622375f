"""Faults to seed into copies of the shipped packs, and what the check must say of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OIL, CASINO = "zhanaozen-2011", "nagaworld-2021"
"""The shipped packs."""
MAIN, MISSIONS = "campaign.toml", "missions.csv"

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing made wrong in one file of a pack, by a change or (None) by taking the file away."""

    name: str
    pack: str
    file: str
    change: Change | None
    line: str
    """What the check prints of it, behind the pack's folder."""

    def seed(self, pack: Path) -> None:
        """Make it wrong in a copy of the pack."""
        if self.change:
            edit(pack / self.file, self.change)
        else:
            (pack / self.file).unlink()


def edit(file: Path, change: Change) -> None:
    """Change a file's text; AssertionError if that makes no difference."""
    text = file.read_text("utf-8")
    changed = change(text)
    assert changed != text, file
    file.write_text(changed, "utf-8")


def to(old: str, new: str) -> Change:
    """Return the change of `old`, where it stands first, to `new`."""
    return lambda text: text.replace(old, new, 1)


def both(one: Change, other: Change) -> Change:
    """Return one change after the other."""
    return lambda text: other(one(text))


def without(pattern: str) -> Change:
    """Return the removal of what fits `pattern`, where it stands first; a dot fits the end of a line too."""
    return lambda text: re.sub(pattern, "", text, count=1, flags=re.DOTALL)
