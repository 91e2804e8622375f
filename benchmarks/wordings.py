"""How many of a thousand supporters' letters look the same: every two of them are compared.

Nobody's words are real: half of the supporters answer only what must be answered, the others answer more or less; then
all of them skip everything. Two letters look the same if they share nine tenths of their runs of five words (Jaccard's
index of at least 0.9).

    python benchmarks/wordings.py [SUPPORTERS]
"""

from __future__ import annotations

import sys
import time

from bot.assembly import furnish
from bot.campaigns import Campaign
from bot.config import Settings
from tests.supporters import SILENT, SUPPORTERS, alike, letters


def main(supporters: int) -> None:
    """Print the share of pairs that look the same, for each letter of the shipped campaigns in each language."""
    pairs = supporters * (supporters - 1) // 2
    print(f"{supporters:,} supporters, {pairs:,} pairs; of these look the same, where")
    print(f"{'':<32}{f'{SILENT:.0%} skip everything':>22}{'all skip everything':>22}")
    world, _ = furnish(Settings())
    began = time.perf_counter()
    for campaign in world.campaigns:
        for kind in campaign.kinds:
            for language in campaign.languages:
                shares = (_share(campaign, kind.kind, language, supporters, part) for part in (SILENT, 1.0))
                name = f"{campaign.slug} {kind.kind} {language}"
                print(f"{name:<32}{''.join(f'{share:>22.3%}' for share in shares)}")
    print(f"in {time.perf_counter() - began:.0f} s")


def _share(campaign: Campaign, kind: str, language: str, supporters: int, silent: float) -> float:
    written = letters(campaign, kind, supporters, silent)
    texts = [letter.in_language(language) for letter in written]
    return alike(texts) / (supporters * (supporters - 1) // 2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SUPPORTERS)
