"""What an organiser is told about a configuration that cannot be used: all, in plain words, a line each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import ConfigError, Settings, languages, load

NO_PATH = "is not a path; give one, or leave this setting out"
NO_SWITCH = "must be true or false, without quotes"


def configured(folder: Path, toml: str | bytes = "") -> Path:
    """Return a configuration that only its owner may read."""
    path = folder / "bot.toml"
    path.write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    path.chmod(0o600)
    return path


def problems(folder: Path, toml: str | bytes = "", environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the lines about a configuration that cannot be used, with files named as in `folder`."""
    with pytest.raises(ConfigError) as caught:
        load(configured(folder, toml), environ or {})
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [line.replace(f"{folder}/", "") for line in caught.value.problems]


def every_key() -> list[str]:
    """Return the names of all settings and sections."""
    sections = [(name, value) for name, value in Settings() if isinstance(value, BaseModel)]
    return [*Settings.model_fields, *(f"{name}.{key}" for name, section in sections for key, _ in section)]


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[None]:
    """Make the test a user to whom `tmp_path` is closed; root has to become another one for that."""
    before = os.geteuid()
    tmp_path.chmod(0o000)
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)
    tmp_path.chmod(0o700)


def test_everything_at_once(tmp_path: Path) -> None:
    """All that is wrong in the file, the environment and the secret's file is said together, a line each."""
    secret = tmp_path / "my secret"
    secret.write_text("x" * 40)
    secret.chmod(0o644)
    toml = 'langauge = "en"\nowner_key_file = "my secret"\n[log]\nlevel = "loud"\n[console]\ncolor = true'
    environ = {
        "SOLIDARITY_LOG__LEVEL": "debgu",
        "SOLIDARITY_LOG_FILE": "bot.log",
        "SOLIDARITY_CONSOLE__COLOUR": "maybe",
    }
    assert problems(tmp_path, toml, environ) == [
        "bot.toml: owner_key_file: this file holds a secret and is open to others: chmod 600 'my secret'",
        "bot.toml: log.level: must be one of debug, info, warning, error",
        "bot.toml: console.color: there is no such setting; did you mean console.colour?",
        "bot.toml: langauge: there is no such setting; did you mean language?",
        "SOLIDARITY_LOG_FILE: there is no such variable; did you mean SOLIDARITY_LOG__FILE?",
        "SOLIDARITY_LOG__LEVEL: must be one of debug, info, warning, error; did you mean debug?",
        "SOLIDARITY_CONSOLE__COLOUR: must be true or false",
    ]


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("language = 5", "language: must be text in quotes"),
        ('campaigns = "one"', 'campaigns: must be a list, such as ["one", "two"]'),
        ('campaigns = ["one", 2]', "campaigns, entry 2: must be text in quotes"),
        ("data_dir = false", "data_dir: must be a path in quotes"),
        ('data_dir = ""', "data_dir: is not a path; give one, or leave this setting out"),
        ('data_dir = "bot.toml"', "data_dir: bot.toml is a file; a folder is needed here"),
        ("campaign_dirs = [1]", "campaign_dirs, entry 1: must be a path in quotes"),
        ('campaign_dirs = ["packs"]', "campaign_dirs, entry 1: there is no folder packs"),
        ('campaign_dirs = ["bot.toml"]', "campaign_dirs, entry 1: there is no folder bot.toml"),
        ("owner_key = 12345", "owner_key: must be text in quotes"),
        ("owner_key_file = 12345", "owner_key_file: must be a path in quotes"),
        ('console.colour = "yes"', "console.colour: must be true or false, without quotes"),
        ("console.colour = 1", "console.colour: must be true or false, without quotes"),
        ("log.level = 3", "log.level: must be one of debug, info, warning, error"),
        (
            'log.level = "Warn"',
            "log.level: must be one of debug, info, warning, error; did you mean warning?",
        ),
        ('log.file = "a\\u0000b"', "log.file: is not a path; give one, or leave this setting out"),
        (
            'log.file = "~nobody-at-all/x"',
            "log.file: begins with ~ and a name, and nobody of that name has a home folder here",
        ),
        (
            'log = "debug"',
            "log: must be a section: its name in single square brackets on a line, and its settings below",
        ),
    ],
)
def test_wrong_values(tmp_path: Path, toml: str, line: str) -> None:
    """A value of the wrong kind is refused in words that say what would be right."""
    assert problems(tmp_path, toml) == [f"bot.toml: {line}"]


