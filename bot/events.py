"""What comes in and what goes out: events, replies and messages, as frozen values that know no platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable


@runtime_checkable
class Localised(Protocol):
    """Something that can be said in a language: a campaign's text, a translated phrase, a letter."""

    def in_language(self, language: str) -> str:
        """Return the text in `language`, or in the nearest language there is."""
        ...


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of the bot, by their English text; translated where they are rendered, `{named}` values put in after."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform; `language` is what their app says, if it says anything.

    The `id` is empty where nobody can be told apart: a group's anonymous administrator, a channel.
    """

    platform: str
    id: str = field(repr=False)
    language: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Chat:
    """Where something was said, and where the answer goes."""

    platform: str
    id: str = field(repr=False)

    @property
    def whole(self) -> Chat:
        """The chat that this is a topic or a thread of; itself where it is none.

        A topic stands behind "/". On Matrix an id may have that in it: a room's threads stand behind a space.
        """
        if self.id.startswith("@"):
            return self
        return Chat(self.platform, self.id.partition(" " if self.id.startswith("!") else "/")[0])


Role = Literal["admin", "member", "outside", "unknown"]
"""What somebody is in a chat with others; unknown where it cannot be read just now."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What became of us in a chat, or of the chat itself; `title` is how it is called, `to` its id from now on."""

    kind: Literal["added", "removed", "renamed", "moved"]
    title: str = field(default="", repr=False)
    to: str = field(default="", repr=False)
    silent: bool = False
    """Whether it is a channel: nobody there can be asked, and nothing is said that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: the question it belonged to (`token`, `step`) and the option's value."""

    token: str
    step: str
    value: str


Tap = Literal["taken", "marked", "outdated"]
"""What became of a pressed button: its question is answered, goes on with other marks, or was not the present one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the earth, in degrees north and east."""

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """A photo or another file that somebody sent: where it lies on its platform, in that platform's own terms.

    What is said of it is believed only until it is fetched; `size` is 0 where it is not known.
    """

    platform: str
    place: str = field(repr=False)
    name: str = field(repr=False)
    media_type: str
    photo: bool
    size: int = 0


Fetched = bytes | Literal["large", "lost", "broken", "moving"]
"""What a file holds, or why that cannot be had: it is too large, or the platform does not give it just now."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a person did. `id` is unique on its platform; the same id never has a second effect."""

    id: str
    person: Person
    chat: Chat
    at: datetime
    text: str = field(default="", repr=False)
    command: str | None = None
    press: Press | None = None
    message: str | None = None
    """The message that said it, by its id on the platform, if an answer can refer to that."""
    pressed_on: str | None = None
    """The message whose button was pressed, by its id on the platform."""
    html: str = field(default="", repr=False)
    """The same words as HTML of the messages' subset, where they have a look; "" where they are plain."""
    file: Given | None = None
    """A photo or another file that came with it; the words are what stands below that."""
    files: Mapping[Given, Fetched] = field(default_factory=dict, repr=False)
    """What such files hold, as far as it was fetched for this event."""
    place: Place | None = None
    """Where the person says they are; it is looked at once and never kept."""
    other: str | None = None
    """What it was instead of words: "edit" for a change of an earlier message, "file" for anything else."""
    forwarded: bool = False
    """Whether somebody said it elsewhere, and the person only passes it on."""
    public: bool = False
    """Whether others read along."""
    called: bool = False
    """Whether the bot is spoken to by its name, among others."""
    linked: bool = False
    """Whether the person came by a link, perhaps for the first time."""
    late: bool = False
    """Whether it is old news: the bot was away when it was said."""
    by: str = ""
    """The code of the group out of which the link led, beside what the link is for."""
    through: Chat | None = None
    """The group in which it was said that it is to be done in private, where the app leads there by itself."""
    happened: Happening | None = None
    """What it tells of, where nobody said anything."""
    roles: Mapping[Chat, Role] = field(default_factory=dict)
    """What the person is in other chats, as far as it was read for this event."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap (`press`) or to type instead: the option's `number`, or a `command` such as "back".

    `ticked` is None where nothing can be ticked. A command that is `private` opens the private chat. `copy` is what a
    tap puts into the clipboard; where there is no tapping, the words stand in the message as well.
    """

    label: str | Localised | Phrase
    press: Press | None = None
    number: int | None = None
    command: str | None = None
    ticked: bool | None = None
    private: bool = False
    copy: str | Localised | Phrase | None = None
    place: bool = False
    """Not to be tapped: `label` says that the question can be answered by sharing a place."""


