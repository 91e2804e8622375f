"""What a broadcast says: words with their look in one language or several, and a photo or another file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup

from bot.broadcasts import Attached, Content, digest
from bot.choosing import Option
from bot.composing import Composition, Kept, parse
from bot.dialogue import Answers
from bot.events import Document, Fetched, Given, Phrase, Reply
from bot.messages import language_name
from bot.steps import Choice, Step
from handlers.world import World, again, language_option

LONGEST = 3500
"""Characters of an update: with whatever stands below it, it has room in one message everywhere."""
LONGEST_CAPTION = 1024
"""Characters that Telegram shows below a photo or a file."""
DONE = "done"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was written so far; of a file, where it lies and by what it is known again."""

    texts: Mapping[str, str]
    usual: str
    file: Kept | None

    @property
    def digest(self) -> str:
        """The digest of the content that it becomes."""
        return digest(self.texts, self.usual, (self.file.given.name, self.file.hash) if self.file else None)

    def content(self, files: Mapping[Given, Fetched]) -> Content | None:
        """Return the content, with the file; None if that is not what was sent once."""
        if self.file is None:
            return Content(self.texts, self.usual)
        given, data = self.file.given, files.get(self.file.given)
        if not isinstance(data, bytes) or not self.file.is_what_came(data):
            return None
        return Content(self.texts, self.usual, Attached(given.name, given.media_type, given.photo, data))

    @property
    def messages(self) -> tuple[Reply, ...]:
        """The messages as people get them, that in the usual language first."""
        document = Document(self.file.given.name, self.file.given) if self.file else None
        codes = [self.usual, *(code for code in self.texts if code != self.usual)]
        return tuple(shown(self.texts[code], document) for code in codes)


def shown(html: str, document: Document | None) -> Reply:
    """Return a message that says `html`, which is of the messages' subset."""
    words = Markup(html)  # noqa: S704  every platform has made it harmless as it came in
    return Reply("broadcast/message", {"words": words}, document=document)


def units(html: str) -> int:
    """Return how long words are for Telegram, without their look: in UTF-16 units."""
    return len(unescape(re.sub(r"<[^>]*>", "", html)).encode("utf-16-le", "surrogatepass")) // 2


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the steps that ask for the words, a file, and further languages."""
    yield Composition("text", Reply("broadcast/text"), LONGEST, again=Reply("broadcast/text"))
    if not _file(answers, "text"):
        yield Composition("file", Reply("broadcast/file"), LONGEST, words=False, optional=True)
    if len(world.languages) == 1:
        return
    yield Choice("usual", Reply("broadcast/usual"), _options(world.languages), again=again("fact"))
    left = [code for code in world.languages if code != answers.text("usual")]
    for number in range(len(left)):
        options = (Option(DONE, Phrase("No, that is all")), *_options(left))
        yield Choice(f"more{number}", Reply("broadcast/more"), options, again=again("fact"))
        code = answers.text(f"more{number}")
        if code == DONE:
            return
        left.remove(code)
        name = {"language": language_name(code)}
        yield Composition(f"text-{code}", Reply("broadcast/translation", name), LONGEST, file=False)


def draft(answers: Answers, world: World) -> Draft:
    """Return what was written, once it is."""
    usual = answers.text("usual") or world.languages[0]
    texts = {usual: _words(answers, "text")}
    for number in range(len(world.languages) - 1):
        code = answers.text(f"more{number}")
        if code in ("", DONE):
            break
        texts[code] = _words(answers, f"text-{code}")
    return Draft(texts, usual, _file(answers, "text") or _file(answers, "file"))


def changes(answers: Answers, world: World) -> Iterator[Option]:
    """Yield what can be changed of it."""
    whole = Phrase("Change the words and the file") if _file(answers, "text") else Phrase("Change the words")
    yield Option("text", whole)
    if not _file(answers, "text"):
        yield Option("file", Phrase("Change the file") if _file(answers, "file") else Phrase("Add a file"))
    if len(world.languages) == 1:
        return
    yield Option("usual", Phrase("Change the language"))
    for number in range(len(world.languages) - 1):
        code = answers.text(f"more{number}")
        if code == DONE:
            yield Option(f"more{number}", Phrase("Another language"))
        if code in ("", DONE):
            return
        label = Phrase("Change the words in: {language}", {"language": language_name(code)})
        yield Option(f"text-{code}", label)


def _options(codes: tuple[str, ...] | list[str]) -> tuple[Option, ...]:
    return tuple(map(language_option, codes))


def _words(answers: Answers, key: str) -> str:
    return (answers.several(key) or ("", ""))[0]


def _file(answers: Answers, key: str) -> Kept | None:
    said = answers.several(key)
    return parse(said[1]) if len(said) == 2 and said[1] else None
