"""The conversations, in the order in which /help lists them."""

from __future__ import annotations

from handlers import appeal, language, letter, pledge, privacy, start
from handlers.world import Talk

_OTHERS: tuple[Talk, ...] = (
    letter.letter,
    appeal.appeal,
    appeal.demands,
    appeal.background,
    appeal.since,
    appeal.where,
    pledge.pledge,
    pledge.pledges,
    pledge.sent,
    language.language,
    privacy.privacy,
    privacy.mydata,
    privacy.erase,
)

HANDLERS: tuple[Talk, ...] = (start.start, start.help_with(_OTHERS), *_OTHERS)
"""Every dialogue; nothing registers itself on import."""
