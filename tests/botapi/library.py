"""The real python-telegram-bot, talking with the server of this machine."""

from __future__ import annotations

from telegram import Bot
from telegram.request import HTTPXRequest

from tests.botapi.server import BotApi


def bot_at(server: BotApi, token: str = "") -> Bot:
    """Return the real library's bot at a server; it spares itself the certificates, which take long to load."""
    return Bot(
        token or server.token,
        base_url=f"{server.url}/bot",
        base_file_url=f"{server.url}/file/bot",
        request=HTTPXRequest(connection_pool_size=8, httpx_kwargs={"verify": False}),
        get_updates_request=HTTPXRequest(httpx_kwargs={"verify": False}),
    )