def test_unknown_language(tmp_path: Path) -> None:
    """A language without a translation is refused, and those there are are listed."""
    known = ", ".join(languages())
    assert problems(tmp_path, 'language = "tlh"')[0].startswith(f"bot.toml: language: must be one of {known}")
    assert problems(tmp_path, "", {"SOLIDARITY_LANGUAGE": "EN"}) == [
        f"SOLIDARITY_LANGUAGE: must be one of {known}; did you mean en?"
    ]


@pytest.mark.parametrize("key", every_key())
def test_no_odd_value_gets_through(tmp_path: Path, key: str) -> None:
    """Whatever stands where a setting belongs loads, or is refused by its name in words of our own."""
    foreign = re.compile(
        r"input|pydantic|valid|value error|class|str\b|tuple|dict|cannot be used", re.IGNORECASE
    )
    for value in ("5", "1.5", "true", '"?"', "[]", "[[]]", "[{}]", "{}", "2011-12-16", "[3]", "nan"):
        try:
            load(configured(tmp_path, f"{key} = {value}"), {})
        except ConfigError as error:
            (line,) = error.problems
            assert line.startswith(f"{tmp_path}/bot.toml: {key}")
            assert not foreign.search(line.removeprefix(str(tmp_path)))


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("campaign = []", "campaign: there is no such setting; did you mean campaigns?"),
        ("[organizers]", "organizers: there is no such setting; did you mean organisers?"),
        (
            '[log]\nlanguage = "en"',
            "log.language: belongs at the top of the file, above the first line in square brackets",
        ),
        ('level = "info"', "level: there is no such setting; did you mean log.level?"),
        ('token = "1"', "token: there is no such setting; did you mean telegram.token?"),
        ("port = 1", "port: there is no such setting; did you mean metrics.port?"),
        ('"log.level" = "info"', '"log.level": there is no such setting; did you mean log.level?'),
        ('"a\\nb" = 1', '"a\\nb": there is no such setting'),
        ("_env_file = 1", "_env_file: there is no such setting"),
        ("zzz = 1", "zzz: there is no such setting"),
        (
            '[organisers]\naccounts = ["telegram:12", "@ada"]',
            "organisers.accounts, entry 2: must be a platform and an account there, as in telegram:1 or matrix:@a:b",
        ),
    ],
)
def test_unknown_settings(tmp_path: Path, toml: str, line: str) -> None:
    """A setting that does not exist is refused, and the nearest one is offered if one is near."""
    assert problems(tmp_path, toml) == [f"bot.toml: {line}"]


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("SOLIDARITY_CONFIGS", "; did you mean SOLIDARITY_CONFIG?"),
        ("SOLIDARITY_LOG_LEVEL", "; did you mean SOLIDARITY_LOG__LEVEL?"),
        ("solidarity_log__level", "; did you mean SOLIDARITY_LOG__LEVEL?"),
        ("SOLIDARITY_ORGANISERS__NAMES", "; did you mean SOLIDARITY_ORGANISERS__NAME?"),
        ("SOLIDARITY_DATA_DIR__X", "; did you mean SOLIDARITY_DATA_DIR?"),
        ("SOLIDARITY_ZZZ", ""),
    ],
)
def test_unknown_variables(tmp_path: Path, variable: str, meant: str) -> None:
    """A variable that begins like ours but does not exist is refused, and the nearest one is offered."""
    assert problems(tmp_path, "", {variable: "x"}) == [f"{variable}: there is no such variable{meant}"]


