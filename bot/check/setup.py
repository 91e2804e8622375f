"""The configuration: settings that can be read, but point to nothing or to the wrong thing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot import config
from bot.check.finding import Finding
from bot.check.reaching import wrong_emails, wrong_links
from bot.config import Settings
from bot.config_errors import did_you_mean, variable


def settings(
    found: Settings, packs: Sequence[Path], file: Path | None, environ: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Yield what is wrong in the settings `found`, given the folders of all packs; `file` is where they come from."""
    named = file or Path(environ.get(config.CONFIG_VARIABLE, found.data_dir / "config.toml"))

    def finding(key: tuple[str, ...], what: str, rule: str) -> Finding:
        name = variable(config.PREFIX, key)
        if name in environ:
            return Finding("environment", name, what, rule)
        return Finding(str(named), ".".join(key), what, rule)

    slugs = [pack.name for pack in packs]
    for slug in found.campaigns:
        if slug not in slugs:
            what = f"there is no campaign “{slug}”{did_you_mean(slug, slugs)}"
            yield finding(("campaigns",), what, "campaigns")
    for folder in found.campaign_dirs:
        if not any(pack.parent == folder for pack in packs):
            what = f"{folder} holds no campaign; name the folder around it"
            yield finding(("campaign_dirs",), what, "campaign-dirs")
    if found.log.file and not found.log.file.parent.is_dir():
        yield finding(("log", "file"), f"there is no folder {found.log.file.parent}", "log-file")
    for what in _wrong_contact(found.organisers.contact):
        yield finding(("organisers", "contact"), what, "contact")


def _wrong_contact(contact: str) -> Iterator[str]:
    """Yield why a contact that looks like an e-mail address or a web page is none."""
    for word in contact.split():
        if "://" in word:
            yield from wrong_links(word)
        elif "@" in word.lstrip("@"):  # @name is somebody's name on a platform
            yield from wrong_emails(word.strip("<>(),;."))
