"""What Telegram answers when it does not do what a bot asks, in Telegram's own words."""

from __future__ import annotations


class RefusalError(Exception):
    """A method that is not carried out; `fault` says that a careful bot would not have asked."""

    def __init__(self, code: int, description: str, *, fault: bool = False, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.fault = fault
        self.parameters = parameters


def bad(reason: str) -> RefusalError:
    """Return the answer to a request that should not have been made."""
    return RefusalError(400, f"Bad Request: {reason}", fault=True)


def unlucky(reason: str) -> RefusalError:
    """Return the answer to a request that was right until something changed."""
    return RefusalError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> RefusalError:
    """Return the answer to a bot that is not wanted there."""
    return RefusalError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> RefusalError:
    """Return the answer to one of two who want the updates."""
    return RefusalError(409, f"Conflict: {reason}")


def too_many(seconds: int) -> RefusalError:
    """Return the answer to a bot that goes too fast."""
    return RefusalError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
