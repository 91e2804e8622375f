"""Several wordings for a place in a letter, and paragraphs that may stand in any order: two tags for templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

WORDING, ORDER = "_wording", "_order"
"""The names by which a template asks which wording it has here, and which paragraph comes next."""
_NEXT = "_next"


class Choosing(Protocol):
    """What decides between wordings."""

    def pick(self, place: object, count: int) -> object:
        """Return which of `count` wordings stands at `place`: what is equal to its number."""
        ...

    def order(self, place: object, count: int) -> tuple[int, ...]:
        """Return the order of the `count` paragraphs at `place`."""
        ...


def names(choosing: Choosing) -> dict[str, object]:
    """Return what a template needs to ask `choosing`, by the names under which it does."""

    def order(place: int, early: Sequence[object]) -> list[int]:
        return sorted(choosing.order(place, len(early)), key=lambda number: not early[number])

    return {WORDING: choosing.pick, ORDER: order}


class Everything:
    """Picks all wordings at once, to try them out."""

    def pick(self, place: object, count: int) -> object:
        """Return what is equal to every number."""
        return self

    def order(self, place: object, count: int) -> tuple[int, ...]:
        """Return the paragraphs as they are written."""
        return tuple(range(count))

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Variants:
    """The wordings of one place in a letter: its number in the template, and its line."""

    place: int
    line: int
    wordings: tuple[Sequence[nodes.Node], ...]


class Wordings(Extension):
    """`{% wording %} ... {% or %} ... {% endwording %}`, and `{% anyorder %}{% paragraph %} ... {% endanyorder %}`.

    A paragraph that begins with `{% paragraph first if ... %}` stands before the others where that holds. Its lines are
    one line in the letter; an empty line parts them.
    """

    tags = {"wording", "anyorder"}  # noqa: RUF012  # as Jinja has it

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._places = count()

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Return the nodes that choose where the template is filled in."""
        tag = next(parser.stream)
        place = next(self._places)
        if tag.value == "wording":
            return _one_of(_wordings(parser), place, tag.lineno)
        return _in_any_order(parser, place, tag.lineno)


def _wordings(parser: Parser) -> list[list[nodes.Node]]:
    """Read what stands between {% wording %} and {% endwording %}."""
    found = [parser.parse_statements(("name:or", "name:endwording"))]
    while next(parser.stream).value == "or":
        found.append(parser.parse_statements(("name:or", "name:endwording")))
    return found


def _one_of(wordings: Sequence[list[nodes.Node]], place: int, line: int) -> list[nodes.Node]:
    """Return a condition for each wording."""
    return [
        nodes.If(_is(_which(place, len(wordings)), number), body, [], []).set_lineno(line)
        for number, body in enumerate(wordings)
    ]


def _which(place: int, of: int) -> nodes.Call:
    return nodes.Call(_loaded(WORDING), [nodes.Const(place), nodes.Const(of)], [], None, None)


def _in_any_order(parser: Parser, place: int, line: int) -> nodes.Node:
    """Read paragraphs, and return a loop over them."""
    before = parser.parse_statements(("name:paragraph", "name:endanyorder"))
    if any(not isinstance(node, nodes.Output) or not _is_blank(node) for node in before):
        parser.fail("words before the first {% paragraph %}", line)
    early: list[nodes.Expr] = []
    paragraphs: list[nodes.Node] = []
    while next(parser.stream).value == "paragraph":
        early.append(_condition(parser))
        body = parser.parse_statements(("name:paragraph", "name:endanyorder"))
        paragraphs.append(_paragraph(len(paragraphs), body))
    if not paragraphs:
        parser.fail("no {% paragraph %}", line)
    order = nodes.Call(_loaded(ORDER), [nodes.Const(place), nodes.Tuple(early, "load")], [], None, None)
    return nodes.For(nodes.Name(_NEXT, "store"), order, paragraphs, [], None, False).set_lineno(line)


def _condition(parser: Parser) -> nodes.Expr:
    """Read what may stand behind `paragraph`: `first if` and a condition."""
    if not parser.stream.skip_if("name:first"):
        return nodes.Const(False)
    if not parser.stream.skip_if("name:if"):
        parser.fail("first without if", parser.stream.current.lineno)
    return parser.parse_expression()


def _paragraph(number: int, body: list[nodes.Node]) -> nodes.If:
    for output in nodes.Template(body).find_all(nodes.Output):
        _join_lines(output)
    apart = nodes.Output([nodes.TemplateData("\n\n")])
    return nodes.If(_is(_loaded(_NEXT), number), [apart, *body, apart], [], [])


def variants(template: nodes.Template) -> Iterator[Variants]:
    """Yield each place in `template` that has a choice of wordings, in order."""
    found: dict[int, list[nodes.If]] = {}
    for node in template.find_all(nodes.If):
        if (place := _place(node)) is not None:
            found.setdefault(place, []).append(node)
    for place, wordings in sorted(found.items()):
        yield Variants(place, wordings[0].lineno, tuple(tuple(node.body) for node in wordings))


def _place(node: nodes.If) -> int | None:
    """Return the place whose wording `node` is; None if it is a condition like any other."""
    asked = node.test.expr if isinstance(node.test, nodes.Compare) else None
    if not isinstance(asked, nodes.Call) or asked.node != _loaded(WORDING):
        return None
    place = asked.args[0]
    return int(place.value) if isinstance(place, nodes.Const) else None


def _join_lines(output: nodes.Output) -> None:
    """Let the lines that the template has become one; what a supporter has typed keeps its own."""
    for node in output.nodes:
        if isinstance(node, nodes.TemplateData):
            # What begins with a new line behind a tag, which ends with its line, begins with an empty line.
            begun = "\n\n" if node is output.nodes[0] and node.data.startswith("\n") else ""
            node.data = begun + re.sub(r"(?<!\n)\n(?!\n)", " ", node.data[len(begun) // 2 :])


def _is(asked: nodes.Expr, number: int) -> nodes.Compare:
    return nodes.Compare(asked, [nodes.Operand("eq", nodes.Const(number))])


def _loaded(name: str) -> nodes.Name:
    return nodes.Name(name, "load")


def _is_blank(output: nodes.Output) -> bool:
    return all(isinstance(node, nodes.TemplateData) and not node.data.strip() for node in output.nodes)
