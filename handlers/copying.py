"""What is copied with one tap where tapping is possible: addresses, numbers, the subject."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.campaigns import Addressee
from bot.events import Button, Localised, Phrase
from handlers.route import BY

_BETWEEN = re.compile(r"\s*[,;/\n]\s*")
_TOGETHER = 256
"""Characters that a button can copy."""


def copies(addressees: Sequence[Addressee], subject: Localised | None = None) -> tuple[Button, ...]:
    """Return a button for each address that can be used, each once, and for the subject of an e-mail."""
    values: dict[str, Phrase] = {}
    for one in addressees:
        for value, label in _copied(one):
            values.setdefault(value, label)
    addresses = tuple(Button(label, copy=value) for value, label in values.items())
    by_mail = any(channel.type == "email" for one in addressees for channel in one.usable)
    return (*addresses, *((Button(Phrase("The subject"), copy=subject),) if subject and by_mail else ()))


def _copied(one: Addressee) -> Iterator[tuple[str, Phrase]]:
    """Yield what can be copied to reach somebody, and what its button says."""
    kinds: dict[str, list[str]] = {}
    for channel in one.usable:
        kinds.setdefault(channel.type, []).extend(_printed(channel.type, channel.value))
    for kind, values in kinds.items():
        yield from _of_one_kind(kind, values, one.short)


def _of_one_kind(kind: str, values: Sequence[str], office: Localised) -> Iterator[tuple[str, Phrase]]:
    """Yield each of `values`, numbered if there are several; e-mail addresses go together, as far as they fit."""
    together = ", ".join(values)
    if kind == "email" and len(values) > 1 and len(together) <= _TOGETHER:
        # Translators: a button that copies all e-mail addresses of {office}, a short name
        yield together, Phrase("All {count} e-mails: {office}", {"count": len(values), "office": office})
        return
    for number, value in enumerate(values, 1):
        one_of = Phrase("{office} ({number})", {"office": office, "number": number})
        if value:
            yield value, replace(BY[kind], values={"office": one_of if len(values) > 1 else office})


def _printed(kind: str, value: str) -> Iterator[str]:
    """Yield each number of a telephone or fax; "" for a later one that is not printed in full: nobody can dial it."""
    if kind not in ("phone", "fax"):
        yield value
        return
    first, *others = _BETWEEN.split(value)
    yield first
    yield from (other if other.startswith("+") else "" for other in others)
