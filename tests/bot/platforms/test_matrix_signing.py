"""The identity that vouches for the bot's device, as others at a real homeserver see it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import nio
import pytest
import vodozemac

from bot.platforms.base import PlatformError, UndeliveredError
from bot.platforms.matrix_calls import Calls
from bot.platforms.matrix_keys import Keys
from bot.platforms.matrix_service import IDENTITY, client_of
from bot.platforms.matrix_signing import vouch
from tests.bot.platforms.matrix_bot import account_on
from tests.homeserver.asking import Json
from tests.homeserver.faults import Drop, Fault, Rewrite, error_page, not_json, server_error, too_many
from tests.homeserver.gate import Gate
from tests.homeserver.identity import ROLES, keys_of, signs, unsigned, unsigned_devices
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Account, Synapse

UPLOADS = "/keys/(device_signing|signatures)/upload"
KEYS = ("master_keys", "self_signing_keys", "user_signing_keys")


@dataclass
class Device:
    """A device of the bot's, whose keys the homeserver knows."""

    account: Account
    calls: Calls
    keys: Keys
    file: Path

    async def vouch(self, login: Json | None = None, *, anew: bool = False) -> None:
        """Let the bot's identity vouch for this device."""
        user, device = self.account.user_id, self.account.device_id
        await vouch(self.calls.call, user, device, self.keys.published, self.file, login, anew)

    async def shown(self) -> Json:
        """Return what the homeserver tells the bot of its own keys."""
        return await self.calls.call(
            "POST", "/_matrix/client/v3/keys/query", {"device_keys": {self.account.user_id: []}}
        )


@asynccontextmanager
async def device_of(account: Account, gate: Gate, folder: Path) -> AsyncIterator[Device]:
    """Enter a device of the bot's with its data in `folder`."""
    told = account_on(gate.url, account, folder)
    client = client_of(told)
    client.restore_login(told.user, told.device, told.token)
    try:
        calls = Calls(client)
        keys = Keys(client, calls.call)
        await keys.start()
        yield Device(account, calls, keys, told.folder / IDENTITY)
    finally:
        await client.close()
        if client.store is not None:
            client.store.database.close()


@pytest.fixture
async def device(homeserver: Synapse, gate: Gate, tmp_path: Path) -> AsyncIterator[Device]:
    """The bot's first device; its account has no identity yet."""
    async with device_of(await homeserver.register("Bot"), gate, tmp_path / "bot") as running:
        yield running


def proof(person: Person | Device) -> Json:
    """Return what proves who somebody is."""
    identifier = {"type": "m.id.user", "user": person.account.user_id}
    return {"type": "m.login.password", "identifier": identifier, "password": person.account.password}


def one_line(error: pytest.ExceptionInfo[PlatformError]) -> str:
    """Return what the person who runs the bot is told, which is one line."""
    said = str(error.value)
    assert said
    assert "\n" not in said
    return said


async def test_first(device: Device, people: People) -> None:
    """A new identity vouches for the device: a careful client believes it, and shows no red shield."""
    ada = await people.meet("Ada")
    assert await unsigned_devices(ada, device.account.user_id) == {device.account.device_id}
    await device.vouch()
    assert await unsigned_devices(ada, device.account.user_id) == set()


async def test_form(device: Device) -> None:
    """Each of the three keys says what it is for, is its own id without padding, and two are signed by the first."""
    await device.vouch()
    told, user = await device.shown(), device.account.user_id
    publics = []
    for kind, role in zip(KEYS, ROLES, strict=True):
        key = told[kind][user]
        ((name, public),) = key["keys"].items()
        assert (key["user_id"], key["usage"]) == (user, [role])
        assert name == f"ed25519:{public}"
        assert len(public) == 43
        publics.append(public)
    assert len({*publics}) == 3
    for kind in KEYS[1:]:
        signature = told[kind][user]["signatures"][user][f"ed25519:{publics[0]}"]
        bare = {k: v for k, v in told[kind][user].items() if k != "signatures"}
        vodozemac.Ed25519PublicKey.from_base64(publics[0]).verify_signature(
            str(nio.Api.to_canonical_json(bare)).encode(), vodozemac.Ed25519Signature.from_base64(signature)
        )


async def test_secrets(device: Device, gate: Gate) -> None:
    """The secrets lie in a file that nobody else can read, and never leave it."""
    device.file.with_suffix(".new").touch(0o644)
    await device.vouch()
    assert device.file.stat().st_mode & 0o777 == 0o600
    assert [*device.file.parent.glob("*.new")] == []
    kept = json.loads(device.file.read_text("utf-8"))
    sent = json.dumps([call.body for call in gate.calls])
    assert len({*kept.values()}) == 3
    assert not [secret for secret in kept.values() if secret in sent]


async def test_again(device: Device, gate: Gate) -> None:
    """At the next start nothing is made, and nothing sent."""
    await device.vouch()
    before, secrets = await device.shown(), device.file.read_bytes()
    gate.calls.clear()
    await device.vouch()
    assert gate.calls.count(UPLOADS) == 0
    assert (await device.shown(), device.file.read_bytes()) == (before, secrets)


async def test_next_device(device: Device, people: People, gate: Gate, tmp_path: Path) -> None:
    """The same identity vouches for the device of a later login."""
    await device.vouch()
    ada = await people.meet("Ada")
    login = await people.homeserver.ask("POST", "/_matrix/client/v3/login", proof(device))
    account = Account(device.account.user_id, login["access_token"], login["device_id"])
    before = await keys_of(ada, account.user_id)
    async with device_of(account, gate, tmp_path / "later") as later:
        later.file = device.file
        await later.vouch()
    after = await keys_of(ada, account.user_id)
    assert after["master_keys"] == before["master_keys"]
    assert {*after["device_keys"][account.user_id]} == {device.account.device_id, account.device_id}
    assert unsigned(after, account.user_id) == set()


