"""Who may do what in rooms on Matrix: what docs/policy.md says of them, cell by cell, on a real homeserver."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Message as Said
from bot.events import Reply
from bot.messages import Messages
from handlers import HANDLERS
from handlers.world import Organisers
from tests.bot.platforms import matrix_bot
from tests.bot.platforms.matrix_bot import Running, bot_on
from tests.bot.platforms.matrix_moves import room_with, until
from tests.bot.platforms.test_policy import PAGE, REFUSALS, Cell, cells, name_of
from tests.door import furnished
from tests.homeserver.chat import Chat
from tests.homeserver.person import People
from tests.homeserver.synapse import Account, Synapse

PLACES = ("on matrix, in a room", "on matrix, edited, in a room")
ROLES = ("member", "room admin", "creator", "organiser")
MARK = "!demands zhanaozen-2011"
"""What is said after each command: once that is answered, the command is done with."""


class Room:
    """A room of version 12 with people of every role, each in a client of their own."""

    def __init__(self, bot: Running, chats: dict[str, Chat], said: list[Reply]) -> None:
        self._bot = bot
        self._chats = chats
        self._said = said

    async def happens(self, cell: Cell) -> str:
        """Return what comes of a command in one cell."""
        chat, typed = self._chats[cell.role], f"!{cell.command.removeprefix('/')}"
        self._said.clear()
        before = await self._set()
        if cell.place == PLACES[1]:
            told = await chat.says("hello there")
            await chat.edits(told, typed)
        else:
            await chat.says(typed)
        await chat.says(MARK)
        marks = 2 if cell.place == PLACES[0] and name_of(cell.command) == "demands" else 1
        await until(lambda: sum(reply.template == "appeal/demands" for reply in self._said) == marks)
        outcome = self._outcome()
        if outcome in ("–", "admins only"):
            assert await self._set() == before, cell
        return outcome

    async def _set(self) -> object:
        async with self._bot.bot.store.work() as work:
            return await work.groups()

    def _outcome(self) -> str:
        *templates, marked = [reply.template for reply in self._said]
        assert marked == "appeal/demands"
        names = {REFUSALS.get(template, "yes") for template in templates}
        if "private" in names and len(names) > 1:  # whatever comes of it there
            return "begun in private"
        assert len(names) < 2, templates
        return names.pop() if names else "–"


def test_the_table_is_complete() -> None:
    """The page has a table for each place, with a column for each role and a row for each command."""
    found = list(cells(PAGE.read_text("utf-8"), PLACES))
    assert {(cell.place, cell.role) for cell in found} == {(p, r) for p in PLACES for r in ROLES}
    assert {name_of(cell.command) for cell in found} == {dialogue.name for dialogue in HANDLERS}


async def test_what_happens_is_what_is_written(
    homeserver: Synapse, account: Account, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes of each command, of each role, in a room, is what the page says."""
    said: list[Reply] = []
    render = Messages.render

    def noted(self: Messages, reply: Reply, language: str) -> Said:
        said.append(reply)
        return render(self, reply, language)

    monkeypatch.setattr(Messages, "render", noted)
    creator, admin, member, organiser = [await people.meet(n) for n in ("Cleo", "Ada", "Ben", "Oona")]
    world, messages = furnished()
    named = Organisers(accounts=frozenset({f"matrix:{organiser.id}"}))
    monkeypatch.setattr(matrix_bot, "furnished", lambda: (replace(world, organisers=named), messages))
    async with bot_on(homeserver, account, tmp_path / "bot") as bot:
        room = await room_with(creator, bot.id, admin, member, organiser, version="12")
        await room.gives_power(admin.id, 100)
        by_role = {"creator": creator, "room admin": admin, "member": member, "organiser": organiser}
        chats = {role: Chat(person, room.id) for role, person in by_role.items()}
        written = list(cells(PAGE.read_text("utf-8"), PLACES))
        stage = Room(bot, chats, said)
        happened = {(c.place, c.command, c.role): await stage.happens(c) for c in written}
    assert happened == {(c.place, c.command, c.role): c.expected for c in written}
