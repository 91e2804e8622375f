"""What the bot writes about its own work: never what people say, who they are, or a secret."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from datetime import date
from io import TextIOWrapper
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path


class Redacting(logging.Formatter):
    """Writes a line, and blots out every secret in it, wherever it came from."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line, and a traceback's lines, without secrets."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        return line


class Daily(TimedRotatingFileHandler):
    """A file for its owner alone; that of a day that is over gets the day behind its name."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, when="midnight", utc=True, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()


def drop_logs(file: Path, before: date) -> None:
    """Delete the logs beside `file` of days before that one."""
    for old in file.parent.glob(f"{file.name}.*"):
        try:
            day = date.fromisoformat(old.name.removeprefix(f"{file.name}."))
        except ValueError:
            continue
        if day < before:
            old.unlink()


def keep_log(level: str, file: Path | None, secrets: Iterable[str]) -> None:
    """Log the bot's own lines from `level` up; libraries only warn, for below that they repeat people's words.

    A file is for its owner alone. Raises OSError if it cannot be written.
    """
    handler = Daily(file) if file else logging.StreamHandler()
    logging.raiseExceptions = False  # a log on a full disk is no reason to fill the screen
    handler.setFormatter(Redacting(secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # It names people and their devices even when it warns.
    logging.getLogger("nio").setLevel(logging.CRITICAL)
    logging.getLogger("bot").setLevel(level.upper())
