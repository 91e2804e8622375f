"""What is asked once more is asked in its own words."""

from __future__ import annotations

from typing import get_args

from bot.events import Reply
from handlers.world import Asked
from tests.door import furnished


def test_each_question_has_words_of_its_own() -> None:
    """No question is asked again with the words of another, and none without words."""
    _, messages = furnished()
    said = {
        asked: messages.render(Reply("choose/again", {"asked": asked}), "en").html
        for asked in get_args(Asked)
    }
    assert all(words.endswith("?") for words in said.values()), said
    assert len(set(said.values())) == len(said)
