"""What nobody should send to a bot: malformed updates, forged presses, more messages than anybody can read."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.botapi import BotApi, Message, User
from tests.nonsense import NESTED, spoil

TOP: tuple[Any, ...] = (
    *(None, True, 5, 1.5, "", "update", [], [[]], {}),
    *({"update_id": None}, {"message": {}}, NESTED),
)
INVENTED = (
    *("not found", "query ID is invalid", "chat_id is empty", "can't be edited"),
    "message identifier is not specified",
)
"""What the bot cannot know of chats, messages and presses that an update has invented."""
NUMBER = -7
"""Stands for the next number of an update."""
UNKNOWN_KINDS = ("managed_bot", "a_kind_of_the_year_2030", "chat_boost", "poll_answer", "guest_message")
"""Kinds of updates that the library does not know, or that the bot has not asked for."""


# --- malformed updates


def quarry(server: BotApi, people: Sequence[User]) -> list[dict[str, Any]]:
    """Return real updates of every kind that `people` can cause; the bot is not told of these."""
    before = len(server.world.updates.items())
    for user in people:
        said = user.says("/letter 1")
        user.says("https://example.org is where @somebody writes")
        user.edits(said, "/letter 2")
        user.presses(said, data="1234abcd|campaign|zhanaozen-2011")
        user.shares_location(51.5, -0.1)
        user.sends_contact("+44 20 7946 0000")
        user.sends_photo(caption="look")
        user.sends_sticker()
        user.sends_voice()
        user.sends_poll("Well?", ["yes", "no"])
        user.sends_document("a.txt", b"a")
        user.says("and that", reply_to=said)
        user.blocks()
        user.unblocks()
        group = server.group(members=[user])
        group.adds_bot(by=user)
        user.says("/appeal", group)
    found = [json.loads(pending.body) for _, pending in server.world.updates.items()[before:]]
    server.world.updates.drop()
    return found


def malformed(stones: Sequence[dict[str, Any]], dice: random.Random) -> Iterator[Any]:
    """Yield things that are no updates, without end: of another shape, or real ones with wrong values in them."""
    while True:
        if dice.random() < 0.1:
            yield dice.choice(TOP)
            continue
        update = deepcopy(dice.choice(stones)) | {"update_id": NUMBER}
        for _ in range(dice.randint(1, 3)):
            spoil(update, dice, spared="update_id")  # most have a number, as Telegram sees to
        yield update


async def digest(server: BotApi, bad: int, good: int, dice: random.Random) -> list[User]:
    """Send so many bad updates among good ones, and return those who were not answered."""
    stones = quarry(server, [server.user(f"Mallory {n}", language_code="en") for n in range(5)])
    people = [server.user(f"Ada {n}", language_code="en") for n in range(good)]
    source = malformed(stones, dice)
    for user in people:
        for _ in range(bad // good):
            raw = next(source)
            if isinstance(raw, dict) and raw.get("update_id") == NUMBER:
                raw["update_id"] = server.update("poll", {})
            server.push(raw)
        server.push({"update_id": server.update("poll", {}), dice.choice(UNKNOWN_KINDS): {"id": 1}})
        user.says("/help")
    await server.drained(30 + bad / 50)
    await asyncio.gather(*(user.private.wait_for(1) for user in people), return_exceptions=True)
    return [user for user in people if not user.private.bot_messages]


# --- forged presses


@dataclass
class Victim:
    """Somebody in the middle of a pledge, every press of whom is on record."""

    user: User
    presses: list[dict[str, Any]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """What the buttons carried that were ever shown to them."""

    async def goes_on(self, server: BotApi, label: str) -> None:
        """Press a button of what was asked last, and wait until the bot has dealt with it."""
        self.user.presses(self.user.private.last, label)
        self.presses.append(json.loads(server.world.updates.items()[-1][1].body))
        before = self.user.private.last, self.user.private.last.labels
        await self.user.private.wait_for(
            lambda _: (self.user.private.last, self.user.private.last.labels) != before
        )
        await server.drained()
        self.notes()

    def notes(self) -> None:
        """Remember what the buttons carry that are shown now."""
        shown = (button for m in self.user.private.bot_messages for button in m.buttons)
        self.seen += [str(b["callback_data"]) for b in shown if "callback_data" in b]


async def victims(server: BotApi, number: int) -> list[Victim]:
    """Return people who stand at different questions of a pledge, the last of which are answered by choosing."""
    found = []
    for place in range(number):
        victim = Victim(server.user(f"Ada {place}", language_code="en"))
        far = place % 4 == 3
        for said in ("/pledge zhanaozen-2011", "1", "1", "GB", "3") if far else ("/pledge",):
            await victim.user.private.after(victim.user.says(said))
        victim.notes()
        for label in ("1 ·", "3 ·", "1 ·") if far else ("2 ·", "1 ·", "1 ·")[: place % 4]:
            await victim.goes_on(server, label)
        found.append(victim)
    return found


def forged(server: BotApi, people: Sequence[Victim], dice: random.Random) -> None:
    """Let one press arrive that no honest app sends now."""
    victim, other = dice.sample(people, 2)
    asked = next(m for m in reversed(victim.user.private.bot_messages) if _carried(m))
    valid = _carried(asked)
    match dice.randrange(8):
        case 0:
            victim.user.presses(asked, data=_garbage(dice))
        case 1:  # another's question, or an old one of one's own
            data = dice.choice([*other.seen, *victim.seen])
            if data not in valid:
                victim.user.presses(dice.choice(victim.user.private.bot_messages), data=data)
        case 2:  # the present question, an answer that it does not offer
            token, step, _ = dice.choice(sorted(valid)).split("|")
            victim.user.presses(asked, data=f"{token}|{step}|{_garbage(dice)}"[:64])
        case 3:  # the present token, another question
            token, step, value = dice.choice(sorted(valid)).split("|")
            victim.user.presses(asked, data=f"{token}|{dice.choice(('re', 'x'))}-{step}|{value}")
        case 4:  # by somebody else, in this chat
            other.user.presses(asked, data=dice.choice(sorted(valid)))
        case 5:  # again
            if victim.presses:
                server.world.updates.push_raw(dice.choice(victim.presses), victim.user.id)
        case 6:  # below a message that is gone, or of another chat
            gone = Message(victim.user.private, 10**6, 0, {"from": server.world.bot})
            victim.user.presses(gone, data=dice.choice(other.seen))
        case _:  # without a message, or without anything
            press = {"id": str(dice.randrange(10**15)), "from": victim.user.to_json(), "chat_instance": "1"}
            more = {"inline_message_id": "x", "data": dice.choice(sorted(valid))}
            server.update("callback_query", press | dice.choice((more, {"game_short_name": "x"}, {})))


def _carried(message: Message) -> set[str]:
    """Return what the buttons of a question carry; empty if it is none."""
    return {str(b["callback_data"]) for b in message.buttons if "|" in str(b.get("callback_data"))}


def _garbage(dice: random.Random) -> str:
    """Return something that no button of the bot carries."""
    mixed = "".join(dice.choices("|/ab01✊\u0000\u202e<&'\"\n ", k=20))
    return dice.choice(("", "|", "||", "x" * 64, "a|b", "1|2|3|4", mixed, "None", "0"))


# --- more than anybody can read


@dataclass
class Flood:
    """What somebody who floods the bot is answered, and how long others wait meanwhile."""

    answers: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def percentile(self) -> float:
        """Seconds within which 95 of 100 others are answered."""
        return statistics.quantiles(self.waits, n=20)[-1]


async def flood(server: BotApi, messages: int, seconds: float, others: int) -> Flood:
    """Let somebody send so many messages in so many seconds, while others ask for something once a second."""
    found, mallory = Flood(), server.user("Mallory", language_code="en")
    people = [server.user(f"Ada {n}", language_code="en") for n in range(others)]
    begun = time.monotonic()

    async def pours() -> None:
        for number in range(messages):
            mallory.says(("/help", "well?", f"{number}", "/privacy")[number % 4])
            await asyncio.sleep(begun + (number + 1) * seconds / messages - time.monotonic())

    async def asks(user: User, first: float) -> None:
        await asyncio.sleep(first)
        while time.monotonic() - begun < seconds - 1:
            asked = time.monotonic()
            await user.private.after(user.says("/help"))
            found.waits.append(time.monotonic() - asked)
            await asyncio.sleep(1.1)

    await asyncio.gather(pours(), *(asks(user, place / others) for place, user in enumerate(people)))
    await server.drained()
    await asyncio.sleep(0.3)
    found.answers = mallory.private.bot_count
    return found
