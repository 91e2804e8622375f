"""Which addresses Telegram lets a link or a button lead to."""

from __future__ import annotations

import re

HTTP = re.compile(r"(?:(?P<protocol>[a-z0-9+.-]*)://)?(?P<authority>[^/?#]*)", re.IGNORECASE)
TG = re.compile(r"(?:tg|ton):(?://)?[a-z0-9_-]+([/?].*)?", re.IGNORECASE | re.DOTALL)
OTHER = re.compile(r"(?!https?:|tg:|ton:)[a-z][a-z0-9+.-]*:(?!//|\d)", re.IGNORECASE)
"""A scheme that Telegram does not know, such as mailto: or tel:."""


def why_not(url: str) -> str | None:
    """Return what is wrong with an address, in Telegram's words; None if nothing is."""
    if TG.fullmatch(url):
        return None
    if OTHER.match(url):
        return "Unsupported URL protocol"
    match = HTTP.match(url)
    if match is None or (match["protocol"] or "http").lower() not in ("http", "https"):
        return "Unsupported URL protocol"
    host = match["authority"].rpartition("@")[2].partition(":")[0]
    if not host:
        return "URL host is empty"
    return None if "." in host and " " not in host else "Wrong HTTP URL"


def kept_link(url: str) -> str | None:
    """Return an address as Telegram keeps it in a text link, or None if it drops the link."""
    if why_not(url):
        return None
    if TG.fullmatch(url):
        return url
    whole = url if "://" in url else f"http://{url}"
    authority, slash, rest = whole.partition("://")[2].partition("/")
    return whole if slash or "?" in authority or "#" in authority else f"{whole}/{rest}"
