"""An update as an organiser hands it in at a terminal: texts in files, whom it is for, when it may go out."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.broadcasts import Attached, Content, NewBroadcast, Quiet, Scope
from bot.campaigns import Campaigns
from bot.config import ConfigError, languages
from bot.countries import Countries
from bot.events import Chat
from bot.fetching import LARGEST_PHOTO
from bot.markup import markup
from bot.photographs import MovingPictureError, UnreadablePictureError, bare

LONGEST = 3500
"""Characters of a text: one message on every platform."""
LARGEST = 20 * 1024 * 1024
NOWHERE = Chat("terminal", "")
"""Nobody is told in a chat how it goes: whoever started it looks here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom it is for, as it was typed."""

    campaign: str | None = None
    platform: str | None = None
    language: str | None = None
    country: str | None = None
    group: str | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What was typed."""

    texts: tuple[Path, ...]
    to: Wanted
    attach: Path | None = None
    usual: str | None = None
    when: str | None = None
    quiet: str | None = None
    zone: str = "UTC"


def ordered(order: Order, campaigns: Campaigns, countries: Countries) -> NewBroadcast:
    """Return the broadcast that was ordered; raises ConfigError with a line for each thing that is wrong."""
    zone = _zone(order.zone)
    to = order.to
    scope = Scope(
        _campaign(to.campaign, campaigns),
        to.platform,
        _language(to.language, "--language"),
        _country(to.country, countries),
        to.group,
        to.waiting,
    )
    now = datetime.now(UTC)
    starts = _moment(order.when, zone, now) if order.when else now
    return NewBroadcast(scope, _content(order), starts, NOWHERE, _quiet(order, zone))


def _campaign(named: str | None, campaigns: Campaigns) -> str:
    known = [campaign.slug for campaign in campaigns]
    slug = named or (known[0] if len(known) == 1 else "")
    if slug not in known:
        raise ConfigError([f"--campaign {slug}: name one of these: {', '.join(known)}".replace(" :", ":")])
    return slug


def _country(code: str | None, countries: Countries) -> str | None:
    if code and code.upper() not in countries:
        raise ConfigError([f"--country {code}: give the two letters of ISO 3166-1, as in DE"])
    return code and code.upper()


def _language(code: str | None, where: str) -> str | None:
    if code and code not in languages():
        raise ConfigError([f"{where} {code}: must be one of {', '.join(languages())}"])
    return code


def _content(order: Order) -> Content:
    texts: dict[str, str] = {}
    for path in order.texts:
        language = _language_of(path)
        if language in texts:
            raise ConfigError([f"{path}: there is a text in this language already"])
        texts[language] = _text(path)
    usual = order.usual or _language_of(order.texts[0])
    if usual not in texts:
        raise ConfigError([f"--usual {usual}: there is no text in this language"])
    return Content(texts, usual, _attached(order.attach) if order.attach else None)


def _language_of(path: Path) -> str:
    """Return the language of a text, by its file's name."""
    named = re.fullmatch(r".+\.([a-z]{2})\.md", path.name)
    if not named:
        raise ConfigError([f"{path}: call it NAME.LANGUAGE.md, as in update.en.md"])
    return _language(named[1], f"{path}:") or ""


def _text(path: Path) -> str:
    try:
        html = str(markup(path.read_text(encoding="utf-8").strip()))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: it cannot be read as UTF-8 ({type(error).__name__})"]) from None
    if not html:
        raise ConfigError([f"{path}: it says nothing"])
    if len(html) > LONGEST:
        raise ConfigError([f"{path}: {len(html):,} characters; {LONGEST:,} go into one message everywhere"])
    return html


def _attached(path: Path) -> Attached:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    photo = media_type in ("image/jpeg", "image/png")
    most = LARGEST_PHOTO if photo else LARGEST
    data = _fitting(path, path.read_bytes(), most)
    try:
        data = _fitting(path, bare(data, most), most)
    except MovingPictureError:
        raise ConfigError([f"--attach {path}: this picture moves; take one that stands still"]) from None
    except UnreadablePictureError:
        raise ConfigError([f"--attach {path}: this picture cannot be opened; take another"]) from None
    return Attached(path.name, media_type, photo, data)


def _fitting(path: Path, data: bytes, most: int) -> bytes:
    if not 0 < len(data) <= most:
        raise ConfigError(
            [f"--attach {path}: {len(data):,} bytes; it may have up to {most:,}, and must not be empty"]
        )
    return data


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ConfigError([f"--zone {name}: there is no such time zone; an example: Europe/Berlin"]) from None


def _moment(typed: str, zone: ZoneInfo, now: datetime) -> datetime:
    try:
        moment = datetime.strptime(typed, "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigError([f'--at {typed}: write it like "2026-11-30 18:00"']) from None
    if moment < now.replace(second=0, microsecond=0):
        raise ConfigError([f"--at {typed}: that is over in {zone.key}; leave it out to send now"])
    return moment


def _quiet(order: Order, zone: ZoneInfo) -> Quiet | None:
    if not order.quiet:
        return None
    hours = re.fullmatch(r"(\d\d?)-(\d\d?)", order.quiet)
    start, end = map(int, hours.groups()) if hours else (0, 0)
    if start == end or max(start, end) > 23:
        raise ConfigError([f"--quiet {order.quiet}: write two hours, as in 22-8"])
    return Quiet(start, end, zone.key)
