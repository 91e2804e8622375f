"""The translators' catalogues, compared with the English texts that the bot says."""

from __future__ import annotations

import contextlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from babel import UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import PoFileError, read_po

from bot import resources
from bot.check.finding import Finding

# As in [tool.babel] of pyproject.toml and in the Makefile, neither of which is there where the bot is installed.
METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
OPTIONS = {
    "**.j2": {"lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false", "trim_blocks": "true"}
}
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "Phrase": None}

Words = str | tuple[str, ...]
"""A text in English, with its plural if it has one."""
Key = tuple[Words, str | None]
"""A text and its context, if it has one."""

_COMPARED = {
    "placeholder": re.compile(r"%\(\w+\)s|\{\w*\}|%%|[%{}]"),
    "tag": re.compile(r"</?[a-z][^<>]*>"),
    "command": re.compile(r"(?<![\w/<])/[a-z]+"),
}
_REVIEWER = re.compile(r"^# X-Reviewed-By:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
"""Who signed a catalogue, in the comment at its top; `make messages` keeps that, but no header of its own name."""
_SHOWN = 60
"""Characters of an English text by which a translator finds it."""
LISTED = 20
"""Missing texts of one catalogue that are listed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came out for one language: what is wrong, the English of what is not translated yet, and who signed it."""

    file: str
    wrong: tuple[Finding, ...]
    missing: tuple[str, ...] = ()
    reviewer: str | None = None
    """The name below which it was reviewed, "" for a draft, or None where it cannot be read."""

    def to_do(self) -> Iterator[str]:
        """Yield how many texts are missing, then each of them, or the first ones of many."""
        if self.missing:
            count = len(self.missing)
            texts = "1 text is" if count == 1 else f"{count} texts are"
            yield f"{self.file}: to do: {texts} not translated yet; English stands in, so this is no fault"
        yield from (f"    {_short(text)}" for text in self.missing[:LISTED])
        if len(self.missing) > LISTED:
            yield f"    ... and {len(self.missing) - LISTED} more"

    def signature(self) -> Iterator[str]:
        """Yield whether a reviewer has signed it."""
        if self.reviewer is not None:
            yield f"{self.file}: {f'signed by {self.reviewer}' if self.reviewer else 'a draft, not signed yet'}"


def in_use() -> frozenset[Key]:
    """Return every text that the bot says."""
    program = Path(resources.__file__).parent
    folders = (resources.templates() / "messages", program.parent / "handlers", program)
    with contextlib.redirect_stderr(io.StringIO()):  # Babel warns of texts that are "" on purpose
        return frozenset(key for folder in folders for key in _extracted(folder))


def _extracted(folder: Path) -> Iterator[Key]:
    found = extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS, directory_filter=_holds_texts)
    yield from ((words, context) for _, _, words, _, context in found)


def _holds_texts(folder: str) -> bool:
    """Return whether to look into a folder; an installed bot has all templates once more, in bot/_templates."""
    return not Path(folder).name.startswith(("_", "."))


def compare(file: Path, said: Set[Key]) -> Compared:
    """Return how a language's catalogue compares with what is `said`."""
    name = file.relative_to(Path(resources.__file__).parents[1]).as_posix()
    try:
        catalogue = _read(file)
    except (UnknownLocaleError, ValueError) as error:
        return Compared(name, (Finding(name, "the whole file", f"cannot be read: {error}", "catalogue"),))
    except PoFileError as error:
        what = "is not a line of a catalogue"
        return Compared(name, (Finding(name, f"line {error.lineno}", what, "catalogue"),))
    messages = [message for message in catalogue if message.id]
    translated = {_key(message) for message in messages if not message.fuzzy and all(_forms(message))}
    return Compared(
        name,
        tuple(finding for message in messages for finding in _wrong(message, said, name)),
        tuple(sorted(_english(words) for words, _ in said - translated)),
        _reviewer(catalogue),
    )


def _read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale=file.parents[1].name, abort_invalid=True)


def _reviewer(catalogue: Catalog) -> str:
    signed = _REVIEWER.search(catalogue.header_comment)
    return signed[1] if signed else ""


def _key(message: Message) -> Key:
    return (message.id if isinstance(message.id, str) else tuple(message.id)), message.context


def _english(words: Words) -> str:
    """Return a text, or its plural, which holds what every form of the translation must."""
    return words if isinstance(words, str) else words[-1]


def _forms(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def _wrong(message: Message, said: Set[Key], file: str) -> Iterator[Finding]:
    english = _english(_key(message)[0])
    if _key(message) not in said:
        what = f"“{_short(english)}” is no longer said; bring the new texts in, or take it out"
        yield Finding(file, f"line {message.lineno}", what, "obsolete")
        return
    for translation in filter(None, _forms(message)):
        for what, rule in _differences(english, translation):
            yield Finding(file, f"line {message.lineno}", f"“{_short(english)}” {what}", rule)


def _differences(english: str, translation: str) -> Iterator[tuple[str, str]]:
    for name in _COMPARED:
        wanted, found = _found(name, english), _found(name, translation)
        if lacking := wanted - found:
            yield f"has the {name} {_listed(lacking)}, its translation has not", f"{name}s"
        elif extra := found - wanted:
            yield f"has no {name} {_listed(extra)}, its translation has", f"{name}s"


def _found(name: str, text: str) -> Counter[str]:
    """Return what there is of a name in a text; how often counts for tags only, for each must be closed."""
    found = _COMPARED[name].findall(text)
    return Counter(found if name == "tag" else set(found))


def _listed(found: Counter[str]) -> str:
    return ", ".join(sorted(found))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN].rstrip()}..."
