"""Who may go on with a dialogue: asked before anything comes of an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Generic

from bot.composing import UnfetchedFileError
from bot.conversation import Conversations
from bot.dialogue import Answers, Dialogue, Needs, Store, World
from bot.events import Event, Given
from bot.frames import open_ones
from bot.turns import Turn


class UnknownRoleError(Exception):
    """What somebody is in a chat must be read first: nothing has come of their answer yet."""

    def __init__(self, needs: Needs) -> None:
        super().__init__("a role is to be read")
        self.needs = needs


class Guarding(Generic[World, Store]):
    """Looks at each turn, whether the person may do it."""

    def __init__(self, conversations: Conversations[World, Store]) -> None:
        self._conversations = conversations

    def __call__(self, turn: Turn[World, Store], event: Event) -> Turn[World, Store]:
        """Return `turn` if the person may do it, else one that ends the dialogue and says why.

        Raises UnknownRoleError or UnfetchedFileError where it takes something that `event` does not know yet.
        """
        dialogue, answers = self._subject(turn)
        if dialogue is None or dialogue.guard is None:
            return turn
        ends = turn.finished is not None
        found = dialogue.guard(event, answers, self._conversations.world, ends)
        if isinstance(found, Needs):
            raise UnknownRoleError(found)
        if isinstance(found, Given):
            raise UnfetchedFileError(found)
        if found is None:
            return turn
        left = turn.frames if ends or turn.offers else turn.frames[:-1]
        refused = replace(turn, frames=left, replies=(found,), finished=None, ask=True, again=True)
        tapped = event.public and event.command is not None and event.pressed_on is not None
        return replace(refused, replies=(), note=found) if tapped else refused

    def _subject(self, turn: Turn[World, Store]) -> tuple[Dialogue[World, Store] | None, Answers]:
        """Return the dialogue that ends or goes on with a turn, and what is answered in it."""
        if turn.finished is not None:
            return turn.finished
        if turn.offers is not None:
            return turn.offers, Answers()
        awake = open_ones(turn.frames)
        if not awake:
            return None, Answers()
        return self._conversations.dialogues[awake[-1].dialogue], awake[-1].answers
