"""`solidarity-bot export`, `open` and `audit`: the real program, beside the bot and on an organiser's own computer."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from bot.events import Chat, Person
from bot.store.store import Store
from tests.bot.reading import text
from tests.bot.sheets import fill
from tests.bot.store.people import pledge
from tests.door import KEY
from tests.terminal import PATIENCE, surroundings

ORGANISERS = "telegram:4815162342,matrix:@ada:example.org"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """The database of a bot that runs, with three letters in it."""
    opened = await Store.open(tmp_path / "data" / "solidarity.db", KEY)
    await fill(opened, ("Union A", "=Union B"))
    async with opened.work() as work:
        await work.add_pledge(Person("wire", "later"), replace(pledge("nagaworld-2021"), country=None))
    yield opened
    await opened.close()


@pytest.fixture
def folder(store: Store) -> Path:
    """Its data folder."""
    return store.path.parent


def program(folder: Path, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """Return how the program ended, and what it wrote."""
    given = {"OWNER_KEY": KEY, "ORGANISERS__ACCOUNTS": ORGANISERS, **settings}
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        env=surroundings(folder, **given),
        cwd=folder,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def logged(folder: Path) -> list[dict[str, object]]:
    """Return the lines of the audit log."""
    file = folder / "audit.log"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


async def test_beside_the_running_bot(store: Store, folder: Path) -> None:
    """It is written to standard output; the log has a line, and every organiser is told in private by the bot."""
    ended = program(
        folder, "export", "--campaign", "zhanaozen-2011", "--status", "sent", "--since", "2026-11-01"
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    rows = list(csv.DictReader(io.StringIO(ended.stdout.decode("utf-8-sig"), newline="")))
    assert [row["organisation"] for row in rows] == ["Union A", "'=Union B"]
    [line] = logged(folder)
    assert line["who"] == "terminal"
    assert (line["form"], line["letters"]) == ("csv", 2)
    assert (line["campaign"], line["status"], line["since"]) == (["zhanaozen-2011"], ["sent"], "2026-11-01")
    async with store.work() as work:
        told = [*await work.unsent("telegram"), *await work.unsent("matrix")]
    assert [one.chat for one in told] == [
        Chat("telegram", "4815162342"),
        Chat("matrix", "@ada:example.org"),
    ]
    assert all("2 letters, CSV" in one.message.html for one in told)


async def test_a_file_for_its_owner_alone(folder: Path, tmp_path: Path) -> None:
    """`--output` makes a new file that nobody else can read; one that is there already is left as it is."""
    file = tmp_path / "letters.xlsx"
    made = program(folder, "export", "--format", "xlsx", "--output", file)
    assert made.returncode == 0
    assert made.stderr.decode() == f"{file}: 3 letters. Anybody who gets hold of the file can read it.\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    assert before.startswith(b"PK")
    again = program(folder, "export", "--format", "xlsx", "--output", file)
    assert (again.returncode, again.stdout) == (1, b"")
    assert again.stderr.decode() == f"{file}: there is such a file already; name another\n"
    assert file.read_bytes() == before
    assert len(logged(folder)) == 1
    assert sorted(one.name for one in folder.iterdir()) == [
        "audit.lock",
        "audit.log",
        "solidarity.db",
        "solidarity.db-shm",
        "solidarity.db-wal",
        "solidarity.lock",
    ]


async def test_a_page_to_hand_over(folder: Path) -> None:
    """`--format pdf` speaks of one campaign, in the language asked for."""
    ended = program(folder, "export", "--format", "pdf", "--campaign", "zhanaozen-2011", "--language", "en")
    assert ended.returncode == 0
    assert "Union A (Germany)" in text(ended.stdout)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--campaign", "zhanaozen"), "--campaign zhanaozen: there is no such campaign"),
        (("--country", "xx"), "--country XX: give the two letters of ISO 3166-1, as in DE, or none"),
        (("--format", "pdf"), "--campaign: a page to hand over is about one campaign; name it: "),
        (("--language", "xx"), "--language xx: must be one of "),
        (
            ("--since", "2026-12-01", "--until", "2026-11-01"),
            "--since 2026-12-01: it is later than --until 2026-11-01; swap them",
        ),
        (("--status", "answered", "--country", "FR"), "there is no letter that fits all you asked for"),
        (("--until", "2020-01-01"), "there is no letter that fits all you asked for; nothing was written"),
        (
            ("--output", "nowhere/letters.csv"),
            "nowhere/letters.csv: it cannot be written (no such file or directory); name another place",
        ),
    ],
)
async def test_nothing_to_write(arguments: tuple[str, ...], complaint: str, folder: Path) -> None:
    """One line says why; nothing leaves, and so nothing is logged and nobody is told."""
    ended = program(folder, "export", *arguments)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.decode().startswith(complaint)
    assert ended.stderr.count(b"\n") == 1
    assert logged(folder) == []


async def test_nothing_leaves_without_its_line(folder: Path, tmp_path: Path) -> None:
    """Where the log cannot be written, no file is."""
    (folder / "audit.log").mkdir()
    ended = program(folder, "export", "--output", tmp_path / "letters.csv")
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"audit.log" in ended.stderr
    assert not (tmp_path / "letters.csv").exists()


def test_somebody_watches(folder: Path) -> None:
    """In a terminal a bar shows how far it is, and not in what is written."""
    above, below = pty.openpty()
    given = surroundings(folder, OWNER_KEY=KEY) | {"TERM": "xterm"}
    arguments = [sys.executable, "-m", "bot", "export", "--format", "jsonl"]
    ended = subprocess.run(
        arguments, env=given, stdout=subprocess.PIPE, stderr=below, timeout=PATIENCE, check=True
    )
    os.close(below)
    shown = b""
    while True:
        try:
            shown += os.read(above, 65_536)
        except OSError:  # nobody has the other end any more
            break
    os.close(above)
    assert b"3/3" in shown
    assert len(ended.stdout.splitlines()) == 3


async def test_sealed_and_opened(folder: Path, tmp_path: Path) -> None:
    """With keys in the settings nothing leaves but what their owners can read, on a computer without any settings."""
    mine, yours, other = (pyrage.x25519.Identity.generate() for _ in range(3))
    keys = ",".join(str(one.to_public()) for one in (mine, yours))
    file, home = tmp_path / "letters.csv.age", tmp_path / "home"
    bare = program(folder, "export", "--output", file.with_suffix(""), ORGANISERS__RECIPIENTS=keys)
    assert (bare.returncode, logged(folder)) == (1, [])
    assert "name it letters.csv.age" in bare.stderr.decode()
    made = program(folder, "export", "--output", file, ORGANISERS__RECIPIENTS=keys)
    assert made.returncode == 0
    assert "for the owners of the keys in organisers.recipients alone" in made.stderr.decode()
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"Union A" not in file.read_bytes()
    assert logged(folder)[0]["sealed"] is True
    home.mkdir()
    for name, identity in (("mine", mine), ("other", other)):
        (home / name).write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    refused = program(home, "open", file, "--identity", home / "other")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert "it was sealed to other keys" in refused.stderr.decode()
    opened = program(home, "open", file, "--identity", home / "mine")
    assert opened.returncode == 0, opened.stderr
    written = tmp_path / "letters.csv"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert b"Union A" in written.read_bytes()
    assert sorted(one.name for one in home.iterdir()) == ["mine", "other"]


async def test_a_file_that_cannot_be_opened(folder: Path, tmp_path: Path) -> None:
    """Damaged, cut off, no sealed file, no key: one line says which, and no half of it is left."""
    mine = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(mine))
    whole = pyrage.encrypt(b"x" * 300_000, [mine.to_public()])
    faults = {
        "cut.age": (whole[:-1000], "key", "cut.age: it is not a sealed file, or it is damaged or cut off"),
        "changed.age": (
            whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
            "key",
            "changed.age: it is not a sealed file, or it is damaged",
        ),
        "other.age": (b"campaign,letter\r\n", "key", "other.age: it is not a sealed file"),
        "missing.age": (None, "key", "missing.age: no such file or directory"),
        "no-key.age": (whole, "no-such", "no-such: the key cannot be read (no such file or directory)"),
        "empty-key.age": (whole, "other.age", "other.age: there is no secret key of age in it"),
        "letters.csv": (whole, "key", "letters.csv: its name does not end in .age"),
    }
    for name, (data, key, complaint) in faults.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
        ended = program(tmp_path, "open", tmp_path / name, "--identity", tmp_path / key)
        assert (ended.returncode, ended.stdout) == (1, b"")
        assert ended.stderr.decode().startswith(f"{tmp_path}/{complaint}"), ended.stderr
        assert ended.stderr.count(b"\n") == 1
    assert not any(
        (tmp_path / name.removesuffix(".age")).exists() for name in faults if name.endswith(".age")
    )


@pytest.mark.parametrize("key", ["age1nonsense", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1QQQ"])
async def test_a_wrong_key_in_the_settings(key: str, folder: Path) -> None:
    """It is one line about the settings, which repeats nothing of a secret; and nothing leaves."""
    ended = program(folder, "export", ORGANISERS__RECIPIENTS=key)
    assert (ended.returncode, ended.stdout) == (1, b"")
    [line] = ended.stderr.decode().splitlines()
    assert line.startswith("SOLIDARITY_ORGANISERS__RECIPIENTS, entry 1: is ")
    assert key not in line
    assert logged(folder) == []


def test_a_day_that_is_none(folder: Path) -> None:
    """It is said how a day is written, without a word of the language of computers."""
    ended = program(folder, "export", "--since", "30.11.2026")
    assert ended.stderr.decode().endswith("'--since': 30.11.2026: write a day like 2026-11-30\n")


async def test_the_log_is_shown_and_verified(store: Store, folder: Path) -> None:
    """`audit show` names an organiser's account, as long as it is one; `audit verify` finds a line that was changed."""
    from bot.audit import AuditLog

    await AuditLog(store).record(
        store.owners.actor(Person("telegram", "4815162342")), "export", {"letters": 3}
    )
    assert program(folder, "export").returncode == 0
    shown = program(folder, "audit", "show").stdout.decode().splitlines()
    assert [line.split("UTC  ")[1] for line in shown] == [
        "telegram:4815162342  export letters=3",
        "terminal  export form=csv letters=3",
    ]
    former = program(folder, "audit", "show", ORGANISERS__ACCOUNTS="telegram:1").stdout.decode()
    assert "4815162342" not in former
    sound = program(folder, "audit", "verify")
    assert (sound.returncode, sound.stderr) == (0, b"")
    assert b"2 lines" in sound.stdout
    log = folder / "audit.log"
    log.write_bytes(log.read_bytes().replace(b'"letters":3', b'"letters":1', 1))
    found = program(folder, "audit", "verify")
    assert (found.returncode, found.stdout) == (1, b"")
    *faults, advice = found.stderr.decode().splitlines()
    assert faults[0].startswith(f"{log}, line 1: this line or the one before it was changed")
    assert advice.startswith("Keep a copy of it as it is, and tell the other organisers")
    log.unlink()
    assert program(folder, "audit", "verify").returncode == 1
    gone = program(folder, "audit", "show").stderr.decode()
    assert gone.startswith(f"{log}: it is not there any more; ")


