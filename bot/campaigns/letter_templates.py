"""A letter's template: a text file in a sandbox, with a few named fields and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import product
from typing import get_args

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.campaigns.parts import Sender, Version

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


class LetterTemplate:
    """A template that has been tried out: whatever is skipped, it gives a letter."""

    def __init__(self, source: str, answers: Iterable[str], recipients: Iterable[str]) -> None:
        """Read `source`, and try it with the keys of the pack's questions and recipients.

        Raises ValueError, in plain words, if it is no template or uses an unknown field.
        """
        sandbox = _sandbox()
        known = {*OWN_NAMES, *STANDARD_ANSWERS, *answers}
        try:
            tree = sandbox.parse(source)
            used = meta.find_undeclared_variables(tree)
            self._template: Template = sandbox.from_string(tree)
        except TemplateSyntaxError as error:
            raise ValueError(f"line {error.lineno}: {error.message}") from None
        if unknown := sorted(used - known):
            raise ValueError(f"uses {_quoted(unknown)}; the fields are {', '.join(sorted(known))}")
        self.makes_demands = "demands" in used
        self._try_out(_samples(known - set(OWN_NAMES), recipients))

    def render(self, fields: Fields) -> str:
        """Return the letter as plain text, without stray spaces and double blank lines."""
        text = "\n".join(line.rstrip() for line in self._template.render(fields.names()).splitlines())
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def _try_out(self, samples: Iterable[Fields]) -> None:
        for sample in samples:
            try:
                letter = self.render(sample)
            except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise ValueError(f"cannot be filled in: {_why(error)}") from None
            if left := re.search(r"\{\{|\}\}|\{%|%\}|\{#|#\}", letter):
                raise ValueError(f"{left[0]} is left over in the letter; a brace is missing beside it")


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


def _why(error: Exception) -> str:
    unknown = re.search(r"has no attribute '(\w+)'", str(error))
    return f"“.{unknown[1]}” is no field" if unknown else str(error)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
