"""Choosing from options: by tapping, by number, by the words on the button, or by words close to them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.events import Localised, Phrase, Reply

Label = str | Localised | Phrase
Speak = Callable[[Label], str]
"""Gives a label in the person's language."""

_SAME_LETTERS = str.maketrans("ıىٱ", "iيا", "ـ")
_BETWEEN_NUMBERS = r"(?:[\d\s,;.+&،؛و]|\b(?:and|und|et|y|ve|и|және|мен)\b)+"
"""Numbers, and what stands between them in any of the bot's languages."""


# Translators: what people add to an answer out of politeness, as in "yes, please"; any number of words
COURTESY = Phrase("please pls thanks thank you")
_INFLECTED = 5
"""Letters of a word that may end otherwise on a button."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen; one with `show` is only a look aside, after which the question stands again."""

    value: str
    label: Label
    show: Reply | None = None
    ticked: bool | None = None
    also: tuple[Label, ...] = ()
    """Other names for it, which are typed rather than shown."""


def pick(
    options: Sequence[Option], words: str, value: str | None, speak: Speak, careful: bool = False
) -> Option | Reply:
    """Return the option that was tapped (`value`) or typed (`words`), or a sentence that says how to choose.

    Where somebody has to be `careful`, a word out of the middle of an option is not enough.
    """
    if value is not None:
        found = next((o for o in options if o.value == value), None)
        return found or _not_found(options)
    return _typed(options, words, speak, careful)


def pick_several(options: Sequence[Option], words: str, speak: Speak) -> tuple[str, ...] | Reply:
    """Return the values of the options typed as "1 3", "1, 3", or by their words separated by commas."""
    chosen: list[str] = []
    for part in list(_parts(options, words, speak)) or [""]:
        option = _typed(options, part, speak)
        if isinstance(option, Reply):
            return Reply("choose/several", {"count": len(options)})
        chosen.append(option.value)
    return tuple(o.value for o in options if o.value in chosen)


def _parts(options: Sequence[Option], words: str, speak: Speak) -> Iterator[str]:
    """Yield what is typed for each option; a label may have a comma of its own."""
    if re.fullmatch(_BETWEEN_NUMBERS, words.casefold()):
        yield from re.findall(r"\d+", words)
        return
    labels = {fold(speak(option.label)) for option in options}
    for part in re.split(r"[;؛\n]", words):
        pieces = [part] if fold(part) in labels else re.split("[,،]", part)
        yield from (piece for piece in pieces if piece.strip())


def fold(text: str) -> str:
    """Return `text` as it is compared: without case, accents, outer spaces and closing punctuation."""
    return " ".join(_plain(text).split()).strip(" .!?:,;…\"'«»“”„()،؛؟")


def plainly(words: str, speak: Speak) -> str:
    """Return `words` as they are compared, without what politeness adds to them: "yes" for "Yes, please!"."""
    polite = {fold(word) for word in (*COURTESY.text.split(), *speak(COURTESY).split())}
    said = fold(words).split()
    while len(said) > 1 and fold(said[-1]) in polite:
        said.pop()
    while len(said) > 1 and fold(said[0]) in polite:
        said.pop(0)
    return fold(" ".join(said))


def _plain(text: str) -> str:
    """Return `text` without case and accents; a Turkish i is one letter, with a dot or without, small or capital.

    In Arabic accents are vowel signs and the hamza, and lines are filled by a stroke that says nothing.
    """
    letters = unicodedata.normalize("NFKD", text.casefold().replace("’", "'")).translate(_SAME_LETTERS)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _typed(options: Sequence[Option], words: str, speak: Speak, careful: bool = False) -> Option | Reply:
    number = re.fullmatch(r"\s*#?(\d{1,6})[.):]?\s*", words)
    if number and 1 <= int(number[1]) <= len(options):
        return options[int(number[1]) - 1]
    said = fold(words)
    if not said or len(said) > 200:
        return _not_found(options)
    found = _said(options, said, speak, careful)
    plain = plainly(words, speak)
    return found if isinstance(found, Option) or plain == said else _typed(options, plain, speak, careful)


def _said(options: Sequence[Option], said: str, speak: Speak, careful: bool) -> Option | Reply:
    loosely = None if careful else _holding(options, said, speak)
    return _called(options, said, speak) or loosely or _close(options, said, speak)


def _called(options: Sequence[Option], said: str, speak: Speak) -> Option | None:
    """Return the option whose label, value or other name is what was `said`, or whose label alone begins with it."""
    for option in options:
        if said == option.value.casefold() or said in map(fold, _names(option, speak)):
            return option
    begun = [o for o in options if _begins(fold(speak(o.label)), said)]
    return begun[0] if len(begun) == 1 else None


def _holding(options: Sequence[Option], said: str, speak: Speak) -> Option | Reply | None:
    """Return the only option that has all the words `said` in its names; if several have, ask for the number."""
    wanted = _words(said)
    if not any(len(word) > 2 for word in wanted):
        return None
    named = [_words(names) | _joined(names) for names in (" ".join(_names(o, speak)) for o in options)]
    found = [n for n, words in enumerate(named) if wanted <= words] or [
        n for n, words in enumerate(named) if all(_is_begun(word, words) for word in wanted)
    ]
    if len(found) > 1:
        return Reply("choose/among", {"numbers": [n + 1 for n in found]})
    return options[found[0]] if found else None


def _is_begun(said: str, words: set[str]) -> bool:
    """Return whether one of `words` is what was `said`, or ends otherwise, as words do in a sentence."""
    stem = said[: max(_INFLECTED, len(said) - 1)]
    return said in words or (len(said) >= _INFLECTED and any(word.startswith(stem) for word in words))


def _close(options: Sequence[Option], said: str, speak: Speak) -> Option | Reply:
    """Return the only option whose label is spelled nearly like what was `said`."""
    labels = [fold(speak(o.label)) for o in options]
    close = difflib.get_close_matches(said, labels, n=2, cutoff=0.75)
    return options[labels.index(close[0])] if len(close) == 1 else _not_found(options)


def _names(option: Option, speak: Speak) -> Iterator[str]:
    """Yield what an option is called; the bot's own words for it count in English too."""
    yield speak(option.label)
    for name in option.also:
        yield speak(name)
        if isinstance(name, Phrase):
            yield name.text


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", _plain(text)))


def _joined(text: str) -> set[str]:
    """Return the words that have a hyphen without it: "email"."""
    return {word.replace("-", "") for word in re.findall(r"[^\W_]+(?:-[^\W_]+)+", _plain(text))}


def _begins(label: str, words: str) -> bool:
    """Return whether `words` are the label's first word, or at least three letters that it begins with."""
    return label.startswith(words) and (len(words) > 2 or fold(label.split()[0]) == words)


def _not_found(options: Sequence[Option]) -> Reply:
    return Reply("choose/one", {"count": len(options)})
