"""Numbers as a picture that is read on a phone: bars with their names above and their numbers behind.

Everything is measured in inches from the upper left corner; where a language is written from the right, all of it
is mirrored. Letters are shaped and ordered by what comes with matplotlib, and so are most fonts.
"""

from __future__ import annotations

import io
import logging
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING, Literal

from babel import Locale
from babel.numbers import format_decimal

from bot.events import Chart
from bot.resources import templates

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER, INK, SOFT, LINE = "#fcfbf7", "#1d2730", "#5c6873", "#dedbd2"
SENT, PROMISED = "#0b5d74", "#e3b04b"
"""Two colours that differ in lightness too: for eyes that see no colours, and for print in grey."""
WIDTH, MARGIN = 6.0, 0.35
DOTS = 180
"""Dots per inch: 1080 across, which phones show and Telegram keeps."""
TITLE, TEXT, SMALL = 17.0, 11.5, 10.5
"""Sizes of letters, in points."""
LETTERS_OF_TITLE, LETTERS_BELOW, LETTERS_OF_LABEL = 32, 60, 50
"""Letters that a line has room for."""
BAR, ROW = 0.17, 0.66
"""Heights of a bar, and of a row with one bar."""
FIELDS = 2.9, 1.8
"""Heights of the fields in which time goes on: what left in each part of it, and what had left until then."""
AXIS, BETWEEN = 0.55, 0.85
"""Room for the numbers beside a field, and between two."""
MOST_DATES = 5
"""Dates that have room below a field."""
_DRAWING = Lock()
"""matplotlib is not made to be used by several at once."""
_FROM_RIGHT = "\N{RIGHT-TO-LEFT MARK}"


def picture(chart: Chart, form: Literal["png", "svg"] = "png") -> bytes:
    """Return `chart` as a picture; any number of threads may ask for one."""
    with _DRAWING:
        import matplotlib  # it is large, and many a bot never draws

        nameless = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
        with matplotlib.rc_context({"font.family": _fonts(), "svg.hashsalt": "bars"}):
            made = io.BytesIO()
            _figure(chart).savefig(made, format=form, dpi=DOTS, metadata=nameless)
            return made.getvalue()


