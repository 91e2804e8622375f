"""Who may do what, where: docs/policy.md is read, and every cell of its tables is tried on the bot at work."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.events import Message as Said
from bot.events import Reply
from bot.messages import Messages
from bot.store.reading import reading
from bot.store.tables import metadata
from handlers import HANDLERS
from handlers.world import Organisers
from tests.bot.platforms import telegram_bot
from tests.bot.platforms.telegram_bot import Running, bot_on
from tests.bot.platforms.telegram_care import careful
from tests.botapi import BotApi, User
from tests.botapi.calls import Json
from tests.botapi.channels import Channel
from tests.botapi.finds import found_entities
from tests.botapi.groups import ANONYMOUS, CHANNEL_BOT, Group
from tests.botapi.messages import Message
from tests.door import KEY, furnished

PAGE = Path(__file__).parents[3] / "docs" / "policy.md"
ROLES = (
    "stranger",
    "member",
    "group admin",
    "anonymous admin",
    "channel",
    "organiser",
    "former organiser",
)
PLACES = (
    "in private",
    "in a group",
    "in a topic",
    "in a channel",
    "passed on, in private",
    "passed on, in a group",
    "edited, in private",
    "edited, in a group",
)
CANNOT_BE = "·"
REFUSALS = {
    "group/private": "private",
    "group/admins-only": "admins only",
    "group/nobody": "in person",
    "conversation/forwarded": "passed on",
    "conversation/edit": "changed",
    "start/group": "introduction",
    "broadcast/not-yours": "not theirs",
    "export/not-yours": "not theirs",
}
"""What is said where a command does not do what it is for; "yes" is everything else, "–" is nothing."""
ANSWERS = {
    "start": ("start/start",),
    "help": ("start/help",),
    "letter": ("letter/kind",),
    "kit": ("conversation/first-this", "campaign/which"),
    "appeal": ("appeal/appeal",),
    "demands": ("appeal/demands",),
    "background": ("appeal/background",),
    "since": ("appeal/since",),
    "addresses": ("appeal/addresses", "questions/ask"),
    "pledge": ("letter/kind",),
    "pledges": ("pledge/list",),
    "sent": ("pledge/no-such", "pledge/list"),
    "answer": ("answer/",),
    "later": ("reminder/",),
    "language": ("language/chosen",),
    "updates": ("updates/begun",),
    "stop": ("updates/ended",),
    "group": ("group/overview", "group/which"),
    "broadcast": ("broadcast/", "campaign/which"),
    "broadcasts": ("broadcasts/",),
    "export": ("export/", "campaign/which"),
    "stats": ("numbers/stats",),
    "privacy": ("privacy/privacy",),
    "mydata": ("privacy/mydata",),
    "forget": ("privacy/sure",),
}
"""What each command says where it does what it is for, or how that begins."""
UNTOUCHED = ("group_chat", "subscription", "broadcast", "pledge", "pledge_via", "person", "reminder")
"""The tables that nothing but a "yes" may change."""
PEOPLE = 60
"""Organisers who are needed at most, each of whom does one thing; and as many former ones."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A place of the table, and what it says."""

    place: str
    command: str
    role: str
    expected: str


def cells(text: str, places: tuple[str, ...] = PLACES) -> Iterator[Cell]:
    """Yield every cell of the tables below the headings that name `places`."""
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        if heading.strip().casefold() not in places:
            continue
        head, _, *rows = ([c.strip() for c in line.strip()[1:-1].split("|")] for line in _table(body))
        for row in rows:
            for role, expected in zip(head[1:], row[1:], strict=True):
                yield Cell(heading.strip().casefold(), row[0].strip("`"), role, expected)


def name_of(command: str) -> str:
    return command.removeprefix("/").partition(" ")[0]


def _table(body: str) -> list[str]:
    return [line for line in body.splitlines() if line.startswith("|")]


