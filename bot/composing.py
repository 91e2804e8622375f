"""Asking for a message as it shall look: words with their look, and a photo or another file beside them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from html import escape

from bot.choosing import Label, Option, Speak, pick
from bot.events import Fetched, Given, Reply
from bot.steps import Answered, Change, Look, Outcome, Refused, Said, Value
from bot.wording import NO, is_one_of


class UnfetchedFileError(Exception):
    """What a file holds must be fetched first: nothing has come of the answer yet."""

    def __init__(self, file: Given) -> None:
        super().__init__("a file is to be fetched")
        self.file = file


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is to go with a message: where it lies, and by what it is known again."""

    given: Given
    hash: str

    def is_what_came(self, data: Fetched | None) -> bool:
        """Return whether `data` is that file, and not another by now."""
        return isinstance(data, bytes) and _hash(data) == self.hash


@dataclass(frozen=True, slots=True)
class Composition:
    """A question answered by a message; its answer is the HTML, and what there is to know of the file.

    Where `words` are asked for, they may be given without a file; a `file` may come with them, or is all there is.
    """

    key: str
    prompt: Reply
    longest: int
    words: bool = True
    file: bool = True
    optional: bool = False
    again: Reply | None = None

    def options(self, marked: tuple[str, ...]) -> tuple[Option, ...]:
        """Return nothing: it is written."""
        return ()

    def holds(self, value: Value) -> bool:
        """Return whether `value` is a message, or a permitted skip."""
        return self.optional if value is None else isinstance(value, tuple) and len(value) == 2

    def take(self, said: Said, marked: tuple[str, ...], speak: Speak) -> Outcome:
        """Return the message, or what is missing in it."""
        if said.file is not None and not self.file:
            return Refused(Reply("compose/no-file"))
        if isinstance(said.data, str):
            return Refused(Reply("compose/unfetched", {"why": said.data}))
        words = said.words.strip() if self.words else ""
        if self.words and not words:
            return Refused(Reply("compose/no-words"))
        if len(words) > self.longest:
            return Refused(Reply("compose/too-long", {"longest": self.longest, "length": len(words)}))
        if not self.words and said.file is None:
            if self.optional and is_one_of(NO, said.words, speak):
                return Answered(None)
            return Refused(Reply("compose/no-file-yet"))
        file = dump(Kept(said.file, _hash(said.data or b""))) if said.file else ""
        return Answered((said.html or escape(words, quote=False) if words else "", file))


@dataclass(frozen=True, slots=True)
class Preview:
    """A result as others will see it, `shown` in messages of its own; it is agreed to under its `mark` alone.

    The mark differs as soon as a character of the result does: whoever agreed to another has not agreed to this.
    """

    key: str
    prompt: Reply
    shown: tuple[Reply, ...]
    mark: str
    agree: Label | None
    """What is said to agree; None where there is nothing that could come of it."""
    changes: tuple[Option, ...]
    optional: bool = False
    again: Reply | None = None

    def options(self, marked: tuple[str, ...]) -> tuple[Option, ...]:
        """Return `agree`, then what can be changed."""
        return (*([Option(self.mark, self.agree)] if self.agree else []), *self.changes)

    def holds(self, value: Value) -> bool:
        """Return whether it is this result that was agreed to."""
        return value == self.mark and self.agree is not None

    def take(self, said: Said, marked: tuple[str, ...], speak: Speak) -> Outcome:
        """Return the agreement, or what shall change."""
        chosen = pick(self.options(()), said.words, said.value, speak, careful=True)
        if isinstance(chosen, Reply):
            return Refused(chosen)
        if chosen.show:
            return Look(chosen.show, alone=True)
        return Answered(chosen.value) if chosen.value == self.mark else Change(chosen.value)


def dump(file: Kept) -> str:
    """Return `file` as it stands among the answers."""
    return json.dumps([*astuple(file.given), file.hash], ensure_ascii=False)


def parse(text: str) -> Kept:
    """Return the file that `dump` wrote."""
    *given, known = json.loads(text)
    return Kept(Given(*given), known)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
