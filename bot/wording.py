"""The words that are understood everywhere: they lead through every conversation, or stand beside it."""

from __future__ import annotations

from bot.choosing import Speak, fold
from bot.events import Phrase

BACK, SKIP, CANCEL = "back", "skip", "cancel"
WAYS = {BACK: Phrase("Back"), SKIP: Phrase("Skip"), CANCEL: Phrase("Cancel")}
"""The words that lead through every conversation, by their command."""
# Translators: what people may type instead of "cancel"; several words are separated by spaces
STOP = Phrase("stop")
# Translators: what people may type when they go; any number of words
LEAVE = Phrase("quit exit bye")
# Translators: what people may type as an answer where nothing was asked; any number of words
ANSWER = Phrase("yes no ok")
NO = Phrase("no")
# Translators: words and signs of thanks; any number of them
THANKS = Phrase("thanks thx thank 👍 🙏")
"""Words for "cancel"; of somebody who goes; answers, where nothing was asked; "no"; thanks. Separated by spaces."""


def way(words: str, speak: Speak) -> str | None:
    """Return the way ("back", "skip", "cancel") that `words` name in English or the person's language."""
    if is_one_of(STOP, words, speak):
        return CANCEL
    said = fold(words)
    return next((name for name, phrase in WAYS.items() if said in (name, fold(speak(phrase)))), None)


def is_one_of(known: Phrase, words: str, speak: Speak) -> bool:
    """Return whether `words` are one of the words `known` in English or the person's language."""
    return fold(words) in {*known.text.split(), *speak(known).split()}
