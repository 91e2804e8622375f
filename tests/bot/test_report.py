"""`solidarity-bot report`: the same numbers as in the chat, as a page that needs nobody else and as data."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.events import Person
from bot.pledges import Consent, NewPledge, Status, Way
from bot.store.store import Store
from tests.door import KEY, NOW

ROOT = Path(__file__).parents[2]
SLUG = "zhanaozen-2011"
LETTER = NewPledge(
    SLUG,
    "protest",
    "person",
    "DE",
    (Way("kmg", "email"), Way("kmg", "fax")),
    Status.SENT,
    date(2026, 11, 20),
    Consent("nothing", "2026-11", NOW),
)


@dataclass(frozen=True)
class Desk:
    """A data folder with its settings, and a bot that is at work on it."""

    folder: Path
    store: Store

    async def write(self, number: int, letter: NewPledge = LETTER, first: int = 0) -> None:
        """Let so many people record that letter."""
        async with self.store.work() as work:
            for person in range(first, first + number):
                await work.add_pledge(Person("wire", f"{letter.country}{letter.status}{person}"), letter)

    async def report(self, *options: str) -> Result:
        """Run the command beside the bot."""
        settings = str(self.folder / "settings.toml")
        return await asyncio.to_thread(CliRunner().invoke, main, ["report", "--config", settings, *options])

    async def data(self, *options: str) -> dict[str, Any]:
        """Return what it gives to programs."""
        found = await self.report("--json", *options)
        assert found.exit_code == 0, found.output
        said: dict[str, Any] = json.loads(found.stdout)
        return said


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The bot at work, with no letter yet."""
    settings = tmp_path / "settings.toml"
    settings.write_text(f'data_dir = "{tmp_path / "data"}"\nowner_key = "{KEY}"\n')
    settings.chmod(0o600)
    store = await Store.open(tmp_path / "data" / "solidarity.db", KEY, NOW.timestamp)
    monkeypatch.setattr("bot.store.numbers.COUNTED_FOR", 0)  # the command's own clock goes by itself
    yield Desk(tmp_path, store)
    await store.close()


async def _some(desk: Desk) -> None:
    await desk.write(12)
    await desk.write(3, replace(LETTER, country="FR", status=Status.PLEDGED, day=date(2026, 12, 1)))
    await desk.write(2, replace(LETTER, country=None, sender="organisation", status=Status.ANSWERED))
    await desk.write(1, replace(LETTER, kind="solidarity", day=date(2026, 11, 2)))


async def test_data_in_full(desk: Desk) -> None:
    """Every number is there, letters and people apart, sent and promised apart, with each day."""
    await _some(desk)
    found = await desk.data()
    assert (found["version"], found["public"]) == (1, False)
    [campaign] = found["campaigns"]
    assert campaign == {
        "campaign": SLUG,
        "title": "Kazakhstan: the oil workers’ strike of 2011",
        "people": {"sent": 14, "promised": 3},
        "letters": {"sent": 15, "promised": 3, "answered": 2},
        "organisations": {"sent": 2, "promised": 0},
        "kinds": {"protest": {"sent": 14, "promised": 3}, "solidarity": {"sent": 1, "promised": 0}},
        "countries": {
            "DE": {"sent": 13, "promised": 0},
            "": {"sent": 2, "promised": 0},
            "FR": {"sent": 0, "promised": 3},
        },
        "channels": {"fax": {"sent": 15, "promised": 3}, "email": {"sent": 15, "promised": 3}},
        "days": {"2026-11-02": 1, "2026-11-20": 14},
    }


async def test_data_for_everybody(desk: Desk) -> None:
    """What everybody may read is in fives, of people, the same before and after one letter more."""
    await _some(desk)
    found = await desk.data("--public")
    [campaign] = found["campaigns"]
    assert campaign == {
        "campaign": SLUG,
        "title": "Kazakhstan: the oil workers’ strike of 2011",
        "people": {"sent": 10, "promised": None},
        "organisations": {"sent": None, "promised": None},
        "kinds": {"protest": {"sent": 10, "promised": None}},
        "countries": {"DE": {"sent": 10, "promised": None}},
    }
    await desk.write(3, first=12)
    assert (await desk.data("--public"))["campaigns"] == [campaign]
    await desk.write(2, first=15)
    assert (await desk.data("--public"))["campaigns"][0]["people"] == {"sent": 15, "promised": None}


async def test_data_are_described(desk: Desk) -> None:
    """The documentation names every key."""
    await _some(desk)
    described = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "report.md").read_text("utf-8")))

    def keys(data: Mapping[str, Any]) -> Iterator[str]:
        yield from data
        yield from (key for one in data.get("campaigns", []) for key in keys(one))
        yield from data.get("letters", {})

    assert set(keys(await desk.data())) | set(keys(await desk.data("--public"))) <= described


