"""An echo, or a conversation in memory, on python-telegram-bot as its manual writes them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import httpx
from httpx_aiohttp import AiohttpTransport
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from benchmarks.telegram_bots.steps import CHOICES, STEPS, Task, question, task

Callback = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, int]]
CONNECTIONS = 256
"""As many as python-telegram-bot allows itself."""


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say what was said."""
    assert update.message
    assert update.message.text
    await update.message.reply_text(update.message.text)


def step(number: int) -> Callback:
    """Return what keeps an answer and asks question `number`."""

    async def ask(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        assert update.message
        assert context.user_data is not None
        context.user_data[number] = update.message.text
        keyboard = [[InlineKeyboardButton(label, callback_data=f"{number}:{label}")] for label in CHOICES]
        await update.message.reply_text(question(number), reply_markup=InlineKeyboardMarkup(keyboard))
        return ConversationHandler.END if number == STEPS else number

    return ask


def conversation() -> ConversationHandler[ContextTypes.DEFAULT_TYPE]:
    """Return the whole conversation, with a state for each question."""
    words = filters.TEXT & ~filters.COMMAND
    return ConversationHandler(
        entry_points=[CommandHandler("letter", step(1))],
        states={number: [MessageHandler(words, step(number + 1))] for number in range(1, STEPS)},
        fallbacks=[],
    )


def fast(connections: int) -> HTTPXRequest:
    """Return the same client on aiohttp; its pool has to be told its size by itself."""
    transport = AiohttpTransport(limits=httpx.Limits(max_connections=connections))
    return HTTPXRequest(connection_pool_size=connections, httpx_kwargs={"transport": transport})


def run(wanted: Task) -> None:
    """Poll until the process is ended."""
    builder = Application.builder().token(wanted.token).base_url(f"{wanted.server}/bot")
    if wanted.aiohttp:
        builder = builder.request(fast(CONNECTIONS)).get_updates_request(fast(1))
    if wanted.at_once:
        builder = builder.concurrent_updates(wanted.at_once)
    application = builder.build()
    if wanted.talk == "echo":
        application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    else:
        application.add_handler(conversation())
    application.run_polling()


if __name__ == "__main__":
    run(task())
