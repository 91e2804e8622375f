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
    pace = Pace(8)
    heard = []
    for _ in range(1000):
        clock.now += 0.01
        heard.append(pace.hear("ada", clock.now))
    assert heard[:8] == ["answer"] * 8
    assert heard.count("answer") == 8
    assert heard.count("ask to wait") == 1


def test_a_pause_is_enough() -> None:
    """Whoever stops for three seconds is heard again; a slow writer is never asked to wait."""
    clock = Clock()
    pace = Pace(2)
    assert [pace.hear("ada", clock.now) for _ in range(4)] == ["answer", "answer", "ask to wait", "ignore"]
    clock.now += PAUSE
    assert pace.hear("ada", clock.now) == "answer"
    for _ in range(100):
        clock.now += 1
        assert pace.hear("ben", clock.now) == "answer"


def test_what_piled_up_is_no_flood() -> None:
    """What somebody wrote over an hour is heard, however fast it is read; an older time is as good as the last."""
    pace = Pace(2)
    assert {pace.hear("ada", 60.0 * minute) for minute in range(60)} == {"answer"}
    assert [pace.hear("ada", 0.0) for _ in range(3)] == ["answer", "ask to wait", "ignore"]


def test_whoever_does_not_stop_is_told_again() -> None:
    """After a minute of being ignored, somebody hears once more why."""
    clock = Clock()
    pace = Pace(1)
    heard = []
    for _ in range(int(2 * AGAIN)):
        heard.append(pace.hear("ada", clock.now))
        clock.now += 0.9
    assert heard.count("ask to wait") == 2


def test_people_do_not_slow_each_other_down() -> None:
    """One who floods takes nothing from anybody else; 0 hears everything."""
    pace = Pace(1)
    assert [pace.hear("ada", 0.0) for _ in range(3)] == ["answer", "ask to wait", "ignore"]
    assert pace.hear("ben", 0.0) == "answer"
    assert {Pace(0).hear("ada", 0.0) for _ in range(100)} == {"answer"}


def test_a_message_that_will_come_again_does_not_count() -> None:
    """What could not be recorded is pardoned, so that its repetition is heard."""
    pace = Pace(1)
    for _ in range(5):
        assert pace.hear("ada", 0.0) == "answer"
        pace.pardon("ada")
