"""What can be said of a campaign's letters to others: numbers, and the organisations that agreed to be named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """The letters of one campaign: those sent by country ("" if none was given) and by channel.

    `organisations` are those that sent one and agreed to be named, each with its country.
    """

    countries: Mapping[str, int]
    channels: Mapping[str, int]
    organisations: tuple[tuple[str, str], ...]
    promised: int
