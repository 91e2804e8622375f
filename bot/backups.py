"""Backups: a folder with the newest copies of the database, and the way back."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.sealing import SUFFIX, opened, sealed
from bot.store.backups import back_up, made_at, revive
from bot.store.erasures import Erasures
from bot.store.errors import RESTORE, StoreError, explain
from bot.store.owners import key_from
from bot.store.store import lock_of

_NAME = "solidarity-%Y-%m-%dT%H-%M-%SZ.db"
_NO_FILE = ("there is no such file; name a backup", "this is a folder; name a backup in it")
_PART = 1 << 20
"""Bytes that are read at a time."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many backups are kept, and how old one may be."""

    newest: int
    age: timedelta


def make(database: Path, folder: Path, recipients: Sequence[str], keep: Keeping, now: datetime) -> Path:
    """Return the new backup of `database` in `folder`, for its owner alone and sealed if there are recipients.

    What is more, or older, than is kept is deleted, if a backup was made by this name. The database may be in use.
    Raises StoreError, one line.
    """
    with _explained(folder):
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"{folder}: this is a file; name a folder, in which backups are kept")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        to = folder / f"{now:{_NAME}}{SUFFIX if recipients else ''}"
        if to.exists():
            raise StoreError(f"{to}: there is a backup of this second already")
        with _workshop(database if recipients else to) as place:
            copy = place / "copy"
            back_up(database, copy, int(now.timestamp()))
            finished = _sealed(copy, recipients, to) if recipients else copy
            _sync(finished)
            finished.replace(to)
        _rotate(folder, keep, now)
    return to


def backups(folder: Path) -> list[tuple[datetime, Path]]:
    """Return the backups in `folder`, the newest first."""
    found = ((_moment(file), file) for file in folder.glob("solidarity-*") if file.is_file())
    return sorted(((moment, file) for moment, file in found if moment), reverse=True)


def restore(
    file: Path, database: Path, key: str | None, identity: Path | None, keep: Keeping, now: datetime
) -> tuple[int, Path | None]:
    """Put a backup in the place of `database`; return how many in it were erased since, and where the old one lies.

    Nothing is changed unless all goes well. Raises StoreError, or SealError where a sealed file cannot be opened.
    """
    with _explained(database):
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = lock_of(database)
        try:
            if not file.is_file():
                raise StoreError(f"{file}: {_NO_FILE[file.is_dir()]}")
            secret = key or key_from(database.with_name("owner.key"), may_make=False)
            with _workshop(database) as place:
                copy = _opened(file, identity, place)
                with _called(file, copy):
                    _not_too_old(file, copy, keep, now)
                    gone = revive(copy, secret, int(now.timestamp()), Erasures.of(database))
                _sync(copy)
                aside = _aside(database, now)
                copy.replace(database)
            return gone, aside
        finally:
            lock.release()


def _sealed(copy: Path, recipients: Sequence[str], to: Path) -> Path:
    """Return the copy, sealed, beside where it will be; the open one is gone."""
    part = to.with_name(f".{to.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    try:
        with copy.open("rb") as source, part.open("wb") as into:
            sealed(iter(lambda: source.read(_PART), b""), recipients, into)
    except BaseException:
        part.unlink()
        raise
    return part


def _opened(file: Path, identity: Path | None, place: Path) -> Path:
    """Return a copy of a backup to work on, opened if it is sealed."""
    copy = place / "solidarity.db"
    copy.touch(mode=0o600, exist_ok=False)
    if file.name.endswith(SUFFIX):
        if identity is None:
            raise StoreError(f"{file}: it is sealed; name the file with your secret key: --identity key.txt")
        with copy.open("wb") as into:
            opened(file, identity, into)
    else:
        shutil.copyfile(file, copy)
    return copy


@contextmanager
def _called(file: Path, copy: Path) -> Iterator[None]:
    """Say of `file`, which somebody knows, what is said of the copy of it; it may be the newest backup itself."""
    try:
        yield
    except StoreError as error:
        said = str(error).replace(str(copy), str(file))
        raise StoreError(said.replace(RESTORE, "try another backup")) from error


def _not_too_old(file: Path, copy: Path, keep: Keeping, now: datetime) -> None:
    made = datetime.fromtimestamp(made_at(copy), UTC)
    if now - made > keep.age:
        what = f"it is of {made:%Y-%m-%d}, and who was erased is remembered for {keep.age.days} days only"
        raise StoreError(f"{file}: {what} (backups.days); use a newer one")


def _aside(database: Path, now: datetime) -> Path | None:
    """Put the present database aside and return where it is; it goes as a copy from before an upgrade does."""
    if not database.exists():
        return None
    aside = database.with_name(f"{database.name}.before-restore-{now:%Y-%m-%dT%H-%M-%SZ}")
    for ending in ("-wal", "-shm"):
        journal = database.with_name(database.name + ending)
        if journal.exists():
            journal.replace(aside.with_name(aside.name + ending))
    database.replace(aside)
    for part in aside.parent.glob(f"{aside.name}*"):
        os.utime(part, (now.timestamp(), now.timestamp()))
    return aside


def _rotate(folder: Path, keep: Keeping, now: datetime) -> None:
    for number, (moment, file) in enumerate(backups(folder)):
        if number >= keep.newest or now - moment > keep.age:
            file.unlink()


def _moment(file: Path) -> datetime | None:
    """Return when the backup of this name was made; None if it is no backup's name."""
    try:
        return datetime.strptime(file.name.removesuffix(SUFFIX), _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


@contextmanager
def _workshop(beside: Path) -> Iterator[Path]:
    """Enter a folder for its owner alone on the same disk as a file; it is gone afterwards, with all that is in it."""
    try:
        place = tempfile.TemporaryDirectory(prefix=".unfinished-", dir=beside.parent)
    except OSError as error:  # of the folder that somebody knows
        raise OSError(error.errno, error.strerror, str(beside.parent)) from error
    with place as name:
        yield Path(name)


def _sync(file: Path) -> None:
    with file.open("rb") as opened_file:
        os.fsync(opened_file.fileno())


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explain(error, path) or error from error
