"""The bot on Telegram dies at any moment, or loses its database for a while: nothing is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.botapi import BotApi, Delay, Drop, Hang, Message, NotJson, ServerError, TooMany
from tests.program import wrong
from tests.telegram_pledgers import Ordeal, Rehearsal, killed, rehearsed, terminated
from tests.telegram_program import UNKNOWN_FATE, Program, careless, each_way

HELD = 6.5
"""Seconds for which another program holds the database: longer than the bot waits at once."""


@pytest.fixture
def dice() -> random.Random:
    """Chance; a failed test shows the seed that brings it back."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed: {seed}")  # noqa: T201  # for pytest, which shows it only if the test fails
    return random.Random(seed)


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """How pledges go while nothing happens to the bot."""
    return asyncio.run(rehearsed(tmp_path_factory.mktemp("rehearsal")))


async def test_killed_again_and_again(rehearsal: Rehearsal, tmp_path: Path, dice: random.Random) -> None:
    """However often it is killed, each update has its effect once, each answer comes, each pledge is as it was told."""

    async def scenario(server: BotApi, program: Program) -> None:
        people = rehearsal.people(server, 200)
        tally = await Ordeal(server, program, people, killed, dice, start=0.2).survive(40)
        assert tally.updates >= 200
        assert wrong(program.complaints) == []
        assert UNKNOWN_FATE not in program.complaints

    await each_way(scenario, tmp_path, forked=True)


async def test_asked_to_end_again_and_again(
    rehearsal: Rehearsal, tmp_path: Path, dice: random.Random
) -> None:
    """Asked to end, it finishes what it says, however slowly that goes, and says nothing twice."""

    async def scenario(server: BotApi, program: Program) -> None:
        people = rehearsal.people(server, 60)
        for fault in (Delay(0.4), Delay(0.4, done=True)):
            server.fails(fault, "sendMessage", times=None, when=lambda call: dice.random() < 0.1)
        tally = await Ordeal(server, program, people, terminated, dice, risk=0).survive(8)
        assert tally.again == 0
        assert wrong(program.complaints) == []
        assert UNKNOWN_FATE not in program.complaints

    await each_way(scenario, tmp_path, forked=True)


