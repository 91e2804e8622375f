"""What is wrong with a configuration or its files, in plain words that repeat nothing which may be secret."""

from __future__ import annotations

import difflib
import json
import os
import re
import shlex
import stat
import tomllib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

Key = tuple[int | str, ...]
"""Where a setting stands: its sections, its name, and its place in a list if it is an entry of one."""

_WORDS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false, without quotes",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number, without quotes",
    "is_instance_of": "must be a path in quotes",
    "model_type": "must be a section: its name in single square brackets on a line, and its settings below",
    "string_type": "must be text in quotes",
    "tuple_type": 'must be a list, such as ["one", "two"]',
}

_LIKENESS = 0.65
"""From 0 to 1: how much a misspelt name must be like the one that may be meant (difflib)."""

CURLY = "“”„‟«»‘’‚‹›"
"""Quotation marks that word processors put in the place of straight ones."""

AT_THE_TOP = "belongs at the top of the file, above the first line in square brackets"


class ConfigError(Exception):
    """The configuration cannot be used: `problems` says why, a line for each reason."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple("".join(c if c.isprintable() else " " for c in line) for line in problems)
        super().__init__("\n".join(self.problems))


def dotted(key: Key) -> str:
    """Return a setting's name as one writes about it: `log.level`, or `campaigns, entry 1`."""
    names = [part for part in key if isinstance(part, str)]
    return ".".join(name if re.fullmatch(r"[\w-]+", name) else json.dumps(name) for name in names) + _entry(
        key
    )


def variable(prefix: str, key: Key) -> str:
    """Return the name of the environment variable for a setting, such as `SOLIDARITY_LOG__LEVEL`."""
    return prefix + "__".join(part for part in key if isinstance(part, str)).upper() + _entry(key)


def _entry(key: Key) -> str:
    return f", entry {key[-1] + 1}" if isinstance(key[-1], int) else ""


def did_you_mean(word: object, known: Iterable[str], prefix: str = "") -> str:
    """Return the end of a sentence that offers the known name nearest to `word`, or nothing if none is near.

    A `prefix` that all names share stands before the offered one; it is left out of the comparison.
    """
    names = {name.removeprefix(prefix).lower(): name for name in known}
    near = difflib.get_close_matches(str(word).removeprefix(prefix).lower(), names, 1, _LIKENESS)
    return f"; did you mean {names[near[0]]}?" if near else ""


def words(error: ErrorDetails, settings: Collection[str]) -> str:
    """Return what `error` says, for somebody who knows no Python; `settings` are the names there are."""
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            section, name = error["loc"][:-1], str(error["loc"][-1])
            if section and name in settings and not any(known.startswith(f"{name}.") for known in settings):
                return AT_THE_TOP
            elsewhere = [known for known in settings if known.rpartition(".")[2] == name]
            if not section and len(elsewhere) == 1:
                return f"there is no such setting; did you mean {elsewhere[0]}?"
            return f"there is no such setting{did_you_mean(dotted(error['loc']), settings)}"
        case "literal_error":
            options = re.findall(r"'(\w+)'", context["expected"])
            return f"must be one of {', '.join(options)}{did_you_mean(error['input'], options)}"
        case "string_too_short" | "too_short":
            return f"is too short: at least {context['min_length']} characters are needed"
        case "greater_than_equal":
            return f"must be {context['ge']} or more"
        case "less_than_equal":
            return f"must be {context['le']} or less"
        case "value_error":
            return str(context["error"])
    return _WORDS.get(error["type"], "has a value that cannot be used here")


def path_from(text: str) -> Path:
    """Return the path that somebody wrote; ValueError says why it is none."""
    if not text or "\0" in text:
        raise ValueError("is not a path; give one, or leave this setting out")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("begins with ~ and a name, and nobody of that name has a home folder here") from None


def is_a(kind: Callable[[Path], bool], path: Path) -> bool:
    """Return whether `path` is of a kind, such as `Path.is_dir`; ValueError says why nobody can tell."""
    try:
        return kind(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be looked at ({error.strerror})") from None


def read_text(file: Path) -> str:
    """Return what a text file holds; ValueError says why it cannot be read."""
    try:
        return file.read_text("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        reason = "there is no such file"
    except IsADirectoryError:
        reason = "this is a folder; a file is needed here"
    except PermissionError:
        reason = "the user who runs the bot may not read this file"
    except UnicodeDecodeError:
        reason = "the file is not UTF-8 text"
    except OSError as error:
        reason = f"the file cannot be read ({error.strerror})"
    raise ValueError(reason)


def read_toml(file: Path) -> dict[str, Any]:
    """Return what a TOML file holds; ValueError says why it cannot be read, or where it is no TOML."""
    text = read_text(file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).removesuffix(")").partition(" (at ")
    lines = text.split("\n")
    if not place.startswith("line"):  # "end of document" is no help in a long file
        place = f"line {len(lines)}, column {len(lines[-1]) + 1}"
    line, column = map(int, re.findall(r"\d+", place))
    if (sign := lines[line - 1][column - 1 : column]) and sign in CURLY:
        raise ValueError(f'{place}: use straight quotation marks, ", and not {sign}')
    reason = re.sub(r"\('(.*?)',?\)", lambda found: f"“{found[1]}”".replace("', '", "."), reason)
    raise ValueError(f"{place}: this is not valid TOML ({reason[:1].lower()}{reason[1:]})")


def open_to_others(file: Path) -> str:
    """Return what is wrong with a file that holds a secret, if more people than its owner may use it."""
    if os.name == "nt" or not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ""
    return f"this file holds a secret and is open to others: chmod 600 {shlex.quote(str(file))}"
