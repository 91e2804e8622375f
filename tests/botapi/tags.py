"""Telegram's HTML: a text with tags becomes a plain text with spans, or is refused as Telegram refuses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.botapi.links import kept_link
from tests.botapi.refusals import RefusalError, bad
from tests.botapi.spans import Json, Span

KINDS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"}
KINDS |= {
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
}
KINDS |= {"a": "text_link", "tg-spoiler": "spoiler", "span": "spoiler", "blockquote": "blockquote"}
KINDS |= {"tg-emoji": "custom_emoji"}

PIECE = re.compile(r"&(?:#x[0-9a-fA-F]+|#\d+|[a-zA-Z]+);?|<|[^&<]+|&")
SPACE = re.compile(r"\s*")
NAME = re.compile(r"[^\s>]*")
ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]*)(?=[\s>])))?""")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
USER = re.compile(r"tg://user\?id=(\d+)")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that waits for its end."""

    name: str
    start: int
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Parsed:
    """What a text with tags turned out to be."""

    text: str
    spans: list[Span]
    dropped: list[str]
    """Links that Telegram silently does not make."""


def parse(source: str) -> Parsed:
    """Return `source` without its tags, and what they meant."""
    reader = Reader(source)
    reader.read()
    return Parsed("".join(reader.text), reader.spans, reader.dropped)


class Reader:
    """Goes once through a text with tags."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.text: list[str] = []
        self.length = 0
        self.open: list[Tag] = []
        self.spans: list[Span] = []
        self.dropped: list[str] = []

    def read(self) -> None:
        """Read to the end."""
        place = 0
        while match := PIECE.match(self.source, place):
            place = match.end()
            if match[0] == "<":
                place = self._tag(match.start())
            else:
                self._add(_decoded(match[0]) if match[0][0] == "&" else match[0])
        if self.open:
            raise _broken(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')

    def _add(self, words: str) -> None:
        self.text.append(words)
        self.length += len(words)

    def _tag(self, begin: int) -> int:
        """Read the tag at `begin`, and return where it ends."""
        return self._end(begin) if self.source.startswith("</", begin) else self._start(begin)

    def _start(self, begin: int) -> int:
        match = NAME.match(self.source, begin + 1)
        assert match is not None
        name, place = match[0].lower(), match.end()
        if place == len(self.source):
            raise _broken(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if name not in KINDS:
            raise _broken(f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}')
        attributes, place = self._attributes(name, begin, place)
        self._check(name, attributes, begin)
        self.open.append(Tag(name, self.length, attributes))
        return place

    def _attributes(self, name: str, begin: int, place: int) -> tuple[dict[str, str], int]:
        """Return the attributes of the tag at `begin`, read from `place` on, and the place behind the tag."""
        attributes: dict[str, str] = {}
        while match := ATTRIBUTE.match(self.source, place):
            value = next((group for group in match.groups()[1:] if group is not None), None)
            attributes[match[1]] = (
                "" if value is None else re.sub(r"&[#\w]+;?", lambda m: _decoded(m[0]), value)
            )
            place = match.end()
        place = self._skip(place)
        if self.source.startswith(">", place):
            return attributes, place + 1
        if place == len(self.source) or ">" not in self.source[place:]:
            raise _broken(f'Unclosed start tag "{name}" at byte offset {self._byte(begin)}')
        raise _broken(f'Empty attribute name in the tag "{name}" at byte offset {self._byte(begin)}')

    def _check(self, name: str, attributes: dict[str, str], begin: int) -> None:
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _broken(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        if name == "blockquote" and any(tag.name == "blockquote" for tag in self.open):
            raise _broken(f"Blockquote inside a blockquote at byte offset {self._byte(begin)}")

    def _end(self, begin: int) -> int:
        if not self.open:
            raise _broken(f"Unexpected end tag at byte offset {self._byte(begin)}")
        match = NAME.match(self.source, begin + 2)
        assert match is not None
        name, place = match[0].lower(), match.end()
        place = self._skip(place)
        if not self.source.startswith(">", place):
            raise _broken(f"Unclosed end tag at byte offset {self._byte(begin)}")
        tag = self.open.pop()
        if name not in ("", tag.name):
            at = self._byte(begin)
            raise _broken(
                f'Unmatched end tag at byte offset {at}, expected "</{tag.name}>", found "</{name}>"'
            )
        if self.length > tag.start:
            self._close(tag)
        return place + 1

    def _close(self, tag: Tag) -> None:
        """Keep what `tag` means for the text since it began."""
        if tag.name == "a":
            self._link(tag)
        elif tag.name in ("pre", "code") and self._language(tag):
            return
        elif tag.name == "blockquote" and "expandable" in tag.attributes:
            self._keep(tag, "expandable_blockquote")
        elif tag.name == "tg-emoji":
            self._keep(tag, "custom_emoji", {"custom_emoji_id": tag.attributes.get("emoji-id", "")})
        else:
            language = tag.attributes.get("class", "") if tag.name == "code" else ""
            self._keep(
                tag, KINDS[tag.name], {"language": language[9:]} if language[:9] == "language-" else {}
            )

    def _keep(self, tag: Tag, kind: str, more: Json | None = None) -> None:
        self.spans.append(Span(kind, tag.start, self.length, more or {}))

    def _link(self, tag: Tag) -> None:
        url = tag.attributes.get("href") or "".join(self.text)[tag.start :]
        if user := USER.fullmatch(url):
            self._keep(tag, "text_mention", {"user": {"id": int(user[1])}})
        elif kept := kept_link(url):
            self._keep(tag, "text_link", {"url": kept})
        else:
            self.dropped.append(url)

    def _language(self, tag: Tag) -> bool:
        """Return whether `tag` and the one right inside it are a program in a named language; keep them as one."""
        inner = self.spans[-1] if self.spans else None
        if tag.name != "pre" or inner is None or (inner.start, inner.end) != (tag.start, self.length):
            return False
        if inner.kind != "code" or not inner.more:
            return False
        self.spans[-1] = Span("pre", inner.start, inner.end, inner.more)
        return True

    def _skip(self, place: int) -> int:
        """Return the next place at or behind `place` that is no space."""
        match = SPACE.match(self.source, place)
        return match.end() if match else place

    def _byte(self, place: int) -> int:
        return len(self.source[:place].encode("utf-8", "surrogatepass"))


def _decoded(reference: str) -> str:
    """Return the character that a reference such as &lt; stands for; the reference itself if for none."""
    body = reference[1:].rstrip(";")
    if not body.startswith("#"):
        return NAMED.get(body, reference)
    code = int(f"0{body[1:]}", 16) if body[1:2] == "x" else int(body[1:])
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else reference


def _broken(reason: str) -> RefusalError:
    return bad(f"can't parse entities: {reason}")