DAMAGES = (
    (b'"form":', b'"form'),
    (b'"at":"2', b'"at":"x'),
    (b'"who"', b'"whom"'),
    (b'"who":"terminal"', b'"who":["terminal"]'),
    (b'{"no":1', b'{"no":\xff'),
    (b"\n", b""),
)


async def test_a_damaged_log_is_shown(folder: Path) -> None:
    """Whatever was done to a line, the others are shown; of one that cannot be read it is said which it is."""
    assert program(folder, "audit", "show").stderr == b"Nothing was ever taken out.\n"
    assert program(folder, "audit", "verify").stdout == b"Nothing was ever taken out.\n"
    for _ in range(2):
        assert program(folder, "export").returncode == 0
    log = folder / "audit.log"
    sound = log.read_bytes()
    for before, after in DAMAGES:
        log.write_bytes(sound.replace(before, after, 1))
        ended = program(folder, "audit", "show")
        assert ended.returncode == 0
        shown, told = ended.stdout.decode().splitlines(), ended.stderr.decode().splitlines()
        assert len(shown) + len(told) == log.read_bytes().count(b"\n")
        assert all(line.startswith(f"{log}, line 1: it is damaged and cannot be shown") for line in told)
        assert program(folder, "audit", "verify").returncode == 1


def test_a_sealed_file_is_not_for_a_terminal(folder: Path) -> None:
    """Where somebody would see signs that say nothing, they are asked to name a file; nothing leaves."""
    key = str(pyrage.x25519.Identity.generate().to_public())
    above, below = pty.openpty()
    given = surroundings(folder, OWNER_KEY=KEY, ORGANISERS__RECIPIENTS=key)
    arguments = [sys.executable, "-m", "bot", "export"]
    ended = subprocess.run(
        arguments, env=given, stdout=below, stderr=subprocess.PIPE, timeout=PATIENCE, check=False
    )
    os.close(below)
    os.close(above)
    assert (ended.returncode, logged(folder)) == (1, [])
    assert ended.stderr == b"--output: name a file; a sealed file cannot be shown in a terminal\n"


