"""What is asked in a conversation: each step knows what is an answer to it, and what to say to anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.choosing import Label, Option, Speak, pick, pick_several
from bot.events import Fetched, Given, Phrase, Place, Reply
from bot.wording import ALL, ANSWER, BOTH, NO, is_one_of

Value = str | None | tuple[str, ...]
"""An answer: words or an option's value, None for a skipped question, several options' values."""

AGREED, DONE = "agreed", "done"


@dataclass(frozen=True, slots=True)
class Said:
    """What a person gave for an answer: typed `words`, the `value` of a pressed button, or the place they are at.

    Where a message is asked for as it shall look, `html` is the words' look, and a `file` may come with them.
    """

    words: str = ""
    value: str | None = None
    place: Place | None = None
    html: str = ""
    file: Given | None = None
    data: Fetched | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The step is answered by `value`; what was `hanging` on the answer before, by its keys, is asked anew."""

    value: Value
    hanging: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picked:
    """Some options are marked, and more may follow."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The answer to `key` shall be given anew."""

    key: str


@dataclass(frozen=True, slots=True)
class Look:
    """Something to show before the same question is asked again: with its buttons below, or `alone`."""

    reply: Reply
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Not an answer: one sentence that says what to do, and which values stand marked: what may have been meant."""

    reply: Reply
    marked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Renewal:
    """Something that was not asked shall come out otherwise: from now on what stands under `key` is `value`."""

    label: Label
    key: str
    value: str
    also: tuple[Label, ...] = ()
    """Other names for it, which are typed rather than shown."""

    @property
    def option(self) -> str:
        """The value of the button that asks for it."""
        return f"{self.key}{self.value}"


Outcome = Answered | Picked | Change | Look | Refused | Renewal


class Check(Protocol):
    """Turns typed words into an answer; what it returns, it accepts again unchanged."""

    def __call__(self, words: str) -> str | Refused:
        """Return the answer that `words` mean, or why they are none."""
        ...


class Step(Protocol):
    """One thing to ask."""

    @property
    def key(self) -> str:
        """The name under which the answer is kept."""
        ...

    @property
    def prompt(self) -> Reply:
        """What is said to ask it."""
        ...

    @property
    def again(self) -> Reply | None:
        """What is said to ask it once more, if that is shorter than `prompt`."""
        ...

    @property
    def optional(self) -> bool:
        """Whether it may be skipped."""
        ...

    def options(self, marked: tuple[str, ...]) -> tuple[Option, ...]:
        """Return what can be chosen, the `marked` ones shown as such."""
        ...

    def holds(self, value: Value) -> bool:
        """Return whether `value` is a valid answer today."""
        ...

    def take(self, said: Said, marked: tuple[str, ...], speak: Speak) -> Outcome:
        """Return what `said` means here; `speak` gives a label in the person's language."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A question answered in the person's own words."""

    key: str
    prompt: Reply
    check: Check
    optional: bool = False
    locate: Callable[[Place], Refused] | None = None
    """Asks back which answer a shared place means, where the question can be answered by one."""
    name: Callable[[str], Label] | None = None
    """Gives the words for an answer, where it is kept as a code."""
    otherwise: Reply | None = None
    """Asks for the answer itself, once it is not the one that was asked back."""
    again: Reply | None = None
    enough: bool = False
    """Whether it can be left out together with all others that may be skipped, up to the review."""
    verbatim: bool = False
    """Whether the words themselves are kept, so that "yes" is no answer, and "no" leaves out what may be skipped."""

    def options(self, marked: tuple[str, ...]) -> tuple[Option, ...]:
        """Return the `marked` answers: what may have been meant by words that were none."""
        yes = (Phrase("yes"),) if len(marked) == 1 else ()
        return tuple(Option(code, self.name(code), also=yes) for code in marked) if self.name else ()

    def holds(self, value: Value) -> bool:
        """Return whether `value` passes the check, or is a permitted skip."""
        return self.optional if value is None else isinstance(value, str) and self.check(value) == value

    def take(self, said: Said, marked: tuple[str, ...], speak: Speak) -> Outcome:
        """Return the checked words, or why they are no answer."""
        if said.place is not None and self.locate is not None:
            return self.locate(said.place)
        if marked and self.otherwise is not None and is_one_of(NO, said.words, speak):
            return Refused(self.otherwise)
        if self.verbatim and is_one_of(ANSWER, said.words, speak):
            if self.optional and is_one_of(NO, said.words, speak):
                return Answered(None)
            return Refused(Reply("questions/words", {"optional": self.optional}))
        result = self.check(said.words if said.value is None else said.value)
        if not isinstance(result, Refused):
            return Answered(result)
        meant = pick(self.options(marked), said.words, said.value, speak)
        return Answered(meant.value) if isinstance(meant, Option) else result


class Other(Protocol):
    """What may be typed beside the options of a choice, such as a day."""

    def read(self, words: str, speak: Speak) -> str | Refused:
        """Return the answer that `words` mean, or why they are none."""
        ...

    def holds(self, value: str) -> bool:
        """Return whether `value` is an answer that `read` gave."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """A question answered by one of several options, or by what may be typed beside them."""

    key: str
    prompt: Reply
    choices: tuple[Option, ...]
    optional: bool = False
    careful: bool = False
    """Whether a word out of the middle of an option is not enough: something is recorded or erased."""
    again: Reply | None = None
    enough: bool = False
    opens: tuple[str, ...] = ()
    """The keys of questions that hang on it, which are asked anew when it is."""
    other: Other | None = None

    def options(self, marked: tuple[str, ...]) -> tuple[Option, ...]:
        """Return the choices."""
        return self.choices

    def holds(self, value: Value) -> bool:
        """Return whether `value` is still among the choices, or a permitted skip, or was typed beside them."""
        if value is None:
            return self.optional
        typed = self.other is not None and isinstance(value, str) and self.other.holds(value)
        return typed or any(o.value == value and not o.show for o in self.choices)

    def take(self, said: Said, marked: tuple[str, ...], speak: Speak) -> Outcome:
        """Return the chosen option's value, or what a look aside shows; "no" leaves out what may be skipped."""
        chosen = pick(self.choices, said.words, said.value, speak, self.careful)
        if isinstance(chosen, Option):
            return Look(chosen.show) if chosen.show else Answered(chosen.value, self.opens)
        if self.optional and is_one_of(NO, said.words, speak):
            return Answered(None)
        if self.other is None or said.value is not None:
            return Refused(chosen)
        typed = self.other.read(said.words, speak)
        return typed if isinstance(typed, Refused) else Answered(typed, self.opens)


