"""What all tests share."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.homeserver.synapse import Synapse
from tests.unsealed import leave_open

# A busy machine is slow without being wrong.
settings.register_profile("default", deadline=None)
settings.load_profile("default")

# The programs that tests end are told so by signals, which whoever runs the tests in the background may have ignored.
for number, usual in ((signal.SIGHUP, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, usual)


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """The Matrix homeserver of all tests that ask for it, started for the first of them."""
    with Synapse(tmp_path_factory.mktemp("homeserver")) as running:
        yield running


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything be written as it is said: that it is gone must not only seem so because it was sealed."""
    leave_open(monkeypatch)
