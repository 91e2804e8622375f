"""Pictures of numbers: as wide as a phone, read from the right where a language is, and drawn while nobody waits."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from PIL import Image

from bot.documents import made, picture, pictures
from bot.events import Chart, Document

SORTS = Chart(
    "en",
    "sorts",
    "Letters by country",
    "The strike (26 November 2026). By the country that the sender lives in.",
    ("Germany", "Türkiye", "no country given"),
    (1250, 12, 0),
    (120, 0, 4),
    ("sent", "promised, not sent yet"),
)
TIME = replace(
    SORTS,
    shape="time",
    labels=("1 Nov", "2 Nov", "3 Nov"),
    sent=(3, 0, 9),
    promised=(),
    names=("each day", "in all"),
)


def shown(chart: Chart) -> Image.Image:
    """Return what is seen of a picture."""
    return Image.open(io.BytesIO(picture(chart))).convert("RGB")


def columns(image: Image.Image, colour: str) -> list[int]:
    """Return the columns in which there is a colour, from the left."""
    wanted = tuple(bytes.fromhex(colour.removeprefix("#")))
    wide, high = image.size
    return [x for x in range(wide) if any(image.getpixel((x, y)) == wanted for y in range(high))]


def bars(image: Image.Image, colour: str) -> list[int]:
    """Return how long the bars of a colour are, from the top; a mark of a bar's width is none."""
    wanted = tuple(bytes.fromhex(colour.removeprefix("#")))
    wide, high = image.size
    rows = [sum(image.getpixel((x, y)) == wanted for x in range(wide)) for y in range(high)]
    begun = [n for n, before in zip(rows, [0, *rows], strict=False) if n and not before]
    return begun[1:]


def test_as_long_as_the_numbers() -> None:
    """A bar is as long as its number, sent and promised by the same measure; nothing has no bar."""
    image = shown(SORTS)
    assert image.width == 1080
    sent, promised = bars(image, pictures.SENT), bars(image, pictures.PROMISED)
    assert len(sent) == len(promised) == 2
    assert sent[1] / sent[0] == pytest.approx(12 / 1250, abs=0.005)
    assert promised[0] / sent[0] == pytest.approx(120 / 1250, abs=0.005)
    assert max(columns(image, pictures.SENT)) < image.width - 100  # its number stands behind it


def test_read_from_the_right() -> None:
    """In Arabic the bars begin at the right, and so does time."""
    for chart in (SORTS, TIME):
        from_left, from_right = shown(chart), shown(replace(chart, language="ar"))
        assert from_left.size == from_right.size
        ours, theirs = columns(from_left, pictures.SENT), columns(from_right, pictures.SENT)
        assert ours[0] == pytest.approx(from_right.width - theirs[-1], abs=3)
    left, right = (
        columns(shown(replace(TIME, sent=(9, 0, 0), language=one)), pictures.SENT) for one in ("en", "ar")
    )
    assert sum(left) / len(left) < 540 < sum(right) / len(right)


def test_arabic_letters_join() -> None:
    """Arabic letters are written joined, and are narrower so than each by itself."""

    def wide(word: str) -> int:
        alone = replace(TIME, shape="sorts", language="ar", title=word, below="", names=("", ""))
        ink = columns(shown(replace(alone, labels=(), sent=())), pictures.INK)
        return max(ink) - min(ink)

    word = "كتابتنا"
    assert wide(word) < wide("\N{ZERO WIDTH NON-JOINER}".join(word)) * 0.9


def test_long_words_have_room() -> None:
    """However long a title and a label are, nothing is written over the edge."""
    long = "Solidarity with everybody who was dismissed " * 4
    image = shown(replace(SORTS, title=long, below=long, labels=(long, long, long)))
    ink = columns(image, pictures.INK)
    assert min(ink) > 40
    assert max(ink) < image.width - 20


@pytest.mark.parametrize("chart", [SORTS, TIME, replace(TIME, labels=("1 Nov",), sent=(1,))])
def test_as_a_drawing(chart: Chart) -> None:
    """The same as SVG is well-formed, the same each time, and says nothing of where and when it was made."""
    drawing = picture(chart, "svg")
    assert ElementTree.fromstring(drawing).tag.endswith("svg")  # noqa: S314  # it is our own
    assert drawing == picture(chart, "svg")
    assert b"<dc:date" not in drawing
    assert b"Matplotlib" not in drawing


async def test_nobody_waits() -> None:
    """While a picture is drawn everything else goes on; several who ask at once get their own."""
    with pictures._DRAWING:  # as long as this is held no picture can be finished
        asked = [asyncio.create_task(made(Document("a.png", chart))) for chart in (SORTS, TIME, SORTS)]
        for _ in range(100):
            await asyncio.sleep(0)
        assert not any(task.done() for task in asked)
    found = await asyncio.gather(*asked)
    assert {one.media_type for one in found} == {"image/png"}
    assert found[0].data == found[2].data == picture(SORTS)
    assert found[1].data == picture(TIME)


def test_loaded_for_the_first_picture() -> None:
    """A bot that never draws does not load what draws."""
    program = "import sys, bot.cli, bot.documents; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
