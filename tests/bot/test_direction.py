"""What runs from left to right inside lines that run from right to left."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.direction import BY_FIRST_LETTER, END, FROM_LEFT, ISOLATES, beside, isolated

SEEN = str.maketrans({FROM_LEFT: "⟦", BY_FIRST_LETTER: "⟪", END: "⟧"})

ISOLATED = {
    "a command": ("الأمر /letter يبدأ رسالة.", "الأمر ⟦/letter⟧ يبدأ رسالة."),
    "a command at the beginning": ("/letter – كتابة رسالة", "⟦/letter⟧ – كتابة رسالة"),
    "a command and its number": ("يرجى كتابة /sent 1 هنا.", "يرجى كتابة ⟦/sent 1⟧ هنا."),
    "commands one after the other": ("/appeal و /since، /help", "⟦/appeal⟧ و ⟦/since⟧، ⟦/help⟧"),
    "an e-mail address": ("العنوان info@example.org.", "العنوان ⟦info@example.org⟧."),
    "a web page": ("هنا: https://example.org/a?b=1", "هنا: ⟦https://example.org/a?b=1⟧"),
    "a telephone number": ("الهاتف +7 (7172) 97-60-00، اليوم", "الهاتف ⟦+7 (7172) 97-60-00⟧، اليوم"),
    "a number in one piece": ("الهاتف +77172976000.", "الهاتف ⟦+77172976000⟧."),
    "a version": ("الصيغة (2026-11).", "الصيغة (⟦2026-11⟧)."),
    "numbers to be typed": ("مثلاً 1 2:", "مثلاً ⟦1 2⟧:"),
    "an office": ("إلى: Embassy (Berlin). شكراً", "إلى: ⟦Embassy (Berlin)⟧. شكراً"),
    "an office in brackets": ("السفارة (Berlin)", "السفارة (⟦Berlin⟧)"),
    "a name in quotation marks": ("تحت اسم «France».", "تحت اسم «⟦France⟧»."),
    "a year behind a name": ("• The strike of 2011 (تاريخ)", "• ⟦The strike of 2011⟧ (تاريخ)"),
    "a day behind a name": ("BBC 2011-12-16، نعم", "⟦BBC 2011-12-16⟧، نعم"),
    "a date in words": ("في Aktau 16 ديسمبر 2011", "في ⟦Aktau⟧ 16 ديسمبر 2011"),
    "a line without Arabic": ("نعم\n1. Open (today).\nلا", "نعم\n1. ⟦Open (today).⟧\nلا"),
    "a name in Cyrillic": ("الاسم: Ада Лавлейс", "الاسم: ⟦Ада Лавлейс⟧"),
    "a bold name": ("<b>Zhanaozen</b> – المطالب", "⟦<b>Zhanaozen</b>⟧ – المطالب"),
    "a link": (
        'المصدر: <a href="https://example.org/x, y">example.org</a>, نعم',
        'المصدر: ⟦<a href="https://example.org/x, y">example.org</a>⟧، نعم',
    ),
    "what a tap copies": ("البريد, <code>a@b.example</code>", "البريد، ⟪<code>a@b.example</code>⟧"),
    "a number that a tap copies": ("<code>+7 1</code> هاتف", "⟪<code>+7 1</code>⟧ هاتف"),
    "a letter": ("رسالة\n<pre>Dear Ada, call +7 1.</pre>", "رسالة\n<pre>Dear Ada, call +7 1.</pre>"),
    "a quotation": ("نعم <blockquote>Yes.</blockquote>", "نعم <blockquote>⟦Yes.⟧</blockquote>"),
    "what stands for a sign": ("من A &amp; B هنا", "من ⟦A &amp; B⟧ هنا"),
}
UNCHANGED = ("", "نعم، لا", "12 رسالة", "1. المطلب", "16 ديسمبر 2011", "نحو 1,200 كم", "١٢", "👍")


@pytest.mark.parametrize(("words", "seen"), ISOLATED.values(), ids=ISOLATED)
def test_what_runs_from_the_left_stands_by_itself(words: str, seen: str) -> None:
    """Letters, addresses, numbers and commands keep their order, and punctuation around them stays outside."""
    assert isolated(words).translate(SEEN) == seen


@pytest.mark.parametrize("words", UNCHANGED)
def test_words_from_the_right_and_single_numbers_are_left_alone(words: str) -> None:
    """What every screen shows rightly by itself gets nothing."""
    assert isolated(words) == words


def test_what_is_typed_stands_by_itself_beside_arabic_words_alone() -> None:
    """A command before a label is isolated if the label runs from the right."""
    assert beside("!letter", "كتابة رسالة").translate(SEEN) == "⟦!letter⟧"
    assert beside("!letter", "Write your letter") == "!letter"


@given(st.text(st.sampled_from("aR1 +/-().,:<>b&;\n«»نعم،٣📍"), max_size=60))
def test_nothing_is_lost_and_every_isolate_ends(words: str) -> None:
    """Without the characters that nobody sees it is what it was, but for the shape of its commas."""
    made = isolated(words)
    bare = "".join(char for char in made if char not in ISOLATES)
    assert bare.replace("،", ",").replace("؛", ";") == words.replace("،", ",")
    kept = re.sub(f"[{FROM_LEFT}{BY_FIRST_LETTER}][^{FROM_LEFT}{BY_FIRST_LETTER}{END}]+{END}", "", made)
    assert not ISOLATES.intersection(kept)
    assert all(unicodedata.bidirectional(char) != "L" for char in re.sub("<[^>]*>|&[^;]*;", "", kept))
