"""Who is in a chat on Telegram, as it says when it is asked: a person, or we ourselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.events import Chat, Event, Happening, Person, Role
from bot.platforms.telegram_calls import Calls
from bot.platforms.telegram_updates import role_of, where

WAIT = 8.0
"""Seconds for an answer: somebody waits meanwhile."""
TRIES, BRIEFLY = (0.0, 1.0, 4.0), 4.0
"""Seconds before each try to learn where a group has gone, and for an answer: further updates wait meanwhile."""
_NOBODY = ("member not found", "user not found", "participant_id_invalid")


async def role(calls: Calls, chat: Chat, person: Person) -> Role:
    """Return what `person` is in `chat` now; "unknown" if Telegram does not say."""
    try:
        asked = {"chat_id": where(chat)["chat_id"], "user_id": int(person.id)}
        told = await calls.call("GetChatMember", asked, wait=WAIT)
    except BadRequest as error:
        nobody = any(words in error.message.casefold() for words in _NOBODY)
        return "outside" if nobody else "unknown"
    except (TelegramError, ValueError):
        return "unknown"
    return role_of(told)


async def told_truly(
    calls: Calls, event: Event | None, sleep: Callable[[float], Awaitable[None]]
) -> Event | None:
    """Return `event`; one that tells that we are out of a group which has moved says that instead.

    Telegram tells both, in any order. Of the old group it says where that has gone when its members are asked for.
    Where it does not answer, None is returned: a group that is taken for lost would be forgotten for good.
    """
    if event is None or not event.public or event.happened is None or event.happened.kind != "removed":
        return event
    for pause in TRIES:
        await sleep(pause)
        try:
            await calls.call("GetChatMemberCount", {"chat_id": where(event.chat)["chat_id"]}, wait=BRIEFLY)
        except ChatMigrated as error:
            moved = Happening("moved", event.happened.title, str(error.new_chat_id))
            return replace(event, person=replace(event.person, id="", language=None), happened=moved)
        except (Forbidden, BadRequest):
            return event
        except TelegramError:
            continue
        return event
    return None
