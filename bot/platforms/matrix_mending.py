"""Keys that did not arrive: asked for and given again, and what two devices no longer understand is begun anew."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from nio.crypto import OlmDevice, OutgoingKeyRequest
from nio.events import ForwardedRoomKeyEvent, MegolmEvent, RoomKeyRequest

from bot.platforms.base import keep
from bot.platforms.matrix_given import Device, Given
from bot.platforms.matrix_json import Json, inner

MEGOLM = "m.megolm.v1.aes-sha2"
WITHHELD = "m.room_key.withheld"
HOUR = 3600.0
"""Seconds in which a device is begun to talk with anew once, however often it cannot be understood."""
MOST_ANSWERS = 3
"""How often one device is given one key again, until the next start."""


class Mending:
    """What is done about keys that did not arrive, on this side or the other."""

    def __init__(self, olm: Any, given: Given, clock: Callable[[], float] = time.monotonic) -> None:
        self._olm = olm
        self._given = given
        self._clock = clock
        self.told_before = False
        """Whether what is told now may have been told before a restart, and cannot be read for that reason alone."""
        self._anew: OrderedDict[Device, float] = OrderedDict()
        self._asked: OrderedDict[str, MegolmEvent] = OrderedDict()
        self._wanted: OrderedDict[tuple[str, Device], RoomKeyRequest] = OrderedDict()
        self._answered: OrderedDict[tuple[str, Device], int] = OrderedDict()
        # Of itself nio begins nothing anew within an hour after it first began, takes keys from nobody but its own
        # devices, and asks for each key as often as it is not there.
        olm._mark_device_for_unwedging = self.misunderstood
        olm._should_accept_forward = self._is_owner
        olm.check_if_wedged = self._is_stranger

    # --- what cannot be read here

    def misunderstood(self, sender: str, sender_key: str) -> None:
        """Let a session be begun anew with a device of which something could not be read."""
        device = self._olm.device_store.device_from_sender_key(sender, sender_key)
        if device is not None and not (self.told_before and self._is_new(device)):
            self._begin_anew(device)

    def withheld(self, raw: Json) -> None:
        """Let a session be begun with a device that says it could not begin one, and so has given us no key."""
        told, sender = inner(raw, "content"), raw.get("sender")
        if told.get("code") == "m.no_olm" and isinstance(sender, str):
            self.misunderstood(sender, str(told.get("sender_key")))

    def _is_new(self, device: OlmDevice) -> bool:
        session = self._olm.session_store.get(device.curve25519)
        return session is not None and datetime.now() - session.creation_time < timedelta(seconds=HOUR)  # noqa: DTZ005  # as nio has it

    def _begin_anew(self, device: OlmDevice) -> None:
        whom, now = (device.user_id, device.id), self._clock()
        if now - self._anew.get(whom, -HOUR) >= HOUR:
            keep(self._anew, whom, now)
            self._olm.wedged_devices.append(device)

    def _is_stranger(self, event: MegolmEvent) -> None:
        """Let the device be looked up that has written what cannot be read, if it is not known."""
        if (
            event.device_id not in self._olm.device_store[event.sender]
            and event.sender in self._olm.tracked_users
        ):
            self._olm.users_for_key_query.add(event.sender)

    def asks(self, event: MegolmEvent, own_device: str) -> Json | None:
        """Return the request for an event's key; None if it was asked for already."""
        session = str(event.session_id)
        if session in self._asked:
            return None
        keep(self._asked, session, event)
        wanted = OutgoingKeyRequest(uuid4().hex, session, str(event.room_id), MEGOLM)
        requests = self._olm.outgoing_key_requests
        requests[session] = wanted
        for old in list(requests)[: -len(self._asked)]:
            del requests[old]
        body = {"algorithm": MEGOLM, "room_id": event.room_id, "session_id": session}
        return {
            "action": "request",
            "body": {**body, "sender_key": event.sender_key},
            "request_id": wanted.request_id,
            "requesting_device_id": own_device,
        }

    def again(self, devices: list[OlmDevice]) -> list[MegolmEvent]:
        """Return the events whose keys are to be asked for again, now that these devices may be understood."""
        users = {device.user_id for device in devices}
        known = self._olm.inbound_group_store.get
        events = [
            event
            for session, event in self._asked.items()
            if event.sender in users and not known(event.room_id, event.sender_key, session)
        ]
        for event in events:
            del self._asked[str(event.session_id)]
        return events

    def _is_owner(self, _sender: str, sender_key: str, event: ForwardedRoomKeyEvent) -> bool:
        """Return whether a key was asked for, and is given by the device that made it."""
        wanted = self._olm.outgoing_key_requests.get(event.session_id)
        made = inner(event.source, "content")
        return (
            wanted is not None
            and (event.algorithm, event.room_id) == (wanted.algorithm, wanted.room_id)
            and made.get("sender_key") == sender_key
            and not made.get("forwarding_curve25519_key_chain")
        )

    # --- what cannot be read elsewhere

    def wanted(self, request: RoomKeyRequest) -> None:
        """Remember that a device wants a key, if that key is its own to have."""
        device = (request.sender, request.requesting_device_id)
        if self._given.key(request.room_id, request.session_id, device):
            keep(self._wanted, (request.session_id, device), request)

    def unreached(self) -> dict[str, list[str]]:
        """Return the devices that want a key and that we cannot write to yet, or that did not read what we wrote."""
        found: dict[str, list[str]] = {}
        for (session, whom), request in self._wanted.items():
            device = self._device(request)
            known = device and self._olm.session_store.get(device.curve25519)
            times = self._answered.get((session, whom), 0)
            if device and (not known or 0 < times < MOST_ANSWERS):
                found.setdefault(whom[0], []).append(whom[1])
        return found

    def answers(self) -> Iterator[Json]:
        """Yield what brings a key to each device that wants one; whoever comes for the next has sent the last."""
        while self._wanted:
            (session, whom), request = next(iter(self._wanted.items()))
            if brings := self._brings(session, whom, request):
                yield {whom[0]: {whom[1]: brings}}
                keep(self._answered, (session, whom), self._answered.get((session, whom), 0) + 1)
            self._wanted.pop((session, whom), None)

    def _brings(self, session: str, whom: Device, request: RoomKeyRequest) -> Json | None:
        """Return what brings a device a key, as it did the first time; None if it had that a few times already."""
        device, key = self._device(request), self._given.key(request.room_id, session, whom)
        talk = device and self._olm.session_store.get(device.curve25519)
        if not (device and key and talk) or self._answered.get((session, whom), 0) >= MOST_ANSWERS:
            return None
        told = {"algorithm": MEGOLM, "room_id": request.room_id, "session_id": session, "session_key": key}
        encrypted: Json = self._olm._olm_encrypt(talk, device, "m.room_key", told)
        return encrypted

    def _device(self, request: RoomKeyRequest) -> OlmDevice | None:
        devices = self._olm.device_store[request.sender]
        device = devices.get(request.requesting_device_id)
        return None if device is None or device.deleted else device
