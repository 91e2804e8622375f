"""The nearest embassy as an addressee: its name, and how to reach it by the pack's list of missions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.campaigns.parts import Channel, ChannelType, LocalText, PartialDate
from bot.missions import Finding, Kind, Mission, Missions


def mission_title(office: LocalText, finding: Finding) -> LocalText:
    """Return the office's name with the city behind it, if one embassy alone was found."""
    if len(finding.missions) != 1 or finding.missions[0].kind is not Kind.EMBASSY:
        return office
    town = finding.missions[0].town
    texts = {lang: f"{name} ({town.in_language(lang)})" for lang, name in office.texts.items()}
    return LocalText(texts, office.first)


def mission_channels(finding: Finding, missions: Missions, office: LocalText) -> tuple[Channel, ...]:
    """Return what may be given out of the missions found; labelled with the city where there are several.

    No list of missions is checked against a mission's own page, so none of it is more than published.
    """
    several = len(finding.missions) > 1
    return tuple(
        Channel(
            key=f"{channel_type}-{number}" if number > 1 else channel_type,
            type=channel_type,
            value=value,
            as_of=PartialDate(date) if date else None,
            source=mission.source_1,
            verification="published",
            label=_label(mission, office) if several else None,
        )
        for number, mission in enumerate(finding.missions, start=1)
        for channel_type, value, date in _reached(mission, missions, office)
    )


def _label(mission: Mission, office: LocalText) -> LocalText:
    return LocalText({lang: mission.town.in_language(lang) for lang in office.texts}, office.first)


def _reached(
    mission: Mission, missions: Missions, office: LocalText
) -> Iterator[tuple[ChannelType, str, str | None]]:
    """Yield each way to reach a mission, with its date; on an envelope the office stands above the address."""
    contact = mission.contact()
    if lines := missions.address_lines(mission):
        name = (office.texts[office.first],) if mission.kind is Kind.EMBASSY else ()
        yield "post", "\n".join((*name, *lines)), contact.as_of
    if contact.fax:
        yield "fax", contact.fax, contact.reached_as_of
    if contact.email:
        yield "email", contact.email, contact.reached_as_of
    if contact.phone:
        yield "phone", contact.phone, contact.reached_as_of
