"""`check` on translations: what is wrong in a catalogue, and who signed it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bot.spoiling import Change, edit, to

ROOT = Path(__file__).parents[2]
DAY = "2026-11-24"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy of the whole program, with a catalogue to spoil."""

    folder: Path

    @property
    def catalogue(self) -> Path:
        return self.folder / "bot" / "locales" / "ru" / "LC_MESSAGES" / "bot.po"

    def check(self) -> tuple[int, list[str]]:
        """Return the exit status and the lines of `python -m bot check`."""
        config = str(ROOT / "config.example.toml")
        done = subprocess.run(
            [sys.executable, "-m", "bot", "--config", config, "check", "--on", DAY],
            cwd=self.folder,
            env={**os.environ, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not done.stderr
        return done.returncode, done.stdout.splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A copy of the program as it is here, with Russian alone."""
    for folder in ("bot", "handlers", "templates"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "locales")
        )
    russian = Path("bot", "locales", "ru")
    shutil.copytree(ROOT / russian, tmp_path / russian)
    return Checkout(tmp_path)


def in_translation(old: str, new: str) -> Change:
    """Return the change of `old` to `new` in the first one-line translation that has it."""
    return lambda text: re.sub(
        rf'^(msgstr ".*){re.escape(old)}', lambda found: found[1] + new, text, count=1, flags=re.MULTILINE
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (in_translation("%(city)s", "%(town)s"), r"has the placeholder %\(city\)s, .* \[placeholders\]"),
        (in_translation("{office}", "office"), r"has the placeholder \{office\}, .* \[placeholders\]"),
        (in_translation("%(date)s", "%(date)"), r"has the placeholder %\(date\)s, .* \[placeholders\]"),
        (in_translation("</b>", ""), r"has the tag </b>, its translation has not \[tags\]"),
        (
            in_translation("/letter", "/lettre"),
            r"has the command /letter, its translation has not \[commands\]",
        ),
        (
            in_translation("/cancel", "cancel"),
            r"has the command /cancel, its translation has not \[commands\]",
        ),
        (
            lambda text: f'{text}\nmsgid "Never said"\nmsgstr "Никогда"\n',
            r"“Never said” is no longer said; bring the new texts in, or take it out \[obsolete\]",
        ),
        (lambda text: f"{text}\nmsgid Unquoted\n", r"is not a line of a catalogue \[catalogue\]"),
    ],
    ids=["field", "braces", "broken field", "tag", "command", "word", "obsolete", "unreadable"],
)
def test_a_fault_in_a_translation_is_named_on_one_line(checkout: Checkout, change: Change, says: str) -> None:
    """The line says catalogue, line number, the English text and what is wrong with its translation."""
    edit(checkout.catalogue, change)
    status, lines = checkout.check()
    [line] = (
        line for line in lines if not line.startswith("    ") and not re.search(": (to do: |a draft)", line)
    )
    assert status == 1
    assert re.fullmatch(rf"bot/locales/ru/LC_MESSAGES/bot\.po: line \d+: (“.*” )?{says}", line)


def test_what_is_not_translated_yet_is_no_fault(checkout: Checkout) -> None:
    """Missing translations are counted and listed by their English, and the check passes; so with fuzzy ones."""
    edit(checkout.catalogue, to('msgid "Post"\nmsgstr "Почта"', 'msgid "Post"\nmsgstr ""'))
    edit(checkout.catalogue, to('msgid "Fax"', '#, fuzzy\nmsgid "Fax"'))
    status, [to_do, *texts, _, all_well] = checkout.check()
    assert status == 0
    assert to_do.startswith(
        f"bot/locales/ru/LC_MESSAGES/bot.po: to do: {len(texts)} texts are not translated yet"
    )
    assert to_do.endswith("so this is no fault")
    assert {"    Fax", "    Post"} <= set(texts)
    assert all_well == "2 campaigns, 2 languages: nothing to mend."


@pytest.mark.parametrize(
    ("name", "says"),
    [(" ", "a draft, not signed yet"), (" Ада Лавлейс", "signed by Ада Лавлейс")],
)
def test_who_signed_a_translation(checkout: Checkout, name: str, says: str) -> None:
    """One line says who has reviewed a translation, or that it is a draft, which is no fault."""
    edit(checkout.catalogue, to("# X-Reviewed-By:", f"# X-Reviewed-By:{name}"))
    status, lines = checkout.check()
    assert status == 0
    assert lines == [
        f"bot/locales/ru/LC_MESSAGES/bot.po: {says}",
        "2 campaigns, 2 languages: nothing to mend.",
    ]


def test_a_translation_that_nobody_could_sign(checkout: Checkout) -> None:
    """A catalogue without the line for its reviewer is a draft."""
    edit(checkout.catalogue, to("# X-Reviewed-By:\n", ""))
    assert checkout.check()[1][0] == "bot/locales/ru/LC_MESSAGES/bot.po: a draft, not signed yet"
