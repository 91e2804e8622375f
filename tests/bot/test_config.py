"""What an organiser may write into the configuration, and where; the example says all of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from bot.config import ConfigError, Settings, languages, load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
KEY = "correct-horse-battery-staple-1234567"
TOKEN = "123456789:a-token-for-tests-that-nobody-gave-us"


@dataclass(frozen=True, slots=True)
class Home:
    """A machine with nothing on it but what a test writes, all of it in one folder."""

    folder: Path

    def file(self, text: str, name: str = "bot.toml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o600)
        return path

    def settings(self, toml: str, **environ: str) -> Settings:
        return load(self.file(toml), environ)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder of its own, so that no configuration of the person who runs the tests is found."""
    for variable in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path)


def all_keys(model: type[BaseModel] = Settings, section: str = "") -> dict[str, Any]:
    """Return every setting of the model, by its dotted name, with its annotation."""
    keys: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys |= all_keys(field.annotation, f"{section}{name}.")
        else:
            keys[section + name] = field.annotation
    return keys


def written_keys(values: Mapping[str, object], section: str = "") -> set[str]:
    """Return every setting in what a TOML file holds, by its dotted name."""
    keys: set[str] = set()
    for name, value in values.items():
        keys |= written_keys(value, f"{name}.") if isinstance(value, dict) else {section + name}
    return keys


# Where settings come from


def test_nothing_configured(home: Home) -> None:
    """Without any configuration, everything has a default."""
    settings = load(environ={})
    assert settings == Settings()
    assert settings.data_dir.name == "solidarity-bot"
    assert settings.data_dir.is_relative_to(home.folder)
    assert settings.database == settings.data_dir / "solidarity.db"
    assert (settings.language, settings.campaigns, settings.campaign_dirs) == ("en", (), ())
    assert (settings.owner_key, settings.owner_key_file) == (None, None)
    assert (settings.organisers.name, settings.organisers.contact) == ("", "")
    assert (settings.log.level, settings.log.file) == ("warning", None)
    assert settings.console.colour is True


def test_every_setting_from_a_file(home: Home) -> None:
    """A file can set everything, and its relative paths start where the file lies."""
    home.file(KEY, "etc/secret")
    (home.folder / "etc/packs").mkdir()
    path = home.file(
        """
        data_dir = "~/data"
        language = "en"
        campaigns = ["second", "first"]
        campaign_dirs = ["packs"]
        owner_key_file = "secret"
        organisers = { name = "Стачка", contact = "mail@example.org", accounts = ["telegram:12"] }
        log = { level = "debug", file = "/var/log/bot.log" }
        console = { colour = false }
        """,
        "etc/bot.toml",
    )
    settings = load(path, {})
    assert settings.database == home.folder / "data/solidarity.db"
    assert settings.campaigns == ("second", "first")
    assert settings.campaign_dirs == (home.folder / "etc/packs",)
    assert settings.owner_key == SecretStr(KEY)
    assert settings.owner_key_file == home.folder / "etc/secret"
    assert (settings.organisers.name, settings.organisers.contact) == ("Стачка", "mail@example.org")
    assert settings.organisers.accounts == ("telegram:12",)
    assert (settings.log.level, settings.log.file) == ("debug", Path("/var/log/bot.log"))
    assert settings.console.colour is False


def test_every_setting_from_the_environment(home: Home) -> None:
    """Variables can set everything; lists are written with commas, paths start at the working folder."""
    (home.folder / "packs").mkdir()
    environ = {
        "SOLIDARITY_DATA_DIR": "data",
        "SOLIDARITY_LANGUAGE": "en",
        "SOLIDARITY_CAMPAIGNS": "second, first",
        "SOLIDARITY_CAMPAIGN_DIRS": "packs,~/packs",
        "SOLIDARITY_OWNER_KEY": KEY,
        "SOLIDARITY_ORGANISERS__NAME": "12",
        "SOLIDARITY_ORGANISERS__CONTACT": "mail@example.org",
        "SOLIDARITY_ORGANISERS__ACCOUNTS": "telegram:12,telegram:345",
        "SOLIDARITY_LOG__LEVEL": "error",
        "SOLIDARITY_LOG__FILE": "bot.log",
        "SOLIDARITY_CONSOLE__COLOUR": "false",
        "PATH": "/usr/bin",
    }
    settings = load(environ=environ)
    assert settings.data_dir == home.folder / "data"
    assert settings.campaigns == ("second", "first")
    assert settings.campaign_dirs == (home.folder / "packs",) * 2
    assert settings.owner_key == SecretStr(KEY)
    assert (settings.organisers.name, settings.organisers.contact) == ("12", "mail@example.org")
    assert settings.organisers.accounts == ("telegram:12", "telegram:345")
    assert "345" not in repr(settings)
    assert (settings.log.level, settings.log.file) == ("error", home.folder / "bot.log")
    assert settings.console.colour is False


