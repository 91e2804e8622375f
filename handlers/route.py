"""The way of a letter: to whom it can go from where somebody lives, by which channels, and to whom it cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.campaigns import Addressee, Campaign, Recipient
from bot.choosing import Option
from bot.dialogue import Answers
from bot.events import Phrase
from bot.figures import CHANNELS as CHANNELS
from bot.pledges import Way
from handlers.following import ReturnedSoFar

BY = {
    # Translators: these five are buttons. {office} is short: "Post: Embassy (Berlin)". A phone shows 28 characters
    "post": Phrase("Post: {office}"),
    "fax": Phrase("Fax: {office}"),
    "email": Phrase("E-mail: {office}"),
    "phone": Phrase("Telephone: {office}"),
    "visit": Phrase("In person: {office}"),
}
"""What a button says of a way to reach an office."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where one supporter's letter of one kind goes."""

    campaign: Campaign
    kind: str
    country: str | None
    addressees: tuple[Addressee, ...]
    """Everybody whom the letter is written to."""

    @property
    def at_home(self) -> bool:
        """Whether the supporter lives in the country that the campaign is about."""
        return self.country == self.campaign.country

    @property
    def without_embassy(self) -> bool:
        """Whether an embassy is left out: no country has one in itself."""
        recipients = self.campaign.recipients
        return self.at_home and any(r.nearest_mission and self.kind in r.kinds for r in recipients)

    @property
    def reachable(self) -> tuple[Addressee, ...]:
        """Those whom it can be sent to."""
        return tuple(one for one in self.addressees if channels_of(one))

    @property
    def unreachable(self) -> tuple[Addressee, ...]:
        """Those for whom no safe address is known."""
        return tuple(one for one in self.addressees if not channels_of(one))

    @property
    def channels(self) -> frozenset[str]:
        """The kinds of channel by which it can be sent."""
        return frozenset(channel for one in self.addressees for channel in channels_of(one))

    @property
    def ways(self) -> tuple[Option, ...]:
        """Each recipient by each of its channels."""
        return tuple(
            Option(
                f"{one.recipient.key}.{channel}",
                replace(BY[channel], values={"office": one.short}),
            )
            for one in self.addressees
            for channel in channels_of(one)
        )


def route(answers: Answers, campaign: Campaign, kind: str) -> Route:
    """Return the way of a letter of `kind` from the country that was given, if one was."""
    country = answers.text("country") or None
    return Route(campaign, kind, country, campaign.addressees(kind, country))


def channels_of(addressee: Addressee) -> tuple[str, ...]:
    """Return the kinds of channel to choose from; an embassy's address can be looked up if it is not known."""
    looked_up = ["post"] if addressee.recipient.nearest_mission else []
    return tuple(dict.fromkeys([*looked_up, *(channel.type for channel in addressee.usable)]))


def doubted(
    addressees: tuple[Addressee, ...], campaign: Campaign, country: str | None, returned: ReturnedSoFar
) -> tuple[Addressee, ...]:
    """Return `addressees`, each with the channels by which several people's letters came back."""
    return tuple(
        replace(
            one,
            returned=tuple(
                channel
                for channel in channels_of(one)
                if returned.doubtful(
                    campaign.slug, Way(one.recipient.key, channel), whence(one.recipient, country)
                )
            ),
        )
        for one in addressees
    )


def whence(recipient: Recipient, country: str | None) -> str | None:
    """Return from where letters to `recipient` are looked at together: from everywhere, or where it is an embassy's."""
    return (country or "") if recipient.nearest_mission else None
