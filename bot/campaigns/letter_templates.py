"""A letter's template: a text file in a sandbox, with a few named fields and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields
from itertools import product
from traceback import extract_tb
from typing import get_args

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.campaigns import template_faults
from bot.campaigns.parts import Sender, Version
from bot.campaigns.template_tags import misplaced_tag, unreadable

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

    def __init__(self, source: str, answers: Iterable[str], recipients: Sequence[str]) -> None:
        """Read `source`, and try it with the keys of the pack's questions and recipients.

        Raises ValueError with a line in plain words for each reason why it cannot be used.
        """
        sandbox = _sandbox()
        known = {*OWN_NAMES, *STANDARD_ANSWERS, *answers}
        try:
            tree = _read(sandbox, source)
            used = meta.find_undeclared_variables(tree)
            if faults := [*_faults(tree, used, known, recipients)]:
                raise ValueError(*faults)
            self._template: Template = sandbox.from_string(tree)
        except TemplateSyntaxError as error:
            raise ValueError(unreadable(error)) from None
        self.makes_demands = "demands" in used
        self.has_versions = "version" in used
        self._try_out(_samples(known - set(OWN_NAMES), recipients))

    def render(self, fields: Fields) -> str:
        """Return the letter as plain text, without stray spaces and double blank lines."""
        text = "\n".join(line.rstrip() for line in self._template.render(fields.names()).splitlines())
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def _try_out(self, samples: Iterable[Fields]) -> None:
        for sample in samples:
            try:
                self.render(sample)
            except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise ValueError(f"{_line(error)}{_why(error)}") from None


def _read(sandbox: ImmutableSandboxedEnvironment, source: str) -> nodes.Template:
    """Return the template; nothing else can be told of one with a misplaced tag or an unknown filter."""
    if misplaced := misplaced_tag(sandbox, source):
        raise ValueError(misplaced)
    tree = sandbox.parse(source)
    if filters := [*template_faults.unknown_filters(tree, sandbox)]:
        raise ValueError(*filters)
    return tree


def _faults(
    tree: nodes.Template, used: Set[str], known: Set[str], recipients: Sequence[str]
) -> Iterator[str]:
    yield from template_faults.left_over(tree)
    yield from template_faults.unknown_fields(tree, used, known)
    yield from template_faults.unknown_parts(tree, _PARTS)
    choices = {"sender": get_args(Sender), "version": get_args(Version), "recipient.key": recipients}
    yield from template_faults.impossible_words(tree, choices)


def _sandbox() -> ImmutableSandboxedEnvironment:
    """Return an environment in which a template sees its fields and the filters, no file, no function."""
    sandbox = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    sandbox.globals.clear()
    return sandbox


def _samples(answers: set[str], recipients: Iterable[str]) -> Iterator[Fields]:
    """Yield fields for every sender, version and recipient, with everything answered and everything skipped."""
    for sender, version, key, word in product(get_args(Sender), get_args(Version), recipients, ("word", "")):
        recipient = Addressed(key, "office", word, "salutation")
        given = dict.fromkeys(answers, word)
        yield Fields(sender, version, recipient, Appeal("title", "2011"), ("demand", "demand"), given)


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
