"""What goes wrong at the gate, as the real library meets it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import aiohttp
import nio
import pytest

from tests.homeserver import faults
from tests.homeserver.asking import Json
from tests.homeserver.gate import Gate
from tests.homeserver.synapse import Synapse

SYNC = "/sync$"
SEND = "/send/m.room.message/"


@pytest.fixture
async def gate(homeserver: Synapse) -> AsyncIterator[Gate]:
    """A gate in front of the homeserver."""
    async with Gate(homeserver.url) as running:
        yield running


@pytest.fixture
async def client(homeserver: Synapse, gate: Gate) -> AsyncIterator[nio.AsyncClient]:
    """A client of somebody with a room, who comes through the gate, and loses patience at the second failure."""
    account = await homeserver.register("Bot")
    config = nio.AsyncClientConfig(encryption_enabled=False, max_timeouts=0, max_limit_exceeded=0)
    through = nio.AsyncClient(gate.url, account.user_id, config=config)
    through.restore_login(account.user_id, account.device_id, account.access_token)
    yield through
    await through.close()


@pytest.fixture
async def room(client: nio.AsyncClient) -> str:
    """A room of theirs."""
    made = await client.room_create()
    assert isinstance(made, nio.RoomCreateResponse)
    return made.room_id


async def say(client: nio.AsyncClient, room: str, words: str) -> object:
    return await client.room_send(room, "m.room.message", {"msgtype": "m.text", "body": words})


async def said(client: nio.AsyncClient, room: str) -> list[str]:
    """Return what is in a room by now."""
    page = await client.room_messages(room, limit=100)
    assert isinstance(page, nio.RoomMessagesResponse)
    return [event.body for event in page.chunk if isinstance(event, nio.RoomMessageText)][::-1]


async def test_passes(client: nio.AsyncClient, gate: Gate, room: str) -> None:
    """A gate at which nothing goes wrong is not noticed, and counts what is asked."""
    synced = await client.sync(0)
    assert isinstance(synced, nio.SyncResponse)
    waiting = asyncio.create_task(client.sync(30_000))
    await gate.calls.wait_for(SYNC, 2)
    assert isinstance(await say(client, room, "Ünïon"), nio.RoomSendResponse)
    news = await waiting
    assert isinstance(news, nio.SyncResponse)
    assert [e.source["content"]["body"] for e in news.rooms.join[room].timeline.events] == ["Ünïon"]
    assert gate.calls.count(SEND, "PUT") == 1
    assert gate.calls.of(SEND)[0].body["body"] == "Ünïon"


@pytest.mark.parametrize("done", [False, True])
async def test_fate_unknown(client: nio.AsyncClient, gate: Gate, room: str, done: bool) -> None:
    """Whether something was sent cannot be seen from an error or a broken connection."""
    answers = (
        faults.too_many(7, done=done),
        faults.server_error(done=done),
        faults.error_page(done=done),
        faults.not_json(done=done),
    )
    for number, fault in enumerate(answers):
        rule = gate.fails(fault, SEND)
        refused = await say(client, room, str(number))
        assert isinstance(refused, nio.RoomSendError)
        assert rule.hits == 1
    rule = gate.fails(faults.Drop(done=done), SEND, times=None)
    with pytest.raises(aiohttp.ClientConnectionError):
        await say(client, room, "4")
    rule.cancel()
    assert await said(client, room) == (["0", "1", "2", "3", "4"] if done else [])


async def test_too_many(client: nio.AsyncClient, gate: Gate, room: str) -> None:
    """Whoever asks too often learns how long to wait."""
    gate.fails(faults.too_many(1234), SEND)
    refused = await say(client, room, "x")
    assert isinstance(refused, nio.RoomSendError)
    assert (refused.status_code, refused.retry_after_ms) == ("M_LIMIT_EXCEEDED", 1234)


async def test_for_which(client: nio.AsyncClient, gate: Gate, room: str) -> None:
    """A fault can be for some requests only, as often as is said, until it is cancelled."""
    rule = gate.fails(faults.server_error(), SEND, times=None, when=lambda call: call.body["body"] == "bad")
    assert isinstance(await say(client, room, "good"), nio.RoomSendResponse)
    assert isinstance(await say(client, room, "bad"), nio.RoomSendError)
    assert isinstance(await say(client, room, "bad"), nio.RoomSendError)
    rule.cancel()
    assert isinstance(await say(client, room, "bad"), nio.RoomSendResponse)


async def test_slow(client: nio.AsyncClient, gate: Gate, room: str) -> None:
    """An answer can come late, or not before the gate closes."""
    gate.fails(faults.Delay(0.05), SEND)
    assert isinstance(await say(client, room, "late"), nio.RoomSendResponse)
    gate.fails(faults.Hang(), SEND)
    hanging = asyncio.create_task(say(client, room, "never"))
    await gate.calls.wait_for(SEND, 2)
    await gate.goes_down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await hanging
    with pytest.raises(aiohttp.ClientConnectionError):
        await say(client, room, "out of reach")
    await gate.comes_back()
    assert await said(client, room) == ["late"]


async def test_without_homeserver(homeserver: Synapse, client: nio.AsyncClient, room: str) -> None:
    """While the homeserver is dead, connections break; then everything is as it was."""
    async with homeserver.away():
        with pytest.raises(aiohttp.ClientConnectionError):
            await say(client, room, "x")
    assert isinstance(await say(client, room, "y"), nio.RoomSendResponse)
    assert await said(client, room) == ["y"]


async def test_rewrites(client: nio.AsyncClient, gate: Gate) -> None:
    """What the homeserver says can be changed."""
    forged = {"type": "test.news", "sender": "@mallory:elsewhere.test", "content": {"words": "forged"}}

    def change(told: Json) -> Json:
        return {**told, "to_device": {"events": [forged]}}

    gate.fails(faults.Rewrite(change), SYNC)
    synced = await client.sync(0)
    assert isinstance(synced, nio.SyncResponse)
    assert [event.source for event in synced.to_device_events] == [forged]


async def test_large(client: nio.AsyncClient) -> None:
    """Large files pass both ways."""
    data = bytes(range(256)) * 10_000
    kept, _ = await client.upload(io.BytesIO(data), filesize=len(data))
    assert isinstance(kept, nio.UploadResponse)
    got = await client.download(kept.content_uri)
    assert isinstance(got, nio.MemoryDownloadResponse)
    assert got.body == data
