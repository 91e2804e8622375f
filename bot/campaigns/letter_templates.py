"""A letter's template: a text file in a sandbox, with a few named fields and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields
from itertools import product
from traceback import extract_tb
from typing import get_args

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.campaigns import template_faults, template_wordings
from bot.campaigns.parts import Sender, Version
from bot.campaigns.template_tags import misplaced_tag, unreadable
from bot.campaigns.template_wordings import ORDER, WORDING, Choosing, Everything, Wordings, variants
from bot.chance import PLAIN

STANDARD_ANSWERS = ("name", "organisation", "members", "town", "country", "reason")
"""The answers that every template may use, asked for or not."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a letter goes, in the letter's language; `holder` is "" where nobody is known."""

    key: str
    office: str
    holder: str
    salutation: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """What the letter answers: the campaign's title, and when its appeal was written."""

    title: str
    written: str


@dataclass(frozen=True, slots=True)
class Fields:
    """What a template may use: these names, and each of `answers` by its own; a skipped answer is ""."""

    sender: Sender
    version: Version
    recipient: Addressed
    campaign: Appeal
    demands: tuple[str, ...]
    answers: Mapping[str, str]
    mixed: bool = False
    """Whether the supporter's own words are in another language than the letter."""

    def names(self) -> dict[str, object]:
        """Return every field by the name that a template calls it."""
        own = {name: getattr(self, name) for name in OWN_NAMES}
        return dict.fromkeys(STANDARD_ANSWERS, "") | dict(self.answers) | own


OWN_NAMES = tuple(field.name for field in fields(Fields) if field.name != "answers")
_PARTS = {
    "recipient": tuple(field.name for field in fields(Addressed)),
    "campaign": tuple(field.name for field in fields(Appeal)),
}


class LetterTemplate:
    """A template that has been tried out: whatever is skipped, it gives a letter."""

    def __init__(
        self, source: str, answers: Mapping[str, Collection[str]], recipients: Sequence[str]
    ) -> None:
        """Read `source`, and try it with the keys of the pack's questions and recipients.

        A question has its options beside it if it is answered by one. Raises ValueError with a line in plain words for
        each reason why the template cannot be used.
        """
        sandbox = _sandbox()
        known = {*OWN_NAMES, *STANDARD_ANSWERS, *answers}
        try:
            tree = _read(sandbox, source)
            used = used_names(tree) - {WORDING, ORDER}
            choices = {"recipient.key": recipients, **{key: of for key, of in answers.items() if of}}
            if faults := [*_faults(tree, used, known, choices)]:
                raise ValueError(*faults)
            self._template: Template = sandbox.from_string(tree)
        except TemplateSyntaxError as error:
            raise ValueError(unreadable(error)) from None
        self.makes_demands = "demands" in used
        self.has_versions = "version" in used
        self.wordings = tuple(len(place.wordings) for place in variants(tree))
        """How many wordings each place has of which there are several."""
        self._try_out(_samples(known - set(OWN_NAMES), recipients, answers))

    def render(self, fields: Fields, chance: Choosing = PLAIN) -> str:
        """Return the letter as plain text in the words that `chance` picks, without stray spaces and wide gaps."""
        filled = self._template.render({**fields.names(), **template_wordings.names(chance)})
        text = "\n".join(line.rstrip() for line in filled.splitlines())
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def _try_out(self, samples: Iterable[Fields]) -> None:
        for sample in samples:
            try:
                self.render(sample, Everything())
            except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise ValueError(f"{_line(error)}{_why(error)}") from None


class Templates(Mapping[tuple[str, str], LetterTemplate]):
    """A campaign's templates by kind and language; some are read only once they are asked for."""

    def __init__(
        self,
        read: Mapping[tuple[str, str], LetterTemplate],
        later: Mapping[tuple[str, str], Callable[[], LetterTemplate]],
    ) -> None:
        self._read = dict(read)
        self._later = later

    def __getitem__(self, key: tuple[str, str]) -> LetterTemplate:
        if key not in self._read and key in self._later:
            self._read[key] = self._later[key]()
        return self._read[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter({**self._read, **self._later})

    def __len__(self) -> int:
        return len({*self._read, *self._later})


def used_names(tree: nodes.Template) -> set[str]:
    """Return the names that a template asks for and does not give itself: quicker than to have it compiled for that."""
    found: dict[str, set[str]] = {"load": set(), "store": set(), "param": set()}
    for node in tree.find_all(nodes.Name):
        found[node.ctx].add(node.name)
    return found["load"] - found["store"] - found["param"] - {"loop"}


def _read(sandbox: ImmutableSandboxedEnvironment, source: str) -> nodes.Template:
    """Return the template; nothing else can be told of one with a misplaced tag or an unknown filter."""
    if misplaced := misplaced_tag(sandbox, source):
        raise ValueError(misplaced)
    tree = sandbox.parse(source)
    if filters := [*template_faults.unknown_filters(tree, sandbox)]:
        raise ValueError(*filters)
    return tree


def _faults(
    tree: nodes.Template, used: Set[str], known: Set[str], choices: template_faults.Choices
) -> Iterator[str]:
    yield from template_faults.left_over(tree)
    yield from template_faults.unknown_fields(tree, used, known)
    yield from template_faults.unknown_parts(tree, _PARTS)
    own = {"sender": get_args(Sender), "version": get_args(Version)}
    yield from template_faults.impossible_words(tree, {**own, **choices})
    yield from template_faults.empty_wordings(tree)


def _sandbox() -> ImmutableSandboxedEnvironment:
    """Return an environment in which a template sees its fields and the filters, no file, no function."""
    sandbox = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[Wordings],
    )
    sandbox.globals.clear()
    return sandbox


def _samples(
    answers: set[str], recipients: Sequence[str], options: Mapping[str, Collection[str]]
) -> Iterator[Fields]:
    """Yield fields for every sender and version: all answered, all skipped, to whomever; and each option taken."""
    words, nothing = dict.fromkeys(answers, "word"), dict.fromkeys(answers, "")
    taken = ({**words, key: option} for key, of in options.items() for option in of)
    cases = [*product(recipients, (words, nothing)), *product(recipients[:1], taken)]
    for sender, version, (key, given) in product(get_args(Sender), get_args(Version), cases):
        recipient, appeal = Addressed(key, "office", given["name"], "salutation"), Appeal("title", "2011")
        yield Fields(sender, version, recipient, appeal, ("demand", "demand"), given, mixed=given is words)


def _line(error: Exception) -> str:
    """Return the beginning of a sentence that says in which line of the template `error` was raised."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return f"line {lines[-1]}: " if lines else ""


def _why(error: Exception) -> str:
    if unknown := re.search(r"has no attribute '(\w+)'", str(error)):
        return f"“.{unknown[1]}” is no field"
    if isinstance(error, SecurityError):
        return "this is out of reach here"
    return "cannot be filled in with every answer: an answer is words, or nothing where it is skipped"
