"""What Matrix tells of people, as events; whatever is of no concern to us is None."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.events import Chat, Event, Given, Happening, Person, Place, Press
from bot.platforms.base import LATE, parse_command
from bot.platforms.matrix_json import Json, inner, items
from bot.platforms.received import file_name, subset

NAME = "matrix"
PREFIXES = ("!", "/")
NAMED = "m.room.name"
_WORDS = ("m.text", "m.emote")
_FILES = ("m.image", "m.file", "m.audio", "m.video")
_PASSED_ON = ("m.image", "m.file")
PHOTOS = ("image/jpeg", "image/png", "image/webp")
"""Pictures that are shown as such everywhere; any other is passed on as a document."""
_KIND = re.compile(r"[\w.+-]+/[\w.+-]+")
_OTHERS = ("m.sticker", "m.poll.start", "org.matrix.msc3381.poll.start")
_QUOTED = re.compile(r"\A(?:> [^\n]*\n)+\n")
"""What a client puts in front of an answer for those that do not know answers."""
_GEO = re.compile(r"geo:(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)")
LONGEST_LOOK = 40_000
"""Characters of a message's HTML that are read."""
WRITTEN = "org.solidarity-bot.written"
"""The part of a decrypted event that says what it was written as: the same for whatever repeats it."""
_ID = re.compile(r"\$[!-~]{1,254}")
"""The id of an event. What is none is never asked for: of some the homeserver makes no sense at all."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room as far as it matters for reading: its id, and whether others than one person read along."""

    id: str
    public: bool
    title: str = ""
    """What it is called, where somebody has given it a name."""
    alone: bool = False
    """Whether one person alone is there: whatever they say, they say it to us."""


class Reader:
    """Reads events for the bot with that account, whose name is shown as `display_name`."""

    def __init__(
        self, own_id: str, commands: Set[str], clock: Callable[[], datetime], display_name: str = ""
    ) -> None:
        self._own_id = own_id
        self._commands = commands
        self._clock = clock
        names = {own_id, own_id.partition(":")[0], own_id[1:].partition(":")[0], display_name} - {""}
        longest = sorted(map(re.escape, names), key=len, reverse=True)
        self._name = re.compile(rf"@?(?:{'|'.join(longest)})(?!\w)[:,]?", re.IGNORECASE)

    def read(self, raw: Json, room: Room) -> Event | None:
        """Return what a decrypted event of `room` means; raises KeyError, TypeError... if it is malformed."""
        sender, content = raw["sender"], raw["content"]
        if sender == self._own_id or not isinstance(sender, str) or not isinstance(content, dict):
            return None
        event = self._event(raw, room)
        if "state_key" in raw:
            named = raw["type"] == NAMED and raw["state_key"] == "" and room.public
            return (
                replace(event, message=None, happened=Happening("renamed", named_in(content)))
                if named
                else None
            )
        if raw["type"] == "m.room.message":
            return self._said(event, content, room)
        return replace(event, other="file") if raw["type"] in _OTHERS and not room.public else None

    def reaction(self, raw: Json, room: Room, press: Press, message: str) -> Event:
        """Return what a reaction to `message` means, `press` being what its key stands for there."""
        return replace(self._event(raw, room), press=press, pressed_on=message)

    def unreadable(self, raw: Json, room: Room) -> Event:
        """Return that something was said that cannot be read."""
        event = self._event(raw, room)
        return replace(event, id=f"{event.id} unread", other="unreadable")

    def entered(self, raw: Json, room: Room, inviter: str) -> Event:
        """Return that we have come in: to one person alone, as if they had said hello."""
        event = replace(self._event({**raw, "sender": inviter}, room), message=None)
        if not room.public:
            return replace(event, command="start")
        return replace(event, happened=Happening("added", room.title))

    def closed(self, name: str, chat: str) -> Event:
        """Return that we are no longer in a chat, or are alone there."""
        return self._became(name, chat, Happening("removed"))

    def moved(self, room: str, to: str) -> Event:
        """Return that a room takes the place of another."""
        return self._became(f"{room} {to}", room, Happening("moved", to=to))

    def _became(self, name: str, chat: str, happened: Happening) -> Event:
        public = not chat.startswith("@")
        nobody = Person(NAME, "")
        return Event(name, nobody, Chat(NAME, chat), self._clock(), public=public, happened=happened)

    def place(self, raw: Json, room: Room) -> Chat:
        """Return the chat an event belongs to: a private one is the person's, wherever it is held."""
        if not room.public:
            return Chat(NAME, raw["sender"])
        thread = thread_of(raw["content"])
        return Chat(NAME, f"{room.id} {thread}" if thread else room.id)

    def _event(self, raw: Json, room: Room) -> Event:
        sent = datetime.fromtimestamp(raw["origin_server_ts"] / 1000, UTC)
        event_id = raw["event_id"]
        if not isinstance(event_id, str):
            raise TypeError("an event's id is text")
        person = Person(NAME, raw["sender"])
        at = min(sent, self._clock())
        name = raw.get(WRITTEN)
        return Event(
            name if isinstance(name, str) else event_id,
            person,
            self.place(raw, room),
            at,
            message=event_id,
            public=room.public,
        )

    def _said(self, event: Event, content: Json, room: Room) -> Event | None:
        kind = content.get("msgtype")
        if _relation(content).get("rel_type") == "m.replace":
            return None if room.public else replace(event, other="edit")
        if kind == "m.location" and not room.public:
            return replace(event, place=_place(content))
        if kind in _FILES:
            return None if room.public else _with_file(event, content)
        if kind not in _WORDS:
            return None
        return self._words(event, _bare(content), self._calls(content, room), _html(content))

    def _words(self, event: Event, text: str, called: bool, html: str) -> Event | None:
        if called:
            text = self._name.sub("", text, count=1).strip()
        command, words = parse_command(text, PREFIXES)
        first, _, rest = text.partition(" ")
        if called and command is None and first.casefold() in self._commands:
            command, words = first.casefold(), rest.strip()
        if event.public and command is None and not called:
            return None
        return replace(
            event,
            text=words,
            command=command,
            called=called,
            late=command is not None and self._clock() - event.at > LATE,
            html="" if event.public or command else html,
        )

    def _calls(self, content: Json, room: Room) -> bool:
        """Return whether we are spoken to, where others are or are expected."""
        named = self._own_id in items(inner(content, "m.mentions").get("user_ids"))
        return room.public and (room.alone or named)


