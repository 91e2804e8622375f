"""The bot's account on Matrix: logged in once, and kept in a file; the password is kept nowhere."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import nio

from bot.platforms.base import PlatformError, UndeliveredError
from bot.platforms.matrix_calls import Calls, LoggedOutError, MatrixError, path
from bot.platforms.matrix_json import Json
from bot.platforms.matrix_keys import Keys
from bot.platforms.matrix_service import IDENTITY, STORE, Account, client_of
from bot.platforms.matrix_signing import vouch

FILE = "account.json"
NAME = "Solidarity Bot"
"""How the device is called in the account's list of devices."""
DISCOVERY = 10.0
"""Seconds in which a server may say where its homeserver is."""


def kept(folder: Path) -> Account | None:
    """Return the account whose login lies in `folder`; None if there is none. PlatformError if it cannot be used."""
    file = folder / FILE
    if not file.exists():
        return None
    try:
        account = _read(file)
    except OSError as error:
        how = (error.strerror or "").lower()
        raise PlatformError(
            f"{file}: it cannot be read ({how}); it must belong to whoever runs the bot"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise PlatformError(
            f"{file}: this is no login; log in anew with `solidarity-bot matrix login`"
        ) from error
    if not (folder / STORE).exists():
        raise PlatformError(
            f"{folder / STORE}: the keys of this device are missing, and nobody could write to it; restore them, "
            "or log in anew with `solidarity-bot matrix login`"
        )
    return account


def _read(file: Path) -> Account:
    """Return the account in `file`; raises what is raised if it is not as `_keep` writes it."""
    told: Mapping[str, object] = json.loads(file.read_text("utf-8"))
    names = ("homeserver", "user", "device", "token", "pickle_key")
    values = [word for name in names if isinstance(word := told[name], str) and word.isprintable()]
    homeserver, user, device, token, pickle_key = values
    return Account(homeserver, user, device, token, pickle_key, file.parent)


async def log_in(
    folder: Path, homeserver: str, user: str, password: str, *, new_identity: bool = False
) -> Account:
    """Log in as a new device whose keys and login lie in `folder`, and log the last one out.

    PlatformError says in one line why that is not possible.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    proof = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
    }
    base = await _found(homeserver)
    told = await _logged_in(base, proof)
    before = _before(folder)
    for name in (STORE, f"{STORE}-wal", f"{STORE}-shm", f"{STORE}-journal"):
        (folder / name).unlink(missing_ok=True)
    key = secrets.token_hex(32)
    account = Account(base, told["user_id"], told["device_id"], told["access_token"], key, folder)
    await _introduced(account, proof, new_identity)
    _keep(account)
    if before is not None:
        await _log_out(before)
    return account


async def _found(homeserver: str) -> str:
    """Return the address of the homeserver, as the server with that address names it."""
    base = homeserver.rstrip("/")
    if "://" not in base:
        base = f"https://{base}"
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
        raise PlatformError(
            f"{homeserver}: this is no address of a homeserver, such as https://matrix.example.org"
        )
    limit = aiohttp.ClientTimeout(total=DISCOVERY)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(f"{base}/.well-known/matrix/client") as said,
        ):
            told = await said.json(content_type=None) if said.status == 200 else {}
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return base
    named = told.get("m.homeserver", {}).get("base_url") if isinstance(told, dict) else None
    return named.rstrip("/") if isinstance(named, str) and named.startswith("http") else base


async def _logged_in(base: str, proof: Json) -> Json:
    client = nio.AsyncClient(base)
    try:
        return await Calls(client).call("POST", path("login"), {**proof, "initial_device_display_name": NAME})
    except MatrixError as error:
        if error.status == 403:
            raise PlatformError("the homeserver knows nobody with this name and password") from None
        raise PlatformError(f"the homeserver does not let us log in with a password ({error.code})") from None
    except UndeliveredError as error:
        raise PlatformError(f"{base} cannot be reached, or is no homeserver ({error})") from None
    finally:
        await client.close()


async def _introduced(account: Account, proof: Json, new_identity: bool) -> None:
    """Let others find the new device's keys, and the account's identity vouch for them."""
    client = client_of(account)
    try:
        client.restore_login(account.user, account.device, account.token)
        calls = Calls(client)
        keys = Keys(client, calls.call)
        await keys.start()
        file = account.folder / IDENTITY
        await vouch(calls.call, account.user, account.device, keys.published, file, proof, anew=new_identity)
    except (MatrixError, UndeliveredError) as error:
        raise PlatformError(
            f"the homeserver did not take the keys of the new device ({error}); try again"
        ) from None
    finally:
        await client.close()


def _before(folder: Path) -> Account | None:
    try:
        return kept(folder)
    except PlatformError:
        return None


async def _log_out(account: Account) -> None:
    """Log a device out that nobody uses any more; if that fails, it stays in the account's list."""
    client = client_of(account)
    try:
        client.access_token = account.token
        with suppress(MatrixError, UndeliveredError, LoggedOutError):
            await Calls(client).call("POST", path("logout"), {})
    finally:
        await client.close()


def _keep(account: Account) -> None:
    file = account.folder / FILE
    told = {
        "homeserver": account.homeserver,
        "user": account.user,
        "device": account.device,
        "token": account.token,
        "pickle_key": account.pickle_key,
    }
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as opened:
        json.dump(told, opened)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
