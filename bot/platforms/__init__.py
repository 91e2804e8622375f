"""The places where people meet the bot: each translates between its own wire and events."""
