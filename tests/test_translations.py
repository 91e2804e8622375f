"""The bot in every language it speaks: nothing is left in English, and nothing that must stay is changed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.assembly import furnish
from bot.config import Settings
from bot.events import Message as Said
from bot.events import Reply
from bot.messages import LOCALES, SOURCE, Messages, languages
from bot.resources import templates
from bot.store.store import Store
from tests.door import KEY, NOW, Door, door_to, open_door
from tests.everything_said import ELSEWHERE, TALK

ROOT = Path(__file__).parents[1]
TRANSLATED = tuple(code for code in languages() if code != SOURCE)
COMPLETE = ("ar", "de", "es", "fr", "kk", "ru", "tr")
"""The languages in which nothing may be left in English; a new one comes here once everything is translated."""
PACK = templates() / "campaigns" / "zhanaozen-2011"

MUST_STAY = re.compile(r"%\(\w+\)s|\{\w+\}|</?[a-z]+>|(?<![\w<])/(?:[a-z]+|%\(\w+\)s)")
"""Placeholders, tags and commands."""


class Noting(Messages):
    """Messages that remember which templates were shown."""

    shown: frozenset[str] = frozenset()

    def render(self, reply: Reply, language: str) -> Said:
        self.shown |= {reply.template}
        return super().render(reply, language)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project after `make messages`, with the programs of the Python that runs the tests."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("bot", "handlers", "templates", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    (folder / ".venv" / ".ready").touch()
    _make(folder, "messages")
    return folder


def _make(folder: Path, *words: str) -> str:
    made = ["make", "--silent", *words]
    return subprocess.run(made, cwd=folder, check=True, timeout=60, capture_output=True, text=True).stdout


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _po(folder: Path, language: str) -> Path:
    return folder / language / "LC_MESSAGES" / "bot.po"


def _messages(catalogue: Catalog) -> Iterator[Message]:
    """Yield what is to be translated: all but the header."""
    yield from (message for message in catalogue if message.id)


def _forms(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Return the forms of a text: one, or as many as its language has for a count."""
    return (words,) if isinstance(words, str) else tuple(words or [""])


def _kept(text: str) -> Counter[str]:
    return Counter(MUST_STAY.findall(text))


