"""Choosing from options: by tapping, by number, by the words on the button, or by words close to them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.events import Localised, Phrase, Reply

Label = str | Localised | Phrase
Speak = Callable[[Label], str]
"""Gives a label in the person's language."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen; one with `show` is only a look aside, after which the question stands again."""

    value: str
    label: Label
    show: Reply | None = None
    ticked: bool = False


def pick(options: Sequence[Option], words: str, value: str | None, speak: Speak) -> Option | Reply:
    """Return the option that was tapped (`value`) or typed (`words`), or a sentence that says how to choose."""
    if value is not None:
        found = next((o for o in options if o.value == value), None)
        return found or _not_found(options)
    return _typed(options, words, speak)


def pick_several(options: Sequence[Option], words: str, speak: Speak) -> tuple[str, ...] | Reply:
    """Return the values of the options typed as "1 3", "1, 3", or by their words separated by commas."""
    chosen: list[str] = []
    for part in list(_parts(options, words, speak)) or [""]:
        option = _typed(options, part, speak)
        if isinstance(option, Reply):
            return Reply("choose/several", option.values)
        chosen.append(option.value)
    return tuple(o.value for o in options if o.value in chosen)


def _parts(options: Sequence[Option], words: str, speak: Speak) -> Iterator[str]:
    """Yield what is typed for each option; a label may have a comma of its own."""
    if re.fullmatch(r"[\d\s,;.+&]+", words):
        yield from re.findall(r"\d+", words)
        return
    labels = {fold(speak(option.label)) for option in options}
    for part in re.split(r"[;\n]", words):
        pieces = [part] if fold(part) in labels else part.split(",")
        yield from (piece for piece in pieces if piece.strip())


def fold(text: str) -> str:
    """Return `text` as it is compared: without case, outer spaces and closing punctuation."""
    return " ".join(text.casefold().split()).strip(" .!?:,;…\"'«»()")


def _typed(options: Sequence[Option], words: str, speak: Speak) -> Option | Reply:
    number = re.fullmatch(r"\s*#?(\d{1,6})[.):]?\s*", words)
    if number:
        index = int(number[1])
        return options[index - 1] if 1 <= index <= len(options) else _not_found(options)
    return _by_words(options, fold(words), speak) or _not_found(options)


def _by_words(options: Sequence[Option], words: str, speak: Speak) -> Option | None:
    """Return the option whose value or label is `words`, begins with them alone, or is alone close to them."""
    if not words or len(words) > 200:
        return None
    labels = [fold(speak(o.label)) for o in options]
    for option, label in zip(options, labels, strict=True):
        if words in (label, option.value.casefold()):
            return option
    begun = [o for o, label in zip(options, labels, strict=True) if _begins(label, words)]
    if len(begun) == 1:
        return begun[0]
    close = difflib.get_close_matches(words, labels, n=2, cutoff=0.75)
    return options[labels.index(close[0])] if len(close) == 1 else None


def _begins(label: str, words: str) -> bool:
    """Return whether `words` are the label's first word, or at least three letters that it begins with."""
    return label.startswith(words) and (len(words) > 2 or fold(label.split()[0]) == words)


def _not_found(options: Sequence[Option]) -> Reply:
    return Reply("choose/one", {"count": len(options)})
