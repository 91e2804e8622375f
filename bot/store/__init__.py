"""The one database: what is open, what is pledged, what is still to be said."""
