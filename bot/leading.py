"""The ways from a group into the private chat: whoever writes a letter there has come from the group."""

from __future__ import annotations

from dataclasses import replace

from bot.events import Event, Message, ShownButton
from bot.groups import Group

_LETTERS = ("letter", "pledge")
"""The commands that lead to a letter."""


def leading_out_of(group: Group, message: Message) -> Message:
    """Return `message` with the group's code where it leads to a letter, in private: that counts for the group.

    Where nothing else is said, it is a letter for the one campaign that the group follows.
    """
    return replace(message, buttons=tuple(_through(group, button) for button in message.buttons))


def asked_in(group: Group, event: Event) -> Event:
    """Return `event`, in private, as it is meant by somebody who has asked for that in `group`.

    Where nothing else is said, a letter is for the one campaign that the group follows.
    """
    if event.command in _LETTERS and not event.text and group.only_campaign:
        return replace(event, text=group.only_campaign)
    return event


def _through(group: Group, button: ShownButton) -> ShownButton:
    command, _, words = (button.command or "").partition(" ")
    if not button.private or command not in _LETTERS:
        return button
    about = words or group.only_campaign
    return replace(button, command=f"{command} {about}" if about else command, through=group.code)
