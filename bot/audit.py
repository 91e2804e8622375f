"""The audit log: what left the database, at whose wish and when, each line chained to the one before by a keyed hash.

A line cannot be changed, left out, moved or added without the key of the bot; and the newest link is kept in the
database as well, so that the end cannot be cut off either.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import AsyncFileLock

from bot.store.errors import StoreError, explain
from bot.store.store import Store

TERMINAL = "terminal"
"""Who did it, where it was somebody with the rights of the user who runs the bot."""
NEWEST = "audit"
"""The fact that holds the number of the newest line, and its link."""
PATIENCE = 10.0
"""Seconds to wait for another process that writes a line."""

_LINE = re.compile(rb'(\{"no":(\d{1,15}),.*),"link":"([0-9a-f]{64})"\}')
_NONE = "0 "

Link = Callable[[str, bytes], str]
Details = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its number, when, who (a keyed hash, or the terminal), what, and what more there is to know."""

    no: int
    at: datetime
    who: str
    what: str
    details: Details

    def body(self) -> bytes:
        """Return the line without its link and what closes it."""
        told = {"no": self.no, "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}", "who": self.who, "what": self.what}
        written = json.dumps({**told, **self.details}, ensure_ascii=False, separators=(",", ":"))
        return written[:-1].encode()


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the log, and at which line (counted from 1)."""

    line: int
    what: str


class AuditLog:
    """The log in the data folder, beside the database at `store.path`."""

    def __init__(self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = store.path.with_name("audit.log")
        self._store = store
        self._clock = clock

    async def record(self, who: str, what: str, details: Details) -> Entry:
        """Write a line, on the disk when this returns; whoever writes at the same time waits.

        Raises StoreError if it cannot be written.
        """
        lock = AsyncFileLock(self.path.with_suffix(".lock"), PATIENCE, mode=0o600, thread_local=False)
        try:
            async with lock:
                return await self._append(who, what, details)
        except OSError as error:  # a Timeout is one too
            reason = explain(error, self.path) or StoreError(f"{self.path}: it cannot be written")
            raise reason from error

    async def _append(self, who: str, what: str, details: Details) -> Entry:
        async with self._store.work() as work:
            newest = _parts(await work.fact(NEWEST) or _NONE)
        number, before = max(newest, _last(self.path))
        entry = Entry(number + 1, self._clock(), who, what, details)
        body = entry.body()
        link = self._store.owners.link(before, body)
        _write(self.path, body + f',"link":"{link}"}}\n'.encode())
        async with self._store.work() as work:
            await work.set_fact(NEWEST, f"{entry.no} {link}")
        return entry

    async def verify(self) -> tuple[Finding, ...]:
        """Return everything that is wrong with the log; nothing if it is as it was written."""
        async with self._store.work() as work:
            newest = _parts(await work.fact(NEWEST) or _NONE)
        return tuple(_wrong(_lines(self.path), newest, self._store.owners.link))

    def entries(self) -> Iterator[Entry]:
        """Yield the lines that can be read, the oldest first."""
        yield from filter(None, map(_entry, _lines(self.path)))

    def unread(self) -> tuple[int, ...]:
        """Return which lines cannot be read, counted from 1."""
        return tuple(number for number, line in enumerate(_lines(self.path), 1) if _entry(line) is None)


def _entry(line: bytes) -> Entry | None:
    """Return what a line tells, also one that somebody has changed; None if it cannot be read."""
    found = _LINE.fullmatch(line.removesuffix(b"\n"))
    try:
        told = json.loads(found[1] + b"}") if found else {}
        at, who, what = (str(told.pop(name)) for name in ("at", "who", "what"))
        return Entry(told.pop("no"), datetime.fromisoformat(at), who, what, told)
    except (ValueError, KeyError):
        return None


def _wrong(lines: list[bytes], newest: tuple[int, str], link: Link) -> Iterator[Finding]:
    """Yield what is wrong with `lines`; the `newest` one that the database knows must be among them."""
    before, last, links = "", 0, {0: ""}
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line.removesuffix(b"\n"))
        if found is None or not line.endswith(b"\n"):
            yield Finding(number, "this line is damaged")
            continue
        body, no, given = found[1], int(found[2]), found[3].decode()
        if link(before, body) != given:
            yield Finding(number, "this line or the one before it was changed, moved, added or taken away")
        elif no != last + 1:
            yield Finding(number, f"this line should have the number {last + 1}, not {no}")
        last, before = no, given
        links[no] = given
    if links.get(newest[0]) != newest[1]:
        yield Finding(
            len(lines) + 1, f"line {newest[0]}, the newest that the database knows of, is not there"
        )


def _parts(newest: str) -> tuple[int, str]:
    number, _, link = newest.partition(" ")
    return int(number), link


def _lines(path: Path) -> list[bytes]:
    """Return the lines of the log; none before the first was written. Raises StoreError if they cannot be read."""
    try:
        return path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise explain(error, path) or error from error


def _last(path: Path) -> tuple[int, str]:
    """Return the number and the link of the last line that can be read; (0, "") if there is none."""
    for line in reversed(_lines(path)):
        if found := _LINE.fullmatch(line.removesuffix(b"\n")):
            return int(found[2]), found[3].decode()
    return 0, ""


def _write(path: Path, line: bytes) -> None:
    """Put `line` behind the others, for their owner alone; one that was cut off before keeps a line of its own."""
    so_far = _lines(path)
    cut_off = bool(so_far) and not so_far[-1].endswith(b"\n")
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "ab") as log:
        log.write(b"\n" * cut_off + line)
        log.flush()
        os.fsync(file)
    if os.name != "nt":  # elsewhere a folder is a file too, and holds the names of those in it
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