async def test_asked_to_end_while_nothing_gets_through(tmp_path: Path) -> None:
    """What hangs at the end is given up in time, known as not said, and said after the next start."""

    async def scenario(server: BotApi, program: Program) -> None:
        await program.start()
        people = [server.user(f"Ada {n}", language_code="en") for n in range(20)]
        hanging = [
            server.fails(Hang(), method, times=None) for method in ("sendMessage", "answerCallbackQuery")
        ]
        for user in people:
            user.presses(user.says("/pledge"), data="a|forged|button")
        await server.calls.wait_for("sendMessage", len(people))
        await terminated(program)
        for rule in hanging:
            rule.cancel()
        queued = program.queued()
        assert program.rows("SELECT count(*) FROM delivery") == [(queued,)]
        await program.start()
        for user in people:
            await user.private.wait_for(queued // len(people))
        await server.drained()
        await terminated(program)
        assert sum(user.private.bot_count for user in people) == queued == program.queued()
        assert program.rows("SELECT count(*) FROM delivery") == [(0,)]
        assert wrong(program.complaints) == []
        assert UNKNOWN_FATE not in program.complaints

    await each_way(scenario, tmp_path, forked=True)


# --- trouble with the database


@contextmanager
def held(program: Program) -> Iterator[None]:
    """Enter a time in which another program holds the bot's database."""
    with closing(sqlite3.connect(program.database, isolation_level=None)) as thief:
        thief.execute("BEGIN IMMEDIATE")
        yield
        thief.execute("ROLLBACK")


async def test_the_database_is_held_by_another_program(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """While nothing can be recorded nothing is confirmed; afterwards each update has its effect once, in order."""

    async def scenario(server: BotApi, program: Program) -> None:
        await begun(server, program)
        people = [p for p in rehearsal.people(server, 300) if p.manner == "hurries"]
        with held(program):
            for person in people:
                while not person.finished:
                    person.go_on()
            waiting = server.pending
            await asyncio.sleep(HELD)
            assert server.pending == waiting == sum(len(p.script.steps) for p in people)
            assert [p for p in people if p.user.private.bot_messages] == []
            if server.webhook:
                assert "503" in server.webhook.last_error["last_error_message"]
        await server.drained(60)
        await terminated(program)
        records, seen, queued = program.effects()
        assert records == sorted(person.record for person in people)
        assert (seen, queued) == (1 + waiting, 1 + sum(p.script.queued for p in people))
        assert [p for p in people if not p.sees(len(p.script.steps) - 1)] == []

    await each_way(scenario, tmp_path, LIMITS__AT_ONCE="12")


async def test_asked_to_end_while_the_database_is_held(tmp_path: Path) -> None:
    """Even then it ends in time, and what it could not record comes again."""

    async def scenario(server: BotApi, program: Program) -> None:
        await begun(server, program)
        people = [server.user(f"Ada {n}", language_code="en") for n in range(5)]
        with held(program):
            said = {user: user.says("/pledge") for user in people}
            await asyncio.sleep(0.5)
            await terminated(program)
        await program.start()
        for user in people:
            await user.private.after(said[user])
        await server.drained()
        assert program.effects()[1:] == (1 + len(people), 1 + len(people))

    await each_way(scenario, tmp_path, forked=True)


async def begun(server: BotApi, program: Program) -> None:
    """Start the bot, and let somebody be answered."""
    await program.start()
    somebody = server.user("Somebody", language_code="en")
    await somebody.private.after(somebody.says("/help"))
    await server.drained()
    for _ in range(500):
        if not program.rows("SELECT * FROM delivery"):
            return
        await asyncio.sleep(0.02)
    pytest.fail("an answer that was given is not recorded as given")


# --- the log

SAID = (
    "/letter zhanaozen-2011",
    "1",
    "1",
    "1",
    "Sprocket Ölçer",
    "Leeds",
    "GB",
    "My pipeline",
    "1",
    "/pledge",
    "2",
)
SECRETS = {"Lovelace", "ada_of_leeds", "Sprocket", "Ölçer", "Leeds", "pipeline", "zhanaozen", "/letter"}
"""What a supporter is called, and what they say."""


async def test_what_the_log_says_of_people(tmp_path: Path) -> None:
    """At its most talkative, and with everything going wrong, the log holds no token, name, id or word of anybody."""
    log = tmp_path / "bot.log"
    await asyncio.gather(harassed(tmp_path / "1"), harassed(tmp_path / "2", LOG__FILE=str(log)))
    assert "WARNING" in log.read_text(encoding="utf-8")
    innocent(log.read_text(encoding="utf-8"))


async def harassed(folder: Path, **settings: str) -> None:
    """Let somebody talk with a bot whose calls fail in every way, and look at what it wrote to standard error."""
    chosen = {"LOG__LEVEL": "debug", **settings}
    async with BotApi() as server, Program(server, folder, "polling", forked=True, **chosen) as program:
        await program.start()
        ada = server.user("Ada", last_name="Lovelace", username="ada_of_leeds", language_code="en")
        for fault in (
            TooMany(1),
            ServerError(502),
            ServerError(500, done=True),
            NotJson(),
            Drop(),
            Drop(done=True),
        ):
            server.fails(fault, "sendMessage", times=2)
        for fault in (
            TooMany(1),
            NotJson(f'{{"ok":true,"result":[{{"update_id":1,"message":{{"text":"{SAID[4]}'),
        ):
            server.fails(fault, "getUpdates")
            server.fails(fault, "sendMessage")
        for words in SAID:
            ada.says(words)
            await asyncio.sleep(0.05)
        ada.says("Sprocket")
        ada.presses((await ada.private.wait_for(1))[0], data="Sprocket|pipeline|Lovelace")
        ada.sends_photo(caption="pipeline")
        server.update("message", {"text": {"Sprocket": "pipeline"}, "chat": ada.private.to_json()})
        server.update("message", awry(ada.says("pipeline")))
        await server.drained(60)
        await terminated(program)
        assert careless(server) == []
        innocent(program.complaints.replace(f"@{server.world.bot['username']}", ""))


def awry(said: Message) -> dict[str, object]:
    """Return a message that can be read, but not dealt with."""
    told = said.to_json()
    return told | {"from": told["from"] | {"language_code": {"Sprocket": "pipeline"}}}


def innocent(log: str) -> None:
    """Make sure that a log says nothing of anybody."""
    token = BotApi().token
    ids = {"5000000001", token, token.partition(":")[2]}
    assert {one for one in SECRETS | ids if one.casefold() in log.casefold()} == set()
