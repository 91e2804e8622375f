"""The identity that vouches for this device: without it, careful clients neither read us nor let us read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from bot.platforms.base import PlatformError
from bot.platforms.matrix_calls import MatrixError, path
from bot.platforms.matrix_json import Json
from bot.platforms.matrix_keys import FOREIGN, Call

ROLES = ("master", "self_signing", "user_signing")
"""The three keys of an identity: the first vouches for the others, the second for its owner's devices."""
SEED = 32
"""Bytes of a secret."""
ANOTHER = (
    "matrix: this account has an identity of its own already (it was used with another client, or the data folder is "
    "new); use an account of the bot's own, or let `solidarity-bot matrix login --new-identity` replace it"
)
REFUSED = (
    "matrix: the homeserver wants a password before it takes an identity, and `run` keeps none; "
    "log in anew with `solidarity-bot matrix login`"
)


@dataclass(frozen=True, slots=True)
class Signer:
    """One key of an identity."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> str:
        """The public key, in base64 without padding; also its id."""
        return _base64(self._key.public_key().export_key(format="raw"))

    def sign(self, what: Mapping[str, object]) -> str:
        """Return the signature of `what`, without what others have signed or added of it."""
        bare = {name: value for name, value in what.items() if name not in ("signatures", "unsigned")}
        words = json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return _base64(eddsa.new(self._key, "rfc8032").sign(words.encode()))

    @property
    def _key(self) -> ECC.EccKey:
        return ECC.construct(curve="Ed25519", seed=self.seed)


async def vouch(
    call: Call,
    user: str,
    device: str,
    published: Mapping[str, str],
    file: Path,
    login: Json | None = None,
    anew: bool = False,
) -> None:
    """Let an identity of `user`, whose secrets lie in `file`, vouch for `device`; it is made if there is none.

    `published` are the device's own public keys: no others are vouched for, whatever the homeserver shows. `login`
    is what proves who we are where the homeserver asks for it. `anew` replaces an identity whose secrets we do not
    have; without it, PlatformError says what to do.
    """
    told = await call("POST", path("keys", "query"), {"device_keys": {user: []}})
    found = told.get("device_keys", {}).get(user, {}).get(device, {})
    if found.get("keys") != published:
        raise PlatformError(FOREIGN)
    shown = told.get("master_keys", {}).get(user)
    signers = _kept(file)
    if shown is None:
        signers = signers or _made(file)
        await _publish(call, user, signers, login)
    elif signers is None or list(shown.get("keys", {}).values()) != [signers["master"].public]:
        if not anew:
            raise PlatformError(ANOTHER)
        signers = _made(file)
        await _publish(call, user, signers, login)
    await _sign_device(call, user, device, found, signers["self_signing"])


async def _publish(call: Call, user: str, signers: Mapping[str, Signer], login: Json | None) -> None:
    keys: Json = {f"{role}_key": _described(user, role, signers) for role in ROLES}
    where = path("keys", "device_signing", "upload")
    try:
        await call("POST", where, keys)
    except MatrixError as error:
        if login is None or not error.session:
            raise PlatformError(REFUSED) from error
        await call("POST", where, {**keys, "auth": {**login, "session": error.session}})


def _described(user: str, role: str, signers: Mapping[str, Signer]) -> Json:
    public = signers[role].public
    described: Json = {"user_id": user, "usage": [role], "keys": {f"ed25519:{public}": public}}
    if role != "master":
        described["signatures"] = {
            user: {f"ed25519:{signers['master'].public}": signers["master"].sign(described)}
        }
    return described


async def _sign_device(call: Call, user: str, device: str, keys: Json, signer: Signer) -> None:
    name = f"ed25519:{signer.public}"
    signatures = keys.get("signatures", {}).get(user, {})
    signature = signer.sign(keys)
    if signatures.get(name) == signature:
        return
    signed = {k: v for k, v in keys.items() if k != "unsigned"}
    signed["signatures"] = {user: {name: signature}}
    told = await call("POST", path("keys", "signatures", "upload"), {user: {device: signed}})
    if told.get("failures"):
        raise PlatformError("matrix: the homeserver does not take the signature of this device; log in anew")


def _kept(file: Path) -> dict[str, Signer] | None:
    if not file.exists():
        return None
    try:
        kept = json.loads(file.read_text("utf-8"))
        signers = {role: Signer(bytes.fromhex(kept[role])) for role in ROLES}
    except (ValueError, KeyError, TypeError):
        signers = {}
    if {len(signer.seed) for signer in signers.values()} != {SEED}:
        raise PlatformError(
            f"{file}: these are no secrets of an identity; restore the file, or delete it and log in anew with "
            "`solidarity-bot matrix login --new-identity`"
        )
    return signers


def _made(file: Path) -> dict[str, Signer]:
    """Return new secrets, which are in `file` before anybody hears of them."""
    signers = {role: Signer(secrets.token_bytes(SEED)) for role in ROLES}
    kept = json.dumps({role: signer.seed.hex() for role, signer in signers.items()})
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as opened:
        opened.write(kept)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
    return signers


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