@cache
def _fonts() -> list[str]:
    """Return the fonts to look for a letter in, one after the other; none of them is this machine's own."""
    from matplotlib.font_manager import fontManager

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # not every font is there in bold
    fontManager.ttflist = [font for font in fontManager.ttflist if "mpl-data" in font.fname]
    brought = len(fontManager.ttflist)
    for path in sorted((templates() / "fonts").glob("*.[to]tf")):
        fontManager.addfont(path)
    return ["DejaVu Sans", *dict.fromkeys(font.name for font in fontManager.ttflist[brought:])]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet to draw on."""

    figure: Figure
    axes: Axes
    height: float
    language: str
    from_right: bool

    def write(
        self, x: float, y: float, words: str, size: float = SMALL, colour: str = INK, bold: bool = False
    ) -> None:
        """Write `words` from `x` on, above `y`."""
        self.axes.text(
            self._x(x),
            y,
            _FROM_RIGHT * self.from_right + words,
            size=size,
            color=colour,
            weight="bold" if bold else "normal",
            horizontalalignment="right" if self.from_right else "left",
        )

    def bar(self, x: float, y: float, length: float, height: float, colour: str) -> None:
        """Draw a bar from `x` on, below `y`."""
        from matplotlib.patches import Rectangle

        start = self._x(x) - length * self.from_right
        self.axes.add_patch(Rectangle((start, y), length, height, facecolor=colour, linewidth=0))

    def named(self, y: float, name: str, colour: str) -> None:
        """Write above `y` what a colour stands for."""
        self.bar(MARGIN, y - 0.13, 0.14, 0.14, colour)
        self.write(MARGIN + 0.24, y, name)

    def _x(self, x: float) -> float:
        return WIDTH - x if self.from_right else x


def _figure(chart: Chart) -> Figure:
    from matplotlib.figure import Figure

    lines = (*textwrap.wrap(chart.title, LETTERS_OF_TITLE), *textwrap.wrap(chart.below, LETTERS_BELOW))
    titles = len(textwrap.wrap(chart.title, LETTERS_OF_TITLE))
    top = 0.4 + 0.32 * titles + 0.2 * (len(lines) - titles)
    height = top + _height(chart)
    figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    from_right = Locale.parse(chart.language).text_direction == "rtl"
    sheet = _Sheet(figure, axes, height, chart.language, from_right)
    _write_head(sheet, lines, titles)
    (_draw_sorts if chart.shape == "sorts" else _draw_time)(sheet, chart, top)
    return figure


def _height(chart: Chart) -> float:
    """Return how much room there is below the head."""
    if chart.shape == "time":
        return sum(FIELDS) + 2 * BETWEEN
    return 0.75 + sum(_row(promised) for promised in chart.promised)


def _write_head(sheet: _Sheet, lines: Sequence[str], titles: int) -> None:
    y = 0.3
    for number, line in enumerate(lines):
        is_title = number < titles
        y += 0.32 if is_title else 0.2 + 0.05 * (number == titles)
        sheet.write(MARGIN, y, line, TITLE if is_title else SMALL, INK if is_title else SOFT, is_title)


def _row(promised: int) -> float:
    return ROW + 0.19 * bool(promised)


def _draw_sorts(sheet: _Sheet, chart: Chart, y: float) -> None:
    sheet.named(y + 0.22, chart.names[0], SENT)
    sheet.named(y + 0.45, chart.names[1], PROMISED)
    y += 0.78
    inch = (WIDTH - 2 * MARGIN - 0.75) / max((*chart.sent, *chart.promised, 1))
    for label, sent, promised in zip(chart.labels, chart.sent, chart.promised, strict=True):
        sheet.write(MARGIN, y + 0.06, textwrap.shorten(label, LETTERS_OF_LABEL, placeholder="…"), TEXT)
        _draw_bar(sheet, y + 0.15, sent, inch, SENT)
        if promised:
            _draw_bar(sheet, y + 0.34, promised, inch, PROMISED)
        y += _row(promised)


def _draw_bar(sheet: _Sheet, y: float, number: int, inch: float, colour: str) -> None:
    length = max(number * inch, 0.02) if number else 0
    sheet.bar(MARGIN, y, length, BAR, colour)
    shown = format_decimal(number, locale=sheet.language)
    sheet.write(MARGIN + length + 0.08 * bool(number), y + 0.14, shown, bold=True)


def _draw_time(sheet: _Sheet, chart: Chart, y: float) -> None:
    for height, name, values in zip(
        FIELDS, chart.names, (chart.sent, tuple(accumulate(chart.sent))), strict=True
    ):
        sheet.named(y + 0.3, name, SENT)
        axes = _field(sheet, y + 0.42, height - 0.1)
        places = range(len(values))
        if values == chart.sent and height == FIELDS[0]:
            axes.bar(places, values, width=0.78, color=SENT)
        else:
            axes.fill_between(places, values, color=SENT, alpha=0.18, linewidth=0)
            axes.plot(places, values, color=SENT, linewidth=2.5, marker="o", markevery=[-1])
        axes.set(xlim=(-0.6, len(values) - 0.4), ylim=(0, max((*values, 1)) * 1.12))
        _label(axes, sheet, chart.labels)
        y += height + BETWEEN


def _field(sheet: _Sheet, y: float, height: float) -> Axes:
    """Return a field to draw in, with lines across."""
    left = MARGIN + AXIS * (not sheet.from_right)
    wide = WIDTH - 2 * MARGIN - AXIS
    place = (left / WIDTH, 1 - (y + height) / sheet.height, wide / WIDTH, height / sheet.height)
    axes = sheet.figure.add_axes(place, facecolor="none", axisbelow=True)
    axes.grid(axis="y", color=LINE, linewidth=0.8)
    for side, spine in axes.spines.items():
        spine.set(visible=side == "bottom", color=LINE)
    axes.tick_params(length=0, labelsize=9.5, labelcolor=SOFT)
    axes.tick_params(axis="x", pad=13)
    return axes


def _label(axes: Axes, sheet: _Sheet, labels: Sequence[str]) -> None:
    """Write the numbers beside a field, and below it the first date and every so many."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda n, _: format_decimal(int(n), locale=sheet.language)))
    shown = range(0, len(labels), max(1, -(-len(labels) // MOST_DATES)))
    axes.set_xticks(list(shown), [labels[number] for number in shown], verticalalignment="baseline")
    if sheet.from_right:
        axes.invert_xaxis()
        axes.yaxis.tick_right()
