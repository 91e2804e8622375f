"""What a reminder asks, and /later - to be reminded at another time, or never."""

from __future__ import annotations

from collections.abc import Iterator

from bot.choosing import Option
from bot.dialogue import Answers, Dialogue, Done
from bot.events import Button, Event, Phrase, Reply
from bot.pledges import CameBack, LetterKey
from bot.reminders import Asking, Reminder
from bot.steps import Step
from bot.zones import Moment
from handlers.when import ask_when, day, moment
from handlers.world import Store, Talk, World

_NEVER = "never"
_WHICH = "<reminder>"
"""The key of the letter to be reminded of."""
# Translators: the button by which somebody wants no reminder any more
_LEAVE_ME_ALONE = Phrase("Leave me alone")
NOT_YET = "not-yet"

CAME = {
    CameBack.REPLY: Phrase("I got a reply"),
    CameBack.ACKNOWLEDGED: Phrase("It was acknowledged"),
    CameBack.FORWARDED: Phrase("It was forwarded"),
    CameBack.RETURNED: Phrase("It came back undelivered"),
    CameBack.NOTHING: Phrase("Nothing came"),
}
"""What may have come back, as it is answered."""


def question(reminder: Reminder, world: World) -> Reply | None:
    """Return what `reminder` asks; None if that letter is no longer written."""
    letter = reminder.letter
    campaign = next((c for c in world.campaigns if c.slug == letter.campaign), None)
    sending = reminder.asking.unasked == Asking.SEND
    kinds = {one.kind: one.title for one in campaign.letters} if campaign else {}
    if campaign is None or letter.kind not in kinds or (sending and campaign.status == "closed"):
        return None
    said = {"campaign": campaign.title, "kind": kinds[letter.kind]}
    if sending:
        return Reply("reminder/send", said, _about_sending(letter))
    return Reply("reminder/answer", said, _about_answers(letter))


def _about_sending(letter: LetterKey) -> tuple[Button, ...]:
    return (
        Button(Phrase("I have sent it"), command=f"sent {letter.campaign}"),
        Button(Phrase("Remind me later"), command=f"later {letter.campaign}"),
        Button(_LEAVE_ME_ALONE, command=f"later {_NEVER}"),
    )


def _about_answers(letter: LetterKey) -> tuple[Button, ...]:
    came = (Button(label, command=f"answer {letter.campaign} {kind}") for kind, label in CAME.items())
    not_yet = Button(Phrase("Not yet"), command=f"answer {letter.campaign} {NOT_YET}")
    return (*came, not_yet, Button(_LEAVE_ME_ALONE, command=f"later {_NEVER}"))


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield the question when to remind somebody, once it is known of what."""
    if _WHICH in answers:
        never = Option(_NEVER, _LEAVE_ME_ALONE)
        yield ask_when(Reply("reminder/when"), (), (never,), world, optional=False)


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Remind of a letter at the time that was chosen; first find out of which."""
    if _WHICH not in answers:
        return await _found(event, store)
    when = answers.text("when")
    if when == _NEVER:
        return await _never(event, store)
    campaign, kind, sender, zone = answers.text(_WHICH).split(" ")
    letter, due = LetterKey(campaign, kind, sender), moment(when, event, zone)
    language = await store.spoken(event.person)
    await store.remind(Reminder(event.chat, letter, Asking.SEND, zone, due, language))
    await store.plan(event.person, letter, day(when, event, zone))
    return Done((Reply("reminder/later", {"asking": Moment(due, zone)}),))


async def _found(event: Event, store: Store) -> Done:
    """Return the question about the next letter to be reminded of, or of the campaign that is named."""
    words = event.text.strip()
    if words == _NEVER:
        return await _never(event, store)
    sending = [one for one in await store.reminders(event.chat) if one.asking.unasked == Asking.SEND]
    named = [one for one in sending if one.letter.campaign == words] or sending
    if not named:
        waiting = [one for one in await store.pledges(event.person) if not one.terms.status.has_left]
        return Done((Reply("reminder/off" if waiting else "reminder/none"),))
    letter = named[0].letter
    which = (letter.campaign, letter.kind, letter.sender, named[0].zone)
    return Done((), goes_on={_WHICH: " ".join(which)})


async def _never(event: Event, store: Store) -> Done:
    await store.no_reminders(event.chat)
    return Done((Reply("reminder/never"),))


later: Talk = Dialogue(
    "later",
    Phrase("Be reminded of your letter later, or never"),
    finish,
    steps,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("remind reminder postpone alone"),
    private=True,
)
