"""Synapse as a process that does not outlive who started it: it ends as soon as its standard input does."""

import os
import runpy
import sys
import threading


def _ends_with_input() -> None:
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_ends_with_input, daemon=True).start()
    sys.argv = ["synapse", "--config-path", sys.argv[1]]
    runpy.run_module("synapse.app.homeserver", run_name="__main__", alter_sys=True)
