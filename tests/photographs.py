"""Photographs for tests, with and without what a camera writes into them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

CAMERA = "Aktau Camera 11"
MADE, COMMENT, ORIENTATION, PLACE = 0x010F, 0x9286, 0x0112, 0x8825
NORTH, EAST = (43.0, 20.0, 5.0), (52.0, 51.0, 37.0)


def jpeg(red: int = 200) -> bytes:
    """Return a small photograph in which a camera has written nothing."""
    written = BytesIO()
    Image.new("RGB", (16, 8), (red, 30, 30)).save(written, "JPEG")
    return written.getvalue()


def located(form: str = "JPEG", orientation: int = 1) -> bytes:
    """Return a photograph, wider than high, with the place where it was taken; it may have to be turned."""
    exif = Image.Exif()
    exif[MADE], exif[ORIENTATION] = CAMERA, orientation
    exif[PLACE] = {1: "N", 2: NORTH, 3: "E", 4: EAST}
    picture, written = Image.new("RGB", (32, 16), (200, 30, 30)), BytesIO()
    picture.putpixel((0, 0), (0, 200, 0))
    picture.save(written, form, exif=exif.tobytes())
    return written.getvalue()


def moving(form: str) -> bytes:
    """Return a picture that moves."""
    written = BytesIO()
    first, then = (Image.new("RGB", (8, 8), (red, 30, 30)) for red in (200, 20))
    first.save(written, form, save_all=True, append_images=[then], duration=100)
    return written.getvalue()


def noisy(orientation: int = 6) -> bytes:
    """Return a photograph that has to be turned, and grows where it is written as well as usual."""
    exif, written = Image.Exif(), BytesIO()
    exif[ORIENTATION] = orientation
    picture = Image.effect_noise((256, 256), 80).convert("RGB")
    picture.save(written, "JPEG", exif=exif.tobytes(), quality=86)
    return written.getvalue()


def told(picture: bytes) -> dict[int, object]:
    """Return what a picture tells beside its dots, the place among it."""
    with Image.open(BytesIO(picture)) as opened:
        exif = opened.getexif()
        return dict(exif) | dict(exif.get_ifd(PLACE))


def size(picture: bytes) -> tuple[int, int]:
    """Return how wide and high a picture is."""
    with Image.open(BytesIO(picture)) as opened:
        return opened.size
