"""/language - choose the language in which the bot speaks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue import Answers, Dialogue, Done
from bot.events import Event, Phrase, Reply
from bot.messages import language_name
from bot.steps import Choice, Step
from handlers.start import FIRST_THINGS
from handlers.world import Store, Talk, World, again, language_option


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the choice among the languages, each named in itself, and found by its name in the person's, too."""
    options = tuple(language_option(code, _begun(language_name(code))) for code in world.languages)
    yield Choice("language", Reply("language/which"), options, again=again("language"))


def _begun(name: str) -> str:
    """Return `name` as it stands at the beginning of a line."""
    return name[:1].upper() + name[1:]


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Remember the chosen language, and say so in it."""
    code = answers.text("language")
    await store.set_language(event.person, code)
    await store.speak_in(event.chat, code)
    return Done((Reply("language/chosen"),), language=code, onwards=FIRST_THINGS)


language: Talk = Dialogue(
    "language",
    Phrase("Choose your language"),
    finish,
    steps,
    argument="language",
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("translate english русский language"),
    private=True,
)
