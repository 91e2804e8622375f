"""PDFs per second, the time of the first one in a fresh process, and memory, beside ReportLab setting such a page.

The page is the English letter of the tests, with another name each time: address, date, subject, paragraphs, numbered
demands and a line to sign. ReportLab sets the same words in a font that it embeds (Vera), with its own paragraphs and
lists; it makes no tagged PDF and does not look for the size at which a letter fits. Both take turns in one process, so
that a change in the machine's speed meets both; figures are medians. Beside a busy machine's clock stands the processor
time of one document, of all threads together. The first PDF is timed in a process of its own,
from before the library is loaded; so is memory, before anything is made, after the first and after the last PDF.

    python benchmarks/documents.py [ROUNDS]
"""

from __future__ import annotations

import asyncio
import io
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bot.documents import eml, made, mailto, pdf
from bot.events import Document, Draft, Page
from tests.bot.printed import LETTERS

PAGES = 25
"""In one round."""
MANY = 500
"""After so many PDFs memory is looked at again."""
OURS, REPORTLAB = "this bot (typst)", "ReportLab"


def letter(number: int, language: str = "en") -> Page:
    """Return the letter of somebody with another name each time."""
    page = LETTERS[language]
    return replace(
        page, text=f"{page.text} {number}", sender=(f"{page.sender[0]} {number}", *page.sender[1:])
    )


def longer(number: int) -> Page:
    """Return a letter that fits on its page only in smaller letters."""
    page = letter(number)
    greeting, _, rest = page.text.partition("\n\n")
    own_words = "\n\n".join(
        5 * [5 * "Somebody has much to say about this, and says it at length, as one may. "]
    )
    return replace(page, text=f"{greeting}\n\n{own_words}\n\n{rest}")


def by_reportlab(page: Page) -> bytes:
    """Return such a page, set by ReportLab."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer

    if "Vera" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
        pdfmetrics.registerFont(TTFont("VeraBd", "VeraBd.ttf"))
    plain = ParagraphStyle("plain", fontName="Vera", fontSize=10, leading=13, spaceAfter=6)
    bold = ParagraphStyle("bold", plain, fontName="VeraBd")
    *parts, signature = page.text.split("\n\n")
    story = [
        Spacer(1, 25 * mm),
        *(Paragraph(line, plain) for line in (*page.sender, page.date, *page.recipient)),
    ]
    story.append(Paragraph(page.subject, bold))
    for part in parts:
        if part.startswith("1. "):
            items = [Paragraph(line.partition(" ")[2], plain) for line in part.splitlines()]
            story.append(ListFlowable(items, bulletType="1", bulletFontName="Vera"))
        else:
            story.append(Paragraph(part, plain))
    story += [Spacer(1, 15 * mm), *(Paragraph(line, plain) for line in signature.splitlines())]
    written = io.BytesIO()
    SimpleDocTemplate(written, pagesize=A4, leftMargin=25 * mm, rightMargin=20 * mm).build(story)
    return written.getvalue()


@dataclass(frozen=True, slots=True)
class Alone:
    """What a fresh process says: seconds to the first PDF, and MB before it, after it and after many."""

    first: float
    before: float
    after: float
    in_the_end: float


def alone(way: str) -> Alone:
    """Return what a process of its own finds."""
    command = [sys.executable, __file__, "--alone", way]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)  # noqa: S603  # ours
    return Alone(*map(float, done.stdout.split()))


def tell(way: str) -> None:
    """Print what `alone` returns."""
    make = WAYS[way]
    before, began = megabytes(), time.perf_counter()
    make(0)
    first, after = time.perf_counter() - began, megabytes()
    for number in range(1, MANY):
        make(number)
    print(first, before, after, megabytes())


def megabytes() -> float:
    """Return the memory that the process has now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def two_at_once(number: int) -> None:
    """Make a page twice, beside each other in the bot's way."""

    async def both() -> None:
        await asyncio.gather(*(made(Document("letter.pdf", letter(number + part))) for part in (0, PAGES)))

    asyncio.run(both())


WAYS: dict[str, Callable[[int], object]] = {
    OURS: lambda number: pdf(letter(number)),
    REPORTLAB: lambda number: by_reportlab(letter(number)),
    "two at once, each": two_at_once,
    "in Kazakh": lambda number: pdf(letter(number, "kk")),
    "in Arabic": lambda number: pdf(letter(number, "ar")),
    "a long letter": lambda number: pdf(longer(number)),
    "an e-mail's draft": lambda number: eml(Draft(("a@example.org",), (), "Subject", letter(number).text)),
    "a mailto: link": lambda number: mailto(Draft(("a@example.org",), (), "Subject", letter(number).text)),
}


@dataclass(frozen=True, slots=True)
class Round:
    """How many documents a second were made, and the processor's milliseconds for each."""

    rate: float
    effort: float


def measure(rounds: int) -> dict[str, list[Round]]:
    """Return what each way took in each round, after one that does not count."""
    taken: dict[str, list[Round]] = {way: [] for way in WAYS}
    for round_ in range(rounds + 1):
        for way, make in WAYS.items():
            began, worked = time.perf_counter(), time.process_time()
            for number in range(PAGES):
                make(round_ * PAGES * 2 + number)
            documents = PAGES * (2 if make is two_at_once else 1)
            worked = time.process_time() - worked
            taken[way].append(Round(documents / (time.perf_counter() - began), worked * 1000 / documents))
    return {way: each[1:] for way, each in taken.items()}


def show(taken: dict[str, list[Round]]) -> None:
    """Print the medians, the slowest and the quickest round, and the ratio to ReportLab in the same round."""
    print(f"{'':20} a second    from      to  of ReportLab  processor")
    for way, each in taken.items():
        rates = [one.rate for one in each]
        ratio = statistics.median(a / b.rate for a, b in zip(rates, taken[REPORTLAB], strict=True))
        effort = statistics.median(one.effort for one in each)
        row = f"{way:20} {statistics.median(rates):8.0f} {min(rates):7.0f} {max(rates):7.0f}"
        print(f"{row} {ratio:13.2f} {effort:7.2f} ms")


def main() -> None:
    """Measure, and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    busy, cores = os.getloadavg()[0], os.cpu_count()
    show(measure(rounds))
    print(f"\n{'in a fresh process':20} first PDF   before   after it   after {MANY}")
    for way in (OURS, REPORTLAB):
        found = [alone(way) for _ in range(5)]
        first = statistics.median(one.first for one in found)
        sizes = [
            statistics.median(s)
            for s in zip(*((o.before, o.after, o.in_the_end) for o in found), strict=True)
        ]
        print(f"{way:20} {first * 1000:6.0f} ms {sizes[0]:5.0f} MB {sizes[1]:7.0f} MB {sizes[2]:8.0f} MB")
    print(
        f"medians of {rounds} rounds, of 5 processes; Python {platform.python_version()}, {platform.system()};",
        end=" ",
    )
    print(f"{cores} cores, on which {busy:.1f} other programs ran when it began")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        tell(sys.argv[2])
    else:
        main()
