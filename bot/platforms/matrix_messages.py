"""A message as Matrix clients show it: plain words and HTML, what can be typed below, and what a reaction means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby

from bot.direction import beside
from bot.events import Message, Press, ShownButton
from bot.platforms.base import Block, Run, blocks
from bot.platforms.matrix_json import Json, inner

PRESSES = "org.solidarity-bot.presses"
"""The part of a message's content that says what each reaction means; clients show nothing of it."""
KEYCAPS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟")
WAYS = {"back": "↩️", "skip": "⏭️"}
"""Reactions that stand for an option's number, and for the ways through a conversation."""
PREFIX = "!"
LARGEST = 40_000
"""Bytes of a message's content; encrypted, it must still fit into an event of 65,536."""
_SAFE = re.compile(r"(?:https?|mailto|magnet):", re.IGNORECASE)
_VARIANT = "\N{VARIATION SELECTOR-16}"
_TAGS = {"b": "strong", "i": "em", "code": "code"}


class Wording:
    """How `commands` are written here, and whom a way into the private chat leads to."""

    def __init__(self, commands: Set[str], own_id: str) -> None:
        self.own_id = own_id
        names = "|".join(sorted(map(re.escape, commands), key=len, reverse=True))
        self._command = re.compile(rf"(?<![\w/.])/(?=(?:{names})\b)")

    def typed(self, words: str) -> str:
        """Return `words` with the prefix of this platform in front of each command."""
        return self._command.sub(PREFIX, words)


def contents(message: Message, wording: Wording) -> list[Json]:
    """Return the contents of the events that say `message`: one, unless it is too long for that."""
    *before, last = list(_parts(list(_pieces(message.html, wording)))) or [[]]
    made = [*(_content(part, []) for part in before), _content(last, list(_rows(message.buttons, wording)))]
    if presses := {key: _carried(button) for key, button in reactions(message.buttons)}:
        made[-1][PRESSES] = presses
    return made


def attached(name: str, media_type: str, size: int, place: Json, *, photo: bool = False) -> Json:
    """Return the content of the event that brings a file, of which `place` says where it is and how it is read."""
    info = {"mimetype": media_type, "size": size}
    return {
        "msgtype": "m.image" if photo else "m.file",
        "body": name,
        "filename": name,
        "info": info,
        "m.mentions": {},
        **place,
    }


def edited(content: Json, event: str) -> Json:
    """Return the content of an event that lets an earlier one say something else."""
    new = {name: value for name, value in content.items() if name != "m.relates_to"}
    shown = {"body": f"* {content['body']}", "formatted_body": f"* {content['formatted_body']}"}
    return {
        **new,
        **shown,
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event},
    }


def reactions(buttons: Sequence[ShownButton]) -> Iterator[tuple[str, ShownButton]]:
    """Yield what can be tapped as a reaction, and the button it stands for, in order."""
    for button in buttons:
        if button.press and button.number and button.number <= len(KEYCAPS):
            yield KEYCAPS[button.number - 1], button
    for button in buttons:
        if button.press and button.number is None and button.command in WAYS:
            yield WAYS[button.command], button


def pressed(content: Json, key: str, undone: bool = False) -> Press | None:
    """Return what the reaction `key` to a message of that content means; None if it means nothing.

    That one is `undone` means something only for what can be ticked.
    """
    for known, parts in inner(content, PRESSES).items():
        if known.replace(_VARIANT, "") == key.replace(_VARIANT, ""):
            token, step, value, ticks = parts
            return Press(token, step, value) if ticks or not undone else None
    return None


