"""The printed page: every word of the letter, in its place, whatever the words are."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import made, paper_in, pdf
from bot.events import Document, Page
from tests.bot.printed import CHINESE_NAME, LETTERS
from tests.bot.reading import Box, boxes, fonts, lines, metadata, pages, place, sizes, text, within, words

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
WINDOW = Box(20, 45, 105, 90)
"""What shows in the window of an envelope, by DIN 5008, form B."""
ENGLISH = LETTERS["en"]
FAX = "+7 7172 123456"
MARKUP = "#$*_@\\`<>[]{}()/-~=+'\":;.a1 "
HOSTILE = '#sys.inputs $x^2$ *b* _i_ @ref \\u{41} \\ `raw` <label> // no /* no */ = [x] "q" -- ... ~ https://example.org'


def expected(page: Page) -> str:
    """Return all words of the page, in the order in which they are read out."""
    address = (*page.sender, page.date, " · ".join(page.sender), *page.recipient)
    return words("\n".join((*address, page.subject, page.text)))


def longer(paragraphs: int) -> Page:
    """Return the English letter with so many paragraphs more."""
    more = "Somebody has much to say about this, and says it at length, for there is much to be said. " * 6
    before, _, after = ENGLISH.text.partition("We ask you:")
    return replace(ENGLISH, text=f"{before}{(more.strip() + chr(10) * 2) * paragraphs}We ask you:{after}")


@pytest.mark.parametrize("language", LETTERS)
def test_the_page_says_the_whole_letter(language: str) -> None:
    """Sender, date, address, subject and letter stand on one page, word for word, and in letters that are there."""
    page = LETTERS[language]
    made = pdf(page)
    said = words(text(made))
    if language == "ar":  # a reader of PDF puts the full stop of a number, which stands left of it, before it
        said = said.replace(".1 ", "1. ").replace(".2 ", "2. ")
    assert said == expected(page)
    assert len(pages(made)) == 1
    assert boxes(made) == 0


@pytest.mark.parametrize(
    "language", sorted(LETTERS.keys() - {"ar"})
)  # it puts Arabic into the order of the shapes
def test_another_reader_reads_the_same(language: str) -> None:
    """A second library for PDF finds the same words."""
    [page] = pages(pdf(LETTERS[language]))
    assert words(page.extract_text()) == expected(LETTERS[language])


@pytest.mark.parametrize("language", LETTERS)
def test_the_lines_stay_as_they_were_looked_at(language: str) -> None:
    """Lines break where they did when somebody looked at the page."""
    assert text(pdf(LETTERS[language])) == (GOLDEN / f"page.{language}.txt").read_text("utf-8")


@pytest.mark.parametrize("language", LETTERS)
def test_a_fax_begins_with_its_head(language: str) -> None:
    """To whom, to which number, from whom, when and how many pages stands above the letter, in its language."""
    made = pdf(replace(LETTERS[language], fax=FAX))
    assert text(made) == (GOLDEN / f"fax.{language}.txt").read_text("utf-8")
    assert all(part in within(made, Box(20, 15, 200, 45)) for part in FAX.split())


def test_a_fax_counts_its_pages() -> None:
    """The head of a long fax says how many pages there are."""
    made = pdf(replace(longer(20), fax=FAX))
    assert len(pages(made)) > 1
    assert f"Pages {len(pages(made))}" in within(made, Box(20, 15, 200, 45))


def test_a_fax_in_another_language_has_an_english_head() -> None:
    """A language whose labels nobody wrote down gets the English ones."""
    assert words(text(pdf(replace(ENGLISH, language="it", fax=FAX)))).startswith(
        "To Minister of Labour Fax +7"
    )


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
@pytest.mark.parametrize("language", LETTERS)
def test_the_address_shows_in_the_window(language: str, paper: Literal["a4", "us-letter"]) -> None:
    """The window shows the address and where the letter comes back to, all of it and nothing else."""
    page = replace(LETTERS[language], paper=paper)
    assert within(pdf(page), WINDOW) == words(" · ".join(page.sender) + " " + " ".join(page.recipient))


def test_the_address_begins_where_the_norm_has_it() -> None:
    """The address begins 62.7 mm below the upper edge and 25 mm from the left one, the subject below 98.4 mm."""
    made = pdf(ENGLISH)
    address = place(made, ENGLISH.recipient[0])
    assert address.left == pytest.approx(25, abs=0.5)
    assert address.top == pytest.approx(62.7, abs=0.5)
    assert place(made, ENGLISH.subject).top == pytest.approx(98.5, abs=0.5)


def test_a_long_address_still_shows_in_the_window() -> None:
    """An address of nine lines is set smaller and begins higher; one too long for a line is broken."""
    long = ("Ministry of Labour and Social Protection of the Population of the Republic", *"abcdefgh")
    seen = within(pdf(replace(ENGLISH, recipient=long)), WINDOW)
    assert words(" ".join(long)) in seen


def test_a_long_name_above_the_address_still_shows_in_the_window() -> None:
    """A sender with the longest names that are asked for is set smaller, above the address and below the fold."""
    long = tuple("Workers’ Union " * 40)
    names = ("".join(long[:200]).strip(), "".join(long[:120]).strip(), "".join(long[:140]).strip())
    made = pdf(replace(ENGLISH, sender=names))
    assert within(made, WINDOW).startswith(words(" · ".join(names)))
    assert place(made, ENGLISH.recipient[0]).top == pytest.approx(62.7, abs=0.5)


def test_an_endless_address_pushes_the_letter_down() -> None:
    """An address that no window holds is printed all the same, and over nothing else."""
    made = pdf(replace(ENGLISH, recipient=tuple(f"line {number}" for number in range(30))))
    assert place(made, "line 29").bottom < place(made, ENGLISH.subject).top


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("us-letter", (215.9, 279.4))])
def test_the_paper_is_what_is_usual_there(
    paper: Literal["a4", "us-letter"], size: tuple[float, float]
) -> None:
    """A page has the size that was asked for."""
    [page] = pages(pdf(replace(ENGLISH, paper=paper)))
    assert [float(side) * 25.4 / 72 for side in page.mediabox[2:]] == pytest.approx(size, abs=0.05)


@pytest.mark.parametrize(
    ("country", "paper"),
    [("US", "us-letter"), ("CA", "us-letter"), ("MX", "us-letter"), ("KZ", "a4"), ("KH", "a4"), ("", "a4")],
)
def test_countries_have_their_paper(country: str, paper: str) -> None:
    """US Letter is for the countries that use it, A4 for all others."""
    assert paper_in(country) == paper


def test_a_short_letter_is_set_large() -> None:
    """The letter is set in 11 points where there is room."""
    assert sizes(pdf(ENGLISH))[-1] == pytest.approx(11)


def test_a_long_letter_stays_on_one_page() -> None:
    """What would not fit on the page is set smaller, and fits."""
    page = longer(5)
    made = pdf(page)
    assert words(text(made)) == expected(page)
    assert len(pages(made)) == 1
    assert 9 <= sizes(made)[-1] < 11


def test_no_letter_is_set_in_letters_too_small_to_read() -> None:
    """A letter too long for one page goes on on the next, in 9 points, numbered, and loses no word."""
    page = longer(12)
    made = pdf(page)
    assert len(pages(made)) == 2
    assert min(size for size in sizes(made) if size != pytest.approx(7)) == pytest.approx(9)
    said = words(text(made))
    assert "1 / 2" in said
    assert said.replace(" 1 / 2", "").replace(" 2 / 2", "") == expected(page)


def test_a_name_does_not_stand_alone_on_a_page() -> None:
    """Wherever the page ends, the closing stands with the name below it."""
    for paragraphs in range(7, 18):
        last = pages(pdf(longer(paragraphs)))[-1].extract_text()
        assert "Yours faithfully" in last


def test_there_is_room_to_sign() -> None:
    """Between the closing and the name there is room for a signature, and a line."""
    made = pdf(ENGLISH)
    closing, name = place(made, "Yours faithfully"), place(made, "Ada Sample")
    assert name.top - closing.bottom > 15
    assert closing.left == pytest.approx(name.left, abs=0.5)


def test_a_letter_without_a_sender_needs_none() -> None:
    """Somebody who gives no address gets a page without one, and without the line that would part the two."""
    page = replace(ENGLISH, sender=(), fax=FAX)
    assert lines(pdf(page)) == lines(pdf(replace(ENGLISH, fax=FAX))) - 1
    said = words(text(pdf(page)))
    assert "From" not in said
    assert within(pdf(page), WINDOW) == words(" ".join(page.recipient))


@pytest.mark.parametrize(
    "page",
    [
        replace(ENGLISH, sender=(HOSTILE,)),
        replace(ENGLISH, recipient=(HOSTILE,)),
        replace(ENGLISH, date=HOSTILE),
        replace(ENGLISH, subject=HOSTILE),
        replace(ENGLISH, text=HOSTILE),
        replace(ENGLISH, text=f"Dear Minister,\n\n1. {HOSTILE}\n\nAda"),
        replace(ENGLISH, fax=HOSTILE),
    ],
)
def test_markup_is_only_words(page: Page) -> None:
    """What would be an instruction to the typesetter is printed as it was written."""
    assert squeezed(HOSTILE) in squeezed(text(pdf(page)))


@settings(max_examples=60)
@given(st.text(MARKUP, min_size=1, max_size=25).filter(str.strip), st.text(MARKUP, max_size=25))
def test_no_words_are_instructions(name: str, sentence: str) -> None:
    """Whatever somebody is called and writes, it is printed."""
    page = replace(
        ENGLISH, sender=(name,), text=f"Dear Minister,\n\nx{sentence}x\n\nYours faithfully,\n\nx{name}x"
    )
    shown = squeezed(text(pdf(page)))
    assert squeezed(f"x{sentence}xYours faithfully,x{name}x") in shown


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_any_text_can_be_printed(words: str) -> None:
    """No words at all keep the page from being made."""
    assert pdf(Page("en", "a4", (words,), (words,), words, words, f"{words}\n\n{words}", words)).startswith(
        b"%PDF"
    )


def test_what_is_no_letter_is_not_printed() -> None:
    """Halves of letters and marks that turn the words around them are left out."""
    page = replace(ENGLISH, sender=("A\ud800da\u202e",), text="Dear\ud800 Minister,\n\nA\u202eda")
    assert {"Ada", "Dear Minister,"} <= set(text(pdf(page)).splitlines())


def squeezed(text: str) -> str:
    """Return `text` without spaces: lines break anywhere in long words."""
    return "".join(text.split())


@pytest.mark.parametrize(
    "name",
    [
        *(
            CHINESE_NAME,
            "さくら 花子",
            "김철수",
            "陳小明",
            "Әсел Ғалымқызы",
            "Њого Ђурић",
            "Ģirts Šķēle",
            "Nguyễn Thị Hường",
        ),
        *(
            "ليلى مثال",
            "פלוני אלמוני",
            "გიორგი",
            "Արամ",
            "उदाहरण",
            "উদাহরণ",
            "ឧទាហរណ៍",
            "ဥပမာ",
            "ตัวอย่าง",
            "አበበ",
            "Νίκος",
        ),
    ],
)
def test_names_are_written_in_their_own_letters(name: str) -> None:
    """The package has the letters of these names, so no machine's own fonts are needed."""
    made = pdf(replace(ENGLISH, sender=(name,)))
    assert boxes(made) == 0
    assert {font[:4] for font in fonts(made)} <= {"Libe", "Noto"}


