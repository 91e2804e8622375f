"""A Telegram Bot API on this machine, and what people do there; `tests/test_botapi.py` shows how it is used."""

from tests.botapi.calls import Call
from tests.botapi.channels import Channel
from tests.botapi.chats import Chat
from tests.botapi.faults import Delay, Drop, Hang, NotJson, ServerError, TooMany
from tests.botapi.groups import Group
from tests.botapi.messages import Message
from tests.botapi.people import User
from tests.botapi.presses import Press
from tests.botapi.server import TOKEN, BotApi

__all__ = [
    "TOKEN",
    "BotApi",
    "Call",
    "Channel",
    "Chat",
    "Delay",
    "Drop",
    "Group",
    "Hang",
    "Message",
    "NotJson",
    "Press",
    "ServerError",
    "TooMany",
    "User",
]
