"""The homeserver itself: who may be there, how fast they may write, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import pytest

from tests.homeserver.asking import RefusedError
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse

ORPHAN = """\
import sys, time
from pathlib import Path
from tests.homeserver.synapse import Synapse

with Synapse(Path(sys.argv[1])) as homeserver:
    print(homeserver.port, flush=True)
    time.sleep(3600)
"""


async def writes(homeserver: Synapse, account: Account, times: int) -> None:
    """Let somebody write in a room of their own, as fast as they can."""
    room = (await homeserver.ask("POST", "/_matrix/client/v3/createRoom", {}, account.access_token))[
        "room_id"
    ]
    for number in range(times):
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{number}"
        await homeserver.ask("PUT", path, {"msgtype": "m.text", "body": "x"}, account.access_token)


async def test_accounts(homeserver: Synapse) -> None:
    """Everybody has an account of their own, and only the administrator may do what administrators do."""
    first, second = await homeserver.register("Ada"), await homeserver.register("Ada")
    assert first.user_id != second.user_id
    who = await homeserver.ask("GET", "/_matrix/client/v3/account/whoami", token=first.access_token)
    assert (who["user_id"], who["device_id"]) == (first.user_id, first.device_id)
    users = "/_synapse/admin/v2/users"
    assert (await homeserver.ask_as_admin("GET", users))["total"] >= 3
    with pytest.raises(RefusedError, match="M_FORBIDDEN"):
        await homeserver.ask("GET", users, token=first.access_token)


async def test_paces(homeserver: Synapse) -> None:
    """Nobody is limited but who shall be."""
    account = await homeserver.register("Ada")
    await writes(homeserver, account, 15)
    await homeserver.paces(account.user_id, per_second=1, burst=2)
    with pytest.raises(RefusedError, match="M_LIMIT_EXCEEDED"):
        await writes(homeserver, account, 15)


async def test_limited(tmp_path: Path) -> None:
    """With Synapse's own limits everybody is limited, but for people, of whom only the bot is tested."""
    with Synapse(tmp_path / "homeserver", limited=True) as homeserver:
        async with People(homeserver, tmp_path) as people:
            await writes(homeserver, (await people.meet()).account, 15)
        with pytest.raises(RefusedError, match="M_LIMIT_EXCEEDED") as refused:
            await writes(homeserver, await homeserver.register("Bot"), 15)
        assert refused.value.told["retry_after_ms"] > 0
        homeserver.stop()
        assert not homeserver.runs


async def test_ends_with_its_owner(tmp_path: Path) -> None:
    """It does not outlive who started it, however that ends."""
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ORPHAN, str(tmp_path)),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert owner.stdout is not None
    port = int(await owner.stdout.readline())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    owner.send_signal(signal.SIGKILL)
    await owner.wait()
    # It ends, or breaks; and within less than Synapse lets a silent connection stand.
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(20):
            assert await reader.read() == b""
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
