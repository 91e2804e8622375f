"""Markdown in chats: what an author writes, and what platforms are given."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import markup, sections

SUBSET = re.compile(r'</?(?:b|i|code|pre|blockquote|a)>|<a href="[^"<>]*">')


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("one\nline", "one line"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("broken\\\nhere", "broken\nhere"),
        ("**b** *i* `c`", "<b>b</b> <i>i</i> <code>c</code>"),
        ("### Small heading", "<b>Small heading</b>"),
        ("[here](https://example.org/?a=1&b=2)", '<a href="https://example.org/?a=1&amp;b=2">here</a>'),
        ("[here](javascript:alert(1))", "[here](javascript:alert(1))"),
        ("- one\n- two", "• one\n• two"),
        ("- one\n\n- two", "• one\n\n• two"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("- one\n  - two\n  - three", "• one\n   • two\n   • three"),
        ("> said", "<blockquote>said</blockquote>"),
        ("> said\n> > before", "<blockquote>said\n\nbefore</blockquote>"),
        ("```\na  <b>\n\n\nc\n```", "<pre>a  &lt;b&gt;\n\n\nc</pre>"),
        ("<script>x</script> & so", "&lt;script&gt;x&lt;/script&gt; &amp; so"),
        ("text\n---\nmore", "text --- more"),
    ],
)
def test_markdown_becomes_the_subset(written: str, shown: str) -> None:
    """Every construct is shown with the few tags that all platforms know; HTML is shown as it was typed."""
    assert str(markup(written)) == shown


@given(st.text(alphabet="ab <>&\"'*_`[]()#>-1.\n\\!{}", max_size=60))
def test_nothing_but_the_subset_comes_out(written: str) -> None:
    """Whatever is written, no tag or attribute outside the subset reaches a platform, and quotations never nest."""
    shown = markup(written)
    assert not re.search("[<>]", SUBSET.sub("", shown))
    assert not re.search("<blockquote>(?:(?!</blockquote>).)*<blockquote>", shown, re.DOTALL)


def test_an_appeal_is_divided_by_its_headings() -> None:
    """A level-2 heading begins a section and may carry a key; text before the first has an empty heading."""
    found = sections("before\n\n## In short {#summary}\none\n\n### inside\n\n## Without a key\ntwo")
    assert [(s.heading, s.key, str(s.body)) for s in found] == [
        ("", None, "before"),
        ("In short", "summary", "one\n\n<b>inside</b>"),
        ("Without a key", None, "two"),
    ]
