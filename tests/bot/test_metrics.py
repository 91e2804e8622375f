"""Numbers for whoever watches the bot: what is counted is right, and nothing of a person is in it."""

import logging
import socket
import time
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.config import ConfigError, Settings
from bot.events import Chat, Event, Message
from bot.metrics import Metrics, published
from bot.platforms.base import GoneError, UnsureError
from tests.door import KEY, NOW, Wire
from tests.test_erasure import ANNA, HER_CHAT, LETTER, NAME, SECRETS, opened
from tests.unsealed import with_key


class Shaky(Wire):
    """A platform on which some sendings fail."""

    failures: list[Exception]

    async def send(self, chat: Chat, message: Message, delivery: int) -> None:
        """Send, or fail."""
        if self.failures:
            raise self.failures.pop()
        await super().send(chat, message, delivery)


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def with_port(folder: Path, port: int) -> Settings:
    return Settings.model_validate({"data_dir": folder, "owner_key": KEY, "metrics": {"port": port}})


async def read(port: int, page: str) -> tuple[int, str]:
    """Return what the web server says."""
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/{page}") as answer:
        return answer.status, await answer.text()


def numbers(text: str) -> dict[tuple[str, ...], float]:
    """Return what Prometheus reads."""
    return {
        (sample.name.removeprefix("solidarity_bot_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


async def test_what_happens_is_counted_and_nobody_is_named(tmp_path: Path) -> None:
    """After a whole letter, a sending that failed, one that may have arrived, and an error: each has its number."""
    port, metrics = free_port(), Metrics()
    async with opened(tmp_path) as anna, published(metrics, with_port(tmp_path, port), time.time):
        take = metrics.taking(anna.dispatcher.handle)
        for line in LETTER:
            word = line.removeprefix("/")
            command = word if word != line else None
            await take(Event(anna.next_id(), ANNA, HER_CHAT, NOW, "" if command else line, command))
        with with_key(tmp_path / "solidarity.db", KEY) as look:
            assert look.execute("SELECT opened('pledge.name', name) FROM pledge").fetchone() == (NAME,)
        wire = Shaky()
        wire.failures = [GoneError(), UnsureError()]
        sender = metrics.sending("wire", wire)
        for number in range(5):
            try:
                await sender.send(HER_CHAT, Message(NAME), number)
            except (GoneError, UnsureError):
                continue
        async with anna.store.work() as work:
            await work.queue(HER_CHAT, [Message(NAME)])
        status, text = await read(port, "metrics")
    assert status == 200
    found = numbers(text)
    assert found["events_total", "taken", "wire"] == len(LETTER)
    assert found["sends_total", "sent", "wire"] == 3
    assert found["sends_total", "gone", "wire"] == found["sends_total", "unknown", "wire"] == 1
    assert found["unsent",] == 1
    assert found["oldest_unsent_seconds",] >= 0
    assert found["errors_total",] == 0
    assert not [secret for secret in SECRETS if secret in text]
    assert "zhanaozen" not in text


async def test_errors_are_counted_without_a_word_of_them(tmp_path: Path) -> None:
    """What the log tells is a number here."""
    port, metrics = free_port(), Metrics()
    async with opened(tmp_path), published(metrics, with_port(tmp_path, port), time.time):
        logging.getLogger("bot.somewhere").error("it went wrong with %s", NAME)
        logging.getLogger("bot.somewhere").warning("it nearly did")
        _, text = await read(port, "metrics")
    assert numbers(text)["errors_total",] == 1
    assert NAME not in text


async def test_health(tmp_path: Path) -> None:
    """All is well until a message waits too long, or the database cannot be read."""
    port, metrics = free_port(), Metrics()
    settings = with_port(tmp_path, port)
    now = [NOW.timestamp()]
    async with published(metrics, settings, lambda: now[0]):
        assert await read(port, "healthz") == (503, "the database cannot be read\n")
        async with opened(tmp_path) as anna:
            assert await read(port, "healthz") == (200, "ok\n")
            async with anna.store.work() as work:
                await work.queue(HER_CHAT, [Message(NAME)])
            assert await read(port, "healthz") == (200, "ok\n")
            now[0] += 1000
            assert await read(port, "healthz") == (503, "messages wait too long\n")


async def test_it_is_off_by_default(tmp_path: Path) -> None:
    """Without a port nobody can ask anything."""
    settings = Settings(data_dir=tmp_path)
    assert settings.metrics.port == 0
    async with published(Metrics(), settings, time.time):
        pass


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """It is said in one line which setting to change."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        place.listen()
        settings = with_port(tmp_path, place.getsockname()[1])
        with pytest.raises(ConfigError, match=r"metrics\.port: .* choose another one"):
            async with published(Metrics(), settings, time.time):
                pass


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.org"])  # noqa: S104
def test_only_this_machine_may_ask(host: str) -> None:
    """An address that others can reach is refused."""
    with pytest.raises(ValueError, match="this machine itself"):
        Settings.model_validate({"metrics": {"host": host}})