@dataclass(frozen=True, slots=True)
class Page:
    """A letter as it is printed on one sheet of paper, in words that are final.

    `sender` and `recipient` are addresses, a line each; a sender who gives none is ().
    """

    language: str
    """In which the letter is written."""
    paper: Literal["a4", "us-letter"]
    sender: tuple[str, ...] = field(repr=False)
    recipient: tuple[str, ...] = field(repr=False)
    date: str
    subject: str
    text: str = field(repr=False)
    """From the salutation to the name below it: paragraphs parted by blank lines, and numbered demands.

    The last paragraph is the name, with whatever stands below it; above it there is room to sign.
    """
    fax: str = ""
    """The number that it is faxed to, in international form; "" for a letter that goes by post."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of numbers, in words that are final: of how much there is of each sort, or of what came when.

    Of each sort, `sent` and `promised` stand apart; where time goes on, `sent` is what left in each of its parts.
    """

    language: str
    shape: Literal["sorts", "time"]
    title: str
    below: str
    """What stands below the title: of which campaign it is, and what is counted."""
    labels: tuple[str, ...]
    """What the sorts are called, or the parts of time."""
    sent: tuple[int, ...]
    promised: tuple[int, ...]
    names: tuple[str, str]
    """How the two kinds of bars are called: what was sent, and what is promised, or what was sent until then."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An e-mail that a mail program opens, ready to be sent; `to` and `cc` are addresses without names."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo or another file as it is: somebody gave it to be passed on."""

    media_type: str
    photo: bool
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Extract:
    """Letters that an organiser asked for as a file: only the wish is kept, and the file is made when it is sent.

    `account` is whose wish it is, as "telegram:123456789"; days are written as 2026-11-23, "" is no limit.
    """

    account: str = field(repr=False)
    form: str
    campaigns: tuple[str, ...]
    since: str
    until: str
    language: str
    countries: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plain:
    """A file of text, as it is; it goes to one person, and no platform remembers it for another."""

    media_type: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that goes with a message; what is made of words is made in memory when it is sent, never on the disk.

    `name` is the file's name: "letter-president.pdf", "letter-company.eml". A file that was `Given` can go back only
    to the platform that it lies on.
    """

    name: str
    content: Page | Draft | Chart | Upload | Given | Extract | Plain

    def for_reader(self, language: str) -> Document:
        """Return the file itself: it is the same for everybody."""
        return self


@runtime_checkable
class Enclosed(Protocol):
    """A file to go with a reply, for whoever reads that in a language."""

    def for_reader(self, language: str) -> Document:
        """Return the file for somebody who reads `language`."""
        ...


@runtime_checkable
class Drawn(Protocol):
    """A picture to go with a reply, which holds words of the bot."""

    def in_words(self, language: str, speak: Callable[[Phrase | Localised | str], str]) -> Document:
        """Return it for somebody who reads `language`, in which `speak` says a label."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say, in no language yet: a message template, its values, the buttons below it and a file beside it."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    document: Enclosed | Drawn | None = None


@dataclass(frozen=True, slots=True)
class ShownButton:
    """A button in the person's language."""

    label: str
    press: Press | None = None
    number: int | None = None
    command: str | None = None
    ticked: bool | None = None
    private: bool = False
    copy: str | None = None
    place: bool = False
    through: str = ""
    """The code of the group out of which it leads into the private chat."""


@dataclass(frozen=True, slots=True)
class Message:
    """A reply in the person's language: HTML of the subset b, i, code, pre, a, blockquote, and its buttons."""

    html: str
    buttons: tuple[ShownButton, ...] = ()
    edits: str | None = None
    """The message that this one takes the place of, by its id on the platform."""
    answers: str | None = None
    """The message that this one refers to, by its id on the platform: others may have spoken in between."""
    document: Document | None = None
    """A file that goes with it; the words stand below it as its caption where they fit, else before it."""
    apology: str = ""
    """What is said instead of the file if it cannot be made; HTML as well."""
    language: str = ""
    """Of a message with a file: in which language whatever else there is to say of that is said."""
    silent: bool = False
    """Whether it makes no sound where it arrives."""
    card: str | None = None
    """What it shows, by a name: the message that showed it last is edited instead, as long as it can be."""
