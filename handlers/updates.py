"""/updates and /stop - news of a campaign for whoever asks for them, and their end; in a group, its admins ask."""

from __future__ import annotations

from collections.abc import Iterator

from bot.campaigns import Campaign
from bot.dialogue import Answers, Dialogue, Done, Needs
from bot.events import Button, Event, Phrase, Reply
from bot.steps import Step
from handlers.groups import of_admins
from handlers.world import Store, Talk, World, ask_campaign, chosen_campaign, named_campaign, spoken


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the choice of a campaign, if there are several."""
    yield from ask_campaign(tuple(world.campaigns))


async def begin(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Send this chat news of the campaign from now on."""
    if not tuple(world.campaigns):
        return Done((Reply("campaign/none"),))
    campaign = chosen_campaign(answers, tuple(world.campaigns))
    language = spoken(event.person, world)
    if event.public:
        group = await store.group(event.chat) or await store.add_group(event.chat, "", event.person, language)
        await store.follow(group, campaign.slug)
    else:
        await store.subscribe(event.person, event.chat, campaign.slug, language)
    others = await _others(event, campaign, world, store)
    said = {"campaign": campaign.title, "others": others, "public": event.public}
    return Done((Reply("updates/begun", said),))


async def _others(event: Event, campaign: Campaign, world: World, store: Store) -> list[object]:
    """Return the titles of what else this chat gets news of."""
    slugs = {one.campaign for one in await store.subscriptions(event.chat.whole)} - {campaign.slug}
    return [one.title for one in world.campaigns if one.slug in slugs]


async def end(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Send this chat nothing any more that it did not ask for just now; of a campaign that is named, no news."""
    chat = event.chat.whole
    campaign = named_campaign(event.text, tuple(world.campaigns))
    if campaign is not None:
        await store.end_subscription(chat, campaign.slug)
    else:
        group = await store.group(chat) if event.public else None
        for place in {chat, group.news if group else chat}:
            await store.unsubscribe(place)
    said = {"campaign": campaign.title if campaign else "", "public": event.public}
    return Done((Reply("updates/ended", said),))


def of_admins_there(event: Event, answers: Answers, world: World, ends: bool) -> Needs | Reply | None:
    """Let everybody speak for themselves in private, and for a group only its admins."""
    return of_admins(event, answers, world, ends) if event.public else None


def offer(campaign: Campaign) -> Button:
    """Return the button that asks for news of `campaign`."""
    return Button(Phrase("Send me news of it"), command=f"updates {campaign.slug}")


updates: Talk = Dialogue(
    "updates",
    Phrase("Get news of an appeal"),
    begin,
    steps,
    argument="campaign",
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("news subscribe inform follow"),
    guard=of_admins_there,
)
stop: Talk = Dialogue(
    "stop",
    Phrase("Get no news and no reminders any more"),
    end,
    # Translators: words each of which, said alone, ends all news; separated by spaces
    called=Phrase("stop unsubscribe"),
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("unsubscribe quiet silence"),
    guard=of_admins_there,
)
