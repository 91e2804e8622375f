"""Campaign packs: who demands what of whom, since when, and by what letters people can support it."""

from bot.campaigns.campaign import Addressee, Campaign, SectionKey
from bot.campaigns.collection import Campaigns
from bot.campaigns.loading import PackError
from bot.campaigns.parts import (
    Channel,
    DatedFact,
    Demand,
    Fact,
    Holder,
    LetterKind,
    LocalText,
    MissionNote,
    Oddity,
    PartialDate,
    Question,
    Recipient,
    Sender,
    Version,
)

__all__ = [
    "Addressee",
    "Campaign",
    "Campaigns",
    "Channel",
    "DatedFact",
    "Demand",
    "Fact",
    "Holder",
    "LetterKind",
    "LocalText",
    "MissionNote",
    "Oddity",
    "PackError",
    "PartialDate",
    "Question",
    "Recipient",
    "SectionKey",
    "Sender",
    "Version",
]