@dataclass
class Scene:
    """The bot at work, with a group, a forum and a channel that it is in, and people of every role."""

    bot: Running
    server: BotApi
    group: Group
    forum: Group
    topic: int
    channel: Channel
    speaker: Channel
    organisers: Iterator[User]
    former: Iterator[User]
    said: list[Reply]

    async def happens(self, cell: Cell) -> str:
        """Return what comes of a command in one cell."""
        before, sent = self._kept(), len(self.server.calls.of("sendMessage"))
        self.said.clear()
        await self._does(cell)
        await self.bot.settled()
        outcome = self._outcome(cell.command)
        if outcome != "yes":
            assert self._kept() == before, cell
        if outcome == "–":
            assert len(self.server.calls.of("sendMessage")) == sent, cell
        return outcome

    def _kept(self) -> dict[str, list[tuple[object, ...]]]:
        with reading(self.bot.bot.store.path, key=KEY) as look:
            found = {name: look.rows(metadata.tables[name].select()) for name in UNTOUCHED}
            return {name: [tuple(row) for row in rows] for name, rows in found.items()}

    def _outcome(self, command: str) -> str:
        """Return what was said, by the table's words."""
        if not self.said:
            return "–"
        names = {REFUSALS.get(reply.template, "yes") for reply in self.said}
        assert len(names) == 1, [reply.template for reply in self.said]
        (name,) = names
        if name == "yes":
            fits = ANSWERS[name_of(command)]
            assert all(reply.template.startswith(fits) for reply in self.said), self.said
        full = any(reply.values.get("full") for reply in self.said)
        return f"{name}, in full" if full else name

    async def _does(self, cell: Cell) -> None:
        """Let somebody of that role say the command in that place, in that way; NUMBER is that of the group."""
        cell = replace(cell, command=cell.command.replace("NUMBER", str(self.group.id)))
        way, _, place = cell.place.rpartition(", ")
        chat = {"in a topic": self.forum, "in a channel": self.channel}.get(place, self.group)
        thread = self.topic if place == "in a topic" else None
        if cell.role == "anonymous admin":
            await self._by_nobody(cell, way, chat, thread)
        elif cell.role == "channel":
            await self._by_a_channel(cell, way, chat)
        else:
            await self._by_a_person(cell, way, None if place == "in private" else chat, thread)

    async def _by_a_person(self, cell: Cell, way: str, chat: Group | None, thread: int | None) -> None:
        user = self._somebody(cell.role, chat)
        if way == "passed on":
            user.forwards(cell.command, chat)
        elif way == "edited":
            told = user.says("hello there", chat, thread=thread)
            await self._over()
            user.edits(told, cell.command)
        else:
            user.says(cell.command, chat, thread=thread)

    async def _over(self) -> None:
        """Let what was said so far be of no interest."""
        await self.bot.settled()
        self.said.clear()

    async def _by_nobody(self, cell: Cell, way: str, chat: Group, thread: int | None) -> None:
        if way == "edited":
            told = chat.anonymous_says("hello there")
            await self._over()
            told.text = cell.command
            chat.tell_edited(told)
        elif way == "passed on":
            chat.tell(_passed_on(chat, chat, ANONYMOUS, cell.command))
        else:
            chat.anonymous_says(cell.command, thread=thread)

    async def _by_a_channel(self, cell: Cell, way: str, chat: Group) -> None:
        if isinstance(chat, Channel):
            chat.posts(cell.command)
            self.server.update("channel_post", chat.messages[-1].to_json())
            return
        if way == "edited":
            told = chat.channel_says(self.speaker, "hello there")
            await self._over()
            told.text = cell.command
            chat.tell_edited(told)
        elif way == "passed on":
            chat.tell(_passed_on(chat, self.speaker, CHANNEL_BOT, cell.command))
        else:
            chat.channel_says(self.speaker, cell.command)

    def _somebody(self, role: str, chat: Group | None) -> User:
        """Return a person of that role, who has said nothing yet unless they are known."""
        kinds = {"organiser": self.organisers, "former organiser": self.former}
        user = next(kinds[role]) if role in kinds else self.server.user("Somebody", language_code="en")
        if role == "group admin":
            self.group.members[user.id] = "administrator"
        if chat is not None:
            status = {"stranger": "left", "group admin": "administrator"}.get(role, "member")
            chat.members[user.id] = status
        return user


def _passed_on(chat: Group, speaker: Group, account: Json, words: str) -> Message:
    """Return what somebody passes on in the name of a group or a channel."""
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": chat.world.now}
    author = {"from": account, "sender_chat": speaker.to_json(), "forward_origin": origin}
    entities = found_entities(words)
    return Message(chat, chat.next_id(), chat.world.now, author, text=words, entities=entities)


@asynccontextmanager
async def scene(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Enter the bot at work, after it was started anew with fewer organisers."""
    said: list[Reply] = []
    render = Messages.render

    def noted(self: Messages, reply: Reply, language: str) -> Said:
        said.append(reply)
        return render(self, reply, language)

    monkeypatch.setattr(Messages, "render", noted)
    async with careful() as server:
        present = [server.user("Oona", language_code="en") for _ in range(PEOPLE)]
        former = [server.user("Fay", language_code="en") for _ in range(PEOPLE)]
        _organised(monkeypatch, *present, *former)
        async with bot_on(server, folder) as before:
            former[0].says("/stats")
            await before.settled()
            assert said[-1].values["full"]
        ada = server.user("Ada", language_code="en")
        _organised(monkeypatch, *present)
        async with bot_on(server, folder) as bot:
            group, forum = server.supergroup("Branch"), server.supergroup("Union", forum=True)
            for one in (group, forum):
                one.joins(ada, "creator")
                one.adds_bot(ada)
            channel = server.channel("News")
            channel.joins(ada, "creator")
            channel.adds_bot(ada)
            await bot.settled()
            topic, speaker = forum.topic("Strike", ada), server.channel("Others")
            server.world.updates.allowed = None
            organisers, others = itertools.cycle(present), itertools.cycle(former)
            yield Scene(bot, server, group, forum, topic, channel, speaker, organisers, others, said)


def _organised(monkeypatch: pytest.MonkeyPatch, *people: User) -> None:
    """Let `people` be the organisers from the next start on."""
    world, messages = furnished()
    organisers = Organisers(accounts=frozenset(f"telegram:{one.id}" for one in people))
    monkeypatch.setattr(telegram_bot, "furnished", lambda: (replace(world, organisers=organisers), messages))


def test_the_table_is_complete() -> None:
    """The page has a table for each place, with a column for each role and a row for each command."""
    found = list(cells(PAGE.read_text("utf-8")))
    assert {cell.place for cell in found} == set(PLACES)
    for place in PLACES:
        here = [cell for cell in found if cell.place == place]
        assert {cell.role for cell in here} == set(ROLES)
        assert {name_of(cell.command) for cell in here} == {dialogue.name for dialogue in HANDLERS}


@pytest.mark.parametrize("place", PLACES)
async def test_what_happens_is_what_is_written(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes of each command, of each role, in this place, is what the page says, and changes nothing else."""
    written = [c for c in cells(PAGE.read_text("utf-8")) if c.place == place and c.expected != CANNOT_BE]
    async with scene(tmp_path, monkeypatch) as stage:
        happened = {(c.command, c.role): await stage.happens(c) for c in written}
    assert happened == {(c.command, c.role): c.expected for c in written}
