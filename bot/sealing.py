"""Sealed files: encrypted with age to the organisers' keys, and opened with the key that one of them has at home."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

SUFFIX = ".age"
_HELP = "`age-keygen -o key.txt` makes a pair of them"


AGAIN = "get it once more"
"""What is to be done where a file is damaged on its way."""


class SealError(Exception):
    """A file cannot be opened; the message is one line for the person who wants to read it."""


def recipient(key: str) -> str:
    """Return `key` if files can be sealed to it; ValueError says why they cannot, without a word of it."""
    from pyrage import RecipientError, x25519  # only where keys are used

    if key.strip().upper().startswith("AGE-SECRET-KEY-"):
        raise ValueError(
            "is a secret key, which nobody but its owner may have; here stands the public one, age1..."
        )
    try:
        x25519.Recipient.from_str(key)
    except RecipientError:
        raise ValueError(f"is not a public key of age, which begins with age1; {_HELP}") from None
    return key


def sealed(chunks: Iterable[bytes], recipients: Sequence[str], into: BinaryIO) -> None:
    """Write `chunks` into a file, so that only the owners of `recipients` can read them."""
    import pyrage

    keys = [pyrage.x25519.Recipient.from_str(key) for key in recipients]
    source = _Chunks(chunks)
    try:
        pyrage.encrypt_io(source, into, keys)
    except Exception:
        if source.failure:  # whoever writes the chunks knows best what is wrong
            raise source.failure from None
        raise


def opened(file: Path, key_file: Path, into: BinaryIO) -> None:
    """Write what a sealed file holds into another; raises SealError, and then that is not to be used."""
    import pyrage

    identities = [pyrage.x25519.Identity.from_str(key) for key in _keys(key_file)]
    try:
        with file.open("rb") as source:
            pyrage.decrypt_io(source, into, identities)
    except pyrage.DecryptError as error:
        raise SealError(f"{file}: {_reason(str(error), key_file)}") from None
    except IsADirectoryError:
        raise SealError(f"{file}: this is a folder; name a sealed file in it") from None
    except OSError as error:
        reason = (error.strerror or "").lower() or _reason("", key_file)
        raise SealError(f"{file}: {reason}") from None


def _reason(said: str, key_file: Path) -> str:
    if "no matching keys" in said.lower():
        return f"it was sealed to other keys than the one in {key_file}; ask for it with the key that it was sealed to"
    return f"it is not a sealed file, or it is damaged or cut off; {AGAIN}"


def _keys(file: Path) -> list[str]:
    """Return the secret keys in a file as age-keygen writes it."""
    from pyrage import IdentityError, x25519

    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or "").lower() if isinstance(error, OSError) else "it is not text"
        raise SealError(
            f"{file}: the key cannot be read ({reason}); name the file with your secret key"
        ) from None
    keys = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    try:
        for key in keys:
            x25519.Identity.from_str(key)
    except IdentityError:
        keys = []
    if not keys:
        raise SealError(
            f"{file}: there is no secret key of age in it, which begins with AGE-SECRET-KEY-1; {_HELP}"
        )
    return keys


class _Chunks(io.RawIOBase):
    """Chunks as a file to be read, one after the other."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._held = b""
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._held:
            try:
                self._held = next(self._chunks)
            except StopIteration:
                return 0
            except Exception as error:
                self.failure = error
                raise
        taken = self._held[: len(buffer)]
        buffer[: len(taken)] = taken
        self._held = self._held[len(taken) :]
        return len(taken)
