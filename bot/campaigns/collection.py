"""All campaigns that a bot speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.campaigns.campaign import Campaign
from bot.campaigns.loading import PackError, read_campaign
from bot.config_errors import did_you_mean


class Campaigns:
    """The campaigns, in the order in which they are offered; each is found by its slug."""

    def __init__(self, campaigns: Sequence[Campaign]) -> None:
        self._campaigns = {campaign.slug: campaign for campaign in campaigns}

    @classmethod
    def load(cls, dirs: Sequence[Path], only: tuple[str, ...] = (), thorough: bool = True) -> Campaigns:
        """Read every pack in `dirs`, by name, or those called `only`, in that order.

        Raises PackError with everything that is wrong in any of them; how `thorough` that is says read_campaign.
        """
        problems: list[str] = []
        packs: dict[str, Path] = {}
        for path in _packs(dirs, problems):
            if path.name in packs:
                problems.append(f"{path.name}: there are two packs of this name; rename one")
            packs[path.name] = path
        problems += [
            f"campaigns: there is no campaign “{slug}”{did_you_mean(slug, packs)}"
            for slug in only
            if slug not in packs
        ]
        wanted = [packs[slug] for slug in only or packs if slug in packs]
        campaigns = [campaign for path in wanted if (campaign := _campaign(path, problems, thorough))]
        if problems:
            raise PackError(problems)
        return cls(campaigns)

    def __getitem__(self, slug: str) -> Campaign:
        return self._campaigns[slug]

    def __contains__(self, slug: object) -> bool:
        return slug in self._campaigns

    def __iter__(self) -> Iterator[Campaign]:
        return iter(self._campaigns.values())

    def __len__(self) -> int:
        return len(self._campaigns)


def _packs(dirs: Sequence[Path], problems: list[str]) -> Iterator[Path]:
    """Yield the folders inside `dirs`, by name."""
    for folder in dirs:
        if folder.is_dir():
            yield from sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] not in "._")
        else:
            problems.append(f"{folder}: there is no such folder")


def _campaign(path: Path, problems: list[str], thorough: bool) -> Campaign | None:
    try:
        return read_campaign(path, thorough)
    except PackError as error:
        problems += error.problems
        return None
