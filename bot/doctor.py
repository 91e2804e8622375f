"""What ails the bot: folders, database, audit log, disk, backups, platforms, clock; a line and an advice for each."""

from __future__ import annotations

import asyncio
import json
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp

from bot.audit import AuditLog
from bot.backups import backups
from bot.config import Settings
from bot.platforms.base import PlatformError
from bot.store.errors import StoreError
from bot.store.health import health
from bot.store.store import Store

PATIENCE = 10.0
"""Seconds in which a server has to answer."""
LATE = timedelta(minutes=15)
"""So long a message may wait before somebody should look."""
APART = timedelta(minutes=1)
"""So far the clocks may be from each other."""
STALE = timedelta(days=2)
"""So old the newest backup may be."""
LITTLE, SCARCE = 100 << 20, 1 << 30
"""Bytes of the disk: too little to go on with, and little enough to do something."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and how it is; `advice` is what to do, and `wrong` says that it cannot wait."""

    what: str
    how: str
    advice: str = ""
    wrong: bool = False

    def __str__(self) -> str:
        """Return it as one line."""
        sign = "wrong" if self.wrong else "note " if self.advice else "ok   "
        return f"{sign}  {self.what}: {self.how}{f'; {self.advice}' if self.advice else ''}"


@dataclass(frozen=True, slots=True)
class _Server:
    """A server that the bot talks with, what it is asked, and what to do if it refuses the bot."""

    name: str
    url: str
    headers: dict[str, str]
    proof: str
    """What its answer holds, if it is the server that it should be."""
    renew: str


