"""What is copied with one tap where tapping is possible: addresses, numbers, the subject."""

from __future__ import annotations

from collections.abc import Sequence

from bot.campaigns import Addressee
from bot.events import Button, Localised, Phrase

# Translators: a letter by post, as one of the ways: fax, e-mail
_POST = Phrase("Post")


def copies(addressees: Sequence[Addressee], subject: Localised | None = None) -> tuple[Button, ...]:
    """Return a button for each address that can be used, each once, and for the subject of an e-mail."""
    values: dict[str, str | Phrase] = {}
    for one in addressees:
        for channel in one.usable:
            envelope = channel.type in ("post", "visit")
            # Translators: a button. {title} is an office, {channel} is "Post": "Embassy (Berlin): Post"
            label = Phrase("{title}: {channel}", {"title": one.title, "channel": _POST})
            values.setdefault(channel.value, label if envelope else channel.value)
    addresses = tuple(Button(label, copy=value) for value, label in values.items())
    by_mail = any(channel.type == "email" for one in addressees for channel in one.usable)
    return (*addresses, *((Button(Phrase("The subject"), copy=subject),) if subject and by_mail else ()))
