"""Somebody's identity across their devices (cross-signing), and whether a careful client believes it."""

from __future__ import annotations

import vodozemac
from nio import Api

from tests.homeserver.asking import Json
from tests.homeserver.person import Person

ROLES = ("master", "self_signing", "user_signing")
"""The three keys of an identity; the first signs the others, and the second signs its owner's devices."""


async def signs(person: Person) -> None:
    """Give somebody an identity, and sign their device with it, as Element does when somebody registers."""
    # An account of the library is, to us, a key that signs.
    keys = {role: vodozemac.Account() for role in ROLES}
    told = {f"{role}_key": _public(person.id, role, key) for role, key in keys.items()}
    for role in ROLES[1:]:
        _sign(told[f"{role}_key"], person.id, keys["master"])
    await person.ask("POST", "/_matrix/client/v3/keys/device_signing/upload", told)
    device = (await keys_of(person, person.id))["device_keys"][person.id][person.account.device_id]
    device.pop("unsigned", None)
    _sign(device, person.id, keys["self_signing"])
    signed = {person.id: {person.account.device_id: device}}
    await person.ask("POST", "/_matrix/client/v3/keys/signatures/upload", signed)


async def unsigned_devices(person: Person, other: str) -> set[str]:
    """Return the devices of somebody that get a red shield from `person`, and nothing from a client that is strict."""
    return unsigned(await keys_of(person, other), other)


def unsigned(told: Json, other: str) -> set[str]:
    """Return the devices of somebody that their identity has not signed, by the keys that the homeserver tells of."""
    devices: Json = told["device_keys"].get(other, {})
    master = told.get("master_keys", {}).get(other)
    signing = told.get("self_signing_keys", {}).get(other)
    if master is None or signing is None or not _signed(signing, other, _key(master)):
        return {*devices}
    return {name for name, device in devices.items() if not _signed(device, other, _key(signing))}


async def keys_of(person: Person, other: str) -> Json:
    """Return what the homeserver tells `person` of somebody's keys."""
    return await person.ask("POST", "/_matrix/client/v3/keys/query", {"device_keys": {other: []}})


def _public(owner: str, role: str, key: vodozemac.Account) -> Json:
    public = key.ed25519_key.to_base64()
    return {"user_id": owner, "usage": [role], "keys": {f"ed25519:{public}": public}}


def _key(told: Json) -> str:
    """Return the public key that something tells of."""
    return str(next(iter(told["keys"].values())))


def _sign(told: Json, owner: str, key: vodozemac.Account) -> None:
    signature = key.sign(_message(told)).to_base64()
    told.setdefault("signatures", {}).setdefault(owner, {})[f"ed25519:{key.ed25519_key.to_base64()}"] = (
        signature
    )


def _signed(told: Json, owner: str, key: str) -> bool:
    """Return whether something is signed with a key of its owner's."""
    signature = told.get("signatures", {}).get(owner, {}).get(f"ed25519:{key}")
    if told.get("user_id") != owner or signature is None:
        return False
    try:
        vodozemac.Ed25519PublicKey.from_base64(key).verify_signature(
            _message(told), vodozemac.Ed25519Signature.from_base64(signature)
        )
    except (vodozemac.SignatureException, vodozemac.KeyException, vodozemac.DecodeException):
        return False
    return True


def _message(told: Json) -> bytes:
    """Return what is signed."""
    bare = {key: value for key, value in told.items() if key not in ("signatures", "unsigned")}
    return str(Api.to_canonical_json(bare)).encode()
