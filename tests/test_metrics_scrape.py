"""The real `run` on Telegram is watched from its machine: its numbers are what happened, and they tell of nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.botapi import BotApi, ServerError, User
from tests.homeserver.ports import free_port
from tests.program import wrong
from tests.telegram_program import Program, Way
from tests.terminal import PATIENCE

SAID = ("/pledge", "2", "1", "1", "GB", "3", "1 3", "2", "Anastasia Quennell")
SENDING = ("sendMessage", "sendDocument")
SENT = 'solidarity_bot_sends_total{outcome="sent",platform="telegram"}'


async def asked(port: int, page: str) -> tuple[int, str, str]:
    """Return the status, the kind and the words of a page."""
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/{page}") as answer:
        return answer.status, answer.headers["Content-Type"], await answer.text()


async def scraped(port: int) -> tuple[dict[str, float], str]:
    """Return what Prometheus reads, by name and labels, and the page itself."""
    status, kind, page = await asked(port, "metrics")
    assert (status, kind.split(";")[0]) == (200, "text/plain")
    found = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found, page


async def settled(port: int) -> tuple[dict[str, float], str]:
    """Return the same once the bot has recorded that nothing waits any more."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found, page = await scraped(port)
            if not found["solidarity_bot_unsent"]:
                return found, page
            await asyncio.sleep(0.05)


async def says(user: User, *lines: str) -> None:
    """Say lines, each once the one before is answered."""
    for line in lines:
        said = user.says(line)
        await user.private.after(said)


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_scraped_while_people_write(way: Way, tmp_path: Path) -> None:
    """What came in and went out is counted as it was, also what failed; the page holds nothing of those who wrote."""
    port = free_port()
    async with BotApi() as server, Program(server, tmp_path, way, METRICS__PORT=str(port)) as bot:
        await bot.start()
        before, _ = await scraped(port)
        assert [value for name, value in before.items() if "_sends_" in name or "_events_" in name] == []
        anna = server.user("Anastasia", username="quennell", language_code="en")
        await says(anna, *SAID)
        server.fails(ServerError(502), "sendMessage", chat=anna.private)
        anna.says("/stats")  # whether its answer arrived, nobody knows
        await server.calls.wait_for("sendMessage", server.calls.count("sendMessage") + 1)
        await says(anna, "/since")
        await server.drained()
        found, page = await settled(port)
        assert found['solidarity_bot_events_total{outcome="taken",platform="telegram"}'] == len(SAID) + 2
        assert (
            found[SENT]
            == sum(1 for call in server.calls if call.method in SENDING and call.chat_id == anna.id) - 1
        )
        assert found[SENT.replace("sent", "unknown", 1)] == 1
        assert found["solidarity_bot_oldest_unsent_seconds"] == 0
        assert found["solidarity_bot_errors_total"] == 0
        for secret in (str(anna.id), "Anastasia", "quennell", "GB", "pledge", server.token, str(tmp_path)):
            assert secret not in page
        assert await asked(port, "healthz") == (200, "text/plain; charset=utf-8", "ok\n")
        assert (await bot.end())[0] == 0
        with pytest.raises(aiohttp.ClientConnectionError):
            await asked(port, "healthz")
        assert not wrong(bot.complaints)
        await bot.start()
        again, _ = await scraped(port)
        assert SENT not in again


async def test_nobody_can_ask_without_a_port(tmp_path: Path) -> None:
    """A taken port ends the start with a line on which setting to change; without one nothing listens."""
    port = free_port()
    async with BotApi() as server, Program(server, tmp_path / "first", METRICS__PORT=str(port)) as first:
        await first.start()
        async with Program(server, tmp_path / "second", METRICS__PORT=str(port)) as second:
            await second.start(works=False)
            assert (await second.ended())[0] == 1
            assert f"metrics.port: 127.0.0.1:{port} cannot be used" in second.complaints
            assert not wrong(second.complaints)
