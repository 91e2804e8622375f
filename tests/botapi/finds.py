"""What Telegram finds in a text by itself: commands, links, addresses, names, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.botapi.spans import Json, Span, as_entities

ENDINGS = "com|org|net|info|int|edu|gov|io|eu|uk|de|fr|it|es|nl|ru|kz|kh|tr|me|ch|ph|us|ca|au|in|br"

PATTERNS = (
    ("bot_command", "/", re.compile(r"(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/<>@])")),
    (
        "email",
        "@",
        re.compile(
            r"(?<![\w.+@-])(?:[a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}"
            r"@(?:(?:[a-z0-9][a-z0-9_-]{0,28})?[a-z0-9]\.){1,6}[a-z]{2,8}(?![\w-])",
            re.IGNORECASE | re.ASCII,
        ),
    ),
    (
        "url",
        "://",
        re.compile(r"(?<![\w@])(?:https?://[^\s<>\"]*[\w-]\.\w[^\s<>\"]*|tg://\w[^\s<>\"]*)", re.IGNORECASE),
    ),
    (
        "url",
        ".",
        re.compile(rf"(?<![\w@.:/-])(?:[\w-]+\.)+(?:{ENDINGS})(?![\w-])(?:[/?#][^\s<>\"]*)?", re.IGNORECASE),
    ),
    ("mention", "@", re.compile(r"(?<!\w)@[a-zA-Z0-9_]{3,32}(?!\w)")),
    ("hashtag", "#", re.compile(r"(?<!\w)#(?=\w*[^\W\d_])\w{1,256}(?![\w#])")),
    ("cashtag", "$", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")),
    ("phone_number", "+", re.compile(r"(?<!\w)\+[1-9](?:[ -]?\d){6,14}(?!\d)")),
)

TRAILING = ".,:;!?'\"…»)]}"


def find(text: str) -> list[Span]:
    """Return what Telegram would make of a plain text, in order and without overlap."""
    kept: list[Span] = []
    for span in sorted(_all(text), key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def found_entities(text: str) -> list[Json]:
    """Return what Telegram finds in a plain text, as it is told to a bot."""
    return as_entities(text, find(text))


def _all(text: str) -> Iterator[Span]:
    for kind, sign, pattern in PATTERNS:
        if sign not in text:
            continue
        for match in pattern.finditer(text):
            end = match.end()
            if kind == "url":
                end -= len(match[0]) - len(_without_trailing(match[0]))
            yield Span(kind, match.start(), end)


def _without_trailing(url: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    while url and url[-1] in TRAILING and not (url[-1] == ")" and "(" in url):
        url = url[:-1]
    return url