@pytest.mark.parametrize(
    ("variable", "line"),
    [
        (
            {"SOLIDARITY_DATA_DIR": ""},
            "SOLIDARITY_DATA_DIR: is not a path; give one, or leave this setting out",
        ),
        (
            {"SOLIDARITY_OWNER_KEY": ""},
            "SOLIDARITY_OWNER_KEY: is too short: at least 32 characters are needed",
        ),
        ({"SOLIDARITY_OWNER_KEY": "\udcff" * 40}, "SOLIDARITY_OWNER_KEY: is not UTF-8 text"),
        ({"SOLIDARITY_CONFIG": ""}, "SOLIDARITY_CONFIG: is not a path; give one, or leave this setting out"),
        (
            {"SOLIDARITY_CAMPAIGN_DIRS": ".,/no/packs"},
            "SOLIDARITY_CAMPAIGN_DIRS, entry 2: there is no folder /no/packs",
        ),
    ],
)
def test_wrong_variables(tmp_path: Path, variable: dict[str, str], line: str) -> None:
    """A variable that is empty or wrong is refused by its own name, never quietly passed over."""
    with pytest.raises(ConfigError) as caught:
        load(environ={"SOLIDARITY_DATA_DIR": str(tmp_path)} | variable)
    assert caught.value.problems == (line,)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        (b'language = "\xff"', "the file is not UTF-8 text"),
        (b'language = "en"\ncampaigns [1]', "line 2, column 11: this is not valid TOML"),
        (b"campaigns = [\r\n'one',\r\n", "line 3, column 1: this is not valid TOML"),
        (b'language = "en"\nlanguage = "en"', "line 2, column 16: this is not valid TOML"),
        ("language = „en“".encode(), 'line 1, column 12: use straight quotation marks, ", and not „'),
        (b"[log]\n[log]", "line 2, column 5: this is not valid TOML (cannot declare “log” twice)"),
    ],
)
def test_no_toml(tmp_path: Path, toml: bytes, line: str) -> None:
    """A file that is not TOML is refused in one line, with the place where it goes wrong."""
    (problem,) = problems(tmp_path, toml)
    assert problem.startswith(f"bot.toml: {line}")


def test_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    """A file from an editor that marks UTF-8 at its start is read like any other."""
    assert load(configured(tmp_path, b'\xef\xbb\xbfcampaigns = ["one"]'), {}).campaigns == ("one",)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nowhere.toml", "there is no such file"),
        ("bot.toml/config.toml", "there is no such file"),
        ("", "this is a folder; a file is needed here"),
        ("x" * 300, "the file cannot be read (File name too long)"),
    ],
)
def test_unreadable_file(tmp_path: Path, name: str, line: str) -> None:
    """A file that was named but cannot be read is an error, not a reason to use the defaults."""
    configured(tmp_path)
    path = tmp_path / name
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert caught.value.problems == (f"{path}: {line}",)
    with pytest.raises(ConfigError) as caught:
        load(environ={"SOLIDARITY_CONFIG": str(path)})
    assert caught.value.problems == (f"{path}: {line}",)


@pytest.mark.usefixtures("stranger")
def test_forbidden_files(tmp_path: Path) -> None:
    """A file or folder that the user who runs the bot may not read is said to be so."""
    path = tmp_path / "bot.toml"
    environ = {"SOLIDARITY_OWNER_KEY_FILE": f"{tmp_path}/key", "SOLIDARITY_CAMPAIGN_DIRS": str(path)}
    with pytest.raises(ConfigError) as caught:
        load(path, environ)
    assert caught.value.problems == (
        f"{path}: the user who runs the bot may not read this file",
        f"SOLIDARITY_CAMPAIGN_DIRS, entry 1: {path} cannot be looked at (Permission denied)",
        "SOLIDARITY_OWNER_KEY_FILE: the user who runs the bot may not read this file",
    )
