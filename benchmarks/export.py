"""Exports of 10,000 and 1,000,000 letters by the real program: peak memory, and time beside the sqlite3 shell's CSV.

The shell is given the very statement of the export, with its conditions, and writes its columns as CSV, but for the
names, which it cannot open and writes as they are sealed in the file; ours is `solidarity-bot export`, with its start,
the count, the line in the audit log, each name opened, and each cell looked at for what a spreadsheet might take for a
formula. Both write into a file on the same disk, and take turns. Every letter goes by two
ways; one in seven is an organisation's and one in five a person's who agreed to be named. Beside a busy machine's clock
stands the processor time of the whole process; memory is the largest that the process ever had (ru_maxrss).

    python benchmarks/export.py [LETTERS] [ROUNDS]
"""

from __future__ import annotations

import asyncio
import os
import platform
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.export.columns import COLUMNS
from bot.store.connection import compiled
from bot.store.exporting import LETTERS
from bot.store.sealing import Seal
from bot.store.store import Store

KEY = "a key for a benchmark, of more than 32 characters"
FEW = 10_000
COUNTRIES = ("DE", "FR", "KZ", "GB", "BR", "TR", None)


@dataclass(frozen=True, slots=True)
class Run:
    """One process: seconds by the clock and of the processor, and its largest memory in MB."""

    clock: float
    effort: float
    memory: float


def letters(number: int) -> Iterator[tuple[object, ...]]:
    """Yield so many pledges, as the table has them."""
    chance = random.Random(20111216)
    for n in range(1, number + 1):
        consent = "organisation" if n % 7 == 0 else "name" if n % 5 == 0 else "nothing"
        name = f"Ada Ünal {n}" if consent == "name" else None
        union = f"Union «Ақ жайық», no. {n}" if consent == "organisation" else None
        status, day = chance.choice(("pledged", "sent", "sent")), f"2026-11-{1 + n % 28:02}"
        sender, country = "organisation" if union else "person", chance.choice(COUNTRIES)
        at = 1_795_700_000 + n
        yield (
            *(n, f"{n:032x}", "zhanaozen-2011", "protest", sender, country, status, day),
            *(name, union, consent, "2026-11", at, at),
        )


def filled(folder: Path, number: int) -> Path:
    """Return a database with so many letters."""
    path = folder / "solidarity.db"

    async def make() -> None:
        await (await Store.open(path, KEY)).close()

    asyncio.run(make())
    with closing(sqlite3.connect(path)) as database:
        Seal(KEY).lend(database)
        name, union = "sealed('pledge.name', ?)", "sealed('pledge.organisation', ?)"
        insert = f"INSERT INTO pledge VALUES (?, ?, ?, ?, ?, ?, ?, ?, {name}, {union}, ?, ?, ?, ?)"  # noqa: S608
        database.executemany(insert, letters(number))
        ways = (
            (n, to, by) for n in range(1, number + 1) for to, by in (("kmg", "email"), ("president", "post"))
        )
        database.executemany("INSERT INTO pledge_way VALUES (?, ?, ?)", ways)
        database.commit()
    return path


def statement() -> str:
    """Return the statement of the export with its values in it, as one types it into the shell."""
    sql = compiled(LETTERS)
    filters = {"campaigns": "[]", "countries": "[]", "statuses": "[]", "since": "", "until": "9999-99-99"}
    values = {**sql.constants, **filters}
    text = sql.text
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f":{name}", "'" + str(values[name]).replace("'", "''") + "'")
    return re.sub(r"opened\('[\w.]+', (CASE .*? END)\)", r"\1", text)


def run(command: Sequence[str], folder: Path, into: Path) -> Run:
    """Return what a process took."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SOLIDARITY_")},
        "SOLIDARITY_DATA_DIR": str(folder),
        "SOLIDARITY_OWNER_KEY": KEY,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    with into.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, env=environment)  # noqa: S603  # ours
        _, status, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return Run(took, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


def ours(form: str) -> list[str]:
    """Return the command of an export."""
    return [sys.executable, "-m", "bot", "export", "--format", form]


def shell(path: Path) -> list[str]:
    """Return the command of the sqlite3 shell."""
    found = shutil.which("sqlite3")
    if not found:
        raise SystemExit("there is no sqlite3 shell here to compare with: install sqlite3")
    return [found, "-csv", "-header", str(path), statement()]


def main() -> None:
    """Measure, and print the table."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folders = {FEW: Path(name, "few"), number: Path(name, "many")}
        for letters_, folder in folders.items():
            folder.mkdir(mode=0o700)
            filled(folder, letters_)
        few, many = folders[FEW], folders[number]
        small = {form: run(ours(form), few, Path(name, "out")).memory for form in ("csv", "jsonl", "xlsx")}
        taken: dict[str, list[Run]] = {way: [] for way in ("sqlite3 shell", "csv", "jsonl", "xlsx")}
        sizes = {}
        for _ in range(rounds):
            for way, runs in taken.items():
                command = shell(many / "solidarity.db") if way == "sqlite3 shell" else ours(way)
                runs.append(run(command, many, Path(name, "out")))
                sizes[way] = Path(name, "out").stat().st_size / 1e6
        show(taken, small, sizes, number)
    print(
        f"medians of {rounds} round{'s' * (rounds > 1)}; {len(COLUMNS)} columns; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {platform.system()}; {os.cpu_count()} cores, on which {busy:.1f} other "
        "programs ran when it began"
    )


def show(taken: dict[str, list[Run]], small: dict[str, float], sizes: dict[str, float], number: int) -> None:
    """Print a row for each way."""
    base = taken["sqlite3 shell"]
    print(
        f"{number:,} letters       clock  of the shell  processor  of the shell  memory  of {FEW:,}     file"
    )
    for way, runs in taken.items():
        clock, effort = (statistics.median(getattr(r, key) for r in runs) for key in ("clock", "effort"))
        by_clock = statistics.median(a.clock / b.clock for a, b in zip(runs, base, strict=True))
        by_effort = statistics.median(a.effort / b.effort for a, b in zip(runs, base, strict=True))
        memory = max(r.memory for r in runs)
        less = f"{small[way]:7.0f} MB" if way in small else "         –"
        print(
            f"{way:17} {clock:7.1f} s {by_clock:13.2f} {effort:8.1f} s {by_effort:13.2f} {memory:4.0f} MB {less} "
            f"{sizes[way]:5.0f} MB"
        )


if __name__ == "__main__":
    main()
