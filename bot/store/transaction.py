"""What every part of a transaction's work stands on: the connection, the moment, and who people are by their hash."""

from __future__ import annotations

from bot.pledges import Counted
from bot.store.connection import Connection
from bot.store.owners import Owners


class Transaction:
    """One transaction, at one moment (`now`, seconds since 1970); `counted` are numbers that were read before it.

    What `tables.py` calls sealed is sealed and opened by the statements themselves (`sealing.py`): whoever writes one
    gives and gets it as it is.
    """

    def __init__(
        self, connection: Connection, owners: Owners, now: int, counted: Counted | None = None
    ) -> None:
        self._connection = connection
        self._owners = owners
        self._now = now
        self._counted = counted
