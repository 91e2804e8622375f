"""The nearest embassy as an addressee: its name, and how to reach it by the pack's list of missions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.campaigns.parts import Channel, ChannelType, LocalText, PartialDate
from bot.missions import Confidence, Finding, Kind, Mission


def only_embassies(finding: Finding) -> Finding:
    """Return `finding` without its consulates, unless it has nothing else."""
    embassies = tuple(mission for mission in finding.missions if mission.kind is Kind.EMBASSY)
    return replace(finding, missions=embassies or finding.missions)


def mission_title(office: LocalText, finding: Finding) -> LocalText:
    """Return the office's name with the city behind it, if one embassy alone was found."""
    if len(finding.missions) != 1:
        return office
    city = finding.missions[0].city
    return LocalText({language: f"{name} ({city})" for language, name in office.texts.items()}, office.first)


def mission_channels(finding: Finding, first_language: str) -> tuple[Channel, ...]:
    """Return what may be given out of the embassies found; labelled with the city where there are several."""
    several = len(finding.missions) > 1
    return tuple(
        Channel(
            key=f"{channel_type}-{number}" if number > 1 else channel_type,
            type=channel_type,
            value=value,
            as_of=PartialDate(mission.source_date) if mission.source_date else None,
            source=mission.source_1,
            verification="confirmed" if mission.confidence is Confidence.HIGH else "published",
            label=LocalText({first_language: mission.city}, first_language) if several else None,
        )
        for number, mission in enumerate(finding.missions, start=1)
        for channel_type, value in _reached(mission)
    )


def _reached(mission: Mission) -> Iterator[tuple[ChannelType, str]]:
    contact = mission.contact()
    if contact.address:
        lines = (contact.address, contact.postal_code, mission.country)
        yield "post", "\n".join(line for line in lines if line)
    if contact.fax:
        yield "fax", contact.fax
    if contact.email:
        yield "email", contact.email
    if contact.phone:
        yield "phone", contact.phone
