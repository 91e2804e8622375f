"""Pictures that people pass on, without what their camera wrote into them: where and when, and with what."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
MOST_PIXELS = 80_000_000
"""Dots beyond which a picture is not opened: it may be small as a file, and fill the memory."""
QUALITY, SMALLER = 92, 85
"""How well a picture is kept that has to be written anew, of 100; and one that would be too large like that."""
_KEPT = ("icc_profile", "transparency")
"""What belongs to the colours."""
_ORIENTATION = 0x0112


class UnreadablePictureError(Exception):
    """A picture cannot be opened: what it holds beside its dots is not known."""


class MovingPictureError(UnreadablePictureError):
    """A picture moves: written anew, it would stand still."""


def bare(data: bytes, most: int | None = None) -> bytes:
    """Return a picture as its dots alone, turned as it is to be looked at; what is no picture as it is.

    One that would have more than `most` bytes is written smaller, which may not be enough.
    Raises UnreadablePictureError.
    """
    if not data.startswith(_MAGIC) or (data.startswith(b"RIFF") and data[8:12] != b"WEBP"):
        return data
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise UnreadablePictureError
            if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
                raise MovingPictureError
            return _rewritten(picture, most)
    except UnreadablePictureError:
        raise
    except Exception as error:  # whatever a stranger may have sent
        raise UnreadablePictureError from error


def _rewritten(picture: Image.Image, most: int | None) -> bytes:
    """Return a picture in its own format; one that is not to be turned hardly loses anything."""
    form = "JPEG" if picture.format == "MPO" else picture.format
    turned = picture.getexif().get(_ORIENTATION, 1) != 1
    colours = {name: picture.info[name] for name in _KEPT if name in picture.info}
    as_it_was = picture.format == "JPEG" and not turned
    shown = ImageOps.exif_transpose(picture) if turned else picture
    shown.load()
    shown.info = {}
    if form == "PNG":
        return _written(shown, form, **colours)
    left = _written(shown, form, **colours, quality="keep" if as_it_was else QUALITY)
    return left if most is None or len(left) <= most else _written(shown, form, **colours, quality=SMALLER)


def _written(picture: Image.Image, form: str | None, **how: object) -> bytes:
    written = BytesIO()
    picture.save(written, form, **how)
    return written.getvalue()
