"""Letters written with a bot that is killed again and again, and what must be true of them in the end."""

from __future__ import annotations

import itertools
import random
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.terminal import Start, Terminal, answers, run

READY = "next"
SCRIPTS = (
    ("/letter", "1", "1", "1", "GB", "Ada Ölçer", "Leeds", "/enough", "1", READY, "1", "1 2", "2"),
    (
        "/letter",
        "1",
        "2",
        "2",
        "NO",
        "Rigs 7",
        "120",
        "/skip",
        "/skip",
        "We are many.",
        "1",
        READY,
        "2",
        "1",
        "2",
    ),
    (
        "/letter",
        "2",
        "1",
        "1",
        "1",
        "GB",
        "Ада",
        "Leeds",
        "4",
        "Nurse",
        "Мой брат — нефтяник.",
        "1",
        READY,
        "3",
        "1 3",
        "2",
    ),
    (
        "/letter",
        "2",
        "1",
        "2",
        "2",
        "NO",
        "Rigs 7",
        "120",
        "Ada",
        "Bergen",
        "/enough",
        "1",
        READY,
        "4",
        "2",
        "1",
    ),
    ("/letter", "2", "2", "1", "/skip", "/skip", "/enough", "1", READY, "1", "1", "/skip"),
    ("/letter", "2", "2", "2", "NO", "Нефтяник", *["/skip"] * 5, "1", READY, "2", "2"),
)
"""Letters of which none takes the place of another."""

_BELOW = "This one is addressed to: "
RISK = 0.5
"""How likely the bot is killed at each line."""
STEP = 0.012
"""Seconds within which it may be killed after a line was typed: about twice what it needs for one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter: what is typed, and what the bot says to each line while nothing goes wrong."""

    lines: tuple[str, ...]
    answers: tuple[str, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """The answers of the bot that ask for more: all but the last."""
        return self.answers[:-1]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Letters that were written without trouble, and what is then kept of them."""

    letters: tuple[Letter, ...]
    kept: str


def _below_the_letter(answer: str) -> str:
    """Return what stands below a letter, which comes in other words each time; any other answer is returned whole."""
    return answer[answer.find(_BELOW) :] if _BELOW in answer else answer


def rehearse(folder: Path) -> Rehearsal:
    """Return how it goes with a bot that nobody kills, whose data are in `folder`."""
    lines = [line for script in SCRIPTS for line in script]
    *said, _, kept = answers(run(folder, *lines, "/cancel", "/mydata").said)
    given = map(_below_the_letter, said)
    letters = tuple(Letter(script, tuple(next(given) for _ in script)) for script in SCRIPTS)
    for letter in letters:
        assert len(set(letter.questions)) == len(letter.lines) - 1, (
            "a script goes wrong: a question comes twice"
        )
        assert "/pledges" in letter.answers[-1], f"a script goes wrong:\n{letter.answers[-1]}"
    return Rehearsal(letters, kept)


@dataclass
class Tally:
    """How often the bot was killed, and what became of it."""

    letters: int = 0
    kills: int = 0
    """While a line was dealt with."""
    again: int = 0
    """Of these: the line had had no effect, and its question stood again."""
    starts: int = 0
    """Kills while it started."""
    back: list[float] = field(default_factory=list)
    """Seconds from each restart until the question stood again."""


class Writer:
    """Somebody who writes letters with a bot that is killed at random moments, and goes on where it stands then."""

    def __init__(
        self, start: Start, rehearsal: Rehearsal, folder: Path, dice: random.Random, tally: Tally
    ) -> None:
        self._start = start
        self._rehearsal = rehearsal
        self._folder = folder
        self._dice = dice
        self._tally = tally
        self._bot = start(folder)

    def write_all(self) -> None:
        """Write each letter once, and make sure that exactly these are kept."""
        try:
            for letter in self._rehearsal.letters:
                self._write(letter)
                self._tally.letters += 1
        finally:
            self._bot.close()
        self._check()

    def _write(self, letter: Letter) -> None:
        at = 0
        while at < len(letter.lines):
            if self._dice.random() < RISK:
                at = self._killed_at(letter, at)
            else:
                self._bot.say(letter.lines[at], letter.answers[at])
                at += 1

    def _killed_at(self, letter: Letter, at: int) -> int:
        """Kill the bot while it deals with a line, and return the line with which it goes on."""
        self._bot.type(letter.lines[at])
        time.sleep(self._dice.uniform(0, STEP))
        self._bot.close()
        self._killed_at_start()
        began = time.perf_counter()
        self._bot = self._start(self._folder)
        goes_on = stands_at(self._bot, letter, at)
        self._tally.back.append(time.perf_counter() - began)
        self._tally.kills += 1
        self._tally.again += goes_on == at
        return goes_on

    def _killed_at_start(self) -> None:
        """Kill the bot while it starts, sometimes; sometimes more than once."""
        while self._tally.back and self._dice.random() < RISK / 4:
            self._bot = self._start(self._folder)
            self._bot.type("/letter")
            time.sleep(self._dice.uniform(0, self._tally.back[-1]))
            self._bot.close()
            self._tally.starts += 1

    def _check(self) -> None:
        """Make sure that what is kept is what the rehearsal kept, once, and that the database is sound."""
        bot = self._start(self._folder)
        bot.type("/cancel")  # what may be open
        bot.type("/cancel")  # the letter that /kit would go on with
        bot.type("/mydata")
        kept = answers(bot.leave())[-1]
        assert kept == self._rehearsal.kept, f"{kept}\nis kept; what was told is:\n{self._rehearsal.kept}"
        with closing(sqlite3.connect(self._folder / "solidarity.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            counted = "SELECT (SELECT count(*) FROM pledge), (SELECT count(*) FROM delivery)"
            assert database.execute(counted).fetchone() == (len(self._rehearsal.letters), 0)


def survive(start: Start, rehearsal: Rehearsal, folder: Path, kills: int, dice: random.Random) -> Tally:
    """Return what becomes of letters while the bot is killed `kills` times or a few more, with data below `folder`.

    AssertionError says what was lost or recorded twice, if anything was.
    """
    tally, rounds = Tally(), itertools.count(1)
    while tally.kills < kills:
        Writer(start, rehearsal, folder / str(next(rounds)), dice, tally).write_all()
    return tally


def stands_at(bot: Terminal, letter: Letter, at: int) -> int:
    """Return the line to go on with after a restart, by the question that stands: line `at`, or the one behind it."""
    goes_on = letter.questions.index(bot.say("/letter", *letter.questions)) + 1
    if goes_on == 1 and at == len(letter.questions):  # the letter had come to its end, and this is a new one
        return len(letter.lines)
    assert at <= goes_on <= at + 1, (
        f"killed at line {at + 1} of {letter.lines}, it went on at line {goes_on + 1}"
    )
    return goes_on
