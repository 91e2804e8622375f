"""How fast somebody may write: heard, asked to wait once, and heard again after a pause."""

from __future__ import annotations

from dataclasses import dataclass

from bot.pace import AGAIN, PAUSE, Pace


@dataclass
class Clock:
    """A clock that stands still until time passes."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_a_flood_is_asked_to_wait_once() -> None:
    """Of a thousand messages in ten seconds a handful is answered, and one asks for patience."""
    clock = Clock()
    pace = Pace(8, clock)
    heard = []
    for _ in range(1000):
        clock.now += 0.01
        heard.append(pace.hear("ada"))
    assert heard[:8] == ["answer"] * 8
    assert heard.count("answer") == 8
    assert heard.count("ask to wait") == 1


def test_a_pause_is_enough() -> None:
    """Whoever stops for three seconds is heard again; a slow writer is never asked to wait."""
    clock = Clock()
    pace = Pace(2, clock)
    assert [pace.hear("ada") for _ in range(4)] == ["answer", "answer", "ask to wait", "ignore"]
    clock.now += PAUSE
    assert pace.hear("ada") == "answer"
    for _ in range(100):
        clock.now += 1
        assert pace.hear("ben") == "answer"


def test_whoever_does_not_stop_is_told_again() -> None:
    """After a minute of being ignored, somebody hears once more why."""
    clock = Clock()
    pace = Pace(1, clock)
    heard = []
    for _ in range(int(2 * AGAIN)):
        heard.append(pace.hear("ada"))
        clock.now += 0.9
    assert heard.count("ask to wait") == 2


def test_people_do_not_slow_each_other_down() -> None:
    """One who floods takes nothing from anybody else; 0 hears everything."""
    pace = Pace(1, Clock())
    assert [pace.hear("ada") for _ in range(3)] == ["answer", "ask to wait", "ignore"]
    assert pace.hear("ben") == "answer"
    assert {Pace(0, Clock()).hear("ada") for _ in range(100)} == {"answer"}


def test_a_message_that_will_come_again_does_not_count() -> None:
    """What could not be recorded is pardoned, so that its repetition is heard."""
    pace = Pace(1, Clock())
    for _ in range(5):
        assert pace.hear("ada") == "answer"
        pace.pardon("ada")
