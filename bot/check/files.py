"""A pack's other files: what lies in the folder and belongs to nothing, and what an appeal cannot show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.campaigns.loading import MAIN_FILE, MISSIONS_FILE
from bot.check.finding import Finding
from bot.check.pack import Pack, letter_file
from bot.config_errors import did_you_mean, read_text

_NOT_SHOWN = (
    (re.compile(r"^ *\|?(?: *:?-{2,}:? *\|)+(?: *:?-{2,}:?)? *$"), "a table cannot be shown; make it a list"),
    (re.compile(r"!\[[^\]]*\]\("), "a picture cannot be shown; say what is on it"),
    (re.compile(r"<(?:table|img|br|b|i|p|div|span|a)\b[^>]*>"), "HTML is shown as it is typed; use Markdown"),
)


def strays(pack: Pack) -> Iterator[Finding]:
    """Yield the files that nothing asks for and whose names are nearly those of a file that would be read."""
    letters = (letter_file(kind, language) for kind, language in pack.letters)
    known = (MAIN_FILE, MISSIONS_FILE, *(f"appeal.{language}.md" for language in pack.languages), *letters)
    for path in sorted(pack.folder.iterdir()):
        if path.name[0] not in "._" and path.name not in known and (near := did_you_mean(path.name, known)):
            yield Finding(path.name, "the whole file", f"is not read{near}", "stray-file")


def appeals(pack: Pack) -> Iterator[Finding]:
    """Yield the lines of an appeal that people would see as signs, not as what they mean."""
    for language in pack.languages:
        file = f"appeal.{language}.md"
        for number, line in enumerate(read_text(pack.folder / file).splitlines(), 1):
            for pattern, what in _NOT_SHOWN:
                if pattern.search(line):
                    yield Finding(file, f"line {number}", what, "markdown")
