"""The same conversation on aiogram, with its states in memory, as its manual writes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.telegram_bots.steps import CHOICES, STEPS, Task, question, task

Callback = Callable[[Message, FSMContext], Awaitable[None]]


class Letter(StatesGroup):
    """The questions that are waited for."""

    of, kind, today, sender, name, town, country, reason, right, will, ways, consent = (
        State() for _ in range(12)
    )


STATES = Letter.__states__


async def echo(message: Message) -> None:
    """Say what was said."""
    await message.answer(message.text or "")


def step(number: int) -> Callback:
    """Return what keeps an answer and asks question `number`."""

    async def ask(message: Message, state: FSMContext) -> None:
        await state.update_data({str(number): message.text})
        if number == STEPS:
            await state.clear()
        else:
            await state.set_state(STATES[number - 1])
        keyboard = [
            [InlineKeyboardButton(text=label, callback_data=f"{number}:{label}")] for label in CHOICES
        ]
        await message.answer(question(number), reply_markup=InlineKeyboardMarkup(inline_keyboard=keyboard))

    return ask


async def run(wanted: Task) -> None:
    """Poll until the process is ended."""
    bot = Bot(wanted.token, AiohttpSession(api=TelegramAPIServer.from_base(wanted.server)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    if wanted.talk == "echo":
        dispatcher.message()(echo)
    else:
        dispatcher.message(Command("letter"))(step(1))
        for number, state in enumerate(STATES, start=2):
            dispatcher.message(state)(step(number))
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(run(task()))
