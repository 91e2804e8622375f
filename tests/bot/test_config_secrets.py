"""What keeps the bot's secrets: files that only their owner may read, and messages that never show them."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import ConfigError, Settings, load

KEY = "correct-horse-battery-staple-1234567"
SHORT_KEY = "hush-hush-hush"


def written(path: Path, content: str | bytes, mode: int = 0o600) -> Path:
    """Return `path` with that content and those permissions."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


def problems(path: Path, **environ: str) -> list[str]:
    """Return the lines about a configuration that cannot be used; files are named without its folder."""
    with pytest.raises(ConfigError) as caught:
        load(path, environ)
    return [line.replace(f"{path.parent}/", "") for line in caught.value.problems]


@pytest.mark.parametrize("text", [KEY, f"{KEY}\n", f"{KEY}\r\n", f"\ufeff{KEY}\n"])
def test_secret_from_a_file(tmp_path: Path, text: str) -> None:
    """A secret may stand in a file for its owner alone; the end of its line is no part of it."""
    path = written(tmp_path / "secret", text, mode=0o400)
    settings = load(written(tmp_path / "bot.toml", ""), {"SOLIDARITY_OWNER_KEY_FILE": str(path)})
    assert settings.owner_key == SecretStr(KEY)
    assert settings.owner_key_file == path


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644])
def test_secret_open_to_others(tmp_path: Path, mode: int) -> None:
    """A secret's file with any permission for others is refused, with the command that closes it."""
    path = written(tmp_path / "secret", KEY, mode)
    toml = written(tmp_path / "bot.toml", "")
    assert problems(toml, SOLIDARITY_OWNER_KEY_FILE=str(path)) == [
        "SOLIDARITY_OWNER_KEY_FILE: this file holds a secret and is open to others: chmod 600 secret"
    ]


def test_secret_in_an_open_configuration(tmp_path: Path) -> None:
    """A configuration that holds the secret itself must be closed to others; without one it may be open."""
    path = written(tmp_path / "bot.toml", 'language = "en"', mode=0o644)
    assert load(path, {}).language == "en"
    assert problems(written(path, f'owner_key = "{KEY}"', mode=0o644)) == [
        "bot.toml: owner_key: this file holds a secret and is open to others: chmod 600 bot.toml"
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "the file is empty; it must hold the secret"),
        (b"\n", "the file is empty; it must hold the secret"),
        (SHORT_KEY.encode(), "is too short: at least 32 characters are needed"),
        (b"\xff" * 40, "the file is not UTF-8 text"),
    ],
)
def test_unusable_secret_file(tmp_path: Path, content: bytes, line: str) -> None:
    """A file that holds no usable secret is refused by the name of the setting that names it."""
    written(tmp_path / "secret", content)
    toml = written(tmp_path / "bot.toml", 'owner_key_file = "secret"')
    assert problems(toml) == [f"bot.toml: owner_key_file: {line}"]


@pytest.mark.parametrize(
    ("name", "line"),
    [("nowhere", "there is no such file"), (".", "this is a folder; a file is needed here")],
)
def test_no_secret_file(tmp_path: Path, name: str, line: str) -> None:
    """A secret's file that is not there, or is none, is refused."""
    toml = written(tmp_path / "bot.toml", f'owner_key_file = "{name}"')
    assert problems(toml) == [f"bot.toml: owner_key_file: {line}"]


@pytest.mark.parametrize(
    ("toml", "environ", "line"),
    [
        (
            f'owner_key = "{KEY}"\nowner_key_file = "secret"',
            {},
            "bot.toml: owner_key: is given a second time, as bot.toml: owner_key_file",
        ),
        (
            'owner_key_file = "secret"',
            {"SOLIDARITY_OWNER_KEY": KEY},
            "SOLIDARITY_OWNER_KEY: is given a second time, as bot.toml: owner_key_file",
        ),
        (
            f'owner_key = "{KEY}"',
            {"SOLIDARITY_OWNER_KEY_FILE": "secret"},
            "bot.toml: owner_key: is given a second time, as SOLIDARITY_OWNER_KEY_FILE",
        ),
    ],
)
def test_secret_given_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, environ: dict[str, str], line: str
) -> None:
    """A secret both as it is and in a file is refused, wherever the two stand."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "secret", KEY)
    assert problems(written(tmp_path / "bot.toml", toml), **environ) == [f"{line}; keep one of the two"]


def test_secret_given_twice_and_wrong(tmp_path: Path) -> None:
    """What is wrong with one of two secrets is said of that one."""
    written(tmp_path / "secret", KEY)
    toml = written(tmp_path / "bot.toml", f'owner_key = "{SHORT_KEY}"\nowner_key_file = "secret"')
    assert problems(toml) == [
        "bot.toml: owner_key: is too short: at least 32 characters are needed",
        "bot.toml: owner_key: is given a second time, as bot.toml: owner_key_file; keep one of the two",
    ]


def test_secret_replaced(tmp_path: Path) -> None:
    """The environment's secret goes before that of the configuration, given in the same way."""
    written(tmp_path / "one", "a" * 40)
    two = written(tmp_path / "two", "b" * 40)
    toml = written(tmp_path / "bot.toml", 'owner_key_file = "one"')
    assert load(toml, {"SOLIDARITY_OWNER_KEY_FILE": str(two)}).owner_key == SecretStr("b" * 40)


def test_every_secret_may_come_from_a_file() -> None:
    """Every secret has a setting for its file, which stands above it: settings are read in that order."""
    fields = list(Settings.model_fields)
    secrets = [name for name, field in Settings.model_fields.items() if "SecretStr" in repr(field.annotation)]
    assert secrets == ["owner_key"]
    assert all(fields.index(f"{name}_file") < fields.index(name) for name in secrets)


@pytest.mark.parametrize(
    "toml",
    [
        f'owner_key = "{SHORT_KEY}"',
        f'owner_key = ["{SHORT_KEY}"]',
        f'owner_key_file = "{SHORT_KEY}"',
        f'owner_keys = "{SHORT_KEY}"',
        f'language = "{SHORT_KEY}"',
        f'log.level = "{SHORT_KEY}"',
        f'console.colour = "{SHORT_KEY}"',
        f'owner_key = "{SHORT_KEY}',
        f"owner_key = {SHORT_KEY}",
        f'owner_key = "{KEY}"\nlanguage = 5',
    ],
)
def test_secret_in_no_error(tmp_path: Path, toml: str) -> None:
    """A secret is shown by no message and no traceback, not even if it stands where it does not belong."""
    try:
        load(
            written(tmp_path / "bot.toml", toml),
            {"SOLIDARITY_OWNER_KEY": SHORT_KEY, "SOLIDARITY_OWNERKEY": KEY},
        )
    except ConfigError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error)
    assert SHORT_KEY not in shown
    assert KEY not in shown
    assert "ConfigError" in shown


@pytest.mark.parametrize("toml", [f'owner_key = "{KEY}"', 'owner_key_file = "secret"'])
def test_secret_in_no_repr(tmp_path: Path, toml: str) -> None:
    """Settings that are printed, by mistake or in a log, do not show the secret."""
    written(tmp_path / "secret", KEY)
    settings = load(written(tmp_path / "bot.toml", toml), {})
    assert KEY not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings.owner_key is not None
    assert settings.owner_key.get_secret_value() == KEY
