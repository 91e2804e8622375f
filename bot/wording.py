"""The words that are understood everywhere: they lead through every conversation, or stand beside it."""

from __future__ import annotations

from bot.choosing import Speak, fold, plainly
from bot.events import Phrase

BACK, SKIP, ENOUGH, CANCEL = "back", "skip", "enough", "cancel"
WAYS = {
    BACK: Phrase("Back"),
    SKIP: Phrase("Skip"),
    # Translators: the button that leaves out all further questions and shows the letter; at most 17 characters
    ENOUGH: Phrase("On to the letter"),
    CANCEL: Phrase("Cancel"),
}
"""The words that lead through every conversation, by their command."""
# Translators: what people may type instead of "On to the letter"
_ENOUGH = (Phrase("That is enough"), Phrase("Show me the letter"))
# Translators: what people may type instead of "cancel"; several words are separated by spaces
STOP = Phrase("stop")
# Translators: what people may type when they go; any number of words
LEAVE = Phrase("quit exit bye")
# Translators: what people may type as an answer where nothing was asked; any number of words
ANSWER = Phrase("yes no ok")
NO = Phrase("no")
# Translators: what people may type to choose all of several answers; any number of words
ALL = Phrase("all everything")
# Translators: what people may type to choose two answers where there are no others; any number of words
BOTH = Phrase("both")
# Translators: words and signs of thanks; any number of them
THANKS = Phrase("thanks thx thank 👍 🙏")
"""Words for "cancel"; of somebody who goes; answers, where nothing was asked; "no"; all; both; thanks."""


def way(words: str, speak: Speak) -> str | None:
    """Return the way ("back", "skip", "enough", "cancel") that `words` name in English or the person's language."""
    if is_one_of(STOP, words, speak):
        return CANCEL
    said = plainly(words, speak)
    if any(said in (fold(phrase.text), fold(speak(phrase))) for phrase in _ENOUGH):
        return ENOUGH
    return next((name for name, phrase in WAYS.items() if said in (name, fold(speak(phrase)))), None)


def is_one_of(known: Phrase, words: str, speak: Speak) -> bool:
    """Return whether `words` are one of the words `known` in English or the person's language, politely or not."""
    return plainly(words, speak) in map(fold, (*known.text.split(), *speak(known).split()))