@dataclass(frozen=True, slots=True)
class Several:
    """A question answered by one or more options: tapped one by one, or typed at once as "1 3"."""

    key: str
    prompt: Reply
    choices: tuple[Option, ...]
    optional: bool = False
    again: Reply | None = None
    together: bool = False
    """Whether "all" and "both" mean the choices."""

    def options(self, marked: tuple[str, ...]) -> tuple[Option, ...]:
        """Return the choices with the marked ones ticked, and with `done` below them once one is marked."""
        shown = tuple(Option(o.value, o.label, ticked=o.value in marked) for o in self.choices)
        # Translators: the button below a list from which one picks several: that was all
        return (*shown, Option(DONE, Phrase("Done"))) if marked else shown

    def holds(self, value: Value) -> bool:
        """Return whether `value` names at least one of the choices and nothing else."""
        known = {o.value for o in self.choices}
        return isinstance(value, tuple) and bool(value) and set(value) <= known

    def take(self, said: Said, marked: tuple[str, ...], speak: Speak) -> Outcome:
        """Return the typed options as the answer; a tapped one is marked or unmarked until `done`."""
        if said.value is None and self._all(said.words, speak):
            return Answered(tuple(o.value for o in self.choices))
        if said.value is None:
            chosen = pick_several(self.options(marked), said.words, speak)
            if isinstance(chosen, Reply):
                return Refused(chosen, marked)
            return Answered(marked if chosen == (DONE,) else tuple(v for v in chosen if v != DONE))
        if said.value == DONE and marked:
            return Answered(marked)
        known = [o.value for o in self.choices]
        wanted = set(marked) ^ {said.value}
        return Picked(tuple(v for v in known if v in wanted))

    def _all(self, words: str, speak: Speak) -> bool:
        both = len(self.choices) == 2 and is_one_of(BOTH, words, speak)
        return self.together and (both or is_one_of(ALL, words, speak))


@dataclass(frozen=True, slots=True)
class Review:
    """The whole result, to be agreed to or changed: every answer can be given anew from here."""

    key: str
    prompt: Reply
    agree: Label
    changes: tuple[Option, ...]
    looks: tuple[Option, ...] = ()
    optional: bool = False
    again: Reply | None = None
    renewals: tuple[Renewal, ...] = ()
    """How to have something come out otherwise that was not asked: left to chance, or to what is usual."""

    def options(self, marked: tuple[str, ...]) -> tuple[Option, ...]:
        """Return `agree`, then what else can be looked at, then what can be changed, or can come out otherwise."""
        renewed = (Option(renewal.option, renewal.label, also=renewal.also) for renewal in self.renewals)
        return (Option(AGREED, self.agree, also=(Phrase("yes"),)), *self.looks, *self.changes, *renewed)

    def holds(self, value: Value) -> bool:
        """Return whether the person has agreed."""
        return value == AGREED

    def take(self, said: Said, marked: tuple[str, ...], speak: Speak) -> Outcome:
        """Return the agreement, a look aside, or what shall change."""
        chosen = pick(self.options(()), said.words, said.value, speak)
        if isinstance(chosen, Reply):
            return Refused(chosen)
        if chosen.show:
            return Look(chosen.show)
        if renewal := next((one for one in self.renewals if one.option == chosen.value), None):
            return renewal
        return Answered(AGREED) if chosen.value == AGREED else Change(chosen.value)
