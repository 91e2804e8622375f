"""/answer - what came back for a letter that was sent: from whom, and whether several had it returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.choosing import Label, Option
from bot.dialogue import Answers, Dialogue, Done, Told
from bot.events import Event, Phrase, Reply
from bot.pledges import CameBack, LetterKey, Pledge, Way
from bot.steps import Choice, Several, Step
from handlers.letter import SENDERS
from handlers.reminder import CAME, NOT_YET
from handlers.route import CHANNELS, route, whence
from handlers.world import Store, Talk, World, again

_LETTERS, _CAME = "<letters>", "<came>"
"""The keys of the letters it may be about, and of what came, where that was said at once."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that was sent, as it stands among the answers."""

    letter: LetterKey
    country: str | None
    ways: tuple[str, ...]

    def written(self) -> str:
        """Return it in one word."""
        key = self.letter
        return ":".join((key.campaign, key.kind, key.sender, self.country or "", ",".join(self.ways)))

    @classmethod
    def read(cls, word: str) -> Sent:
        """Return what `written` wrote."""
        campaign, kind, sender, country, ways = word.split(":")
        return cls(LetterKey(campaign, kind, sender), country or None, tuple(filter(None, ways.split(","))))


def of(pledge: Pledge) -> Sent:
    """Return a letter that was sent."""
    ways = tuple(f"{way.recipient}.{way.channel}" for way in pledge.terms.ways)
    return Sent(pledge.terms.letter, pledge.terms.country, ways)


def options(sent: Sent, world: World) -> tuple[Option, ...]:
    """Return the ways of a letter to choose among; one that its campaign no longer knows goes by its key."""
    campaign = next((c for c in world.campaigns if c.slug == sent.letter.campaign), None)
    known: dict[str, Label] = {}
    if campaign:
        way = route(Answers({"country": sent.country}), campaign, sent.letter.kind)
        known = {option.value: option.label for option in way.ways}
    return tuple(Option(value, known.get(value, value)) for value in sent.ways)


def steps(answers: Answers, world: World) -> Iterator[Step]:
    """Yield which letter, what came, and from whom, as far as that is not known; nothing until the letters are."""
    if _LETTERS not in answers:
        return
    letters = [Sent.read(word) for word in answers.text(_LETTERS).split()]
    if len(letters) > 1:
        named = tuple(Option(str(n), _title(one, world)) for n, one in enumerate(letters, 1))
        yield Choice("letter", Reply("answer/letter"), named, again=again("letter"))
    sent = letters[int(answers.text("letter") or 1) - 1]
    came = answers.text(_CAME)
    if not came:
        kinds = (*(Option(kind, label) for kind, label in CAME.items()), Option(NOT_YET, Phrase("Not yet")))
        yield Choice("came", Reply("answer/came"), kinds, careful=True, again=again("came"))
        came = answers.text("came")
    if came not in (CameBack.NOTHING, NOT_YET) and len(sent.ways) > 1:
        yield Several(
            "from",
            Reply("answer/from", {"came": came}),
            options(sent, world),
            again=again("from"),
            together=True,
        )


def _title(sent: Sent, world: World) -> Label:
    """Return what a letter is called among others."""
    campaign = next((c for c in world.campaigns if c.slug == sent.letter.campaign), None)
    if campaign is None:
        return sent.letter.campaign
    kind = next((one.title for one in campaign.letters if one.kind == sent.letter.kind), sent.letter.kind)
    whose = next((o.label for o in SENDERS if o.value == sent.letter.sender), sent.letter.sender)
    # Translators: a letter among several: its campaign, its kind, in whose name it was written
    return Phrase("{campaign}: {kind} ({whose})", {"campaign": campaign.button, "kind": kind, "whose": whose})


async def finish(event: Event, answers: Answers, world: World, store: Store) -> Done:
    """Record what came back; first find out for which letters that may be."""
    if _LETTERS not in answers:
        return await _found(event, store)
    letters = [Sent.read(word) for word in answers.text(_LETTERS).split()]
    sent = letters[int(answers.text("letter") or 1) - 1]
    await store.no_reminder(event.chat, sent.letter)
    came = answers.text(_CAME) or answers.text("came")
    if came == NOT_YET:
        return Done((Reply("answer/not-yet"),))
    kind = CameBack(came)
    mine = [one for one in await store.pledges(event.person) if one.terms.letter == sent.letter]
    said = {f"{a.way.recipient}.{a.way.channel}": a.kind for one in mine for a in one.answers}
    chosen = answers.several("from") or _silent(sent, kind, said)
    ways = [Way(*value.split(".", 1)) for value in chosen]
    if not await store.record_answer(event.person, sent.letter, ways, kind, event.at.date()):
        return Done((Reply("answer/none"),))
    if CameBack.RETURNED in (kind, *said.values()):
        world.returned.know(await store.returned())
    told = await _doubted(sent, ways, world, store) if kind == CameBack.RETURNED else ()
    return Done((Reply("answer/recorded", {"came": kind}),), told=told)


def _silent(sent: Sent, kind: CameBack, said: Mapping[str, CameBack]) -> tuple[str, ...]:
    """Return the ways meant by somebody who named none: where nothing came, those of which nothing else was said."""
    return sent.ways if kind != CameBack.NOTHING else tuple(way for way in sent.ways if way not in said)


async def _found(event: Event, store: Store) -> Done:
    """Return the question about the letters that were sent, and for the campaign that is named, if one is."""
    words = event.text.split()
    left = [of(one) for one in await store.pledges(event.person) if one.terms.status.has_left]
    letters = [one for one in left if one.letter.campaign in words] or left
    if not letters:
        return Done((Reply("answer/none"),))
    known = {_LETTERS: " ".join(one.written() for one in letters)}
    came = next((word for word in words if word in (*CAME, NOT_YET)), None)
    return Done((), goes_on=known | ({_CAME: came} if came else {}))


async def _doubted(sent: Sent, ways: list[Way], world: World, store: Store) -> tuple[Told, ...]:
    """Return what the organisers are told, once, of ways that are doubtful from now on."""
    told: list[Told] = []
    campaign = next((c for c in world.campaigns if c.slug == sent.letter.campaign), None)
    for addressee in campaign.addressees(sent.letter.kind, sent.country) if campaign else ():
        where = whence(addressee.recipient, sent.country)
        for way in ways:
            if way.recipient != addressee.recipient.key:
                continue
            fact = f"doubtful {sent.letter.campaign} {way.recipient} {way.channel} {where or ''}".strip()
            if not world.returned.doubtful(sent.letter.campaign, way, where) or await store.fact(fact):
                continue
            await store.set_fact(fact, "told")
            said = {"campaign": campaign, "who": addressee.title, "channel": CHANNELS[way.channel]}
            told += world.organisers.told(Reply("answer/doubtful", said))
    return tuple(told)


answer: Talk = Dialogue(
    "answer",
    Phrase("Say what came back for your letter"),
    finish,
    steps,
    # Translators: words by which people may ask for this; any number, in any order
    keywords=Phrase("answered reply returned undelivered acknowledged"),
    private=True,
)
