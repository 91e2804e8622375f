"""How a person's client keeps up with the homeserver: it syncs, keeps its keys in order, and reads what comes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

import nio

from tests.botapi.bell import Bell
from tests.homeserver.asking import Json
from tests.homeserver.timeline import UNREADABLE, Seen, Timeline

PAUSE = 0.1
"""Seconds it waits after the homeserver made no sense."""
AnyEvent = nio.Event | nio.BadEvent | nio.UnknownBadEvent
LONG = 30_000
"""Milliseconds for which the homeserver may hold a sync back."""


@dataclass
class Reader:
    """The part of a client that runs as long as its owner is there."""

    client: nio.AsyncClient
    at_once: int = 100
    """How many events of a room it asks for at once."""
    bell: Bell = field(default_factory=Bell)
    timelines: defaultdict[str, Timeline] = field(default_factory=lambda: defaultdict(Timeline))
    invitations: dict[str, str] = field(default_factory=dict)
    """Who asked into which room that was not entered yet."""
    left: set[str] = field(default_factory=set)
    troubles: list[Exception] = field(default_factory=list)
    """What it could not do."""
    marks: dict[str, Json] = field(default_factory=dict)
    """What its owner put down in their account, by type."""
    _unread: dict[str, nio.MegolmEvent] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.client.add_to_device_callback(self._give_key, nio.RoomKeyRequest)

    @property
    def unread(self) -> int:
        """How many messages wait for their keys."""
        return len(self._unread)

    async def start(self) -> None:
        """Read from now on; end when keys are uploaded and others can write to it."""
        await self._sync(0, full=True)
        await self._tend()
        self._task = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def up_to_date(self) -> None:
        """Ask for all keys that may have changed."""
        if self.client.should_query_keys:
            await self.client.keys_query()

    async def _read(self) -> None:
        while True:
            try:
                await self._sync(LONG)
                await self._tend()
            except Exception as error:
                self.troubles.append(error)
                await asyncio.sleep(PAUSE)
            self.bell.ring()

    async def _sync(self, hold: int, *, full: bool = False) -> None:
        before = self.client.next_batch
        part = {"room": {"timeline": {"limit": self.at_once}}}
        answer = await self.client.sync(hold, part, full_state=full)
        if not isinstance(answer, nio.SyncResponse):
            raise RuntimeError(f"a sync was refused: {answer}")
        try:
            for room_id, room in answer.rooms.join.items():
                await self._take(room_id, room.timeline, before)
        except BaseException:
            self.client.next_batch = before  # what could not be taken whole comes again
            raise
        for event in list(self._unread.values()):
            self._try(event)
        for told in answer.to_device_events:
            if isinstance(told, nio.RoomKeyRequest) and told.sender != self.client.user_id:
                self._give_again(told)
        self._moves(answer)
        marks = [e for e in answer.account_data_events if isinstance(e, nio.UnknownAccountDataEvent)]
        self.marks |= {mark.type: mark.content for mark in marks}

    async def _take(self, room_id: str, part: nio.Timeline, before: str) -> None:
        """Take what happened in a room, with what the homeserver left out."""
        self.left.discard(room_id)
        missed = await self._missed(room_id, part.prev_batch or "", before) if part.limited and before else []
        events = [*missed, *part.events]
        self.timelines[room_id].add(_seen(e) for e in events if "event_id" in e.source)
        self._unread |= {e.event_id: e for e in events if isinstance(e, nio.MegolmEvent)}

    async def _missed(self, room_id: str, start: str, end: str) -> list[AnyEvent]:
        """Return what happened between two points in time, in order."""
        found: list[AnyEvent] = []
        while start:
            page = await self.client.room_messages(room_id, start, end, limit=self.at_once)
            if not isinstance(page, nio.RoomMessagesResponse):
                raise RuntimeError(f"what was missed is refused: {page}")
            found += page.chunk
            start = page.end if page.chunk else ""
        return found[::-1]

    def _try(self, event: nio.MegolmEvent) -> None:
        """Read an event if its key has come since."""
        try:
            read = self.client.decrypt_event(event)
        except nio.EncryptionError:
            return
        del self._unread[event.event_id]
        self.timelines[event.room_id].has_read(_seen(read))

    def _moves(self, answer: nio.SyncResponse) -> None:
        """Note where its owner is asked in, and where they are no more."""
        for room_id, room in answer.rooms.invite.items():
            asked = [e for e in room.invite_state if isinstance(e, nio.InviteMemberEvent)]
            for event in asked:
                if event.state_key == self.client.user_id and event.membership == "invite":
                    self.invitations[room_id] = event.sender
        for room_id in answer.rooms.leave:
            self.left.add(room_id)
            self.client.rooms.pop(room_id, None)
        for room_id in (*answer.rooms.join, *answer.rooms.leave):
            self.invitations.pop(room_id, None)

    async def _tend(self) -> None:
        """Do what the homeserver's news makes necessary for reading and being read."""
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        await self.up_to_date()
        if self.client.should_claim_keys:
            await self.client.keys_claim(self.client.get_users_for_key_claiming())
        await self.client.send_to_device_messages()

    def _give_key(self, event: nio.ToDeviceEvent) -> None:
        """Give a key to another device of its owner, which nio asks about as long as the device is not verified."""
        assert isinstance(event, nio.RoomKeyRequest)
        self.client.verify_device(self.client.device_store[event.sender][event.requesting_device_id])
        self.client.continue_key_share(event)

    def _give_again(self, wanted: nio.RoomKeyRequest) -> None:
        """Give a key again to somebody's device that it was given to before, which good clients do and nio does not."""
        olm, whom = self.client.olm, (wanted.sender, wanted.requesting_device_id)
        assert olm is not None
        made = olm.outbound_group_sessions.get(wanted.room_id)
        if made is None or made.id != wanted.session_id or whom not in made.users_shared_with:
            return
        device = self.client.device_store[wanted.sender][wanted.requesting_device_id]
        talk = olm.session_store.get(device.curve25519)
        key = olm.inbound_group_store.get(wanted.room_id, wanted.sender_key, wanted.session_id)
        assert talk is not None
        assert key is not None
        told = olm._encrypt_forwarding_key(wanted.room_id, key, talk, device)
        olm.outgoing_to_device_messages.append(told)


def _seen(event: AnyEvent) -> Seen:
    source = event.source
    encrypted = getattr(event, "decrypted", False) or source["type"] == UNREADABLE
    return Seen(source["event_id"], source["sender"], source["type"], source["content"], encrypted, source)