async def test_a_sealed_export_in_the_log(folder: Path) -> None:
    """The log says that a file was sealed."""
    key = str(pyrage.x25519.Identity.generate().to_public())
    assert program(folder, "export", ORGANISERS__RECIPIENTS=key).returncode == 0
    shown = program(folder, "audit", "show").stdout.decode()
    assert shown.endswith("terminal  export form=csv letters=3 sealed\n")


def kill_while_it_writes(folder: Path, **environment: str) -> None:
    """Start an export, and kill it as soon as it writes."""
    arguments = [sys.executable, "-m", "bot", "export", "--format", "xlsx"]
    given = surroundings(folder, OWNER_KEY=KEY) | environment
    with subprocess.Popen(arguments, env=given, cwd=folder, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(2) == b"PK"
        process.send_signal(signal.SIGKILL)


async def test_killed_in_the_middle(store: Store, folder: Path) -> None:
    """Whoever kills it finds nothing of the letters in the data folder or among the temporary files."""
    await fill(store, tuple(f"Union no. {number} of a place called Quedlinburg" for number in range(3000)))
    temporary = folder.parent / "tmp"
    temporary.mkdir()
    kill_while_it_writes(folder, TMPDIR=str(temporary))
    assert len(logged(folder)) == 1
    assert list(temporary.iterdir()) == []
    others = [one for one in folder.iterdir() if not one.name.startswith("solidarity.db")]
    assert not any(b"Quedlinburg" in one.read_bytes() for one in others)
