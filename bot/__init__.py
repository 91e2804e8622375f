"""The machine that carries the conversations: it knows no conversation itself."""
