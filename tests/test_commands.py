"""The commands of the terminal: each is found where the list says that it lies, and explains itself."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from bot.cli import ELSEWHERE, main
from tests.terminal import run


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_command_that_lies_elsewhere_explains_itself(name: str, tmp_path: Path) -> None:
    """A command that is loaded only when somebody asks for it says how it is used, and what it is there for."""
    ended = run(tmp_path, arguments=(name, "--help"))
    assert (ended.status, ended.complaint) == (0, "")
    usage, purpose = ended.said.split("\n\n")[:2]
    assert f" {name} [OPTIONS]" in usage
    assert purpose.strip().endswith(".")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_command_that_lies_elsewhere_is_the_one_of_that_name(name: str) -> None:
    """No command is taken for another that lies in the same module."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name


def test_all_commands_are_listed(tmp_path: Path) -> None:
    """Whoever asks what there is sees the commands that lie elsewhere among the others, each with its purpose."""
    ended = run(tmp_path, arguments=("--help",))
    assert (ended.status, ended.complaint) == (0, "")
    listed = [line.split(maxsplit=1) for line in ended.said.partition("Commands:\n")[2].splitlines()]
    assert {*ELSEWHERE, "chat", "run", "check"} <= {name for name, _purpose in listed}
