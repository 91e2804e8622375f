"""The console by hand, in a real terminal."""

import sys
from collections.abc import Iterator, Mapping

import pexpect
import pytest


class Typing:
    """A person at a terminal, and the screen that they read."""

    def __init__(self, program: str, surroundings: Mapping[str, str]) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-W", "error", "-c", program],
            env=dict(surroundings),
            encoding="utf-8",
            timeout=20,
            dimensions=(40, 100),
            echo=False,
        )
        self.sees("Heard: start '' ru")
        self.sees("› ")

    def types(self, keys: str) -> None:
        self.child.send(keys)

    def sees(self, words: str) -> None:
        self.child.expect_exact(words)

    def leaves(self) -> str:
        """Return the rest of the screen, after the program ended by itself and well."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus == 0
        return self.child.before or ""


@pytest.fixture
def typing(program: str, surroundings: Mapping[str, str]) -> Iterator[Typing]:
    """A person in front of an open chat: the bot greeted them first."""
    person = Typing(program, surroundings)
    yield person
    person.child.close(force=True)


GOODBYE = "Goodbye. When you come back, we go on where you left off."
ENTER, UP, CTRL_C, CTRL_D, TAB = "\r", "\x1b[A", "\x03", "\x04", "\t"


def test_a_talk_by_hand(typing: Typing) -> None:
    """Lines are answered, an empty one is not; Ctrl-D says goodbye and that nothing is lost."""
    typing.types(ENTER)
    typing.types("  " + ENTER)
    typing.types("/letter Жанаозен" + ENTER)
    typing.sees("Heard: letter 'Жанаозен' ru")
    typing.types(CTRL_D)
    rest = typing.leaves()
    assert GOODBYE in rest
    assert "Heard" not in rest


def test_leaving_by_a_word(typing: Typing) -> None:
    """/quit leaves as Ctrl-D does, and the bot does not hear of it."""
    typing.types("/quit" + ENTER)
    rest = typing.leaves()
    assert GOODBYE in rest
    assert "Heard" not in rest


def test_ctrl_c_empties_the_line_and_then_says_how_to_leave(typing: Typing) -> None:
    """A half-typed line is thrown away; on an empty one a hint comes, and the chat stays open."""
    typing.types("nonsense")
    typing.sees("nonsense")
    typing.types(CTRL_C)
    typing.types("sense" + ENTER)
    typing.sees("Heard: None 'sense'")
    typing.types(CTRL_C)
    typing.sees("To leave, type /quit or press Ctrl-D.")
    typing.types("still here" + ENTER)
    typing.sees("Heard: None 'still here'")


def test_commands_are_offered(typing: Typing) -> None:
    """A slash brings up the commands and what they do; Tab takes the first."""
    typing.types("/")
    typing.sees("Write a letter")
    typing.sees("Leave; the conversation stays as it is")
    typing.types(TAB + " x" + ENTER)
    typing.sees("Heard: letter 'x'")


def test_an_earlier_line_can_be_recalled(typing: Typing) -> None:
    """Arrow-up brings back what was typed before."""
    typing.types("once more" + ENTER)
    typing.sees("Heard: None 'once more'")
    typing.types(UP + " again" + ENTER)
    typing.sees("Heard: None 'once more again'")


def test_pasted_lines_are_one_answer(typing: Typing) -> None:
    """A pasted paragraph of several lines is said at once, when Return is hit."""
    typing.types("\x1b[200~one\ntwo\x1b[201~" + ENTER)
    typing.sees(r"Heard: None 'one\ntwo'")


def test_a_message_that_comes_while_one_is_typing(typing: Typing) -> None:
    """It appears above the line, and the half-typed line is kept."""
    typing.types("/late" + ENTER)
    typing.sees("Heard: late")
    typing.types("half a ")
    typing.sees("Late news.")
    typing.types("line" + ENTER)
    typing.sees("Heard: None 'half a line'")


def test_a_terminal_without_colour(program: str, surroundings: Mapping[str, str]) -> None:
    """With NO_COLOR no colour is sent, neither for the answer nor for the prompt."""
    typing = Typing(program, {**surroundings, "NO_COLOR": "1"})
    typing.types("hello" + ENTER)
    typing.sees("Heard: None 'hello'")
    typing.types(CTRL_D)
    rest = typing.leaves()
    assert GOODBYE in rest
    assert "\x1b[2mGoodbye" not in rest
    assert "36" not in rest
