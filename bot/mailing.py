"""Broadcasts on their way out: each message claimed as late as its platform's pace allows, sent once, and recorded."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Collection, Container
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.broadcasts import Broadcast, Fate
from bot.events import Chat, Message
from bot.outbox import FIRST_PAUSE, LONGEST_PAUSE, Sender
from bot.pacing import Pacing
from bot.patience import LONG
from bot.platforms.base import (
    GoneError,
    LaterError,
    MovedError,
    RefusedError,
    UnmadeError,
    UnreachableError,
    UnsureError,
)
from bot.store.errors import StoreError
from bot.store.sending import Claimed, Outcome
from bot.store.store import Store
from bot.store.waits import EVERYWHERE
from bot.telling import Telling
from bot.waiting import outcome

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at what has been begun, paused or cancelled, here or in a terminal."""
TOGETHER, SOON = 50, 0.05
"""Outcomes that are recorded together, or seconds within which they are."""
LOST = 4 * FIRST_PAUSE
"""Seconds of a pause from which on a platform counts as not connected: it could not be reached twice in a row."""
LAST_SENDINGS = 5.0
"""Seconds in which what is being sent may still arrive at the end."""
IN_A_ROW = 5
"""Times in a row that a platform asks for patience in different chats, after which all of it is left in peace."""
HOURLY = 3600.0


@dataclass(slots=True)
class _Line:
    """A platform that broadcasts go to, and what is under way there."""

    platform: str
    sender: Sender
    pacing: Pacing
    repeatable: float
    under_way: int = 0
    patience: dict[str, float] = field(default_factory=dict)
    """Chats for which it asks to wait, and until when."""
    waits: dict[int, float] = field(default_factory=dict)
    """Of these, the long ones that are still to be noted, by the message that was refused."""
    in_a_row: int = 0
    until: float = 0.0
    """When it may be tried again as a whole."""
    pause: float = FIRST_PAUSE
    freed: asyncio.Event = field(default_factory=asyncio.Event)

    def lost(self, now: float) -> bool:
        """Return whether it counts as not connected; where it is not tried any more, no longer than it would rest."""
        return self.pause >= LOST and now < self.until + LONGEST_PAUSE


