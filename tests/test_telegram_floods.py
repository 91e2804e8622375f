"""Nonsense, forgeries and floods on Telegram harm nobody else, and a conversation that fails is set aside."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.assembly import furnish
from bot.config import Settings
from bot.conversation import Conversations
from bot.dialogue import Answers, Dialogue, Done
from bot.dispatcher import TRIES, Dispatcher
from bot.events import Event, Phrase
from bot.outbox import Outbox
from bot.platforms.telegram_service import Account, Service
from bot.store.store import Store
from handlers import HANDLERS
from handlers.world import Store as Records
from handlers.world import World
from tests.botapi import BotApi
from tests.program import wrong
from tests.telegram_floods import INVENTED, digest, flood, forged, victims
from tests.telegram_program import WAYS, Program, Way, careless, each_way, webhook


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    """A Bot API, of which the bot must not have asked anything that a careful bot would not."""
    async with BotApi() as running:
        yield running
        assert careless(running, *INVENTED) == []


@pytest.fixture
def dice() -> random.Random:
    """Chance; a failed test shows the seed that brings it back."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed: {seed}")  # noqa: T201  # for pytest, which shows it only if the test fails
    return random.Random(seed)


async def test_malformed_updates(tmp_path: Path, dice: random.Random) -> None:
    """Whatever is wrong with an update, it stalls nobody: every good one among them is answered."""

    async def scenario(server: BotApi, program: Program) -> None:
        await program.start()
        assert await digest(server, 400, 40, dice) == []
        assert (await program.end())[0] == 0
        assert [line for line in wrong(program.complaints) if "had no effect" not in line] == []

    await each_way(scenario, tmp_path, *INVENTED)


async def test_nested_without_end(tmp_path: Path) -> None:
    """An update that is nested deeper than can be read stalls nobody."""

    async def scenario(server: BotApi, program: Program) -> None:
        await program.start()
        ada = server.user("Ada", language_code="en")
        deep = "[" * 50_000 + "]" * 50_000
        before = ada.says("/help")
        server.world.updates.push_text(f'{{"update_id": 700000500, "message": {deep}}}', ada.id)
        after = ada.says("/help")
        await ada.private.after(before)
        await ada.private.after(after)
        await server.drained()
        assert (await program.end())[0] == 0

    await each_way(scenario, tmp_path)


async def test_forged_presses(tmp_path: Path, dice: random.Random) -> None:
    """A press that is forged, foreign, old or sent again has no effect, and nothing goes wrong."""

    async def scenario(server: BotApi, program: Program) -> None:
        await program.start()
        people = await victims(server, 8)
        before, _, _ = program.effects()
        for _ in range(600):
            forged(server, people, dice)
        await server.drained(60)
        assert (await program.end())[0] == 0
        assert program.effects()[0] == before
        assert wrong(program.complaints) == []

    await each_way(scenario, tmp_path, *INVENTED)


async def test_flood(tmp_path: Path) -> None:
    """Somebody who sends a thousand messages is answered a dozen times, while everybody else is served."""

    async def scenario(server: BotApi, program: Program) -> None:
        await program.start()
        found = await flood(server, 1000, 4.0, 10)
        assert 1 < found.answers <= 12
        assert len(found.waits) >= 20
        assert found.percentile < 1.0
        assert wrong(program.complaints) == []

    await each_way(scenario, tmp_path, LIMITS__AT_ONCE="10")


async def test_an_unanswered_flood_leaves_the_question(server: BotApi, tmp_path: Path) -> None:
    """Who is asked to write more slowly finds the open question as it was, with its buttons."""
    async with Program(server, tmp_path, LIMITS__AT_ONCE="2") as program:
        await program.start()
        ada = server.user("Ada", language_code="en")
        await ada.private.after(ada.says("/pledge"))
        while "faster" not in ada.private.last.text:
            question = ada.private.last
            await ada.private.after(ada.says("word"))
        for _ in range(3):
            ada.says("word")
        await server.drained()
        await asyncio.sleep(0.3)
        assert question.labels != [], f"{question} can no longer be tapped"


# --- a conversation that fails


@dataclass
class Broken:
    """A conversation whose end always fails, and how often it was tried."""

    tries: int = 0

    async def finish(self, event: Event, answers: Answers, world: World, store: Records) -> Done:
        """Fail."""
        self.tries += 1
        raise ZeroDivisionError(event.text)

    @property
    def dialogue(self) -> Dialogue[World, Records]:
        """The conversation, as /broken."""
        return Dialogue("broken", Phrase("Break"), self.finish)


@asynccontextmanager
async def at_work(server: BotApi, folder: Path, broken: Broken, way: Way) -> AsyncIterator[None]:
    """Enter a bot that has a /broken as well."""
    url, host, port = webhook() if way == "webhook" else ("", "", 0)
    account = Account(server.token, f"{server.url}/bot", f"{server.url}/file/bot", url, host, port)
    dialogues = (*HANDLERS, broken.dialogue)
    world, messages = furnish(Settings(data_dir=folder))
    service = await Service.open(account, {d.name for d in dialogues}, lambda: datetime.now(UTC))
    store = await Store.open(folder / "solidarity.db")
    outbox = Outbox(store, {service.telegram.name: service.telegram})
    dispatcher = Dispatcher(Conversations(dialogues, world), messages, store, outbox)
    stopping = asyncio.Event()
    running = asyncio.create_task(service.run(dispatcher.take, {}, stopping))
    try:
        yield
        stopping.set()
        await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await outbox.drain(2)
        await store.close()
        await service.close()


@pytest.mark.parametrize("way", WAYS)
async def test_a_conversation_that_always_fails(way: Way, server: BotApi, tmp_path: Path) -> None:
    """It is tried three times and set aside with one apology; what comes next is answered, and a replay is not."""
    broken, ada = Broken(), server.user("Ada", language_code="en")
    async with at_work(server, tmp_path, broken, way):
        said = ada.says("/broken")
        update = json.loads(server.world.updates.items()[-1][1].body)
        begun = time.monotonic()
        then = ada.says("/privacy")
        await ada.private.after(then, 2)
        assert time.monotonic() - begun < 2
        assert broken.tries == TRIES == 3
        sorry, answer = await ada.private.after(said, 2)
        assert "wrong on my side" in sorry.text
        assert "wrong on my side" not in answer.text
        if way == "webhook":
            server.world.updates.push_raw(update, ada.id)
            await ada.private.after(ada.says("/help"))
    if way == "polling":  # what is old comes again only to a bot that has not confirmed it
        server.world.updates.push_raw(update, ada.id)
        async with at_work(server, tmp_path, broken, way):
            await ada.private.after(ada.says("/help"))
    assert sum("wrong on my side" in m.text for m in ada.private.bot_messages) == 1
    assert ada.private.bot_count == 3
