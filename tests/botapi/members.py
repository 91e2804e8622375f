"""What somebody is in a chat, and the news of a change."""

from __future__ import annotations

from tests.botapi.calls import Json

PRESENT = frozenset(["creator", "administrator", "member", "restricted"])

RIGHTS = (
    "can_change_info can_delete_messages can_delete_stories can_edit_stories can_invite_users can_manage_chat"
    " can_manage_video_chats can_pin_messages can_post_stories can_promote_members can_restrict_members"
).split()


def member(user: Json, status: str) -> Json:
    """Return a ChatMember object."""
    told: Json = {"user": user, "status": status}
    if status == "creator":
        told["is_anonymous"] = False
    if status == "administrator":
        told |= {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(RIGHTS, True)}
    if status == "kicked":
        told["until_date"] = 0
    return told


def change(chat: Json, by: Json, date: int, old: Json, new: Json) -> Json:
    """Return the news that somebody is something else in a chat now."""
    return {"chat": chat, "from": by, "date": date, "old_chat_member": old, "new_chat_member": new}