class Mailing:
    """Sends broadcasts on each platform that it is connected to, and keeps their authors informed."""

    def __init__(
        self,
        store: Store,
        telling: Telling,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._telling = telling
        self._clock = clock
        self._sleep = sleep
        self._lines: dict[str, _Line] = {}
        self._open: list[int] = []
        self._said: dict[int, Broadcast] = {}
        self._messages: dict[tuple[int, str, bool], Message] = {}
        self._outcomes: list[Outcome] = []
        self._recording = asyncio.Event()
        self._many = asyncio.Event()
        self._looked = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._tidied = 0.0
        self._connected: set[str] = set()

    async def connect(
        self, platform: str, sender: Sender, pacing: Pacing, repeatable: float | None = None
    ) -> None:
        """Send to a platform from now on; for `repeatable` seconds it knows a message again, if it does at all."""
        async with self._store.work() as work:
            await work.recover(platform, repeatable=repeatable is not None)
            waits: dict[str, float] = {**await work.waits(platform)}
        known = math.inf if repeatable is None else repeatable
        line = _Line(platform, sender, pacing, known, until=waits.pop("", 0), patience=waits)
        self._lines[platform] = line
        if not self._tasks:
            self._tasks += [asyncio.create_task(self._look()), asyncio.create_task(self._record())]
        self._tasks.append(asyncio.create_task(self._serve(line)))

    async def stop(self) -> None:
        """Claim nothing more, and finish what is being sent; what does not end in time may have arrived."""
        self._stopping = True
        await _ended(self._tasks)
        if self._sending:
            await asyncio.wait(self._sending, timeout=LAST_SENDINGS)
        await _ended(self._sending)
        await self._record_all()

    # --- what there is to do

    async def _look(self) -> None:
        """Look again and again, here or at what was changed in a terminal."""
        while True:
            try:
                await self._look_once()
            except Exception as error:  # what fails now may do better in a while
                log.error("broadcasts wait: %s", _said(error))
            await self._sleep(LOOK)

    async def _look_once(self) -> None:
        """Notice what is begun, paused, cancelled and done, and tell the authors."""
        now = self._clock()
        connected = {name for name, line in self._lines.items() if not line.lost(now)}
        async with self._store.work() as work:
            if connected != self._connected:
                await work.note_connected(connected)
            await work.begin_due()
            running = await work.running()
            done = await work.finish() if running else ()
            reports = await self._telling.reports(work, done)
            if now >= self._tidied + HOURLY:
                await work.leave_unsettled()
                self._tidied = now
        self._connected = connected
        at = datetime.fromtimestamp(now, UTC)
        held = {n for n, quiet in running.items() if quiet and quiet.holds(at)}
        self._open = [n for n in running if n not in held and n not in done]
        self._forget_all_but(running)
        self._looked.set()
        await self._telling.tell(reports, self._open, held)

    def _forget_all_but(self, kept: Container[int]) -> None:
        """Keep in memory only what is being sent."""
        self._said = {n: one for n, one in self._said.items() if n in kept}
        self._messages = {key: one for key, one in self._messages.items() if key[0] in kept}

    async def _serve(self, line: _Line) -> None:
        """Send what there is for a platform, as fast as it takes it."""
        while not self._stopping:
            try:
                await self._room(line)
                if not await self._send_some(line):
                    self._looked.clear()
                    await self._looked.wait()
            except Exception as error:
                log.error("%s: broadcasts wait: %s", line.platform, _said(error))
                await self._sleep(LOOK)

    async def _room(self, line: _Line) -> None:
        """Wait until the platform may be tried, and not too much is under way there."""
        while (wait := line.until - self._clock()) > 0:
            await self._sleep(wait)
        while line.under_way >= line.pacing.limits.at_once:
            line.freed.clear()
            await line.freed.wait()

    async def _send_some(self, line: _Line) -> bool:
        """Start to send what may leave now, and return whether there was anything."""
        if not self._open:
            return False
        most = await line.pacing.turn(line.pacing.limits.at_once - line.under_way)
        if self._stopping:
            return False
        # Whoever stops us waits for this: what is claimed is sent.
        return await outcome(asyncio.create_task(self._start(line, most)))

    async def _start(self, line: _Line, most: int) -> bool:
        """Claim up to `most` messages and start to send them; return whether there were any."""
        now = self._clock()
        line.patience = {chat: until for chat, until in line.patience.items() if until > now}
        claimed: tuple[Claimed, ...] = ()
        for number in self._open:
            claimed = await self._claim(line, number, most)
            if claimed:
                break
        for one in claimed:
            line.under_way += 1
            task = asyncio.create_task(self._send(line, one))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return bool(claimed)

    async def _claim(self, line: _Line, number: int, most: int) -> tuple[Claimed, ...]:
        def held(chat: str) -> bool:
            return chat in line.patience or line.pacing.held(Chat(line.platform, chat))

        past = len(line.patience) + line.pacing.full_groups
        async with self._store.work() as work:
            if number not in self._said:
                found = await work.broadcast(number)
                if found is None:
                    return ()
                self._said[number] = found
            return await work.claim(number, line.platform, most, held, past, line.repeatable)

    # --- one message

    async def _send(self, line: _Line, one: Claimed) -> None:
        """Send one message, and say what became of it."""
        line.pacing.leaves(one.chat)
        ended = await self._outcome(line, one)
        self._outcomes.append(ended)
        self._recording.set()
        if len(self._outcomes) >= TOGETHER:
            self._many.set()

    async def _outcome(self, line: _Line, one: Claimed) -> Outcome:
        try:
            await line.sender.send(one.chat, self._message(one), one.id)
        except LaterError as later:
            self._be_patient(line, one, later.seconds)
            return Outcome(one, Fate.READY, untouched=True)
        except UnreachableError as error:
            self._wait_for(line, error)
            return Outcome(one, Fate.READY, untouched=line.repeatable == math.inf)
        except MovedError as moved:
            return await self._follow(one, moved.to)
        except GoneError:
            return Outcome(one, Fate.GONE)
        except UnsureError:
            return Outcome(one, Fate.UNKNOWN)
        except (RefusedError, UnmadeError) as error:
            log.error("a message of a broadcast was refused: %s", error)
            return Outcome(one, Fate.FAILED)
        except Exception as error:  # whatever it is: it may have arrived
            log.error("a message of a broadcast could not be sent: %s", type(error).__name__)
            return Outcome(one, Fate.UNKNOWN)
        line.in_a_row, line.pause = 0, FIRST_PAUSE
        return Outcome(one, Fate.SENT)

    def _message(self, one: Claimed) -> Message:
        """Return what a message says, made once for all who read the same language."""
        key = (one.broadcast, one.language, one.again)
        if key not in self._messages:
            self._messages[key] = self._said[one.broadcast].terms.content.message(
                one.language, silent=one.again
            )
        return self._messages[key]

    def _be_patient(self, line: _Line, one: Claimed, seconds: float) -> None:
        """Leave a chat in peace for as long as the platform asks; all of it, if it asks everywhere."""
        until = self._clock() + seconds
        line.patience[one.chat.id] = until
        line.in_a_row += 1
        noted = {one.id: until}
        if line.in_a_row >= IN_A_ROW:
            line.in_a_row = 0
            line.until = noted[EVERYWHERE] = max(line.until, until)
        if seconds >= LONG:
            line.waits |= noted

    def _wait_for(self, line: _Line, error: UnreachableError) -> None:
        """Leave a platform alone for a while that cannot be reached, each time twice as long."""
        if line.until > self._clock():  # others have failed at the same time
            return
        log.warning("%s: a broadcast waits until it can be reached (%s)", line.platform, error)
        line.until = self._clock() + line.pause
        line.pause = min(2 * line.pause, LONGEST_PAUSE)

    async def _follow(self, one: Claimed, to: str) -> Outcome:
        """Let everything go to a chat's new id from now on; the message is tried again there."""
        try:
            async with self._store.work() as work:
                await work.moved(one.chat, Chat(one.chat.platform, to))
        except StoreError as error:
            log.error("a chat has moved, and that could not be recorded: %s", error)
        return Outcome(one, Fate.READY, untouched=True)

    # --- what became of them

    async def _record(self) -> None:
        """Record outcomes, many together."""
        while True:
            await self._recording.wait()
            try:
                async with asyncio.timeout(SOON):
                    await self._many.wait()
            except TimeoutError:
                pass
            await self._record_all()

    async def _record_all(self) -> None:
        self._recording.clear()
        self._many.clear()
        outcomes, self._outcomes = self._outcomes, []
        if not outcomes:
            return
        try:
            async with self._store.work() as work:
                await work.record(outcomes)
                for line in self._lines.values():
                    waits, line.waits = line.waits, {}
                    if waits:
                        await work.note_waits(line.platform, waits)
        except StoreError as error:
            log.error("what became of messages could not be recorded yet: %s", error)
            self._outcomes = outcomes + self._outcomes
            self._recording.set()
            await self._sleep(LOOK)
            return
        except BaseException:
            self._outcomes = outcomes + self._outcomes
            raise
        for ended in outcomes:
            line = self._lines[ended.of.chat.platform]
            line.under_way -= 1
            line.freed.set()


def _said(error: Exception) -> str:
    """Return what the log says of an error: nothing that may hold a word of somebody's."""
    return str(error) if isinstance(error, StoreError) else type(error).__name__


async def _ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
