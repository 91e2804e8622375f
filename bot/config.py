"""How an organiser sets the bot up: settings from a TOML file, the environment and files with secrets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

from platformdirs import user_data_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.config_errors import (
    ConfigError,
    Key,
    did_you_mean,
    dotted,
    open_to_others,
    path_from,
    read_toml,
    variable,
    words,
)
from bot.config_values import (
    Account,
    BotToken,
    Folder,
    Location,
    Loopback,
    MatrixUser,
    NewFolder,
    OwnerKey,
    Port,
    PublicUrl,
    Recipient,
    Secret,
)

__all__ = ["ConfigError", "Settings", "languages", "load"]

PREFIX = "SOLIDARITY_"
CONFIG_VARIABLE = PREFIX + "CONFIG"
DATA_VARIABLE = PREFIX + "DATA_DIR"
LOCALES = Path(__file__).parent / "locales"


def languages() -> tuple[str, ...]:
    """Return the languages the bot itself speaks: English and those it is shipped with a translation for."""
    return tuple(sorted({"en"} | {file.parents[1].name for file in LOCALES.glob("*/LC_MESSAGES/bot.po")}))


def _spoken(language: str) -> str:
    if language not in (known := languages()):
        raise ValueError(f"must be one of {', '.join(known)}{did_you_mean(language, known)}")
    return language


def _usual_data_dir() -> Path:
    return user_data_path("solidarity-bot", appauthor=False)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Organisers(_Section):
    """Who answers for this bot and how to reach them, as /privacy says it."""

    name: str = ""
    contact: str = ""
    fax: str = ""
    accounts: Annotated[tuple[Account, ...], Field(strict=False, repr=False)] = ()
    recipients: Annotated[tuple[Recipient, ...], Field(strict=False)] = ()


class Log(_Section):
    """What the bot writes about its own work, and where: to standard error if there is no file."""

    level: Literal["debug", "info", "warning", "error"] = "warning"
    file: Location | None = None


class Telegram(_Section):
    """The bot's account on Telegram, and how updates come from there."""

    token_file: Location | None = None
    token: Secret[BotToken] = None
    base_url: str = "https://api.telegram.org/bot"
    base_file_url: str = "https://api.telegram.org/file/bot"
    webhook_url: PublicUrl = ""
    webhook_host: str = "127.0.0.1"
    webhook_port: Annotated[int, Field(ge=1, le=65535)] = 8080


class Matrix(_Section):
    """The bot's account on Matrix, for `matrix login`, which keeps what comes of it in the data folder."""

    homeserver: str = ""
    user: MatrixUser = ""
    password_file: Location | None = None
    password: Secret[SecretStr] = None


class Limits(_Section):
    """How much of one person is heard, and how fast a broadcast goes out."""

    at_once: Annotated[int, Field(ge=0, le=1000)] = 10
    per_second: Annotated[int, Field(ge=0, le=1000)] = 30


class Backups(_Section):
    """Where backups go, how many are kept, and for how long any of them may be used."""

    folder: Location | None = None
    keep: Annotated[int, Field(ge=1, le=1000)] = 7
    days: Annotated[int, Field(ge=1, le=366)] = 30


class Retention(_Section):
    """For how many days is kept what has done its work: pledges after their campaign was closed, and logs."""

    pledges: Annotated[int, Field(ge=0, le=3650)] = 90
    logs: Annotated[int, Field(ge=1, le=366)] = 14


class Metrics(_Section):
    """Where the bot tells its numbers to whoever watches it; nowhere while the port is 0."""

    host: Loopback = "127.0.0.1"
    port: Port = 0


class Console(_Section):
    """How the bot looks in a terminal."""

    colour: bool = True


class Settings(_Section):
    """Everything an organiser can choose; without a word from them, the defaults."""

    data_dir: NewFolder = Field(default_factory=_usual_data_dir)
    language: Annotated[str, AfterValidator(_spoken)] = "en"
    campaigns: Annotated[tuple[str, ...], Field(strict=False)] = ()
    campaign_dirs: Annotated[tuple[Folder, ...], Field(strict=False)] = ()
    owner_key_file: Location | None = None
    owner_key: Secret[OwnerKey] = None
    organisers: Organisers = Organisers()
    telegram: Telegram = Telegram()
    matrix: Matrix = Matrix()
    limits: Limits = Limits()
    log: Log = Log()
    backups: Backups = Backups()
    retention: Retention = Retention()
    metrics: Metrics = Metrics()
    console: Console = Console()

    @property
    def database(self) -> Path:
        """The file that holds everything the bot remembers."""
        return self.data_dir / "solidarity.db"

    @property
    def backup_folder(self) -> Path:
        """Where backups go."""
        return self.backups.folder or self.data_dir / "backups"

    @property
    def secret(self) -> str | None:
        """The key that people are hashed with, if the settings give it."""
        return self.owner_key.get_secret_value() if self.owner_key else None

    @property
    def matrix_folder(self) -> Path:
        """The folder with the login and the keys of the account on Matrix."""
        return self.data_dir / "matrix"


