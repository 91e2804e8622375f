"""How the homeserver of the tests is set up: quick, and alone in the world."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from tests.homeserver.asking import Json

DOMAIN = "union.test"
"""What every user id here ends with."""
SHARED_SECRET = "whoever knows this may register"

_FREE = {"per_second": 10_000, "burst_count": 10_000}
_UNLIMITED: Json = {
    **dict.fromkeys(
        (
            "rc_message",
            "rc_registration",
            "rc_admin_redaction",
            "rc_joins_per_room",
            "rc_media_create",
            "rc_room_creation",
            "rc_reports",
            "rc_user_directory",
            "rc_third_party_invite",
            "rc_delayed_event_mgmt",
        ),
        _FREE,
    ),
    "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), _FREE),
    "rc_joins": dict.fromkeys(("local", "remote"), _FREE),
    "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), _FREE),
}


def write_settings(folder: Path, port: int, *, limited: bool) -> Path:
    """Write what Synapse needs to start on `port` with its data in `folder`, and return where it is written.

    `limited` leaves Synapse's own limits of pace on.
    """
    settings = _basics(folder, port) | _solitude() | ({} if limited else _UNLIMITED)
    settings["log_config"] = _written(folder / "log.json", _logging(folder / "synapse.log"))
    return Path(_written(folder / "homeserver.json", settings))


def _basics(folder: Path, port: int) -> Json:
    client = {"names": ["client"]}
    return {
        "server_name": DOMAIN,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [{"type": "http", "port": port, "bind_addresses": ["127.0.0.1"], "resources": [client]}],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "synapse.db")}},
        "media_store_path": str(folder / "media"),
        "pid_file": str(folder / "synapse.pid"),
        "signing_key": f"ed25519 tests {base64.b64encode(os.urandom(32)).decode().rstrip('=')}",
        "registration_shared_secret": SHARED_SECRET,
        "macaroon_secret_key": "signs tokens for logging in",
        "form_secret": "signs forms",
        # A password that guards nothing need not be costly to check.
        "bcrypt_rounds": 4,
        # As much as it would remember with the memory of a server.
        "caches": {"global_factor": 10},
        # Nobody here looks who is online, and it wakes everybody.
        "presence": {"enabled": False},
    }


def _solitude() -> Json:
    """Return what keeps it from ever asking another machine."""
    return {
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "report_stats": False,
        "url_preview_enabled": False,
        "allow_public_rooms_over_federation": False,
        "default_identity_server": None,
    }


def _logging(file: Path) -> Json:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(file), "formatter": "line"}},
        "root": {"level": "INFO", "handlers": ["file"]},
    }


def _written(file: Path, content: Json) -> str:
    # JSON is YAML too.
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)