@pytest.mark.parametrize("language", COMPLETE)
def test_everything_the_bot_says_is_translated(language: str) -> None:
    """Each text of the templates and the code has a translation that nobody need doubt."""
    catalogue = _catalogue(_po(LOCALES, language))
    assert [m.id for m in _messages(catalogue) if m.fuzzy or not all(_forms(m.string))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_what_the_bot_says_and_nothing_else(project: Path, language: str) -> None:
    """No text of the templates and the code is missing in a catalogue, and none is left that is no longer said."""
    catalogue = _catalogue(_po(LOCALES, language))
    said = {message.id for message in _messages(_catalogue(project / ".venv" / "bot.pot"))}
    assert {message.id for message in _messages(catalogue)} == said
    assert list(catalogue.obsolete) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_names_tags_and_commands_stay(language: str) -> None:
    """A translation fills in the same values, keeps the tags, and names the same commands."""
    changed = [
        (form, message.id)
        for message in _messages(_catalogue(_po(LOCALES, language)))
        for form in filter(None, _forms(message.string))
        if _kept(form) != _kept(_forms(message.id)[-1])
    ]
    assert changed == []


def test_the_comparison_sees_what_must_stay() -> None:
    """A lost value, a changed command or an open tag would be noticed; "and/or" and a full stop are no command."""
    text = "<b>%(who)s</b>: /letter or /%(near)s, {number} and/or 1/2."
    assert _kept(text) == Counter(["<b>", "%(who)s", "</b>", "/letter", "/%(near)s", "{number}"])


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_bot_does_not_shout(language: str) -> None:
    """Neither the English text nor its translation has an exclamation mark."""
    messages = list(_messages(_catalogue(_po(LOCALES, language))))
    assert [m.id for m in messages if "!" in "".join((*_forms(m.id), *_forms(m.string)))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_bringing_in_new_texts_changes_nothing(project: Path, language: str) -> None:
    """After `make messages`, once or twice, a catalogue is what it was: the committed one is up to date."""
    committed = _po(LOCALES, language).read_text("utf-8")
    assert _po(project / "bot" / "locales", language).read_text("utf-8") == committed
    _make(project, "messages")
    assert _po(project / "bot" / "locales", language).read_text("utf-8") == committed


def test_a_translation_is_begun(project: Path) -> None:
    """`make language` makes a catalogue without translations, marked as a draft; `make messages` leaves it as it is."""
    said = _make(project, "language", "CODE=eo")
    file = _po(project / "bot" / "locales", "eo")
    assert said.startswith("Translate bot/locales/eo/LC_MESSAGES/bot.po (")
    catalogue = _catalogue(file)
    assert catalogue.header_comment.splitlines()[:3] == [
        "# The bot in Esperanto.",
        "# Draft until a named reviewer signs it, on the next line and under Last-Translator.",
        "# X-Reviewed-By:",
    ]
    assert {form for message in _messages(catalogue) for form in _forms(message.string)} == {""}
    begun = file.read_text("utf-8")
    _make(project, "messages")
    assert file.read_text("utf-8") == begun
    shutil.rmtree(file.parents[1])


def test_a_word_that_could_be_misread_is_explained(project: Path) -> None:
    """What a comment in the source says to translators stands above the text in every catalogue."""
    explained = [m.id for m in _messages(_catalogue(project / ".venv" / "bot.pot")) if m.auto_comments]
    assert "From now on I speak English with you." in explained


@pytest.mark.parametrize("language", languages())
async def test_every_reply_can_be_said(tmp_path: Path, language: str) -> None:
    """Every template is shown in every language: in one long talk, or on its own where no talk leads to it."""
    world, _ = furnish(Settings.model_validate({"data_dir": tmp_path}))
    messages = Noting(templates() / "messages", world.countries)
    store = await Store.open(tmp_path / "talk.db", KEY, NOW.timestamp)
    try:
        said = await _talk(door_to(store, world, messages, language))
    finally:
        await store.close()
    said += [messages.render(Reply(name, values), language) for name, values in ELSEWHERE.items()]
    files = (templates() / "messages").glob("[!_]*/*.html.j2")
    assert {f"{file.parent.name}/{file.name.removesuffix('.html.j2')}" for file in files} == messages.shown
    assert [message for message in said if not re.search(r"[^\W\d_]", message.html)] == []


async def _talk(door: Door) -> list[Said]:
    said = []
    for line in TALK:
        await door.say(line)
        assert door.last, line
        said += door.last
    return said


def test_no_russian_text_holds_english() -> None:
    """Latin letters stand in the Russian catalogue only where somebody may type them, or where keys are named so."""
    said = (form for m in _messages(_catalogue(_po(LOCALES, "ru"))) for form in _forms(m.string))
    code = re.compile("<code>.*?</code>")  # to be copied as it is
    left = {word for text in said for word in _latin(MUST_STAY.sub("", code.sub("", text)))}
    named = {"Matrix", "Telegram", "UTC", "CSV", "Excel", "JSON", "LibreOffice", "PDF"}
    assert left == named | {"Ctrl", "D", "e", "email", "english", "goal", "language", "mail", "never", "pdf"}


async def test_in_russian_nothing_is_left_in_english(tmp_path: Path) -> None:
    """A whole talk in Russian has no Latin letters but in addresses, commands and names that are written so."""
    async with open_door(tmp_path, "ru", campaigns=["zhanaozen-2011"]) as door:
        said = await _talk(door)
    facts = _russian(tomllib.loads((PACK / "campaign.toml").read_text("utf-8")))
    printed = re.findall(r"^printed = (.*)$", (PACK / "campaign.toml").read_text("utf-8"), re.MULTILINE)
    names = {*_latin((PACK / "appeal.ru.md").read_text("utf-8")), *_latin(" ".join((*facts, *printed)))}
    assert {word for message in said for word in _latin(_bare(message))} - names == {
        "English",
        "Telegram",
        "never",
    }


def _russian(value: object) -> Iterator[str]:
    """Yield every Russian text of a campaign's file."""
    if isinstance(value, dict):
        yield from (text for key, text in value.items() if key == "ru" and isinstance(text, str))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        yield from _russian(part)


def _labels(message: Said) -> Iterator[str]:
    """Yield what stands on the buttons, but for addresses that are their own label."""
    yield from (button.label for button in message.buttons if button.label != button.copy)


def _bare(message: Said) -> str:
    """Return the words of `message` and its buttons, without addresses, sources and commands."""
    html = re.sub(r"<code>.*?</code>|<i>Источники?:.*?</i>", "", message.html, flags=re.DOTALL)
    words = "\n".join((unescape(re.sub(r"<[^>]+>", "", html)), *_labels(message)))
    return re.sub(r"(?<![\w<])/[a-z]+|https?://\S+|\S+@\S+", "", words)


def _latin(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+", text)


async def test_one_can_lead_the_conversation_in_russian(tmp_path: Path) -> None:
    """The words on the buttons can be typed: back, skip, cancel, and every answer."""
    async with open_door(tmp_path, "ru") as door:
        assert "Какое письмо?" in await door.say("/letter zhanaozen-2011")
        assert "Какое обращение?" in await door.say("назад")
        assert "Какое письмо?" in await door.say("казахстан")
        assert "какое письмо напишем?" in await door.say("Письмо протеста")
        assert "От кого письмо?" in await door.say("Тогдашнее")
        assert "В какой стране" in await door.say("Лично от меня")
        assert "Каким именем" in await door.say("Пропустить")
        assert "ответы стёрты" in await door.say("отменить")


async def test_the_bot_says_in_the_chosen_language_that_it_speaks_it(tmp_path: Path) -> None:
    """/language answers in the language that was chosen, and so does everything after it."""
    async with open_door(tmp_path, "en") as door:
        said = await door.say("/language ru")
        assert said.startswith("Теперь я говорю с вами по-русски.\n")
        assert "Написать письмо" in said
        assert "Что я умею" in await door.say("/help")
        assert (await door.say("/language english")).startswith("From now on I speak English with you.\n")


@pytest.mark.parametrize(
    "file", sorted((templates() / "messages").rglob("*.html.j2")), ids=lambda file: file.stem
)
def test_translators_decide_what_stands_before_a_colon(file: Path) -> None:
    """No template puts a colon behind words by itself: in French there is a space before it, in others none."""
    bare = re.sub(
        r"\{#.*?#\}|<style>.*?</style>|\{%[-+]? trans .*?endtrans [-+]?%\}",
        "",
        file.read_text(),
        flags=re.DOTALL,
    )
    assert re.findall(r"(?:\}\}|%\}|</\w+>)\s*:.*", bare) == []


async def test_french_marks_keep_to_their_words(tmp_path: Path) -> None:
    """Whatever is said in French, no line can end before a colon, a semicolon, or the mark of a question."""
    async with open_door(tmp_path, "fr", campaigns=["zhanaozen-2011"]) as door:
        said = await _talk(door)
    assert [message.html for message in said if re.search(r" [:;!?»]|« ", message.html)] == []
    assert any("\N{NO-BREAK SPACE}?" in message.html for message in said)
