"""A PDF as somebody reads it: what it says, where on the paper, and in which letters."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, TextStringObject
from pypdfium2 import PdfDocument

POINTS_A_MILLIMETRE = 72 / 25.4
PATH = 2
"""What PDFium calls a line that is drawn (FPDF_PAGEOBJ_PATH)."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands, in millimetres from the left and the upper edge of the paper."""

    left: float
    top: float
    right: float
    bottom: float


def text(pdf: bytes) -> str:
    """Return what stands in it, line by line, as the library of a browser reads it."""
    pages = (str(page.get_textpage().get_text_range()) for page in PdfDocument(pdf))
    return "\n".join(pages).replace("\r\n", "\n")


def words(text: str) -> str:
    """Return the words of `text`, wherever its lines end."""
    return " ".join(text.split())


def within(pdf: bytes, box: Box) -> str:
    """Return the words of the first page that stand in the box."""
    page = PdfDocument(pdf)[0]
    left, right = box.left * POINTS_A_MILLIMETRE, box.right * POINTS_A_MILLIMETRE
    lower, upper = (page.get_height() - edge * POINTS_A_MILLIMETRE for edge in (box.bottom, box.top))
    return words(page.get_textpage().get_text_bounded(left=left, bottom=lower, right=right, top=upper))


def place(pdf: bytes, wanted: str) -> Box:
    """Return where these words stand on the first page: on one line, and for the last time."""
    page = PdfDocument(pdf)[0]
    letters = page.get_textpage()
    search = letters.search(wanted, match_case=True)
    start, count = list(iter(search.get_next, None))[-1]
    lefts, lowers, rights, uppers = zip(
        *(letters.get_charbox(start + number) for number in range(count)), strict=True
    )
    edges = (min(lefts), page.get_height() - max(uppers), max(rights), page.get_height() - min(lowers))
    return Box(*(edge / POINTS_A_MILLIMETRE for edge in edges))


def lines(pdf: bytes) -> int:
    """Return how many lines are drawn on the first page."""
    return sum(drawn.type == PATH for drawn in PdfDocument(pdf)[0].get_objects())


def pages(pdf: bytes) -> list[PageObject]:
    """Return the pages."""
    return list(PdfReader(io.BytesIO(pdf), strict=True).pages)


def fonts(pdf: bytes) -> set[str]:
    """Return the names of the fonts that are in it."""
    found = (dictionary["/BaseFont"] for page in pages(pdf) for dictionary in _fonts(page))
    return {str(name).partition("+")[2].partition("-")[0] for name in found}


def metadata(pdf: bytes) -> dict[str, object]:
    """Return what the file says of itself."""
    return dict(PdfReader(io.BytesIO(pdf), strict=True).metadata or {})


def sizes(pdf: bytes) -> list[float]:
    """Return the sizes of the letters, in points, in the order of the text."""
    found: list[float] = []

    def note(text: str, _matrix: object, _text_matrix: object, _font: object, size: float) -> None:
        if text.strip():
            found.append(size)

    for page in pages(pdf):
        page.extract_text(visitor_text=note)
    return found


def boxes(pdf: bytes) -> int:
    """Return how many letters no font has: each is shown as an empty box, the first shape of every font."""
    return sum(codes[at : at + 2] == b"\0\0" for codes in _codes(pdf) for at in range(0, len(codes), 2))


def _fonts(page: PageObject) -> Iterator[DictionaryObject]:
    resources = page["/Resources"]
    assert isinstance(resources, DictionaryObject)
    named = resources["/Font"]
    assert isinstance(named, DictionaryObject)
    yield from (
        font for font in (each.get_object() for each in named.values()) if isinstance(font, DictionaryObject)
    )


def _codes(pdf: bytes) -> Iterator[bytes]:
    """Yield the strings of the pages: two bytes a shape."""
    for page in pages(pdf):
        contents = page.get_contents()
        for operands, operator in () if contents is None else contents.operations:
            if operator in {b"Tj", b"TJ"}:
                shown = operands[0] if isinstance(operands[0], ArrayObject) else operands
                yield from (
                    s.original_bytes for s in shown if isinstance(s, TextStringObject | ByteStringObject)
                )
