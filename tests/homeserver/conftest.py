"""People at the homeserver of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.homeserver.person import People
from tests.homeserver.synapse import Synapse


@pytest.fixture
async def people(homeserver: Synapse, tmp_path: Path) -> AsyncIterator[People]:
    """Everybody who comes while a test runs."""
    async with People(homeserver, tmp_path) as everybody:
        yield everybody
