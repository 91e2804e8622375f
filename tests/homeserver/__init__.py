"""A Matrix homeserver on this machine, people who talk there, and a gate in front of it where things go wrong."""
