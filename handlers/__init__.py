"""The conversations, in the order in which /help lists them."""

from __future__ import annotations

from bot.events import Phrase
from handlers import (
    answer,
    appeal,
    broadcast,
    broadcasts,
    export,
    groups,
    language,
    letter,
    numbers,
    pledge,
    privacy,
    reminder,
    start,
    updates,
)
from handlers.world import Talk

_ASKING: tuple[Talk, ...] = (
    letter.letter,
    letter.kit,
    appeal.appeal,
    appeal.demands,
    appeal.background,
    appeal.since,
    appeal.where,
    pledge.pledge,
    pledge.pledges,
    pledge.sent,
    answer.answer,
    reminder.later,
    language.language,
)
_OTHERS: tuple[Talk, ...] = (
    *_ASKING,
    updates.updates,
    updates.stop,
    groups.group,
    numbers.stats,
    privacy.privacy,
    privacy.mydata_of(_ASKING),
    privacy.erase,
)

NAME = Phrase("Solidarity Bot")
SHORT_DESCRIPTION = Phrase("Write a letter in solidarity with workers who are punished for organising.")
DESCRIPTION = Phrase(
    "When workers are sacked, jailed or shot at for standing up for themselves, a letter in your name helps. "
    "I write it with you and tell you where to send it. It takes about three minutes, and I keep no name without "
    "your leave."
)
"""How the bot is introduced before anybody has written to it."""

UNLISTED: tuple[Talk, ...] = (broadcast.broadcast, broadcasts.broadcasts, export.export)
"""What only a few may do: nobody else is shown it."""
FOR_ORGANISERS = {numbers.stats.name: numbers.FOR_ORGANISERS} | {d.name: d.summary for d in UNLISTED}
"""The commands that do more for organisers, or are theirs, and what they do for them."""

HANDLERS: tuple[Talk, ...] = (start.start, start.help_with(_OTHERS, UNLISTED), *_OTHERS, *UNLISTED)
"""Every dialogue; nothing registers itself on import."""
