"""What looks wrong in a pack and is right: the [[oddity]] entries, and the findings that they explain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.campaigns import Oddity
from bot.campaigns.loading import MAIN_FILE
from bot.check.finding import Finding


def unexplained(found: Iterable[Finding], oddities: Sequence[Oddity]) -> Iterator[Finding]:
    """Yield the findings that no oddity explains, then the oddities that explain nothing."""
    idle = set(range(len(oddities)))
    for finding in found:
        fitting = {number for number, oddity in enumerate(oddities) if _explains(oddity, finding)}
        idle -= fitting
        if not fitting:
            yield finding
    for number in sorted(idle):
        what = f"the rule {oddities[number].rule} finds nothing at {oddities[number].where}; take this oddity out"
        yield Finding(MAIN_FILE, f"oddity.{number + 1}", what, "oddity")


def _explains(oddity: Oddity, finding: Finding) -> bool:
    """Return whether an oddity names a finding's rule, and its place or one around it."""
    inside = finding.where.startswith((f"{oddity.where}.", f"{oddity.where}:"))
    return oddity.rule == finding.rule and (inside or finding.where == oddity.where)
