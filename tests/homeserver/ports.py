"""Where servers listen that come back to the same place."""

import random
import socket

PORTS = range(20_000, 32_000)
"""Below those from which systems take one for whoever connects: nobody gets it while its server is away."""


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port of this machine is in use")
