"""The package as people install it: everything inside, everything locked."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"


def run(*command: str | Path, cwd: Path, said: str = "", **environment: str) -> str:
    """Return what a command prints; its complaint is the failure's text."""
    done = subprocess.run(
        command,
        cwd=cwd,
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Installed:
    """A bot that was installed from the wheel, used from an empty folder by a person without settings."""

    def __init__(self, packages: Path, home: Path) -> None:
        self.packages = packages
        self.home = home

    def python(self, *arguments: str, said: str = "") -> str:
        home = str(self.home)
        return run(
            sys.executable,
            *arguments,
            cwd=self.home,
            said=said,
            HOME=home,
            XDG_CONFIG_HOME=home,
            XDG_DATA_HOME=home,
            PYTHONPATH=str(self.packages),
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built from the source archive as a packager would, and installed on its own."""
    folder = tmp_path_factory.mktemp("package")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    [archive] = folder.glob("*.tar.gz")
    run(sys.executable, "-m", "tarfile", "-e", archive, folder, cwd=folder)
    [unpacked] = (path for path in folder.iterdir() if path.is_dir())
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=unpacked)
    [wheel] = folder.glob("*.whl")
    packages, home = folder / "packages", folder / "home"
    home.mkdir()
    offline = ("--quiet", "--no-index", "--no-deps", "--no-compile")
    run(sys.executable, "-m", "pip", "install", *offline, "--target", packages, wheel, cwd=folder)
    return Installed(packages, home)


def test_the_installed_bot_is_the_one_tried_here(installed: Installed) -> None:
    """The trials below reach the installed wheel, not the checkout."""
    templates = installed.python("-c", "import bot.resources; print(bot.resources.templates())").strip()
    assert Path(templates) == installed.packages / "bot" / "_templates"


@pytest.mark.parametrize("folder", ["bot", "handlers", "templates"])
def test_the_wheel_holds_every_file(installed: Installed, folder: str) -> None:
    """Each code, template, catalogue and data file of the checkout is in the wheel, byte for byte."""
    target = installed.packages / ("bot/_templates" if folder == "templates" else folder)
    for file in _files(ROOT / folder):
        assert (target / file.relative_to(ROOT / folder)).read_bytes() == file.read_bytes()


def test_the_wheel_holds_the_settings_to_begin_with(installed: Installed) -> None:
    """The example of a configuration lies beside the code, where docs/operating.md says."""
    example = installed.packages / "bot" / "config.example.toml"
    assert example.read_bytes() == (ROOT / "config.example.toml").read_bytes()


def test_an_installed_bot_tells_its_version(installed: Installed) -> None:
    """`python -m bot --version` names the version of pyproject.toml."""
    assert _project()["version"] in installed.python("-m", "bot", "--version")


def test_an_installed_bot_answers(installed: Installed) -> None:
    """Someone who says /start to an installed bot gets an answer and can leave by closing the input."""
    assert len(installed.python("-m", "bot", "chat", said="/start\n").split()) > 10


def test_an_installed_bot_finds_its_campaigns_right(installed: Installed) -> None:
    """`python -m bot check` passes on the campaigns that came with the wheel."""
    installed.python("-m", "bot", "check")


def test_an_installed_bot_prints_with_its_own_fonts(installed: Installed) -> None:
    """A page is set with the template and the fonts that came with the wheel."""
    program = (
        "from bot.documents import pdf; from bot.events import Page\n"
        "print(pdf(Page('ar', 'a4', (), ('ليلى',), '', '', '王')))"
    )
    printed = installed.python("-c", program)
    assert "NotoNaskhArabic" in printed
    assert "NotoSerifCJK" in printed


@pytest.mark.parametrize("address", ["/", "@", "file:", "--index", "--find-links"])
def test_the_lock_names_no_address(address: str) -> None:
    """The lock works with whatever package index a machine uses."""
    assert address not in LOCK.read_text("utf-8")


def test_everything_locked_is_exact_and_hashed() -> None:
    """Each package has one version, and a hash of every file that may be installed."""
    for name, entry in _locked().items():
        assert re.match(r"==[\w.]+ ", entry), name
        assert "--hash=sha256:" in entry, name


def test_every_dependency_is_locked() -> None:
    """Whatever pyproject.toml asks for, to run, to test or to build, is in the lock."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)
    asked = [
        *settings["project"]["dependencies"],
        *settings["dependency-groups"]["dev"],
        *settings["build-system"]["requires"],
    ]
    assert {_name(requirement) for requirement in asked} <= _locked().keys()


def _project() -> dict[str, str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project: dict[str, str] = tomllib.load(file)["project"]
    return project


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return found[0].lower().replace("_", "-")


def _locked() -> dict[str, str]:
    """Return the entry of each package in the lock, by its name."""
    entries = re.findall(r"^([\w.-]+)(==(?:.|\n(?= ))*)", LOCK.read_text("utf-8"), re.MULTILINE)
    return dict(entries)
