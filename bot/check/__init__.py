"""The check that an organiser runs before anybody meets a mistake: facts, texts, addresses and translations."""

from bot.check.report import Report, look_through

__all__ = ["Report", "look_through"]
