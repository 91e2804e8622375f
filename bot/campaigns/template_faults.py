"""What a letter's template asks for and does not get: fields, filters, and words that a field never has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from itertools import product

from jinja2 import Environment, nodes

from bot.campaigns.template_wordings import variants
from bot.config_errors import did_you_mean

Choices = Mapping[str, Collection[str]]
"""By the name of a field: what it can be."""


def unknown_fields(template: nodes.Template, used: Set[str], known: Set[str]) -> Iterator[str]:
    """Yield each of the `used` fields that no letter has, with the line where it stands first."""
    lines: dict[str, int] = {}
    for node in template.find_all(nodes.Name):
        if node.name in used - known:
            lines.setdefault(node.name, node.lineno)
    for name, line in lines.items():
        near = did_you_mean(name, known) or f"; the fields are {', '.join(sorted(known))}"
        yield f"line {line}: there is no field “{name}”{near}"


def unknown_parts(template: nodes.Template, parts: Choices) -> Iterator[str]:
    """Yield what is asked of a field, such as recipient, that it has not."""
    for node in template.find_all(nodes.Getattr):
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        if owner in parts and node.attr not in parts[owner]:
            near = did_you_mean(node.attr, parts[owner]) or f"; it has {', '.join(parts[owner])}"
            yield f"line {node.lineno}: {owner} has no “{node.attr}”{near}"


def unknown_filters(template: nodes.Template, sandbox: Environment) -> Iterator[str]:
    """Yield the filters and tests that Jinja does not have."""
    for node in template.find_all((nodes.Filter, nodes.Test)):
        word, known = (
            ("filter", sandbox.filters) if isinstance(node, nodes.Filter) else ("test", sandbox.tests)
        )
        if node.name not in known:
            yield f"line {node.lineno}: there is no {word} “{node.name}”{did_you_mean(node.name, known)}"


def impossible_words(template: nodes.Template, choices: Choices) -> Iterator[str]:
    """Yield where a field is compared with something that it never is, so that a part of the letter is lost."""
    for line, field, value in _compared(template):
        if (possible := choices.get(field)) and value not in possible:
            near = did_you_mean(value, possible) or f"; it can be {', '.join(possible)}"
            yield f"line {line}: {field} is never “{value}”{near}"


def empty_wordings(template: nodes.Template) -> Iterator[str]:
    """Yield the wordings that say nothing, and those that stand alone."""
    for place in variants(template):
        if len(place.wordings) < 2:
            yield f"line {place.line}: there is one wording only; write {{% or %}} and another behind it"
        elif any(_is_empty(wording) for wording in place.wordings):
            yield f"line {place.line}: one of the wordings is empty"


def _is_empty(wording: Iterable[nodes.Node]) -> bool:
    """Return whether nothing but white space is said."""
    return all(
        isinstance(node, nodes.Output)
        and all(isinstance(said, nodes.TemplateData) and not said.data.strip() for said in node.nodes)
        for node in wording
    )


def left_over(template: nodes.Template) -> Iterator[str]:
    """Yield the braces that would stand in the letter."""
    for node, sign in product(template.find_all(nodes.TemplateData), ("{{", "}}", "{%", "%}", "{#", "#}")):
        before, found, _ = node.data.partition(sign)
        if found:
            line = node.lineno + before.count("\n")
            yield f"line {line}: {sign} is left over in the letter; a brace is missing beside it"


def _compared(template: nodes.Template) -> Iterator[tuple[int, str, object]]:
    """Yield the line, the field and the word of each comparison of a field with a word, or with one of several."""
    for compare in template.find_all(nodes.Compare):
        sides = (compare.expr, *(operand.expr for operand in compare.ops))
        fields = [name for side in sides if (name := _field(side))]
        words = [word for side in sides for word in _constants(side)]
        yield from ((compare.lineno, field, word) for field, word in product(fields, words))


def _field(node: nodes.Expr) -> str:
    """Return the name of a field such as sender or recipient.key, or "" for anything else."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


def _constants(node: nodes.Expr) -> Iterable[object]:
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return [item.value for item in node.items if isinstance(item, nodes.Const)]
    if not isinstance(node, nodes.Const):
        return []
    return (
        node.value if isinstance(node.value, (list, tuple)) else [node.value]
    )  # Jinja folds a list into one
