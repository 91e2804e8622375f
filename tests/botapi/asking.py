"""The methods that ask: who the bot is, what a chat is, who is in it, where a file is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.botapi.calls import Call, Json
from tests.botapi.files import DOWNLOAD
from tests.botapi.groups import Group
from tests.botapi.members import PRESENT, member
from tests.botapi.profiles import checked_language, read_commands, read_scope, scope_key
from tests.botapi.refusals import bad
from tests.botapi.world import World

Method = Callable[[World, Call], Any]

ABILITIES = (
    "supports_inline_queries can_connect_to_business has_main_web_app has_topics_enabled"
    " allows_users_to_create_topics can_manage_bots supports_guest_queries"
).split()


def get_me(world: World, call: Call) -> Json:
    """Return the bot."""
    abilities: Json = {"can_join_groups": True, "can_read_all_group_messages": not world.privacy}
    return {**world.bot, **abilities, **dict.fromkeys(ABILITIES, False)}


def get_chat(world: World, call: Call) -> Json:
    """Return all about a chat."""
    chat = world.chat(call["chat_id"])
    if isinstance(chat, Group):
        chat.admit()
    return chat.full_json()


def get_chat_member(world: World, call: Call) -> Json:
    """Return what somebody is in a chat."""
    chat = world.chat(call["chat_id"])
    chat.admit()
    user_id = call.number("user_id")
    if user_id <= 0:
        raise bad("invalid user_id specified")
    status = chat.status(user_id)
    user = world.bot if user_id == world.bot["id"] else world.users[user_id].to_json()
    return member(user, status)


def get_chat_administrators(world: World, call: Call) -> list[Json]:
    """Return those who manage a group."""
    chat = world.chat(call["chat_id"])
    chat.admit()
    if not isinstance(chat, Group):
        raise bad("there are no administrators in the private chat")
    heads = {who: status for who, status in chat.members.items() if status in ("creator", "administrator")}
    return [member(world.users[who].to_json(), status) for who, status in heads.items() if who in world.users]


def get_chat_member_count(world: World, call: Call) -> int:
    """Return how many are in a chat."""
    chat = world.chat(call["chat_id"])
    chat.admit()
    return sum(status in PRESENT for status in chat.members.values()) if isinstance(chat, Group) else 2


def leave_chat(world: World, call: Call) -> bool:
    """Leave a group."""
    chat = world.chat(call["chat_id"])
    if not isinstance(chat, Group):
        raise bad("chat member status can't be changed in private chats")
    chat.admit()
    chat.bot_leaves()
    return True


def get_file(world: World, call: Call) -> Json:
    """Return where a file is downloaded from."""
    if not call.text("file_id"):
        raise bad("file_id not specified")
    file = world.files.find(call.text("file_id"))
    if len(file.data) > DOWNLOAD:
        raise bad("file is too big")
    return {**file.to_json(), "file_path": file.path}


def set_my_commands(world: World, call: Call) -> bool:
    """Keep a list of commands for some chats and a language."""
    commands = read_commands(call)
    world.profile.commands[_place(world, call)] = commands
    return True


def get_my_commands(world: World, call: Call) -> list[Json]:
    """Return the list of commands kept for exactly these chats and this language."""
    return world.profile.commands.get(_place(world, call), [])


def delete_my_commands(world: World, call: Call) -> bool:
    """Forget a list of commands."""
    world.profile.commands.pop(_place(world, call), None)
    return True


def _place(world: World, call: Call) -> tuple[str, str]:
    scope = read_scope(call)
    if "chat_id" in scope:
        world.chat(scope["chat_id"])
    return scope_key(scope), checked_language(call.text("language_code"))


def setter(what: str) -> Method:
    """Return the method that sets a text of the profile."""

    def set_text(world: World, call: Call) -> bool:
        world.profile.set_text(what, call.text(what), call.text("language_code"))
        return True

    return set_text


def getter(what: str) -> Method:
    """Return the method that returns a text of the profile."""

    def get_text(world: World, call: Call) -> Json:
        text = world.profile.text(what, call.text("language_code"))
        return {what: text or (world.bot["first_name"] if what == "name" else "")}

    return get_text


def log_out(world: World, call: Call) -> bool:
    """Leave this server for another one."""
    world.logged_out = True
    return True


def close(world: World, call: Call) -> bool:
    """Let go of the bot before it moves to another server."""
    return True


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": setter("name"),
    "getMyName": getter("name"),
    "setMyDescription": setter("description"),
    "getMyDescription": getter("description"),
    "setMyShortDescription": setter("short_description"),
    "getMyShortDescription": getter("short_description"),
    "logOut": log_out,
    "close": close,
}
