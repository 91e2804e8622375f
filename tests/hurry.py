"""Loaded into a program that is started quickly: it looks for reminders that are due many times a second."""

from bot import reminding

reminding.PAUSE = 0.03
