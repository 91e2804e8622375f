"""A subscription: a chat asked for news of a campaign, with what was given for it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a chat gets news of, in which language, and from which country it asked."""

    campaign: str
    language: str | None = None
    country: str | None = field(default=None, repr=False)
    waiting: bool = False
    """Whether a letter was pledged there and not sent yet."""