def test_letters_that_no_font_has_are_noticed_here() -> None:
    """The check above can fail: hieroglyphs are not at hand."""
    assert boxes(pdf(replace(ENGLISH, sender=("𓀀𓀁",)))) == 2 * 2


def test_little_pictures_are_left_out() -> None:
    """An emoji, which no font has, leaves no empty box."""
    made = pdf(replace(ENGLISH, subject="Strike 😀✊🏽👩‍🏭"))
    assert boxes(made) == 0
    assert "Strike" in text(made)


def test_a_long_word_stays_on_the_paper() -> None:
    """A link longer than a line is broken rather than lost beyond the edge."""
    link = "https://example.org/" + "a" * 300
    shown = within(pdf(replace(ENGLISH, text=f"Dear Minister,\n\n{link}\n\nAda")), Box(0, 0, 205, 297))
    assert link in unicodedata.normalize("NFKC", squeezed(shown)).replace("\u200b", "")


def test_words_keep_their_direction() -> None:
    """In an English letter an Arabic paragraph stands at the right, and in an Arabic one an English at the left."""
    arabic, english = "نكتب إليكم", "We write"
    mixed = pdf(replace(ENGLISH, text=f"Dear Minister,\n\n{arabic}\n\nAda"))
    assert arabic in within(mixed, Box(150, 98, 192, 200))
    mixed = pdf(replace(LETTERS["ar"], text=f"{arabic}\n\n{english}.\n\n{arabic}"))
    assert place(mixed, "We").left == pytest.approx(25, abs=0.5)
    assert place(mixed, ".").left > place(mixed, "write").right


