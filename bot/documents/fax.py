"""What stands above a page that is faxed: to whom, to which number, from whom, when, how many pages."""

from __future__ import annotations

from collections.abc import Iterator

from bot.events import Page

_LABELS = {  # in the letter's language, which need not be one that the bot speaks
    "en": ("To", "Fax", "From", "Date", "Pages"),
    "ru": ("Кому", "Факс", "От кого", "Дата", "Страниц"),
    "kk": ("Кімге", "Факс", "Кімнен", "Күні", "Бет саны"),
    "fr": ("À", "Fax", "De", "Date", "Pages"),
    "es": ("Para", "Fax", "De", "Fecha", "Páginas"),
    "de": ("An", "Fax", "Von", "Datum", "Seiten"),
    "tr": ("Kime", "Faks", "Kimden", "Tarih", "Sayfa"),
    "ar": ("إلى", "فاكس", "من", "التاريخ", "عدد الصفحات"),
}


def fax_head(page: Page) -> Iterator[tuple[str, str]]:
    """Yield labels and values, in English where the letter's language has no labels; nothing for a letter by post.

    The pages have no value: how many there are is known only when they are set.
    """
    if not page.fax:
        return
    values = (_first(page.recipient), page.fax, _first(page.sender), page.date, "")
    labels = _LABELS.get(page.language.partition("-")[0], _LABELS["en"])
    yield from (pair for pair in zip(labels, values, strict=True) if pair[1] or pair[0] == labels[-1])


def _first(lines: tuple[str, ...]) -> str:
    return " ".join(lines[0].split()) if lines else ""
