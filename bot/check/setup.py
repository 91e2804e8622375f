"""The configuration: settings that can be read, but point to nothing or to the wrong thing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot import config
from bot.check.finding import Finding
from bot.check.reaching import wrong_emails, wrong_links
from bot.config import Settings
from bot.config_errors import did_you_mean, read_text, variable
from bot.config_values import SHORTEST_KEY
from bot.store.anybody import holds_anybody

Fault = tuple[str, str, str]
"""A setting, what is wrong with it, and the rule."""


def settings(
    found: Settings, packs: Sequence[Path], file: Path | None, environ: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Yield what is wrong in the settings `found`, given the folders of all packs; `file` is where they come from."""
    named = file or Path(environ.get(config.CONFIG_VARIABLE, found.data_dir / "config.toml"))
    for setting, what, rule in (*_campaigns(found, packs), *_places(found), *_contact(found)):
        name = variable(config.PREFIX, tuple(setting.split(".")))
        if name in environ:
            yield Finding("environment", name, what, rule)
        else:
            yield Finding(str(named), setting, what, rule)


def _campaigns(found: Settings, packs: Sequence[Path]) -> Iterator[Fault]:
    slugs = [pack.name for pack in packs]
    for slug in found.campaigns:
        if slug not in slugs:
            yield "campaigns", f"there is no campaign “{slug}”{did_you_mean(slug, slugs)}", "campaigns"
    for folder in found.campaign_dirs:
        if not any(pack.parent == folder for pack in packs):
            yield "campaign_dirs", f"{folder} holds no campaign; name the folder around it", "campaign-dirs"


def _places(found: Settings) -> Iterator[Fault]:
    yield from (("data_dir", what, "data-dir") for what in _no_data_folder(found.data_dir))
    yield from (("log.file", what, "log-file") for what in _no_log(found))
    if found.owner_key is None:
        yield from (("owner_key", what, "owner-key") for what in _no_key(found.database))


def _contact(found: Settings) -> Iterator[Fault]:
    yield from (("organisers.contact", what, "contact") for what in _wrong_contact(found.organisers.contact))


def _no_data_folder(folder: Path) -> Iterator[str]:
    """Yield why nothing can be kept in the data folder, which is made at the first start."""
    there = next(path for path in (folder, *folder.parents) if os.path.exists(path))  # noqa: PTH110  # never raises
    if not there.is_dir():
        yield f"{there} is a file, so no folder can be made in it"
    elif not os.access(there, os.W_OK | os.X_OK):
        yield f"the user who runs this check may not write into {there}"


def _no_log(found: Settings) -> Iterator[str]:
    """Yield why the log cannot be written; it may lie in the data folder before that is there."""
    file = found.log.file
    if file is None:
        return
    if file.is_dir():
        yield f"{file} is a folder; a file is needed here"
    elif not file.parent.is_dir() and file.parent not in (found.data_dir, *found.data_dir.parents):
        yield f"there is no folder {file.parent}"


def _no_key(database: Path) -> Iterator[str]:
    """Yield why the people in the database cannot be recognised with the key that lies beside it."""
    file = database.with_name("owner.key")
    if not os.path.lexists(file):
        if holds_anybody(database):
            yield f"{file} is missing, and without it nobody in {database} can be recognised; put your copy of it there"
        return
    try:
        key = read_text(file).strip()
    except ValueError as error:
        yield f"{file}: {error}"
    else:
        if len(key) < SHORTEST_KEY:
            yield f"{file} is not a key; restore the one that was made for {database}"


def _wrong_contact(contact: str) -> Iterator[str]:
    """Yield why a contact that looks like an e-mail address or a web page is none."""
    for word in contact.split():
        if "://" in word:
            yield from wrong_links(word)
        elif "@" in word.lstrip("@"):  # @name is somebody's name on a platform
            yield from wrong_emails(word.strip("<>(),;."))