def _carried(button: ShownButton) -> list[object]:
    """Return what a reaction to a question carries, and whether taking it back means something too."""
    press = button.press or Press("", "", "")
    return [press.token, press.step, press.value, button.ticked is not None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message as plain words, with the addresses of its links, and as HTML."""

    plain: str
    html: str


def _pieces(html: str, wording: Wording) -> Iterator[Piece]:
    """Yield the parts of a message, each short enough for an event."""
    for told, shown in zip(blocks(html), blocks(html, spelled_out=False), strict=True):
        plain, rich = _typed(told, wording), _typed(shown, wording)
        piece = Piece(plain.plain, _html(rich))
        if _size([piece]) <= LARGEST:
            yield piece
        else:
            halves = _cut(Block(plain.kind, (Run("".join(run.text for run in plain.runs)),)))
            yield from (Piece(half.plain, _html(half)) for half in halves)


def _typed(block: Block, wording: Wording) -> Block:
    """Return `block` with commands as they are typed here; a letter is left as it is."""
    if block.kind == "pre":
        return block
    return replace(block, runs=tuple(replace(run, text=wording.typed(run.text)) for run in block.runs))


def _content(shown: Sequence[Piece], below: Sequence[tuple[str, str]]) -> Json:
    """Return a message's content: `shown`, and below it lines as plain words and as HTML."""
    html = "".join(piece.html for piece in shown)
    if below:
        html += f"<p>{'<br>'.join(line for _, line in below)}</p>"
    return {
        "msgtype": "m.notice",
        "body": "\n".join([*(piece.plain for piece in shown), *(line for line, _ in below)]),
        "format": "org.matrix.custom.html",
        "formatted_body": html,
        "m.mentions": {},
    }


def _html(block: Block) -> str:
    """Return a block in the HTML that Matrix allows; a letter in a block of its own, which clients offer to copy."""
    if block.kind == "pre":
        return f"<pre><code>{escape(''.join(run.text for run in block.runs), quote=False)}</code></pre>"
    inner = "".join(map(_words, block.runs)).replace("\n", "<br>")
    tag = "p" if block.kind == "text" else "blockquote"
    return f"<{tag}>{inner}</{tag}>"


def _words(run: Run) -> str:
    words = escape(run.text, quote=False)
    if not run.text.strip():
        return words
    for style in sorted(run.styles):
        words = f"<{_TAGS[style]}>{words}</{_TAGS[style]}>"
    return f'<a href="{escape(run.link)}">{words}</a>' if run.link and _SAFE.match(run.link) else words


def _rows(buttons: Sequence[ShownButton], wording: Wording) -> Iterator[tuple[str, str]]:
    """Yield a line for each of the `buttons`, as plain words and as HTML: what to type, and what it means."""
    typed = [button for button in buttons if button.copy is None and not button.place]
    for _, group in groupby(typed, lambda button: button.number is not None):
        for button in group:
            lead, label = _lead(button), button.label.replace("\n", " ")
            tick = " ✓" * bool(button.ticked)
            plain = f"  {lead}{tick}  {label}" if lead else f"  {label}"
            shown = escape(label, quote=False)
            if button.private:
                plain = f"  {label} → {wording.own_id}: {button.command}"
                link = f'<a href="https://matrix.to/#/{escape(wording.own_id)}">{escape(wording.own_id)}</a>'
                yield plain, f"{shown} → {link}: <strong>{escape(button.command or '')}</strong>"
                continue
            yield plain, f"<strong>{escape(lead, quote=False)}</strong>{tick} {shown}".strip()


def _lead(button: ShownButton) -> str:
    """Return what is typed for `button`."""
    if button.number is not None:
        return str(button.number)
    return beside(f"{PREFIX}{button.command}", button.label) if button.command else ""


def _parts(shown: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield as many pieces together as fit into an event."""
    part: list[Piece] = []
    for piece in shown:
        if part and _size([*part, piece]) > LARGEST:
            yield part
            part = []
        part.append(piece)
    if part:
        yield part


def _cut(block: Block) -> Iterator[Block]:
    """Yield the words of `block` in parts that are short enough, cut between its lines."""
    if _size([Piece(block.plain, _html(block))]) <= LARGEST:
        yield block
        return
    (run,) = block.runs
    middle = run.text.rfind("\n", len(run.text) // 4, 3 * len(run.text) // 4)
    middle = len(run.text) // 2 if middle < 0 else middle
    for half in (run.text[:middle], run.text[middle:].removeprefix("\n")):
        yield from _cut(Block(block.kind, (Run(half),)))


def _size(shown: Sequence[Piece]) -> int:
    return len(json.dumps(_content(shown, []), ensure_ascii=False).encode())
