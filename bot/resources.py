"""Where the words and the campaign packs lie, in a checkout and in an installed bot."""

from pathlib import Path

_BOT = Path(__file__).resolve().parent


def templates() -> Path:
    """Return the folder that holds `messages/` and `campaigns/`."""
    checkout = _BOT.parent / "templates"
    return checkout if checkout.is_dir() else _BOT / "_templates"