@dataclass(frozen=True, slots=True)
class _Source:
    """What one place says, a file or (without one) the environment, and what could not be read there."""

    file: Path | None
    values: Mapping[str, Any]
    problems: tuple[str, ...] = ()

    def holds(self, key: Key) -> bool:
        values: object = self.values
        for part in key:
            if not isinstance(values, Mapping) or part not in values:
                return False
            values = values[part]
        return True

    def name(self, key: Key) -> str:
        return f"{self.file}: {dotted(key)}" if self.file else variable(PREFIX, key)

    def settings(self) -> Settings:
        """Return these settings; relative paths start at the file's folder, or at the working folder."""
        folder = self.file.parent if self.file else None
        return Settings.model_validate(self.values, strict=None if self.file else False, context=folder)


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return what `environ` sets, else the file: `path`, SOLIDARITY_CONFIG or config.toml in the data folder.

    Raises ConfigError with everything that is wrong in both.
    """
    sources = (_toml(path, environ), _environment(environ))
    problems = [line for source in sources for line in (*source.problems, *_wrong(source))]
    if problems := [*problems, *_given_twice(sources)]:
        raise ConfigError(problems)
    return _together(*(source.settings() for source in sources))


def _toml(path: Path | None, environ: Mapping[str, str]) -> _Source:
    try:
        file = path or _named(environ)
    except ValueError as error:
        return _Source(None, {}, (f"{CONFIG_VARIABLE}: {error}",))
    if file is None:
        return _Source(None, {})
    try:
        source = _Source(file, read_toml(file))
    except ValueError as error:
        return _Source(file, {}, (f"{file}: {error}",))
    shown = [key for key in _secrets() if source.holds(key)]
    problem = open_to_others(file) if shown else ""
    return replace(source, problems=tuple(f"{source.name(key)}: {problem}" for key in shown if problem))


def _named(environ: Mapping[str, str]) -> Path | None:
    """Return the file that SOLIDARITY_CONFIG names, else the one in the data folder if there is one."""
    if (name := environ.get(CONFIG_VARIABLE)) is not None:
        return path_from(name)
    try:
        folder = path_from(environ[DATA_VARIABLE]) if DATA_VARIABLE in environ else _usual_data_dir()
    except ValueError:  # said once, where all variables are checked
        return None
    file = folder / "config.toml"
    return file if os.path.lexists(file) else None


def _environment(environ: Mapping[str, str]) -> _Source:
    """Return what the environment says; a variable that begins like ours but is none of ours is a problem."""
    fields = {variable(PREFIX, key): (key, field) for key, field in _fields()}
    values: dict[str, Any] = {}
    for name, (key, field) in fields.items():
        if name in environ:
            *sections, last = key
            place = values
            for section in sections:
                place = place.setdefault(section, {})
            place[last] = _as_written(environ[name], field)
    return _Source(None, values, tuple(_wrong_variables(environ, {*fields, CONFIG_VARIABLE})))


def _as_written(text: str, field: FieldInfo) -> str | list[str]:
    """Return what a variable says: a list is written with commas, for the quotes of JSON do not survive every shell."""
    if get_origin(field.annotation) is not tuple:
        return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _wrong_variables(environ: Mapping[str, str], known: Set[str]) -> Iterator[str]:
    for name, value in environ.items():
        if not name.upper().startswith(PREFIX):
            continue
        if name not in known:
            yield f"{name}: there is no such variable{did_you_mean(name.upper(), known, PREFIX)}"
        elif value.encode(errors="ignore").decode() != value:
            yield f"{name}: is not UTF-8 text"


def _wrong(source: _Source) -> Iterator[str]:
    """Yield a line for each thing that is wrong with what `source` says."""
    known = {*Settings.model_fields, *map(dotted, _keys())}
    try:
        source.settings()
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            key = detail["loc"]
            from_file = not source.holds(key) and source.holds(_file_of(key))
            yield f"{source.name(_file_of(key) if from_file else key)}: {words(detail, known)}"


def _given_twice(sources: Iterable[_Source]) -> Iterator[str]:
    for key in _secrets():
        plain = [source.name(key) for source in sources if source.holds(key)]
        filed = [source.name(_file_of(key)) for source in sources if source.holds(_file_of(key))]
        if plain and filed:
            yield f"{plain[-1]}: is given a second time, as {filed[-1]}; keep one of the two"


def _together(first: Settings, second: Settings) -> Settings:
    """Return `first`, overridden by whatever was given in `second`."""
    values = first.model_dump(exclude_unset=True)
    for name, value in second.model_dump(exclude_unset=True).items():
        values[name] = values.get(name, {}) | value if isinstance(value, dict) else value
    return Settings.model_validate(values)


def _fields(
    model: type[BaseModel] = Settings, section: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, (*section, name))
        else:
            yield (*section, name), field


def _keys() -> list[Key]:
    return [key for key, _ in _fields()]


def _secrets() -> list[Key]:
    keys = _keys()
    return [key for key in keys if _file_of(key) in keys]


def _file_of(key: Key) -> Key:
    """Return the setting that names the file of the secret `key`."""
    return (*key[:-1], f"{key[-1]}_file")
