"""What the bot writes about its own work: never what people say, who they are, or a secret."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
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


def keep_log(level: str, file: Path | None, secrets: Iterable[str]) -> None:
    """Log the bot's own lines from `level` up; libraries only warn, for below that they repeat people's words.

    A file is for its owner alone. Raises OSError if it cannot be written.
    """
    if file is not None:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler()
    logging.raiseExceptions = False  # a log on a full disk is no reason to fill the screen
    handler.setFormatter(Redacting(secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # It names people and their devices even when it warns.
    logging.getLogger("nio").setLevel(logging.CRITICAL)
    logging.getLogger("bot").setLevel(level.upper())