async def test_another_identity(people: People, gate: Gate, tmp_path: Path) -> None:
    """An identity that is not ours stays as it is, and the one who runs the bot is told what to do."""
    owner, ada = await people.meet("Bot"), await people.meet("Ada")
    await signs(owner)
    before = await keys_of(ada, owner.id)
    phone = await people.homeserver.ask("POST", "/_matrix/client/v3/login", proof(owner))
    account = Account(owner.id, phone["access_token"], phone["device_id"])
    async with device_of(account, gate, tmp_path / "bot") as device:
        with pytest.raises(PlatformError) as error:
            await device.vouch(proof(owner))
        assert "--new-identity" in one_line(error)
        assert not device.file.exists()
        assert (await keys_of(ada, owner.id))["master_keys"] == before["master_keys"]
        assert gate.calls.count(UPLOADS) == 0
        with pytest.raises(PlatformError) as error:
            await device.vouch(anew=True)
        assert "log in anew" in one_line(error)
        assert (await keys_of(ada, owner.id))["master_keys"] == before["master_keys"]
        await device.vouch(proof(owner), anew=True)
        assert await unsigned_devices(ada, owner.id) == {owner.account.device_id}


async def test_replaced(device: Device, people: People) -> None:
    """Secrets whose identity somebody has replaced vouch for nothing, until they may replace it."""
    await device.vouch()
    kept = device.file.read_bytes()
    device.file.unlink()
    await device.vouch(proof(device), anew=True)
    device.file.write_bytes(kept)
    before = await device.shown()
    with pytest.raises(PlatformError) as error:
        await device.vouch(proof(device))
    one_line(error)
    assert await device.shown() == before
    await device.vouch(proof(device), anew=True)
    assert await unsigned_devices(await people.meet("Ada"), device.account.user_id) == set()


async def test_anew_keeps_ours(device: Device, gate: Gate) -> None:
    """An identity that is ours is not replaced, even where it may be: others have perhaps verified it."""
    await device.vouch()
    before, secrets = await device.shown(), device.file.read_bytes()
    gate.calls.clear()
    await device.vouch(proof(device), anew=True)
    assert gate.calls.count(UPLOADS) == 0
    assert (await device.shown(), device.file.read_bytes()) == (before, secrets)


@pytest.mark.parametrize("upload", ["/keys/query", "/keys/device_signing/upload", "/keys/signatures/upload"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "fault", [Drop, server_error, error_page, not_json, too_many], ids=lambda fault: fault.__name__
)
async def test_trouble(
    device: Device, people: People, gate: Gate, upload: str, done: bool, fault: Callable[..., Fault]
) -> None:
    """Whatever goes wrong on the way, before or after it had its effect, the next try ends well, by the same keys."""
    rule = gate.fails(fault(done=done), upload)
    with pytest.raises(UndeliveredError):
        await device.vouch()
    assert rule.hits == 1
    kept = device.file.read_bytes() if device.file.exists() else None
    await device.vouch()
    assert kept in (None, device.file.read_bytes())
    assert await unsigned_devices(await people.meet("Ada"), device.account.user_id) == set()


async def test_foreign_keys(device: Device, people: People, gate: Gate) -> None:
    """Keys that a homeserver has put in the place of the device's own are never vouched for."""
    eve = await people.meet("Eve")
    hers = (await keys_of(eve, eve.id))["device_keys"][eve.id][eve.account.device_id]["keys"]
    user, name = device.account.user_id, device.account.device_id

    def forge(told: Json) -> Json:
        told["device_keys"][user][name]["keys"] = {
            f"{kind}:{name}": hers[f"{kind}:{eve.account.device_id}"] for kind in ("curve25519", "ed25519")
        }
        return told

    gate.fails(Rewrite(forge), "/keys/query", times=None)
    with pytest.raises(PlatformError) as error:
        await device.vouch()
    one_line(error)
    assert gate.calls.count("/keys/signatures/upload") == 0


async def test_vanished(device: Device, gate: Gate) -> None:
    """A device that the homeserver no longer knows is a matter of one line."""

    def forget(told: Json) -> Json:
        return {**told, "device_keys": {}}

    gate.fails(Rewrite(forget), "/keys/query", times=None)
    with pytest.raises(PlatformError) as error:
        await device.vouch()
    one_line(error)


@pytest.mark.parametrize("spoilt", ["", "{", "[]", "{}", '{"master": 5}', '{"master": "zz"}'])
async def test_spoilt_file(device: Device, gate: Gate, spoilt: str) -> None:
    """A file that is no longer what it was is not written over: one line says which it is."""
    await device.vouch()
    device.file.write_text(spoilt, "utf-8")
    gate.calls.clear()
    with pytest.raises(PlatformError) as error:
        await device.vouch()
    assert str(device.file) in one_line(error)
    assert device.file.read_text("utf-8") == spoilt
    assert gate.calls.count(UPLOADS) == 0


async def test_wrong_secret_length(device: Device) -> None:
    """Secrets that are too short are no secrets."""
    await device.vouch()
    device.file.write_text(json.dumps(dict.fromkeys(ROLES, "00")), "utf-8")
    with pytest.raises(PlatformError) as error:
        await device.vouch()
    assert str(device.file) in one_line(error)