def test_environment_goes_before_the_file(home: Home) -> None:
    """A variable replaces one setting of the file and leaves the others of its section alone."""
    toml = 'campaigns = ["one"]\n[log]\nlevel = "error"\nfile = "bot.log"'
    settings = home.settings(toml, SOLIDARITY_LOG__LEVEL="debug", SOLIDARITY_CAMPAIGNS="")
    assert (settings.log.level, settings.log.file) == ("debug", home.folder / "bot.log")
    assert settings.campaigns == ()


def test_file_in_the_data_folder(home: Home) -> None:
    """The config.toml of the data folder is read unless another file is named."""
    home.file('campaigns = ["moved"]', "elsewhere/config.toml")
    named = home.file('campaigns = ["named"]', "named.toml")
    given = home.file('campaigns = ["given"]', "given.toml")
    environ = {"SOLIDARITY_DATA_DIR": "~/elsewhere"}
    assert load(environ=environ).campaigns == ("moved",)
    assert load(environ=environ | {"SOLIDARITY_CONFIG": "~/named.toml"}).campaigns == ("named",)
    assert load(given, environ | {"SOLIDARITY_CONFIG": str(named)}).campaigns == ("given",)


def test_usual_file(home: Home) -> None:
    """With nothing named at all, config.toml in the system's place for data is read."""
    home.file('campaigns = ["usual"]', str(Settings().data_dir / "config.toml"))
    assert load(environ={}).campaigns == ("usual",)


def test_data_folder_named_in_a_file(home: Home) -> None:
    """A file may put the data elsewhere; a config.toml that lies there is not read as well."""
    home.file('campaigns = ["no"]', "data/config.toml")
    settings = home.settings('data_dir = "data"')
    assert (settings.data_dir, settings.campaigns) == (home.folder / "data", ())


def test_settings_cannot_change(home: Home) -> None:
    """Settings stay as they were loaded, those of a section too."""
    settings = home.settings("")
    with pytest.raises(ValidationError):
        settings.language = "de"
    with pytest.raises(ValidationError):
        settings.log.level = "info"


def test_languages(home: Home) -> None:
    """English and every language with a folder of translations can be the bot's own, and no other."""
    translated = {folder.name for folder in (ROOT / "bot/locales").iterdir() if folder.is_dir()}
    assert set(languages()) == {"en"} | translated
    for language in languages():
        assert home.settings(f'language = "{language}"').language == language


# The example


def uncommented() -> str:
    """Return the example with the settings in it that are switched off by a # switched on."""
    return re.sub(r"^#(?=\w)", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)


def test_example_changes_nothing(home: Home) -> None:
    """Copied as it is, the example gives the defaults."""
    assert home.settings(EXAMPLE.read_text("utf-8")) == load(environ={})


def test_example_is_complete() -> None:
    """The example names every setting there is, and none that there is not."""
    assert written_keys(tomllib.loads(uncommented())) == set(all_keys())


def test_example_explains_everything() -> None:
    """Every setting and section of the example stands below a line that explains it."""
    lines = EXAMPLE.read_text("utf-8").splitlines()
    starts = [n for n, line in enumerate(lines) if re.match(r"#?\w+ = |\[", line)]
    unexplained = [lines[n] for n in starts if not lines[n - 1].startswith("#")]
    assert len(starts) == len(all_keys()) + 9
    assert unexplained == []


def test_example_switched_on(home: Home) -> None:
    """The settings that the example leaves off can be switched on; its owner key is too short to be used."""
    home.file(KEY, "owner.key")
    home.file(TOKEN, "telegram.token")
    home.file("a password", "matrix.password")
    without_key = re.sub(r"^(?:owner_key|token|password) = .*$", "", uncommented(), flags=re.MULTILINE)
    settings = home.settings(without_key)
    assert settings.owner_key == SecretStr(KEY)
    assert settings.telegram.token == SecretStr(TOKEN)
    assert settings.matrix.password == SecretStr("a password")
    assert settings.matrix_folder == home.folder / "data" / "matrix"
    assert settings.data_dir == home.folder / "data"
    assert settings.log.file == home.folder / "solidarity.log"
    with pytest.raises(ConfigError, match=r"owner_key: is too short: at least 32 characters are needed$"):
        home.settings(
            re.sub(r"^(?:owner_key_file|token|password) = .*$", "", uncommented(), flags=re.MULTILINE)
        )