def written(raw: Json) -> str:
    """Return a name for what somebody has encrypted; a homeserver that tells it as another event does not change it."""
    content = raw["content"]
    told = [raw.get("sender"), content.get("session_id"), content.get("ciphertext")]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def named_in(content: Json) -> str:
    """Return how a room is called, as the content of its name tells."""
    name = content.get("name")
    return name if isinstance(name, str) else ""


def replaced(content: Json) -> str | None:
    """Return which message an event changes, if it is a change."""
    relation = _relation(content)
    return _target(relation) if relation.get("rel_type") == "m.replace" else None


def annotated(content: Json) -> tuple[str, str] | None:
    """Return which message an event is a reaction to, and its key."""
    relation = _relation(content)
    target, key = _target(relation), relation.get("key")
    if relation.get("rel_type") != "m.annotation" or target is None or not isinstance(key, str):
        return None
    return target, key


def _relation(content: Json) -> Json:
    return inner(content, "m.relates_to")


def thread_of(content: Json) -> str | None:
    """Return the thread that an event stands in, by the event that began it."""
    relation = _relation(content)
    return _target(relation) if relation.get("rel_type") == "m.thread" else None


def _target(relation: Json) -> str | None:
    """Return which event a relation leads to."""
    found = relation.get("event_id")
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def _bare(content: Json) -> str:
    """Return the words that were typed, without what they answer."""
    body = content.get("body")
    text = body if isinstance(body, str) else ""
    return _QUOTED.sub("", text) if "m.in_reply_to" in _relation(content) else text


def _html(content: Json) -> str:
    """Return the look of the words in the messages' subset; "" where they have none."""
    shown = content.get("formatted_body")
    if content.get("format") != "org.matrix.custom.html" or not isinstance(shown, str):
        return ""
    return subset(shown[:LONGEST_LOOK], lines=False)


def _with_file(event: Event, content: Json) -> Event:
    """Return that a file came, with the words below it, where a client can write some."""
    name, body = content.get("filename"), content.get("body")
    words = body if isinstance(name, str) and isinstance(body, str) and body != name else ""
    html = _html(content) if words else ""
    return replace(event, other="file", text=words, html=html, file=_given(content, name or body))


def _given(content: Json, name: object) -> Given | None:
    """Return the photo or the document of an event; None for what cannot be passed on."""
    photo = content.get("msgtype") == "m.image"
    info, hidden = inner(content, "info"), inner(content, "file")
    place = {"file": hidden} if hidden else {"url": content.get("url")}
    if content.get("msgtype") not in _PASSED_ON or not isinstance(hidden.get("url", content.get("url")), str):
        return None
    kind, size = info.get("mimetype"), info.get("size")
    kind = kind if isinstance(kind, str) and _KIND.fullmatch(kind) else "application/octet-stream"
    size = size if isinstance(size, int) and size > 0 else 0
    tidy = file_name(name, "photo.jpg" if photo else "document")
    return Given(NAME, json.dumps(place), tidy, kind, photo and kind in PHOTOS, size)


def _place(content: Json) -> Place:
    """Return the place that was shared; raises ValueError if there is none."""
    found = _GEO.match(str(content.get("geo_uri", "")))
    if found is None:
        raise ValueError("a location without a place")
    return Place(float(found[1]), float(found[2]))
