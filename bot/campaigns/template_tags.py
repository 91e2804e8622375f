"""The tags of a letter's template: which are opened and never closed, and what is between the braces and unreadable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError

from bot.config_errors import CURLY, did_you_mean

_CLOSED_BY = {
    "if": "endif",
    "for": "endfor",
    "set": "endset",
    "filter": "endfilter",
    "with": "endwith",
    "wording": "endwording",
    "anyorder": "endanyorder",
}
_ENDS = tuple(_CLOSED_BY.values())
_INSIDE = {"elif": ("if",), "else": ("if", "for"), "or": ("wording",), "paragraph": ("anyorder",)}
_OPENERS = {end: (start,) for start, end in _CLOSED_BY.items()} | _INSIDE
_OUT_OF_REACH = ("include", "import", "from", "extends", "block", "macro", "call")
_KNOWN = (*_CLOSED_BY, *_OPENERS, *_OUT_OF_REACH)

_UNREADABLE = (
    (rf"unexpected char '([{CURLY}])'", "use straight quotation marks, \" or ', and not {0}"),
    ("unexpected char '[\"']'|unexpected char \"'\"", "a quotation mark is missing"),
    ("unexpected char '(.)'", "{0} does not belong between braces"),
    ("got '='", "to compare, write two signs: =="),
    (
        "unexpected '[}})]'|unexpected end of template",
        "a brace or a bracket is missing, or is there too often",
    ),
    ("words before the first (.+)", "between {{% anyorder %}} and the first {0} nothing may stand"),
    ("no {% paragraph %}", "{{% anyorder %}} needs a {{% paragraph %}} for each of its paragraphs"),
    ("first without if", "behind first must stand when: {{% paragraph first if work %}}"),
    ("end of comment", "a comment is begun with {{# and never ended with #}}"),
    ("got 'end of|expected name", "something is missing before the closing braces"),
    ("got '([^']+)'", "“{0}” does not belong where it stands"),
)


def unreadable(error: TemplateSyntaxError) -> str:
    """Return which line cannot be read as a template, and why, in words about signs and braces."""
    for pattern, words in _UNREADABLE:
        if found := re.search(pattern, error.message or ""):
            return f"line {error.lineno}: {words.format(*found.groups())}"
    return f"line {error.lineno}: cannot be read as a template"


def misplaced_tag(sandbox: Environment, source: str) -> str | None:
    """Return the first tag that is not known, stands in the wrong place, or is never closed.

    Raises TemplateSyntaxError if what is between braces cannot be read.
    """
    opened: list[tuple[str, int]] = []
    for line, (name, *rest) in _tags(sandbox, source):
        if name not in _KNOWN:
            return f"line {line}: there is no tag {_tag(name)}{did_you_mean(name, _KNOWN)}"
        if name in _OUT_OF_REACH:
            return f"line {line}: {_tag(name)} is out of reach here; write the words into the letter itself"
        if (wrong := _wrong_place(name, opened)) is not None:
            return f"line {line}: {wrong}"
        if name in _ENDS:
            opened.pop()
        elif name in _CLOSED_BY and (name != "set" or "=" not in rest):  # {% set a = b %} is closed by itself
            opened.append((name, line))
    if not opened:
        return None
    name, line = opened[-1]
    return f"line {line}: {_tag(name)} is never closed; write {_tag(_CLOSED_BY[name])} where it ends"


def _wrong_place(name: str, opened: list[tuple[str, int]]) -> str | None:
    """Return why a tag cannot stand behind those that are open."""
    openers = _OPENERS.get(name)
    if openers is None or (opened and opened[-1][0] in openers):
        return None
    if not opened:
        return f"{_tag(name)} has no {_tag(openers[0])} above it"
    other, line = opened[-1]
    return f"{_tag(name)} comes before the {_tag(_CLOSED_BY[other])} of line {line}"


def _tags(sandbox: Environment, source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the words of each tag, its name first."""
    words: list[str] | None = None
    begun = 0
    for line, kind, value in sandbox.lex(source):
        if kind == "block_begin":
            words, begun = [], line
        elif kind == "block_end":
            if words:
                yield begun, words
            words = None
        elif words is not None and kind != "whitespace":
            words.append(value)


def _tag(name: str) -> str:
    return f"{{% {name} %}}"
