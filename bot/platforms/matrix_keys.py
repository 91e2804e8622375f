"""The keys of encrypted rooms: a wall around nio's machine for them, which trusts whatever it is told.

What comes from others is looked at piece by piece, and what cannot be read is set aside; what goes out is shared
before a message is encrypted, with every answer of the homeserver looked at.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Protocol
from uuid import uuid4

import nio
from nio.client.base_client import Client
from nio.events import (
    ForwardedRoomKeyEvent,
    MegolmEvent,
    OlmEvent,
    RoomKeyEvent,
    RoomKeyRequest,
    ToDeviceEvent,
)
from vodozemac import Curve25519PublicKey, Ed25519PublicKey

from bot.platforms.base import PlatformError, UnreachableError
from bot.platforms.matrix_calls import path
from bot.platforms.matrix_given import Device, Given
from bot.platforms.matrix_json import Json, inner, items, objects
from bot.platforms.matrix_mending import WITHHELD, Mending
from bot.waiting import outcome

log = logging.getLogger(__name__)

CURVE = "signed_curve25519"
FOREIGN = (
    "matrix: the homeserver knows this device by other keys than those in the data folder; "
    "log in anew with `solidarity-bot matrix login`"
)

Session = tuple[str, str]
"""A room, and the id of a key that messages there are encrypted with."""


class Call(Protocol):
    """What calls the homeserver."""

    async def __call__(self, method: str, where: str, body: object = None) -> Json: ...


class Keys:
    """The keys of one device."""

    def __init__(self, client: nio.AsyncClient, call: Call) -> None:
        if client.olm is None or client.store is None:
            raise ValueError("the client has no keys")
        self._client = client
        self._olm: Any = client.olm
        """Nio's machine for keys; nio says of few of its parts what they are."""
        self._store = client.store
        self._call = call
        self._sharing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._asking = asyncio.Lock()
        self._given = Given(client.store)
        self._mending = Mending(self._olm, self._given)
        self._told_before: set[int] = set()
        self._fallback = False
        self._malformed = 0

    @property
    def published(self) -> dict[str, str]:
        """The public keys of this device, by the names that others find them under."""
        ours = self._olm.account.identity_keys
        return {f"{kind}:{self._client.device_id}": ours[kind] for kind in ("curve25519", "ed25519")}

    async def start(self) -> None:
        """Be there for others: they find this device, and keys to write to it. PlatformError if it is not ours."""
        await self._check_ours()
        if not self._olm.account.shared:
            await self._upload(0)

    def take_in(self, told: Mapping[str, Any], *, first: bool = False) -> set[Session]:
        """Take in what the homeserver tells of keys, and return those that can be read from now on.

        It is all on the disk or nothing of it, and may be told again. What is told `first` after a start may have been
        told before it.
        """
        found = set()
        self._mending.told_before = first
        with self._store.database.atomic():
            for event in items(inner(told, "to_device").get("events")):
                name = hash(repr(event))
                if first:
                    self._told_before.add(name)
                elif name in self._told_before:
                    self._told_before.remove(name)
                    continue
                found |= self._received(event)
            self._quietly(self._olm.collect_key_requests)
        changed = items(inner(told, "device_lists").get("changed"))
        self._olm.add_changed_users({user for user in changed if self._shares_a_room(user)})
        if "device_one_time_keys_count" in told:
            self._olm.uploaded_key_count = _left(told["device_one_time_keys_count"])
        unused = told.get("device_unused_fallback_key_types")
        if isinstance(unused, list):
            self._fallback = CURVE in unused
        return found

    async def upkeep(self) -> None:
        """Do what others need of us: keys that they can write to us with, and answers to what they have asked."""
        count = self._olm.uploaded_key_count
        if count is not None and (count < self._olm.account.max_one_time_keys // 2 or not self._fallback):
            await self._upload(count)
        if self._olm.should_query_keys:
            await self._query()
        anew = list(self._olm.wedged_devices)
        if anew or self._olm.key_request_devices_no_session:
            await self._claim(self._olm.get_users_for_key_claiming())
        await self._give_again()
        for message in list(self._olm.outgoing_to_device_messages):
            await self._call("PUT", path("sendToDevice", message.type, uuid4().hex), message.as_dict())
            self._olm.handle_response(nio.ToDeviceResponse(message))
        for event in self._mending.again(anew):
            await self.ask(event)

    async def share(self, room_id: str) -> None:
        """Let everybody in a room read what is sent there next. Raises UndeliveredError if that has to wait."""
        await outcome(asyncio.ensure_future(self._share(room_id)))

    def read(self, event: MegolmEvent) -> Json | None:
        """Return an encrypted event as it was written; None if its key is not there, or it is nonsense."""
        try:
            shown = self._olm.decrypt_megolm_event(event)
        except Exception as error:  # of several libraries, and none of them is ours to know
            self._note(error)
            return None
        source: Json = shown.source
        return source

    async def ask(self, event: MegolmEvent) -> None:
        """Ask whoever wrote an event for its key, once for each key."""
        if asking := self._mending.asks(event, str(self._client.device_id)):
            await self._send("m.room_key_request", {event.sender: {"*": asking}})

    # --- what comes in

    def _received(self, raw: object) -> set[Session]:
        """Take in one message between devices, and return what can be read because of it."""
        try:
            event = ToDeviceEvent.parse_event(raw)
            decrypted = self._read_or_note(raw, event) if isinstance(event, ToDeviceEvent) else None
        except Exception as error:  # whatever a stranger sends: it stalls nobody
            self._note(error)
            return set()
        if not isinstance(decrypted, RoomKeyEvent | ForwardedRoomKeyEvent):
            return set()
        return {(str(decrypted.room_id), str(decrypted.session_id))}

    def _read_or_note(self, raw: Any, event: ToDeviceEvent) -> Any:
        """Return what one message between devices says, and note what is to be done about it."""
        if isinstance(event, RoomKeyRequest) and event.sender != self._client.user_id:
            return self._mending.wanted(event)
        if raw["type"] == WITHHELD:
            return self._mending.withheld(raw)
        try:
            return self._olm.handle_to_device_event(event)
        except Exception:
            if isinstance(event, OlmEvent):
                self._mending.misunderstood(event.sender, event.sender_key)
            raise

    def _quietly(self, work: Any) -> None:
        try:
            work()
        except Exception as error:
            self._note(error)

    def _note(self, error: Exception) -> None:
        """Count what cannot be read; the log hears of the first, the tenth, the hundredth..."""
        self._malformed += 1
        if math.log10(self._malformed).is_integer():
            log.info(
                "messages between devices that cannot be read: %d (%s)", self._malformed, type(error).__name__
            )

    def _shares_a_room(self, user: object) -> bool:
        return isinstance(user, str) and any(
            room.encrypted and user in room.users for room in self._client.rooms.values()
        )

    # --- what goes out

    async def _share(self, room_id: str) -> None:
        async with self._sharing[room_id]:
            room = self._client.rooms.get(room_id)
            if room is None:
                raise UnreachableError("the room is not known yet")
            self._olm.update_tracked_users(room)
            if self._olm.should_query_keys:
                await self._query()
            if not self._olm.should_share_group_session(room_id):
                return
            members = list(room.users)
            if missing := self._olm.get_missing_sessions(members):
                await self._claim(missing)
            for whom, messages in self._for_each(room_id, members):
                await self._call("PUT", path("sendToDevice", "m.room.encrypted", uuid4().hex), messages)
                self._olm.outbound_group_sessions[room_id].users_shared_with.update(whom)
            if set(room.users) == set(members):
                self._olm.outbound_group_sessions[room_id].shared = True
            else:  # somebody has come or gone meanwhile
                self._olm.outbound_group_sessions.pop(room_id, None)
                raise UnreachableError("the members have changed")

    def _for_each(self, room_id: str, members: list[str]) -> list[tuple[set[Device], Json]]:
        """Return what lets members read what is sent in a room next; it is on the disk, all at once, before it goes."""
        with self._store.database.atomic():
            made = list(self._olm.share_group_session_parallel(room_id, members, True))
            for whom, _ in made:
                self._given.remember(room_id, self._olm.outbound_group_sessions[room_id], whom)
        return made

    async def _give_again(self) -> None:
        """Give those a key again who have lost it, or never got it."""
        if missing := self._mending.unreached():
            await self._claim(missing)
        for messages in self._mending.answers():
            await self._send("m.room.encrypted", messages)

    async def _send(self, kind: str, messages: Json) -> None:
        """Send something to devices, by person and device."""
        await self._call("PUT", path("sendToDevice", kind, uuid4().hex), {"messages": messages})

    async def _query(self) -> None:
        """Learn the devices of those whose devices are not known, or have changed."""
        async with self._asking:
            users = sorted(self._olm.users_for_key_query)
            if not users:
                return
            body: Json = {"device_keys": {user: [] for user in users}}
            told = await self._call("POST", path("keys", "query"), body)
            devices = {user: dict(_sound(user, told)) for user in users}
            answer = nio.KeysQueryResponse(devices, {})
            Client.receive_response(self._client, answer)

    async def _claim(self, wanted: Mapping[str, list[str]]) -> None:
        """Begin to talk with devices, each by a key that it has left for that."""
        body = {"one_time_keys": {user: dict.fromkeys(devices, CURVE) for user, devices in wanted.items()}}
        told = await self._call("POST", path("keys", "claim"), body)
        with self._store.database.atomic():
            for user, device, key in _claimed(told):
                answer = nio.KeysClaimResponse({user: {device: key}}, {}, "")
                self._quietly(lambda answer=answer: self._olm.handle_response(answer))
        for device in list(self._olm.wedged_devices):  # who has left none cannot be written to just now
            if device.id in wanted.get(device.user_id, ()):
                self._olm.wedged_devices.remove(device)

    async def _upload(self, count: int) -> None:
        """Upload this device's keys, as many of those for a first message as others may need, and one for later."""
        account = self._olm.account
        self._olm.uploaded_key_count = count
        if account.shared and count >= account.max_one_time_keys:
            body: Json = {}
        else:
            body = self._olm.share_keys()
        if not account._account.fallback_key:
            account._account.generate_fallback_key()
        body["fallback_keys"] = {
            f"{CURVE}:{name}": self._signed(key.to_base64())
            for name, key in account._account.fallback_key.items()
        }
        self._olm.save_account()  # for others may use them before we know that they were taken, or are killed
        told = await self._call("POST", path("keys", "upload"), body)
        self._olm.handle_response(nio.KeysUploadResponse(0, _left(told.get("one_time_key_counts"))))
        self._fallback = True

    def _signed(self, key: str) -> Json:
        signed: Json = {"key": key, "fallback": True}
        signature = self._olm.sign_json(signed)
        return {
            **signed,
            "signatures": {self._client.user_id: {f"ed25519:{self._client.device_id}": signature}},
        }

    async def _check_ours(self) -> None:
        """Look whether the homeserver knows this device by our keys, or not yet."""
        user, device = self._client.user_id, self._client.device_id
        told = await self._call("POST", path("keys", "query"), {"device_keys": {user: []}})
        known = inner(told, "device_keys", str(user), str(device))
        if not known:
            self._olm.account.shared = False
            return
        if known.get("keys") != self.published:
            raise PlatformError(FOREIGN)
        self._olm.account.shared = True


def encrypted(raw: Json, room: str) -> MegolmEvent | None:
    """Return an event of `room` as it is before it is decrypted; None if it is not one that could be."""
    try:
        event = nio.Event.parse_encrypted_event(raw)
    except Exception:  # of what is malformed nio makes an event all the same, if it can
        return None
    if not isinstance(event, MegolmEvent):
        return None
    event.room_id = room
    return event


def _left(counts: object) -> int:
    """Return how many keys for a first message are left with the homeserver."""
    number = inner(counts).get(CURVE)
    return number if isinstance(number, int) else 0


def _sound(user: str, told: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    """Yield those devices of `user` whose keys are keys."""
    for name, device in inner(told, "device_keys", user).items():
        if _is_sound(user, name, device):
            yield name, device


def _is_sound(user: str, name: str, device: Any) -> bool:
    try:
        keys, signatures = device["keys"], device["signatures"]
        Curve25519PublicKey.from_base64(keys[f"curve25519:{name}"])
        Ed25519PublicKey.from_base64(keys[f"ed25519:{name}"])
        shown = (device.get("unsigned") or {}).get("device_display_name") or ""
        return (
            (device["user_id"], device["device_id"]) == (user, name)
            and isinstance(signatures[user][f"ed25519:{name}"], str)
            and isinstance(shown, str)
        )
    except Exception:  # whatever somebody has uploaded: that device gets no key
        return False


def _claimed(told: Mapping[str, Any]) -> Iterator[tuple[str, str, Json]]:
    for user, devices in objects(told.get("one_time_keys")).items():
        for device, key in objects(devices).items():
            if key:
                yield user, device, key
