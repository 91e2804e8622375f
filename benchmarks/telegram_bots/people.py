"""People who write to one bot: each sends the next message as soon as the last one is answered."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from dataclasses import dataclass

from benchmarks.telegram_bots.bot_api import BotApi, Mailbox, chat_of

PATIENCE = 3.0
"""Seconds after which an answer is not waited for any more."""
QUIET = 0.3
"""Seconds of silence after which, in the rehearsal, an answer is complete."""


@dataclass(slots=True)
class Person:
    """Where somebody stands in what they want to say."""

    chat: int
    step: int = 0
    awaited: int = 0
    """Messages still to come until the last step is answered."""


class Crowd:
    """Everybody who writes to one bot.

    A step is answered when as many messages have arrived in the chat as in the rehearsal, where one person alone
    waited for silence after each step. Whoever has said everything is followed by somebody new.
    """

    def __init__(self, api: BotApi, token: str, script: tuple[str, ...]) -> None:
        self.mailbox = Mailbox(self.hear)
        api.mailboxes[token.encode()] = self.mailbox
        self.script = script
        self.parts = [1] * len(script)
        self.answers: list[str] = []
        self.people: dict[int, Person] = {}
        self.numbers = itertools.count(100_001)
        self.answered = self.strays = self.given_up = 0
        self.going_on = False
        self.told = asyncio.Event()

    def hear(self, chat: int, text: bytes) -> None:
        """Count a message of the bot, and say the next thing if it completes an answer."""
        self.told.set()
        person = self.people.get(chat)
        if not self.going_on:
            self.answers.append(json.loads(text))
        if person is None or not person.awaited:
            self.strays += 1
            return
        person.awaited -= 1
        if not person.awaited:
            self.answered += 1
            person = self.follow(person)
            if self.going_on:
                self.say(person)

    def follow(self, person: Person) -> Person:
        """Return who says the next thing: the same person, or after the last step a new one."""
        person.step += 1
        if person.step < len(self.script):
            return person
        del self.people[person.chat]
        return self.newcomer()

    def newcomer(self) -> Person:
        """Return somebody who has not said anything yet."""
        person = Person(next(self.numbers))
        self.people[person.chat] = person
        return person

    def say(self, person: Person) -> None:
        """Send what this person says next."""
        person.awaited = self.parts[person.step]
        self.mailbox.put(message_from(person.chat, self.mailbox.last + 1, self.script[person.step]))

    async def rehearse(self) -> None:
        """Find out how many messages answer each step, by letting one person say everything slowly."""
        person = self.newcomer()
        for step, words in enumerate(self.script):
            before, person.step = len(self.answers), step
            self.say(person)
            person.awaited = 0
            while await self.another(QUIET if len(self.answers) > before else PATIENCE):
                pass
            self.parts[step] = len(self.answers) - before
            if not self.parts[step]:
                raise RuntimeError(f"no answer to {words!r}; what was said last: {self.answers[-1:]}")
        del self.people[person.chat]
        self.strays = 0

    async def another(self, seconds: float) -> bool:
        """Return whether the bot says something within so many seconds."""
        self.told.clear()
        try:
            async with asyncio.timeout(seconds):
                return await self.told.wait()
        except TimeoutError:
            return False

    async def write(self, people: int, lead: float, seconds: float) -> tuple[int, float]:
        """Return how many steps were answered in how many seconds while `people` wrote, from `lead` seconds on."""
        while len(self.people) < people:
            self.newcomer()
        self.going_on = True
        for person in list(self.people.values())[:people]:
            self.say(person)
        await asyncio.sleep(lead)
        before, began = self.answered, time.perf_counter()
        await asyncio.sleep(seconds)
        done, took = self.answered - before, time.perf_counter() - began
        self.going_on = False
        await self.calm_down()
        return done, took

    async def calm_down(self) -> None:
        """Wait until the last answers are there, and let those go who wait in vain."""
        while any(person.awaited for person in self.people.values()) and await self.another(PATIENCE):
            pass
        for person in [person for person in self.people.values() if person.awaited]:
            self.given_up += 1
            del self.people[person.chat]
        self.answers.clear()


def message_from(person: int, number: int, text: str) -> bytes:
    """Return what a person has typed as the JSON of a Message."""
    command = b""
    if text.startswith("/"):
        command = b',"entities":[{"offset":0,"length":%d,"type":"bot_command"}]' % len(text.split()[0])
    return (
        b'{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Ada","last_name":"Lovelace",'
        b'"username":"ada_%d","language_code":"en"},"chat":%b,"date":%d,"text":%b%b}'
        % (number, person, person, chat_of(person), time.time(), json.dumps(text).encode(), command)
    )
