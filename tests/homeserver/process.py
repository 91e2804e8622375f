"""Synapse as a process that does not outlive who started it: it ends as soon as its standard input does."""

import functools
import os
import runpy
import sqlite3
import sys
import threading


class Quick(sqlite3.Connection):
    """A database that does not wait for the disk: what is committed survives the process, not a loss of power."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.execute("PRAGMA synchronous = OFF")


def _ends_with_input() -> None:
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_ends_with_input, daemon=True).start()
    sqlite3.connect = functools.partial(sqlite3.connect, factory=Quick)  # type: ignore[assignment]
    sys.argv = ["synapse", "--config-path", sys.argv[1]]
    runpy.run_module("synapse.app.homeserver", run_name="__main__", alter_sys=True)
