"""The commands of the terminal that look after the records, a file for each family; `bot.cli` puts them together."""
