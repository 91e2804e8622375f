"""Write templates/fonts, the fonts of the printed letter, from Debian's packages fonts-noto-core and fonts-noto-cjk.

The letters that typst brings along (Libertinus Serif: Latin, Cyrillic, Greek) are not among them. Arabic comes in two
weights, other scripts in one; of the Chinese, Japanese and Korean characters only the common ones are kept, which is
what the national standards of 1980 to 1987 hold. Hints for screens are left out: the page is printed.

    apt-get download fonts-noto-core fonts-noto-cjk; for package in fonts-noto-*.deb; do dpkg -x $package noto; done
    pip install fonttools; python tools/fonts.py noto templates/fonts
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

CORE = "usr/share/fonts/truetype/noto"
CJK = "usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
SCRIPTS = "Armenian Bengali Devanagari Ethiopic Georgian Hebrew Khmer Lao Myanmar Sinhala Tamil Thai".split()
WHOLE = ("NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold", *(f"NotoSerif{s}-Regular" for s in SCRIPTS))
STANDARDS = {"gb2312": (0xA1, 0xF7), "euc_jp": (0xA1, 0xF4), "big5": (0xA4, 0xC6), "euc_kr": (0xA1, 0xFD)}
"""Codes of GB 2312, JIS X 0208, the common half of Big5, and KS X 1001, with the first bytes that are looked at."""


def main(packages: Path, target: Path) -> None:
    """Write each font, and say how large it is."""
    for name in WHOLE:
        write(TTFont(packages / CORE / f"{name}.ttf"), None, target / f"{name}.ttf")
    collection = TTCollection(packages / CJK, lazy=True)
    [font] = (font for font in collection.fonts if font["name"].getDebugName(1).endswith("CJK SC"))
    write(font, common(), target / "NotoSerifCJK-Common.otf")


def common() -> set[int]:
    """Return the code points of common Han characters, of kana and Hangul syllables, and of their punctuation."""
    blocks = (*range(0x3000, 0x3100), *range(0xFF00, 0xFFEF))
    return {ord(c) for codec in STANDARDS for c in characters(codec) if is_cjk(c)} | set(blocks)


def characters(codec: str) -> Iterator[str]:
    """Yield the characters that a standard writes with two bytes."""
    first, last = STANDARDS[codec]
    for lead in range(first, last + 1):
        for trail in range(0x40, 0xFF):
            try:
                text = bytes((lead, trail)).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(text) == 1:
                yield text


def is_cjk(char: str) -> bool:
    """Return whether it is a Han character or a Hangul syllable."""
    return "\u4e00" <= char < "\ua000" or "\u3400" <= char < "\u4dc0" or "\uac00" <= char < "\ud7a4"


def write(font: TTFont, kept: set[int] | None, file: Path) -> None:
    """Write the font with the code points `kept`, or with all of them."""
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
    if kept:
        options.layout_features = ["ccmp"]
        options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]  # of vertical writing
    else:
        options.layout_features = ["*"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=kept or font.getBestCmap().keys())
    subsetter.subset(font)
    font.save(file)
    print(f"{file.stat().st_size:9,}  {file.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
