"""What a terminal shows of broadcasts: a list, one of them, what is asked before, and a bar while it goes out."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.broadcasts import APPS, Broadcast, Fate, NewBroadcast, Size, State
from bot.platforms.base import plain_text

LOOK = 0.5
"""Seconds between two looks at how far it has come."""
STATES = {
    State.ASKED: "waits for a second organiser",
    State.SET: "waits for its time",
    State.RUNNING: "is going out",
    State.PAUSED: "is paused",
    State.CANCELLED: "was cancelled",
    State.DONE: "has gone out",
}
FATES = {
    Fate.SENT: "sent",
    Fate.GONE: "no longer to be reached, unsubscribed",
    Fate.FAILED: "refused by the platform",
    Fate.UNKNOWN: "not known whether it arrived",
    Fate.CANCELLED: "not sent any more",
    Fate.SENDING: "under way",
    Fate.READY: "still to be sent",
}


def listed(found: Iterable[Broadcast]) -> str:
    """Return the list of broadcasts, a line each."""
    lines = [
        f"{one.id:>5}  {one.created_at:%Y-%m-%d %H:%M} UTC  {one.people(Fate.SENT):>7,} of {one.people():>7,} sent"
        f"  {one.terms.scope.campaign}: {STATES[one.state]}"
        + f"; {one.unsettled:,} unknown" * bool(one.unsettled)
        + "".join(f"; {people:,} wait for {_app(name)}" for name, people in one.waiting.items())
        for one in found
    ]
    return "\n".join(lines) or "There has been no update yet; `solidarity-bot broadcasts send` begins one."


def shown(found: Broadcast, *, brief: bool = False) -> str:
    """Return what there is to know of one; `brief` is without what it says."""
    lines = [f"Update {found.id} {STATES[found.state]}."]
    if not brief:
        lines += [*_terms(found.terms), ""]
    lines += [f"{found.people(fate):>9,}  {words}" for fate, words in FATES.items() if found.people(fate)]
    lines += _waits(found)
    if found.unsettled:
        lines += [
            "Where that is not known, the connection broke before the platform had answered. Decide:",
            f"  solidarity-bot broadcasts settle {found.id} --again   sends it once more, without a sound",
            f"  solidarity-bot broadcasts settle {found.id} --leave   leaves it at that",
        ]
    return "\n".join(lines)


def _waits(found: Broadcast) -> list[str]:
    """Return a line for each platform that is not connected and has something to get."""
    return [
        f"{people:>9,}  wait for {_app(name)}, which is not connected"
        for name, people in found.waiting.items()
    ]


def _app(platform: str) -> str:
    return str(APPS.get(platform, platform))


def asked(new: NewBroadcast, size: Size, out_of_reach: Mapping[str, int], a_second: int) -> str:
    """Return what is to be known before it goes out."""
    lines = [*_terms(new, "At once"), ""]
    lines += [
        f"{people:>9,}  {platform}, {language or 'no language chosen'}"
        for (platform, language), people in size.items()
    ]
    lines.append(f"{sum(size.values()):>9,}  in all")
    lines += [
        f"{people:>9,}  not to be reached: the bot has no account on {_app(name)}"
        for name, people in out_of_reach.items()
    ]
    most = sum(people for (platform, _), people in size.items() if platform == "telegram")
    if most and a_second:
        lines.append(f"It takes about {_time(most / a_second)} at Telegram's pace.")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    if seconds <= 1:
        return "a second"
    return f"{math.ceil(seconds)} seconds" if seconds < 90 else f"{math.ceil(seconds / 60):,} minutes"


def _terms(new: NewBroadcast, begun: str = "") -> list[str]:
    """Return whom it is for, when it goes out, and what it says; `begun` is how a time is told that has come."""
    scope = new.scope
    only = [scope.platform, scope.language, scope.country, scope.group and f"group {scope.group}"]
    parts = [part for part in only if part] + ["promised and not sent yet"] * scope.waiting
    lines = [f"For everybody who follows {scope.campaign}" + (f"; only: {', '.join(parts)}" if parts else "")]
    when = f"{new.starts_at:%Y-%m-%d %H:%M} UTC"
    lines.append(f"Not before {when}" if new.starts_at > datetime.now(UTC) else begun or f"Set for {when}")
    if new.quiet:
        lines.append(f"Nothing from {new.quiet.start} to {new.quiet.end} o'clock ({new.quiet.zone})")
    if file := new.content.file:
        lines.append(f"With {file.name} ({len(file.data):,} bytes)")
    for language, html in new.content.texts.items():
        also = ", and for all other languages" if language == new.content.usual else ""
        lines += ["", f"[{language}{also}]", plain_text(html)]
    return lines


async def followed(look: Callable[[], Awaitable[Broadcast]], to: TextIO, pause: float = LOOK) -> Broadcast:
    """Return how a broadcast stands once it goes out no more, with a bar on the way."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=to)) as progress:
        bar = progress.add_task("Sending", total=None)
        while True:
            found = await look()
            over = found.people() - found.people(Fate.READY, Fate.SENDING)
            state = ", ".join([STATES[found.state], *(f"waits for {_app(name)}" for name in found.waiting)])
            progress.update(bar, total=found.people(), completed=over, description=state)
            if found.state in (State.DONE, State.CANCELLED, State.PAUSED):
                return found
            await asyncio.sleep(pause)
