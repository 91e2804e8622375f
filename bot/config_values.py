"""What may stand in a setting: paths, secrets, accounts, addresses; and what to say where something else does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic import ValidationInfo as Info

from bot.config_errors import is_a, open_to_others, path_from, read_text

SHORTEST_KEY = 32
"""Characters of an owner key; a shorter one could be found by trying."""


def _written(path: object) -> object:
    return path_from(path) if isinstance(path, str) else path


def _absolute(path: Path, info: Info) -> Path:
    return Path(info.context or "").absolute() / path


def _no_file(path: Path) -> Path:
    if is_a(Path.is_file, path):
        raise ValueError(f"{path} is a file; a folder is needed here")
    return path


def _existing(path: Path) -> Path:
    if not is_a(Path.is_dir, path):
        raise ValueError(f"there is no folder {path}")
    return path


def _from_file(secret: object, info: Info) -> object:
    """Return the secret, read from its file if a setting of the same name and `_file` names one."""
    file = info.data.get(f"{info.field_name}_file")
    if secret is not None or file is None:
        return secret
    text = read_text(file).rstrip("\n")
    if problem := open_to_others(file) or ("" if text else "the file is empty; it must hold the secret"):
        raise ValueError(problem)
    return text


def _bot_token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[\w-]{30,}", token.get_secret_value()):
        raise ValueError("is not a token as @BotFather gives it: digits, a colon and a long word")
    return token


def _account(name: str) -> str:
    if not re.fullmatch(r"telegram:\d{1,20}|matrix:@[^:\s]+:\S+", name):
        raise ValueError("must be a platform and an account there, as in telegram:1 or matrix:@a:b")
    return name


def _recipient(key: str) -> str:
    from bot.sealing import recipient

    return recipient(key)


def _loopback(host: str) -> str:
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError(
            "must be this machine itself, 127.0.0.1 or ::1; let a web server pass on what others may see"
        )
    return host


def _matrix_user(user: str) -> str:
    if user and not re.fullmatch(r"@[^:\s]+:\S+", user):
        raise ValueError("must be an account with its server, as in @solidarity:example.org")
    return user


def _public(url: str) -> str:
    if url and not re.match(r"https?://[^/\s]+/\S+", url):
        raise ValueError(
            "must begin with https:// and have a path of its own, as in https://example.org/telegram"
        )
    return url


T = TypeVar("T")
Location = Annotated[Path, BeforeValidator(_written), AfterValidator(_absolute)]
Folder = Annotated[Location, AfterValidator(_existing)]
NewFolder = Annotated[Location, AfterValidator(_no_file)]
"""A folder that is made where it is not there yet."""
Secret = Annotated[T | None, BeforeValidator(_from_file), Field(validate_default=True)]
"""A secret `x`, given as it is or in a file: a setting `x_file` must stand right above it."""
BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
OwnerKey = Annotated[SecretStr, Field(min_length=SHORTEST_KEY)]
Account = Annotated[str, AfterValidator(_account)]
MatrixUser = Annotated[str, AfterValidator(_matrix_user)]
Recipient = Annotated[str, AfterValidator(_recipient)]
Loopback = Annotated[str, AfterValidator(_loopback)]
PublicUrl = Annotated[str, AfterValidator(_public)]
Port = Annotated[int, Field(ge=0, le=65535)]
