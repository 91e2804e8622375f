"""An export: what is written in the audit log, whom it is told, and the file itself, a piece at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import BinaryIO

from bot.accounts import named, person_of, private_chat
from bot.audit import TERMINAL, AuditLog, Entry
from bot.campaigns import Campaigns
from bot.countries import Countries
from bot.events import Document, Extract, Person, Reply, Upload
from bot.export.columns import Line
from bot.export.handover import Told, handover
from bot.export.order import Filters, Form, Order
from bot.export.tables import csv_text, json_lines
from bot.export.workbook import workbook
from bot.messages import Messages
from bot.outbox import Finished
from bot.platforms.base import UnmadeError
from bot.sealing import sealed
from bot.store.errors import StoreError
from bot.store.exporting import Letters, letters
from bot.store.store import Store
from bot.store.work import Unsent

WHAT = "export"
"""How the audit log calls it."""
SEALED = "application/octet-stream"
"""What an encrypted file is to a mail program or a browser."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Exports:
    """What an export takes; `recipients` are the keys to which files are sealed, `accounts` the organisers'."""

    store: Store
    campaigns: Campaigns
    countries: Countries
    messages: Messages
    accounts: Collection[str]
    recipients: Sequence[str] = ()
    clock: Callable[[], datetime] = _now

    @property
    def today(self) -> date:
        """The day on which files are made now."""
        return self.clock().date()

    def file_name(self, order: Order) -> str:
        """Return how the file is called."""
        return order.file_name(self.today, sealed=bool(self.recipients))

    def write(self, order: Order, letters: Letters, into: BinaryIO, seen: Callable[[int], None]) -> None:
        """Write the file, sealed if it is to be; `seen` is told of each letter's number as it goes in."""
        chunks = self._chunks(order, letters, seen)
        if self.recipients:
            sealed(chunks, self.recipients, into)
        else:
            into.writelines(chunks)

    def in_memory(self, order: Order, letters: Letters) -> bytes:
        """Return the file as a whole."""
        held = BytesIO()
        self.write(order, letters, held, lambda _: None)
        return held.getvalue()

    def _chunks(self, order: Order, letters: Letters, seen: Callable[[int], None]) -> Iterable[bytes]:
        lines = _counted(letters.lines(), seen)
        match order.form:
            case Form.CSV:
                return csv_text(lines)
            case Form.JSONL:
                return json_lines(lines)
            case Form.XLSX:
                return workbook(lines, letters.number())
            case Form.PDF:
                return (self._handover(order, letters),)

    def _handover(self, order: Order, letters: Letters) -> bytes:
        [slug] = order.filters.campaigns
        told = Told(order.language, self.messages.speak(order.language), self.countries)
        return handover(self.campaigns[slug], letters.numbers(), told, self.today)

    async def finished(self, wanted: Extract) -> Finished:
        """Return the file that an organiser asked for, once that is in the log.

        Raises UnmadeError if they are no organiser any more, or if it cannot be made or logged.
        """
        if wanted.account not in self.accounts:
            raise UnmadeError("whoever asked for the letters is no organiser any more")
        order = Order(Form(wanted.form), _filters(wanted), wanted.language)
        try:
            data, number = await asyncio.to_thread(self._made, order)
            told = await self.record(order, number, person_of(wanted.account))
        except StoreError as error:
            raise UnmadeError(str(error)) from error
        content = Upload(SEALED if self.recipients else order.form.media_type, False, data)
        return Finished(Document(self.file_name(order), content), told)

    def _made(self, order: Order) -> tuple[bytes, int]:
        """Return the file, and how many letters it is about."""
        with letters(self.store, order.filters) as found:
            return self.in_memory(order, found), found.number()

    async def record(self, order: Order, number: int, who: Person | None = None) -> tuple[Unsent, ...]:
        """Write into the audit log that such a file leaves, and return what is told to the organisers because of it.

        It is on the disk before the file is handed out, and it is told even if that then fails. `who` asked for it is
        None on the terminal; they are not told, for they read it beside the file. Raises StoreError.
        """
        actor = self.store.owners.actor(who) if who else TERMINAL
        sealed_to = {"sealed": True} if self.recipients else {}
        details = {"form": order.form.value, **order.filters.named, "letters": number, **sealed_to}
        entry = await AuditLog(self.store, self.clock).record(actor, WHAT, details)
        said = {
            "entry": entry,
            "platform": who.platform.capitalize() if who else "",
            "order": order,
            "campaigns": [self._title(slug) for slug in order.filters.campaigns],
            "number": number,
            "sealed": bool(self.recipients),
        }
        others = [one for one in sorted(self.accounts) if not who or one != named(who)]
        return await self._told(others, Reply("export/told", said), beside=who is None)

    def _title(self, slug: str) -> object:
        return next((campaign.title for campaign in self.campaigns if campaign.slug == slug), slug)

    async def _told(self, accounts: Iterable[str], reply: Reply, beside: bool) -> tuple[Unsent, ...]:
        """Record that `reply` is to be said to organisers in private, each in the language they chose.

        What is recorded `beside` the bot is left to that.
        """
        queued: list[Unsent] = []
        async with self.store.work() as work:
            for account in accounts:
                organiser = person_of(account)
                chosen = await work.language_of(organiser)
                message = self.messages.render(reply, self.messages.language(chosen))
                if beside:
                    await work.leave_to_bot(private_chat(organiser), message)
                else:
                    queued += await work.queue(private_chat(organiser), [message])
        return tuple(queued)


def _filters(wanted: Extract) -> Filters:
    since, until = (date.fromisoformat(day) if day else None for day in (wanted.since, wanted.until))
    return Filters(wanted.campaigns, wanted.countries, wanted.statuses, since, until)


def _counted(lines: Iterator[Line], seen: Callable[[int], None]) -> Iterator[Line]:
    for number, line in enumerate(lines, 1):
        yield line
        if number % 1000 == 0:
            seen(number)


def shown(entry: Entry, names: dict[str, str]) -> str:
    """Return a line of the audit log as somebody reads it; `names` are the accounts of organisers by their hash."""
    details = " ".join(
        name if value is True else f"{name}={_words(value)}" for name, value in entry.details.items()
    )
    who = names.get(entry.who, entry.who)
    return f"{entry.no}  {entry.at:%Y-%m-%d %H:%M:%S} UTC  {who}  {entry.what} {details}"


def _words(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
