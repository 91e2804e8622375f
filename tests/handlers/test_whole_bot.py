"""The whole bot, on a real database: it remembers exactly what it should, whatever is done and however often."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import date
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.events import Event, Press
from bot.frames import parse, token_of
from bot.store.store import Store
from handlers import HANDLERS
from tests.door import KEY, NOW, Door, door_to, furnished
from tests.handlers.acting import Act, acts, answers, event
from tests.handlers.talk import Talk
from tests.unsealed import with_key


class WholeBot(RuleBasedStateMachine):
    """Does the same with the bot and with a talk that remembers in memory, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.talk = Talk()
        self.shown: list[Press] = []
        self.happened: list[Event] = []
        self.door = self.runner.run(self.enter())

    async def enter(self) -> Door:
        """Return a door to the bot on its database."""
        store = await Store.open(self.database, KEY, NOW.timestamp)
        return door_to(store, *furnished(), chance=token_of)

    @property
    def database(self) -> Path:
        """The file that the bot remembers in."""
        return self.folder / "solidarity.db"

    def do(self, act: Act) -> None:
        """Let the same happen on both sides: what is said must be the same."""
        happening = event(act, self.talk, self.shown)
        self.happened.append(happening)
        self.talk.do(happening)
        self.runner.run(self.door.do(happening))
        assert self.door.last == list(self.talk.last)
        self.shown += [button.press for button in self.talk.buttons if button.press]

    @rule(act=answers)
    def answer(self, act: Act) -> None:
        """Answer what is asked."""
        self.do(act)

    @rule(act=acts)
    def act(self, act: Act) -> None:
        """Do anything."""
        self.do(act)

    @precondition(lambda self: self.happened)
    @rule(back=answers)
    def repeat(self, back: Act) -> None:
        """Something that happened arrives again: nothing is said and nothing changes."""
        old = self.happened[hash(back) % len(self.happened)]
        assert self.runner.run(self.door.do(old)) == ""

    @rule()
    def start_again(self) -> None:
        """The bot is stopped and started; whoever talks with it does not notice."""
        self.runner.run(self.door.store.close())
        self.door = self.runner.run(self.enter())

    @invariant()
    def remembers_what_it_should(self) -> None:
        """The database holds the open questions, the pledges and the language, and nothing else of anybody."""
        with with_key(self.database, KEY) as database:
            frames = database.execute(
                "SELECT opened('conversation.frames', frames) FROM conversation"
            ).fetchall()
            pledges = database.execute(
                "SELECT campaign, kind, sender, country, status, day, opened('pledge.name', name),"
                " opened('pledge.organisation', organisation), consent"
                " FROM pledge ORDER BY id"
            ).fetchall()
            ways = database.execute("SELECT recipient, channel FROM pledge_way").fetchall()
            languages = database.execute("SELECT language FROM person").fetchall()
            waiting = database.execute("SELECT count(*) FROM delivery").fetchone()
        records = self.talk.records
        known = [d.name for d in HANDLERS]
        assert [parse(row[0], known) for row in frames] == ([self.talk.frames] if self.talk.frames else [])
        assert [(*row[:5], date.fromisoformat(row[5]), *row[6:]) for row in pledges] == [
            (
                p.campaign,
                p.kind,
                p.sender,
                p.country,
                p.status,
                p.day,
                p.name,
                p.organisation,
                p.consent.listed,
            )
            for p in records.recorded
        ]
        assert sorted(ways) == sorted((w.recipient, w.channel) for p in records.recorded for w in p.ways)
        assert languages == ([(records.language,)] if records.language else [])
        assert waiting == (0,)

    def teardown(self) -> None:
        """Close everything."""
        self.runner.run(self.door.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)


WholeBot.TestCase.settings = settings(max_examples=12, stateful_step_count=30)
TestWholeBot = WholeBot.TestCase
