"""A room as one person sees it: what they do there, and what they read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import nio

from tests.homeserver import files
from tests.homeserver.asking import Json
from tests.homeserver.timeline import UNREADABLE, Seen, Timeline

if TYPE_CHECKING:
    from tests.homeserver.person import Person

WITHIN = 20.0
"""Seconds after which an answer that has not come will not come."""
QUIET = 0.4
"""Seconds of silence after which an answer is complete, unless somebody is typing."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Somebody in a room; an event is named by its id or by itself."""

    person: Person
    id: str

    @property
    def timeline(self) -> Timeline:
        """What happened here, as far as they have read."""
        return self.person.reader.timelines[self.id]

    @property
    def encrypted(self) -> bool:
        """Whether what is written here is encrypted."""
        return bool(self.person.client.rooms[self.id].encrypted)

    @property
    def typing(self) -> set[str]:
        """Who is writing just now, but for themselves."""
        return {*self.person.client.rooms[self.id].typing_users} - {self.person.id}

    @property
    def members(self) -> set[str]:
        """Who is in the room; who was only asked is not."""
        room = self.person.client.rooms[self.id]
        return {*room.users} - {*room.invited_users}

    # What they say.

    async def says(
        self,
        words: str,
        *,
        html: str | None = None,
        thread: Seen | str | None = None,
        mentions: Iterable[str] = (),
    ) -> str:
        """Write a message, in a thread if one is named by what began it, and return the event's id."""
        relation = {} if thread is None else {"m.relates_to": _in_thread(name(thread))}
        return await self.sends(_text(words, html, mentions) | relation)

    async def replies(self, event: Seen | str, words: str, *, mentions: Iterable[str] = ()) -> str:
        """Answer a message."""
        relation = {"m.in_reply_to": {"event_id": name(event)}}
        return await self.sends(_text(words, None, mentions) | {"m.relates_to": relation})

    async def edits(self, event: Seen | str, words: str) -> str:
        """Let a message say something else; clients believe that of nobody but who wrote it."""
        new = _text(words, None, ())
        relation = {"rel_type": "m.replace", "event_id": name(event)}
        shown_by_others = {**new, "body": f"* {words}"}
        return await self.sends({**shown_by_others, "m.new_content": new, "m.relates_to": relation})

    async def notices(self, words: str) -> str:
        """Write as a bot does, what no bot should answer."""
        return await self.sends({"msgtype": "m.notice", "body": words})

    async def shares_location(self, latitude: float, longitude: float, words: str = "Location") -> str:
        """Send a place."""
        geo_uri = f"geo:{latitude},{longitude}"
        told = {"msgtype": "m.location", "body": words, "geo_uri": geo_uri}
        return await self.sends(told | {"org.matrix.msc3488.location": {"uri": geo_uri}})

    async def sends_sticker(self, words: str = "✊") -> str:
        """Send a sticker."""
        url = await files.upload(self.person, b"RIFF", "image/webp", "sticker.webp")
        info = {"mimetype": "image/webp", "w": 512, "h": 512}
        return await self.sends({"body": words, "url": url, "info": info}, "m.sticker")

    async def sends_file(self, filename: str, data: bytes, kind: str = "application/octet-stream") -> str:
        """Send a file, encrypted where everything is."""
        told: Json = {"msgtype": "m.file", "body": filename, "filename": filename}
        told["info"] = {"mimetype": kind, "size": len(data)}
        place = await files.keep(self.person, data, kind, filename, encrypted=self.encrypted)
        return await self.sends(told | place)

    async def sends_image(self, filename: str, data: bytes, words: str = "", html: str = "") -> str:
        """Send a picture, encrypted where everything is; newer clients let one write words below it."""
        told: Json = {"msgtype": "m.image", "body": words or filename, "filename": filename}
        told["info"] = {"mimetype": "image/jpeg", "size": len(data), "w": 4, "h": 3}
        look = {"format": "org.matrix.custom.html", "formatted_body": html} if html else {}
        place = await files.keep(self.person, data, "image/jpeg", filename, encrypted=self.encrypted)
        return await self.sends(told | look | place)

    async def reacts(self, event: Seen | str, key: str) -> str:
        """React to a message, and return the id of the reaction."""
        relation = {"rel_type": "m.annotation", "event_id": name(event), "key": key}
        return await self.sends({"m.relates_to": relation}, "m.reaction")

    async def unreacts(self, event: Seen | str, key: str) -> None:
        """Take a reaction of their own back."""
        own = [e for e in self.timeline.events if e.reaction == (name(event), key)]
        for reaction in own:
            if reaction.sender == self.person.id:
                await self.redacts(reaction)

    async def redacts(self, event: Seen | str, reason: str | None = None) -> None:
        """Take an event away."""
        path = f"redact/{quote(name(event))}/{self.person.new_transaction()}"
        await self._ask("PUT", path, {"reason": reason} if reason else {})

    async def types(self, seconds: int = 20) -> None:
        """Let others see that they are writing, until they have sent it or so many seconds are over; 0 is now."""
        told = {"typing": seconds > 0, "timeout": seconds * 1000}
        await self._ask("PUT", f"typing/{quote(self.person.id)}", told)

    async def sends(self, content: Json, kind: str = "m.room.message") -> str:
        """Send anything, encrypted where everything is, and return its id."""
        await self.person.reader.up_to_date()
        answer = await self.person.client.room_send(self.id, kind, content, ignore_unverified_devices=True)
        assert isinstance(answer, nio.RoomSendResponse), answer
        return answer.event_id

    # What they do with the room.

    async def asks_in(self, other: str) -> None:
        """Invite somebody."""
        await self._ask("POST", "invite", {"user_id": other})

    async def leaves(self) -> None:
        """Leave the room."""
        await self._ask("POST", "leave", {})

    async def kicks(self, other: str) -> None:
        """Put somebody out, or take back that they were asked in."""
        await self._ask("POST", "kick", {"user_id": other})

    async def bans(self, other: str) -> None:
        """Put somebody out for good."""
        await self._ask("POST", "ban", {"user_id": other})

    async def encrypts(self) -> None:
        """Let everything be encrypted from now on."""
        await self.sets("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
        await self.person.until(lambda: self.encrypted, "encryption")

    async def gives_power(self, other: str, level: int) -> None:
        """Give somebody a level of power."""
        levels = await self._ask("GET", "state/m.room.power_levels")
        await self.sets("m.room.power_levels", {**levels, "users": {**levels.get("users", {}), other: level}})

    async def sets_levels(self, **levels: int) -> None:
        """Say how much power things need, such as `events_default` for writing."""
        known = await self._ask("GET", "state/m.room.power_levels")
        await self.sets("m.room.power_levels", known | levels)

    async def sets(self, kind: str, content: Json, key: str = "") -> None:
        """Set anything that holds for the room."""
        await self._ask("PUT", f"state/{quote(kind)}/{quote(key)}", content)

    async def upgrades(self, version: str = "12", *, asks: Iterable[str] = ()) -> Chat:
        """Replace the room by a new one, into which the others are asked, and return that."""
        made = await self._ask("POST", "upgrade", {"new_version": version})
        chat = await self.person.entered(made["replacement_room"])
        for other in asks:
            await chat.asks_in(other)
        return chat

    # What they read.

    def messages(self, sender: str | None = None) -> list[Seen]:
        """Return the messages (of a certain person) as they are shown now."""
        return [event for event in self.timeline.messages() if sender in (None, event.sender)]

    def now(self, event: Seen | str) -> Seen | None:
        """Return a message as it is shown now, or None if it was taken away."""
        return self.timeline.now(self.timeline[name(event)])

    def reactions(self, event: Seen | str) -> dict[str, set[str]]:
        """Return who reacts to a message now, by what they react with, in the order that came up."""
        return self.timeline.reactions(name(event))

    def answers(self, event: Seen | str) -> list[Seen]:
        """Return what others have written after an event, as it is shown now, as far as it was read."""
        later = {e.id for e in self.timeline.after(name(event)) if e.sender != self.person.id}
        return [message for message in self.timeline.messages() if message.id in later]

    async def answered(
        self,
        event: Seen | str,
        when: Callable[[list[Seen]], object] = bool,
        *,
        quiet: float = QUIET,
        within: float = WITHIN,
    ) -> list[Seen]:
        """Return the answers to an event once something is true of them, nobody types, and nothing more comes.

        `quiet` is for how many seconds nothing more comes (reactions and edits count too); 0 does not look at that.
        AssertionError if that takes longer than `within` seconds. Whoever can tell by other means when everything
        was said needs no silence: `Person.caught_up` and then `answers`.
        """
        await self.sees(event)
        try:
            async with asyncio.timeout(within):
                while not when(self.answers(event)):
                    await self._change(within)
                while quiet and (self.typing or await self._change(quiet)):
                    await self.person.reader.bell.until(lambda: not self.typing, within)
        except TimeoutError:
            heard = [(e.sender, e.body) for e in self.answers(event)]
            raise AssertionError(f"no answer yet; heard: {heard}; {self.person.reader.troubles}") from None
        return self.answers(event)

    async def sees(self, event: Seen | str) -> Seen:
        """Return an event once it has come and can be read."""
        await self.person.until(lambda: self._readable(name(event)), f"event {name(event)}")
        return self.timeline[name(event)]

    async def meets(self, other: str) -> None:
        """Wait until somebody is in the room."""
        await self.person.until(lambda: other in self.members, f"{other} to come in")

    async def file(self, event: Seen) -> bytes:
        """Return the file that came with a message."""
        return await files.content(self.person, event.content)

    def _readable(self, event_id: str) -> bool:
        return event_id in self.timeline and self.timeline[event_id].type != UNREADABLE

    async def _change(self, within: float) -> bool:
        """Wait until anything happens here; return whether it did."""
        known, typing = len(self.timeline.events), self.typing
        return await self.person.reader.bell.until(
            lambda: len(self.timeline.events) != known or self.typing != typing, within
        )

    async def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        return await self.person.ask(method, f"/_matrix/client/v3/rooms/{quote(self.id)}/{path}", body)


def name(event: Seen | str) -> str:
    """Return the id of an event."""
    return event if isinstance(event, str) else event.id


def _text(words: str, html: str | None, mentions: Iterable[str]) -> Json:
    called = [*mentions]
    formatted = {"format": "org.matrix.custom.html", "formatted_body": html} if html is not None else {}
    whom: Json = {"user_ids": called} if called else {}
    return {"msgtype": "m.text", "body": words, "m.mentions": whom, **formatted}


def _in_thread(root: str) -> Json:
    seen_by_old_clients = {"is_falling_back": True, "m.in_reply_to": {"event_id": root}}
    return {"rel_type": "m.thread", "event_id": root, **seen_by_old_clients}