@dataclass
class Page(HTMLParser):
    """A page as a browser and a screen reader find it."""

    ids: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    _cell: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is there, and what somebody would be asked for."""
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids += [value for name, value in attrs if name == "id" and value]
        links = (found.get(name) or "" for name in ("src", "href", "xlink:href", "srcset", "data", "poster"))
        self.asked += [link for link in links if link and not link.startswith("#")]
        if tag == "tr":
            self.rows.append([])
        self._cell = tag in ("td", "th")

    def handle_data(self, data: str) -> None:
        """Note what stands in a table."""
        if self._cell and self.rows and data.strip():
            self.rows[-1].append(data)

    def handle_endtag(self, tag: str) -> None:
        """Note where a cell ends."""
        self._cell = False

    def those(self, tag: str) -> list[dict[str, str | None]]:
        """Return what is said of each element of that name."""
        return [found for name, found in self.tags if name == tag]


def read(text: str) -> Page:
    """Return the page that `text` is."""
    page = Page()
    page.feed(text)
    page.close()
    return page


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
async def test_the_page(desk: Desk, language: str, direction: str) -> None:
    """It asks nobody for anything; each picture has words for whoever does not see it, and its table beside it."""
    await _some(desk)
    page = read((await desk.report("--language", language)).stdout)
    assert page.asked == []
    assert len(page.ids) == len(set(page.ids)) > 100
    [html] = page.those("html")
    assert (html["lang"], html["dir"]) == (language, direction)
    policy = [one["content"] for one in page.those("meta") if one.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert len(page.those("svg")) == len(page.those("figure")) == len(page.those("table")) == 4
    assert len(page.those("caption")) == 4
    assert all(one["role"] == "img" and one["aria-label"] for one in page.those("figure"))
    assert all(one.get("scope") in ("row", "col") for one in page.those("th"))
    numbers = {tuple(row[1:]) for row in page.rows}
    assert {("15", "3"), ("13", "0"), ("0", "3"), ("1", "1"), ("14", "15")} <= numbers


async def test_the_page_in_the_dark_and_on_paper(desk: Desk) -> None:
    """The pictures have no colours of their own: they take the page's, by day, in the dark and on paper."""
    await _some(desk)
    text = (await desk.report()).stdout
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    colours = {colour for drawing in drawings for colour in re.findall(r"#[0-9a-fA-F]{6}\b", drawing)}
    assert colours == set()
    used = set(re.findall(r"var\((--\w+)\)", text))
    dark = re.findall(r"\(prefers-color-scheme: dark\) \{(.*?)\}", text, re.DOTALL)
    assert used == set(re.findall(r"(--\w+):", dark[0]))
    assert "@media print" in text


async def test_the_public_page(desk: Desk) -> None:
    """On the page for everybody there are fives alone: no day, no channel, no small country, no organisers' note."""
    await _some(desk)
    text = (await desk.report("--public")).stdout
    page = read(text)
    numbers = {int(n) for row in page.rows for cell in row[1:] for n in re.findall(r"\d+", cell)}
    assert numbers == {5, 10}
    assert ["Germany", "at least 10", "fewer than 5"] in page.rows
    assert len(page.those("figure")) == 2
    for secret in ("France", "no country given", "by fax", "For organisers"):
        assert secret not in text


async def test_nothing_yet(desk: Desk) -> None:
    """Without a letter the page says so, and what will stand there."""
    assert "Nobody has sent or promised a letter yet." in (await desk.report()).stdout
    assert "There are not enough letters yet" in (await desk.report("--public")).stdout
    assert (await desk.data())["campaigns"] == []


@pytest.mark.parametrize("public", [(), ("--public",)])
async def test_with_the_key_of_the_settings(desk: Desk, public: tuple[str, ...]) -> None:
    """The key in the settings goes before a file beside the database; another than the database's is refused."""
    (desk.store.path.with_name("owner.key")).write_text("an old key that lies about, of 32 characters\n")
    assert (await desk.report("--json", *public)).exit_code == 0
    settings = desk.folder / "settings.toml"
    settings.write_text(settings.read_text().replace(KEY, "x" * 40))
    other = await desk.report("--json", *public)
    assert (other.exit_code, other.stdout) == (1, "")
    assert "this is not the key that" in other.stderr


async def test_into_a_file(desk: Desk) -> None:
    """The file is new, and for its owner alone; what is there already stays as it is."""
    target = desk.folder / "report.html"
    first = await desk.report("--output", str(target))
    said = f"{target} is written. It is for organisers: small numbers may point at a person.\n"
    assert (first.exit_code, first.stdout, first.stderr) == (0, "", said)
    assert S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_text("utf-8").startswith("<!doctype html>")
    target.write_text("mine")
    again = await desk.report("--output", str(target))
    assert (again.exit_code, target.read_text()) == (1, "mine")
    assert again.stderr == f"{target}: there is such a file already; name another\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--language", "tlh"), "--language tlh: must be one of ar, de, en, "),
        (("--output", "no/such/folder/report.html"), "it cannot be written (no such file or directory)"),
    ],
)
async def test_what_cannot_be(desk: Desk, options: tuple[str, ...], said: str) -> None:
    """What cannot be is said in one line, and nothing is written."""
    found = await desk.report(*options)
    assert (found.exit_code, found.stdout) == (1, "")
    assert said in found.stderr
    assert found.stderr.count("\n") == 1


def test_before_the_first_start(tmp_path: Path) -> None:
    """Without a database one line says how there will be one."""
    (tmp_path / "settings.toml").write_text(f'data_dir = "{tmp_path / "data"}"\n')
    for public in ((), ("--public",)):
        found = CliRunner().invoke(main, ["report", "--config", str(tmp_path / "settings.toml"), *public])
        assert (found.exit_code, found.stdout) == (1, "")
        assert "there is no database yet; it is made when the bot starts" in found.stderr
