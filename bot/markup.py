"""Markdown as chat platforms can show it: b, i, a, code, pre, blockquote, line breaks and bullets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup, escape

BULLET = "•"
_BOLD, _ITALIC, _CODE = Markup("<b>{}</b>"), Markup("<i>{}</i>"), Markup("<code>{}</code>")
_BLOCK, _QUOTATION = Markup("<pre>{}</pre>"), Markup("<blockquote>{}</blockquote>")
_LINK = Markup('<a href="{}">{}</a>')
_KEYED_HEADING = re.compile(r"(.*?)\s*\{#([\w-]+)\}")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below a level-2 heading; `key` is None where the heading carries none."""

    heading: str
    key: str | None
    body: Markup


def markup(markdown: str) -> Markup:
    """Return `markdown` as HTML of the subset; HTML inside it is shown as it was typed."""
    return _blocks(_tree(markdown).children)


def sections(markdown: str) -> tuple[Section, ...]:
    """Return what stands below each `## Heading {#key}`; what comes before the first has an empty heading."""
    parts: list[tuple[str, list[SyntaxTreeNode]]] = [("", [])]
    for node in _tree(markdown).children:
        if node.type == "heading" and node.tag == "h2":
            parts.append((node.children[0].content, []))
        else:
            parts[-1][1].append(node)
    return tuple(_section(heading, nodes) for heading, nodes in parts if heading or nodes)


def _section(heading: str, nodes: Sequence[SyntaxTreeNode]) -> Section:
    keyed = _KEYED_HEADING.fullmatch(heading)
    return Section(keyed[1] if keyed else heading, keyed[2] if keyed else None, _blocks(nodes))


def _tree(markdown: str) -> SyntaxTreeNode:
    parser = MarkdownIt("commonmark", {"html": False}).disable(["hr", "lheading", "image"])
    return SyntaxTreeNode(parser.parse(markdown))


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> Markup:
    return Markup("\n\n").join(_block(node) for node in nodes)


def _block(node: SyntaxTreeNode) -> Markup:
    match node.type:
        case "paragraph":
            return _inline(node.children)
        case "heading":
            return _BOLD.format(_inline(node.children))
        case "blockquote":
            return _QUOTATION.format(_without_quotations(_blocks(node.children)))
        case "bullet_list" | "ordered_list":
            return _list(node)
        case _:  # code, fenced or indented: all that is left
            return _BLOCK.format(node.content.rstrip("\n"))


def _list(node: SyntaxTreeNode) -> Markup:
    inside = (child for item in node.children for child in item.children)
    tight = all(child.hidden for child in inside if child.type == "paragraph")
    return escape("\n" if tight else "\n\n").join(_item(item) for item in node.children)


def _item(node: SyntaxTreeNode) -> Markup:
    """Return one entry of a list; what follows its first line is moved in below it."""
    mark = f"{node.info}{node.markup}" if node.info else BULLET
    inner = Markup("\n").join(_block(child) for child in node.children)
    return Markup("{} {}").format(mark, inner.replace("\n", "\n   "))


def _inline(nodes: Sequence[SyntaxTreeNode]) -> Markup:
    return Markup("").join(_words(node) for node in nodes)


def _words(node: SyntaxTreeNode) -> Markup:
    match node.type:
        case "inline":
            return _inline(node.children)
        case "strong":
            return _BOLD.format(_inline(node.children))
        case "em":
            return _ITALIC.format(_inline(node.children))
        case "link":
            return _LINK.format(node.attrs["href"], _inline(node.children))
        case "code_inline":
            return _CODE.format(node.content)
        case "softbreak":
            return Markup(" ")
        case "hardbreak":
            return Markup("\n")
        case _:
            return escape(node.content)


def _without_quotations(html: Markup) -> Markup:
    """Return `html` without quotations: Telegram refuses one inside another."""
    return html.replace("<blockquote>", "").replace("</blockquote>", "")