def test_each_line_keeps_its_direction() -> None:
    """Below an Arabic name the members are counted from left to right, with the full stop behind them."""
    made = pdf(replace(ENGLISH, text="Dear Minister,\n\nYours,\n\nليلى مثال\nMembership: 40 p.\nليلى"))
    members = [place(made, word) for word in ("Membership", "40", "p.")]
    assert [box.left for box in members] == sorted(box.left for box in members)
    assert place(made, "p.").right == pytest.approx(place(made, "ليلى").right, abs=1)
    assert place(made, "Membership").top > place(made, "Yours,").bottom


def test_a_page_tells_nothing_of_where_and_when_it_was_made() -> None:
    """The file names the letter's subject and the typesetter; the same letter gives the same file."""
    made = pdf(ENGLISH)
    assert metadata(made) == {"/Title": ENGLISH.subject, "/Creator": metadata(made)["/Creator"]}
    assert str(metadata(made)["/Creator"]).startswith("Typst ")
    assert made == pdf(ENGLISH)


async def test_pages_can_be_made_at_once() -> None:
    """Several people who ask at the same moment get a letter each, and their own."""
    made_at_once = await asyncio.gather(
        *(made(Document("letter.pdf", page)) for page in (*LETTERS.values(), *LETTERS.values()))
    )
    for page, one in zip((*LETTERS.values(), *LETTERS.values()), made_at_once, strict=True):
        assert one.media_type == "application/pdf"
        assert words(page.subject) in words(text(one.data))


def test_the_typesetter_is_loaded_for_the_first_page_and_writes_nothing(tmp_path: Path) -> None:
    """A bot that never prints does not load it; making a page leaves no file in the usual places."""
    program = (
        "import sys, bot.documents\n"
        "assert 'typst' not in sys.modules\n"
        "from tests.bot.printed import LETTERS\n"
        "assert bot.documents.pdf(LETTERS['kk']).startswith(b'%PDF')\n"
    )
    places = {name: str(tmp_path) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, **places, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        timeout=120,
    )
    assert list(tmp_path.iterdir()) == []
