"""An e-mail to be sent by the person who wrote it: as a file that mail programs open, or as a link."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.header import Header
from email.headerregistry import Address
from email.mime.text import MIMEText
from email.policy import compat32
from urllib.parse import quote

from bot.cleaning import clean
from bot.events import Draft

MAX_LINK = 2000
"""Characters of a link that every mail program and browser still follows."""


@dataclass(frozen=True, slots=True)
class Link:
    """A mailto: link; `whole` says whether the letter's text is in it, or was too long for it."""

    url: str = field(repr=False)
    whole: bool


def eml(draft: Draft) -> bytes:
    """Return the draft as a file that mail programs open to be sent (X-Unsent), without a trace of where it was made.

    Raises ValueError where an address is none.
    """
    message = MIMEText(_with_crlf(draft.text), "plain", "utf-8", policy=compat32.clone(linesep="\r\n"))
    message["X-Unsent"] = "1"
    message["To"] = ", ".join(map(_address, draft.to))
    if draft.cc:
        message["Cc"] = ", ".join(map(_address, draft.cc))
    # The newer policies of the library lose spaces when they fold a subject of two scripts.
    message["Subject"] = Header(_line(draft.subject), "utf-8", header_name="Subject").encode()
    return message.as_bytes()


def mailto(draft: Draft) -> Link | None:
    """Return the link that opens the draft (RFC 6068), without the text where that is too long for MAX_LINK.

    Returns None where not even the addresses and the subject fit; raises ValueError where an address is none.
    """
    copies = [("cc", _linked(draft.cc))] if draft.cc else []
    fields = [*copies, ("subject", quote(_line(draft.subject), safe=""))]
    text = quote(_with_crlf(draft.text), safe="")
    whole, short = (_link(draft.to, wanted) for wanted in ([*fields, ("body", text)], fields))
    if len(whole) <= MAX_LINK:
        return Link(whole, whole=True)
    return Link(short, whole=False) if len(short) <= MAX_LINK else None


def _link(to: tuple[str, ...], fields: list[tuple[str, str]]) -> str:
    return f"mailto:{_linked(to)}?" + "&".join(f"{key}={value}" for key, value in fields)


def _linked(addresses: tuple[str, ...]) -> str:
    return ",".join(quote(_address(address), safe="@") for address in addresses)


def _address(text: str) -> str:
    """Return the one address that `text` is, with its domain in letters of ASCII (IDNA)."""
    local, at, domain = _line(text).rpartition("@")
    if not local:
        raise ValueError("no addr_spec: an e-mail address has something before its @")
    return Address(addr_spec=local + at + domain.encode("idna").decode("ascii")).addr_spec


def _with_crlf(text: str) -> str:
    """Return `text` with its lines ended as those of e-mails are."""
    return clean(text).replace("\n", "\r\n")


def _line(text: str) -> str:
    """Return `text` on one line: whatever begins a new line in it would begin a header of its own."""
    return " ".join(clean(text).split())
