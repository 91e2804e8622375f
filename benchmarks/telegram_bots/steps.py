"""What the stock bots are told and what they ask: a conversation about as long as a letter to us."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

STEPS = 13
TEXT = "Who is the letter from, and what shall it ask for? " * 30
"""As long as a usual reply: about 1,500 characters."""
CHOICES = ("As myself", "For my union or organisation", "Skip", "Back")
"""Buttons below each question."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a bot shall do, and where."""

    server: str
    token: str
    talk: str
    """`echo` or `conversation`."""
    aiohttp: bool
    at_once: int


def question(number: int) -> str:
    """Return what is said at this step."""
    return f"Question {number}. {TEXT}"


def task() -> Task:
    """Return what the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("token")
    parser.add_argument("talk", choices=("echo", "conversation"))
    parser.add_argument("--aiohttp", action="store_true")
    parser.add_argument("--at-once", type=int, default=0)
    return Task(**vars(parser.parse_args()))