async def examine(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    """Yield what is found, one after the other."""
    ailing = False
    for finding in (*_folder(settings), *_database(settings, now)):
        ailing = ailing or (finding.what == "database" and bool(finding.advice))
        yield finding
    if not ailing:
        yield await _audit(settings)
    yield _disk(settings)
    yield _backup(settings, now)
    servers = []
    for one in _servers(settings):
        if isinstance(one, Finding):
            yield one
        else:
            servers.append(one)
    for answers in asyncio.as_completed([_asked(server) for server in servers]):
        for finding in await answers:
            yield finding


def _folder(settings: Settings) -> Iterator[Finding]:
    folder, what = settings.data_dir, "rights"
    if not folder.is_dir():
        yield Finding(what, f"{folder} is not there yet", "the first start makes it")
        return
    files = [
        folder,
        *(folder.glob("solidarity.db*")),
        *(folder / n for n in ("owner.key", "erased.log", "audit.log", "matrix")),
    ]
    shared = [one for one in files if one.exists() and one.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    for one in shared:
        yield Finding(what, f"{one} can be read by others", f"chmod go= {one}", wrong=True)
    if not shared:
        yield Finding(what, f"{folder} is for its owner alone")


def _database(settings: Settings, now: datetime) -> Iterator[Finding]:
    if not settings.database.exists():
        yield Finding("database", "there is none yet", "the first start makes it")
        return
    try:
        found = health(settings.database, settings.secret)
    except StoreError as error:
        yield Finding("database", *str(error).partition("; ")[::2], wrong=True)
        return
    if found.damage:
        how = f"{settings.database} is damaged ({found.damage})"
        yield Finding("database", how, "stop the bot, and restore the newest backup", wrong=True)
    else:
        yield Finding("database", f"{settings.database} is sound")
    yield _waiting(found.waiting, found.oldest, now)


def _waiting(waiting: int, oldest: int | None, now: datetime) -> Finding:
    if oldest is None:
        return Finding("messages", "none waits")
    age = now - datetime.fromtimestamp(oldest, UTC)
    how = f"one waits, for {_length(age)}"
    if waiting > 1:
        how = f"{waiting:,} wait, the oldest for {_length(age)}"
    if age <= LATE:
        return Finding("messages", how)
    return Finding("messages", how, "see whether the bot runs, and what its log says", wrong=True)


async def _audit(settings: Settings) -> Finding:
    """Return whether what is written of everything that ever left is as it was written."""
    what = "audit log"
    try:
        store = await Store.beside(settings.database, settings.secret)
        try:
            log = AuditLog(store)
            found, lines = await log.verify(), len(list(log.entries()))
        finally:
            await store.close()
    except StoreError as error:
        return Finding(what, *str(error).partition("; ")[::2], wrong=True)
    if not found:
        told = f"{lines} line{'s' * (lines != 1)}"
        return Finding(what, f"it is as it was written, with {told}" if lines else "nothing ever left")
    how = f"{log.path} is not as it was written, from line {found[0].line} on"
    advice = (
        "`solidarity-bot audit verify` lists them; keep a copy of it as it is, and tell the other organisers"
    )
    return Finding(what, how, advice, wrong=True)


def _disk(settings: Settings) -> Finding:
    place = next(one for one in (settings.data_dir, *settings.data_dir.parents) if one.exists())
    free = shutil.disk_usage(place).free
    how = f"{free >> 20:,} MB are free for {settings.data_dir}"
    advice = "free some space" if free < SCARCE else ""
    return Finding("disk", how, advice, wrong=free < LITTLE)


def _backup(settings: Settings, now: datetime) -> Finding:
    made, advice = backups(settings.backup_folder), "`solidarity-bot backup` makes one"
    if not made:
        return Finding("backup", f"there is none in {settings.backup_folder}", advice)
    age = now - made[0][0]
    return Finding("backup", f"the newest is {_length(age)} old", advice if age > STALE else "")


def _servers(settings: Settings) -> Iterator[_Server | Finding]:
    """Yield the servers on which the bot has an account, or what is wrong with an account."""
    token, login = settings.telegram.token, settings.matrix_folder / "account.json"
    if token:
        url = f"{settings.telegram.base_url}{token.get_secret_value()}/getMe"
        yield _Server("Telegram", url, {}, "result", "ask @BotFather for the token")
    if login.exists():
        yield _homeserver(settings.matrix_folder)
    elif not token:
        yield Finding(
            "platforms", "there is no account", "see the README for how to get a token, or to log in"
        )


def _homeserver(folder: Path) -> _Server | Finding:
    from bot.platforms.matrix_account import kept  # a platform is imported only when it is used

    try:
        login = kept(folder)
    except PlatformError as error:
        return Finding("Matrix", *str(error).partition("; ")[::2], wrong=True)
    if login is None:
        return Finding("Matrix", "nobody is logged in any more", "`solidarity-bot matrix login`", wrong=True)
    url = f"{login.homeserver.rstrip('/')}/_matrix/client/v3/account/whoami"
    headers = {"Authorization": f"Bearer {login.token}"}
    return _Server("Matrix", url, headers, "user_id", "`solidarity-bot matrix login`")


async def _asked(server: _Server) -> list[Finding]:
    """Return whether a server answers and knows the bot, and whether its clock and ours go together."""
    try:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            answer = await http.get(server.url, headers=server.headers)
            status, date, said = answer.status, answer.headers.get("Date"), await answer.read()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:  # its words hold the token
        how = f"it cannot be reached ({type(error).__name__})"
        return [
            Finding(server.name, how, "look at the network, and at its address in the settings", wrong=True)
        ]
    if status != 200:  # HTTP's own
        known = status in (401, 403, 404)
        how, advice = f"it answers with {status}", server.renew if known else "try again in a while"
        return [Finding(server.name, how, advice, wrong=True), *_clock(server, date)]
    if not _holds(said, server.proof):
        how, advice = "something else answers in its place", "look whether the network lets the bot through"
        return [Finding(server.name, how, f"{advice}, and at its address in the settings", wrong=True)]
    return [Finding(server.name, "it answers, and knows the bot"), *_clock(server, date)]


def _holds(said: bytes, name: str) -> bool:
    """Return whether an answer is a JSON object in which something is called `name`."""
    try:
        told = json.loads(said)
    except ValueError:
        return False
    return isinstance(told, dict) and name in told


def _clock(server: _Server, date: str | None) -> Iterator[Finding]:
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:  # nothing that could be compared
        return
    apart = datetime.now(UTC) - theirs.replace(tzinfo=theirs.tzinfo or UTC)
    how = f"it is {'ahead of' if apart > timedelta() else 'behind'} that of {server.name} by {_length(abs(apart))}"
    if abs(apart) > APART:
        yield Finding("clock", how, "let the machine set its clock by the network (NTP)", wrong=True)
    else:
        yield Finding("clock", f"it goes with that of {server.name}")


def _length(time: timedelta) -> str:
    minutes = max(int(time.total_seconds()) // 60, 0)
    if minutes < 2:
        return "a minute" if minutes else "less than a minute"
    if minutes < 120:  # what is still said in minutes
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
