"""What the check finds, and the texts in which it finds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.campaigns.loading import MAIN_FILE


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend: in which file, at which place in it, what it is, and the rule that found it."""

    file: str
    place: str
    what: str
    rule: str

    @property
    def where(self) -> str:
        """The place as an [[oddity]] names it: a key of campaign.toml, or another file and a place in it."""
        return self.place if self.file == MAIN_FILE else f"{self.file}: {self.place}"

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.what} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages it is given in; `file` has {} where its name says which language it holds."""

    file: str
    place: str
    words: Mapping[str, str] = field(repr=False)

    def finding(self, language: str, what: str, rule: str) -> Finding:
        """Return a finding in one of the text's languages."""
        return Finding(self.file.format(language), self.place, what, rule)
