"""How an office is reached: e-mail addresses, post addresses, links, and what has gone out of date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from bot.campaigns import Channel, Recipient
from bot.campaigns.campaign import SECTIONS
from bot.campaigns.loading import MAIN_FILE
from bot.check.finding import Finding
from bot.check.pack import Pack
from bot.countries import Countries

LONGEST_COPY = 256
"""Characters that Telegram's button copies with one tap."""

_POSTAL_CODE = re.compile(
    r"\d{4}|\b\d{3} \d{2}\b|\b(?=\w*\d)(?=\w*[A-Z])[A-Z\d]{5,8}\b|\b[A-Z]{1,2}\d\w? \d[A-Z]{2}\b"
)
"""Four digits or more, as nearly everywhere; or 110 00, Z05H9E8, SW1Y 5EA."""

_WEB = re.compile(r"(?:https?\b|\w+://)[^\s)»”\"]*")
_HREF = re.compile(r'href="([^"]*)"')


def channels(pack: Pack) -> Iterator[Finding]:
    """Yield what is wrong with the recipients' addresses."""
    for recipient in pack.campaign.recipients:
        for channel in recipient.channels:
            where = f"recipient.{recipient.key}.channel.{channel.key}"
            for what, rule in (*_of_channel(channel, pack), *_of_former_holder(channel, recipient)):
                yield Finding(MAIN_FILE, where, what, rule)
            if channel.verification == "outdated" and not _has_newer(recipient, channel):
                what = (
                    f"is outdated, and there is no newer {channel.type} beside it; give one, or drop this one"
                )
                yield Finding(MAIN_FILE, where, what, "outdated")


def _of_channel(channel: Channel, pack: Pack) -> Iterator[tuple[str, str]]:
    if channel.type == "email":
        yield from ((what, "email-address") for what in wrong_emails(channel.value))
    if channel.type == "post" and not _names_a_place(channel.value, pack.languages):
        yield "names neither a postal code nor a country; no letter from abroad would arrive", "post-address"
    yield from too_long_to_copy(channel.value)


def _of_former_holder(channel: Channel, recipient: Recipient) -> Iterator[tuple[str, str]]:
    """Yield the name of somebody who has left the office, in an address that is to be used today."""
    for holder in recipient.holders if channel.usable else ():
        names = {name for name in holder.name.texts.values() if name.casefold() in channel.value.casefold()}
        if holder.until and names:
            what = (
                f"“{min(names)}” has left the office; put the address as it is printed into printed, "
                "and one for today into value (verification: derived)"
            )
            yield what, "former-holder"


def wrong_emails(value: str) -> Iterator[str]:
    """Yield why an address in `value`, of which there may be several, is none."""
    for address in re.split(r"[,;]?\s+|;", value):
        try:
            validate_email(address, check_deliverability=False)
        except EmailNotValidError as error:
            yield f"“{address}” is not an e-mail address: {str(error).rstrip('.')}"


def too_long_to_copy(value: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, and the rule, if `value` is too long for one tap."""
    if len(value) > LONGEST_COPY:
        yield (
            f"has {len(value)} characters; at most {LONGEST_COPY} can be copied with one tap",
            "value-length",
        )


def _names_a_place(address: str, languages: tuple[str, ...]) -> bool:
    return bool(_POSTAL_CODE.search(address)) or any(
        country.search(address) for country in map(_country_names, ("en", *languages))
    )


@cache
def _country_names(language: str) -> re.Pattern[str]:
    countries = Countries()
    names = sorted((re.escape(countries.name(code, language)) for code in countries), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(names)})\b", re.IGNORECASE)


def _has_newer(recipient: Recipient, old: Channel) -> bool:
    same = (c for c in recipient.channels if c.type == old.type and c.usable)
    return any(c.as_of and old.as_of and c.as_of.first_day > old.as_of.first_day for c in same)


def links(pack: Pack) -> Iterator[Finding]:
    """Yield the web addresses that lead nowhere, in campaign.toml and in the appeal."""
    for file, place, addresses in _links(pack):
        for address in dict.fromkeys(addresses):
            yield from (Finding(file, place, what, "url") for what in wrong_links(address.rstrip(".,;:!?")))


def _links(pack: Pack) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the web addresses of each file and place."""
    for place, words in pack.strings:
        yield MAIN_FILE, place, _WEB.findall(words)
    for key, language in product(SECTIONS, pack.languages):
        html = pack.campaign.section(key).texts[language]
        yield f"appeal.{language}.md", key, [*_HREF.findall(html), *_WEB.findall(_HREF.sub("", html))]


def wrong_links(address: str) -> Iterator[str]:
    """Yield why `address` is not one that a link can lead to."""
    if address.startswith("mailto:"):
        yield from wrong_emails(address.removeprefix("mailto:").partition("?")[0])
    elif not _is_web_page(address):
        yield f"“{address}” is not the address of a web page; one begins like https://example.org"


def _is_web_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(re.fullmatch(r"([\w-]+\.)+[^\W\d_]{2,}", host))
