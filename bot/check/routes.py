"""Who gets which letter: protest and solidarity stay apart, and nobody is left without."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import get_args

from bot.campaigns import Recipient, Sender
from bot.campaigns.loading import MAIN_FILE, MISSIONS_FILE
from bot.check.finding import Finding
from bot.check.pack import Pack

LONGEST_PRESS = 64
"""Bytes of what Telegram lets a button carry."""
TOKEN = 8
"""Bytes of the token in front of it."""


def apart(pack: Pack) -> Iterator[Finding]:
    """Yield where a protest and a word of solidarity would reach the same people."""
    main = [recipient for recipient in pack.campaign.recipients if recipient.role == "to"]
    for one, other in product(main, main):
        if "protest" not in one.kinds or "solidarity" not in other.kinds:
            continue
        if one is other:
            what = "gets protest and solidarity; nobody may get both, except as a copy"
            yield Finding(MAIN_FILE, f"recipient.{one.key}.kinds", what, "shared-recipient")
        elif same := sorted(_values(one) & _values(other)):
            what = f"“{same[0]}” is also an address of {one.key}, which gets the protest"
            yield Finding(MAIN_FILE, f"recipient.{other.key}.channel", what, "shared-recipient")


def _values(recipient: Recipient) -> set[str]:
    return {channel.value.casefold() for channel in recipient.channels}


def reached(pack: Pack) -> Iterator[Finding]:
    """Yield the recipients that get no letter, and the letters that go to nobody but those who get copies."""
    campaign = pack.campaign
    for recipient in campaign.recipients:
        if not recipient.kinds:
            what = "no letter goes there; name one in kinds, or leave the recipient out"
            yield Finding(MAIN_FILE, f"recipient.{recipient.key}", what, "no-letter")
    for letter in campaign.kinds:
        receiving = [r for r in campaign.recipients if letter.kind in r.kinds]
        if receiving and all(r.role == "copy" for r in receiving):
            what = "goes only to those who get a copy; somebody must be its recipient"
            yield Finding(MAIN_FILE, f"letter.{letter.kind}", what, "only-copies")


def missions_file(pack: Pack) -> Iterator[Finding]:
    """Yield a nearest embassy without a list of embassies, and a list that nobody asks for."""
    nearest = [recipient for recipient in pack.campaign.recipients if recipient.nearest_mission]
    if pack.campaign.missions is None:
        for recipient in nearest:
            what = f"the nearest one cannot be found: there is no {MISSIONS_FILE} in the pack"
            yield Finding(MAIN_FILE, f"recipient.{recipient.key}.nearest_mission", what, "missions-file")
    elif not nearest:
        what = f"no recipient of {MAIN_FILE} has nearest_mission = true"
        yield Finding(MISSIONS_FILE, "the whole file", what, "missions-file")


def located(pack: Pack) -> Iterator[Finding]:
    """Yield the nearest embassies that nobody finds, because the supporter is not asked for a country."""
    campaign = pack.campaign
    for recipient in campaign.recipients:
        chosen = [letter.kind for letter in campaign.kinds if letter.kind in recipient.kinds]
        for kind, sender in product(chosen if recipient.nearest_mission else (), get_args(Sender)):
            if not any(question.type == "country" for question in campaign.questions_for(kind, sender)):
                what = (
                    f"whose nearest one? No question asks for the country of a {sender} who writes the {kind}; "
                    "add one with the key country"
                )
                yield Finding(MAIN_FILE, f"recipient.{recipient.key}.nearest_mission", what, "no-country")


def buttons(pack: Pack) -> Iterator[Finding]:
    """Yield the keys that are too long for a button to carry; an answer's key is the key of its question."""
    campaign = pack.campaign
    carried = [("the folder's name", "campaign", campaign.slug)]
    carried += [(f"letter.{letter.kind}", "kind", letter.kind) for letter in campaign.kinds]
    carried += [(f"question.{question.key}", "review", question.key) for question in campaign.questions]
    for recipient in campaign.recipients:
        types = [channel.type for channel in recipient.channels]
        longest = max(("email" if recipient.nearest_mission else "post", *types), key=len)
        carried.append((f"recipient.{recipient.key}", "ways", f"{recipient.key}.{longest}"))
    for place, step, value in carried:
        size = TOKEN + len(f"|{step}|{value}".encode())
        if size > LONGEST_PRESS:
            what = f"the key is {size - LONGEST_PRESS} characters too long for a button"
            yield Finding(MAIN_FILE, place, what, "button-data")
