"""The direction of writing: what runs from left to right keeps its order inside lines that run from right to left.

An address, a number, a command or a name in Latin letters stands in an isolate there. HTML has an element for that,
but few chat platforms take it; characters that nobody sees are understood everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

FROM_LEFT, FROM_RIGHT, BY_FIRST_LETTER, END = "\u2066", "\u2067", "\u2068", "\u2069"
"""Begin an isolate that runs from the left, from the right, or as its first letter does; end it."""
ISOLATES = frozenset((FROM_LEFT, FROM_RIGHT, BY_FIRST_LETTER, END))

_PART = re.compile(
    r"(?P<apart><pre>.*?</pre>|</?blockquote[^<>]*>|<br\s*/?>|\n)|(?P<copied><code>.*?</code>)"
    r"|(?P<tag></?[a-z][^<>]*>)|(?P<sign>&#?\w+;)",
    re.DOTALL,
)
"""What is no part of a line, what a tap copies, what takes no room, and what is one character."""
_MARKS = {"apart": "\n", "copied": "\x01", "tag": "\x02", "sign": "\x03"}
_CLASSES = {"L": "L", "R": "R", "AL": "R", "AN": "R", "EN": "D"}
"""Letters from the left, letters from the right and digits; "A" is an Arabic comma, all else stands for itself."""
_ARABIC = {",": "،", ";": "؛"}
"""Punctuation that has a shape of its own there; templates join words by the Latin one."""

_PARTS = re.compile(r"(\x01+)|[^RA\x01]+")
_WORD = re.compile(r"[^\s\x02]+")
_COMMA = re.compile(r"[,;](?=[\s\x02]|\Z)")
_LIST_MARK = re.compile(r"[\x02\s]*(?:(?:[•⚠–—-]|D{1,3}[.)])[\x02\s]+)*")
_NUMBER = re.compile(r"\+?(?:\(D+\)|D+)(?:[ \u00a0/.–-](?:\(D+\)|D+))+|\+D+")
_DIGITS = re.compile(r"(?: D++(?:[/.–-]D++)*+)++")
_OPENING, _CLOSING = re.compile(r"(?:<[a-z][^<>]*>)+\Z"), re.compile(r"(?:</[a-z]+>)+")
_BEFORE = "/@#+!"
"""Signs that belong to the word behind them."""
_BRACKETS = {")": "(", "]": "[", "»": "«", "”": "“"}

Span = tuple[int, int, str]
"""Where an isolate begins and ends, and the character that begins it."""


def isolated(text: str) -> str:
    """Return `text`, words or a message's HTML, with an isolate around whatever runs from left to right in Arabic.

    A letter is left as it is, and so is what a tap copies: its isolate is around it, not in it.
    """
    marked = _PART.sub(lambda part: _MARKS[part.lastgroup or ""] * len(part[0]), text)
    classes = "".join(map(_class, marked))
    made, done = "", 0
    for start, end, begin in (*_spans(text, classes), (len(text), len(text), "")):
        made += _punctuated(text[done:start], classes[done:start])
        made += f"{begin}{text[start:end]}{END if begin else ''}"
        done = end
    return made


def _punctuated(text: str, classes: str) -> str:
    """Return `text`, which runs from the right, with commas as Arabic has them."""
    made = list(text)
    for comma in _COMMA.finditer(classes):
        made[comma.start()] = _ARABIC[comma[0]]
    return "".join(made)


def beside(words: str, others: str) -> str:
    """Return `words`, which run from left to right, as they stand on one line with `others`."""
    return f"{FROM_LEFT}{words}{END}" if "R" in map(_class, others) else words


def _class(char: str) -> str:
    """Return what a character does to the direction of a line."""
    if char in _ARABIC.values():
        return "A"
    return _CLASSES.get(unicodedata.bidirectional(char), char)


def _spans(text: str, classes: str) -> Iterator[Span]:
    """Yield the isolates of each line in order; one around the whole inside of an element is around the element."""
    for line in re.finditer(r"[^\n]+", classes):
        last = line.start()
        for start, end, begin in sorted(_line(line[0])):
            opened = _OPENING.search(text, last, line.start() + start)
            closed = _CLOSING.match(text, line.start() + end, line.end())
            last = closed.end() if closed else line.start() + end
            yield opened.start() if opened else line.start() + start, last, begin


def _line(line: str) -> Iterator[Span]:
    """Yield the isolates of a line: all that follows a list's mark if none of its letters runs from the right."""
    if "L" in line and "R" not in line:
        mark = _LIST_MARK.match(line)
        yield mark.end() if mark else 0, len(line.rstrip()), FROM_LEFT
        return
    for part in _PARTS.finditer(line):
        if part[1]:
            yield part.start(), part.end(), BY_FIRST_LETTER
            continue
        start, end = _words(line, part.start(), part.end())
        if start < end:
            yield start, end, FROM_LEFT
        for beside_it in ((part.start(), start), (end, part.end())):
            yield from ((*n.span(), FROM_LEFT) for n in _NUMBER.finditer(line, *beside_it))


def _words(line: str, first: int, last: int) -> tuple[int, int]:
    """Return where the words between `first` and `last` begin and end, without punctuation around them.

    A number behind them is theirs, such as a year or what is typed behind a command, unless words follow from the
    right: it may be theirs, such as the day of a date.
    """
    words = [word for word in _WORD.finditer(line, first, last) if "L" in word[0]]
    if not words:
        return first, first
    start = words[0].start() + len(re.split("[LD]", words[0][0])[0])
    end = words[-1].end() - len(re.split("[LD]", words[-1][0])[-1])
    while start > first and line[start - 1] in _BEFORE:
        start -= 1
    end = _closed(line, start, end)
    digits = _DIGITS.match(line, end, last)
    if digits and (line[start] == "/" or not line[digits.end() :].lstrip(" ").startswith("R")):
        end = _closed(line, start, digits.end())
    return start, end


def _closed(line: str, start: int, end: int) -> int:
    """Return where the words end if the brackets that are closed behind them belong to them."""
    for sign in line[end:]:
        words = line[start:end]
        if sign not in _BRACKETS or words.count(_BRACKETS[sign]) <= words.count(sign):
            break
        end += 1
    return end
