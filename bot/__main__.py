"""`solidarity-bot`, and `python -m bot` as the same."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command of this process."""
    gc.disable()  # what is loaded now stays to the end: to look through it for garbage takes a tenth of the start
    try:
        from bot import cli
    except KeyboardInterrupt:
        sys.exit(130)
    gc.freeze()
    gc.enable()
    cli.main()


if __name__ == "__main__":
    main()
