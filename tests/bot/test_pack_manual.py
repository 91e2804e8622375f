"""The manual of campaign packs: what it shows works, and it leaves nothing out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from pydantic.fields import FieldInfo

from bot.campaigns import (
    Campaign,
    Channel,
    DatedFact,
    Demand,
    Fact,
    Holder,
    LetterKind,
    MissionNote,
    Oddity,
    Question,
    Recipient,
)
from tests.bot.packs import load

MANUAL = (Path(__file__).parents[2] / "docs" / "campaigns.md").read_text("utf-8")


def test_the_pack_in_the_manual_works(tmp_path: Path) -> None:
    """The pack that the manual shows can be copied as it stands."""
    pack = tmp_path / "bakery-2026"
    pack.mkdir()
    files = re.findall(r"^`([\w.-]+)` .*\n\n```\w+\n((?:.*\n)*?)```$", MANUAL, re.MULTILINE)
    assert len(files) == 3
    for name, text in files:
        (pack / name).write_text(text, "utf-8")
    assert load(pack).title.in_language("en") == "Reinstate the bakers of Exampleville"


@pytest.mark.parametrize(
    "part",
    [
        Campaign,
        DatedFact,
        Demand,
        Recipient,
        Holder,
        Channel,
        MissionNote,
        LetterKind,
        Question,
        Fact,
        Oddity,
    ],
)
def test_the_manual_explains_every_key(part: type) -> None:
    """Whatever may stand in a campaign.toml is explained."""
    explained = set(re.findall(r"`\[*(?:recipient\.|question\.)?([a-z_]+)\]*`", MANUAL))
    assert set(keys(part)) - {"slug", "sections", "templates", "missions"} <= explained


def keys(part: type) -> Iterator[str]:
    """Yield the keys of a table in campaign.toml."""
    for name, hint in get_type_hints(part, include_extras=True).items():
        aliases = [extra.alias for extra in get_args(hint) if isinstance(extra, FieldInfo) and extra.alias]
        yield aliases[0] if aliases else name
