"""Pictures that are passed on say nothing of where, when and with what they were taken."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from bot import photographs
from bot.photographs import UnreadablePictureError, bare
from tests.photographs import CAMERA, PLACE, jpeg, located, noisy, size, told


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_nothing_but_dots(form: str, orientation: int) -> None:
    """The place, the camera and the rest are gone; it is turned as its camera had noted."""
    taken = located(form, orientation)
    assert PLACE in told(taken)
    left = bare(taken)
    assert told(left) == {}
    assert CAMERA.encode() not in left
    assert b"Exif" not in left
    assert size(left) == ((16, 32) if orientation > 4 else (32, 16))


def test_words_beside_the_dots() -> None:
    """Comments and texts in a picture, and what is hung on behind it, are gone."""
    picture, png, photo = Image.new("RGB", (8, 8)), BytesIO(), BytesIO()
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", CAMERA)
    texts.add_itxt("XML:com.adobe.xmp", CAMERA)
    picture.save(png, "PNG", pnginfo=texts)
    picture.save(photo, "JPEG", comment=CAMERA)
    for taken in (png.getvalue(), photo.getvalue(), jpeg() + CAMERA.encode()):
        assert CAMERA.encode() in taken
        assert CAMERA.encode() not in bare(taken)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_colours_stay(mode: str) -> None:
    """Whatever a picture is painted with, it looks the same."""
    written = BytesIO()
    Image.new(mode, (8, 8), 1).save(written, "PNG")
    with Image.open(BytesIO(bare(written.getvalue()))) as left, Image.open(written) as before:
        assert (left.mode, left.tobytes()) == (before.mode, before.tobytes())


def test_what_is_bare_stays_as_it_is() -> None:
    """A picture that says nothing, and what is no picture at all, is passed on as it is."""
    for data in (jpeg(), bare(located()), b"%PDF-1.7 a list", b""):
        assert bare(data) == data


@pytest.mark.parametrize(
    "data", [jpeg()[:200], b"\x89PNG\r\n\x1a\n and nothing", b"\xff\xd8\xff and nothing"]
)
def test_a_picture_that_cannot_be_opened(data: bytes) -> None:
    """What looks like a picture and cannot be opened is not passed on."""
    with pytest.raises(UnreadablePictureError):
        bare(data)


def test_a_picture_that_grows() -> None:
    """A picture that would be too large as well as it is usually written is written smaller."""
    taken = noisy()
    assert len(bare(taken)) > len(taken)
    left = bare(taken, len(taken))
    assert len(left) <= len(taken)
    assert told(left) == {}


def test_a_picture_that_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that would be a huge picture is not opened."""
    monkeypatch.setattr(photographs, "MOST_PIXELS", 100)
    with pytest.raises(UnreadablePictureError):
        bare(jpeg())
