"""Whatever a person does, in whatever order: the real conversations keep their promises."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import Event, Person, Press
from bot.frames import dump, open_ones, parse
from bot.pledges import NewPledge
from bot.walking import walk
from tests.door import furnished
from tests.handlers.acting import WAYS, Act, Answer, acts, answers, event
from tests.handlers.checks import TEXT_UNITS, check, machinery, units
from tests.handlers.talk import Talk, conversations

LANGUAGES = st.sampled_from(furnished()[1].languages)


def promised(pledge: NewPledge) -> None:
    """Raise AssertionError if `pledge` holds anything that nobody agreed to, or says too little."""
    world = furnished()[0]
    assert pledge.consent.listed in ("nothing", "name", "organisation")
    assert bool(pledge.name) == (pledge.consent.listed == "name")
    assert bool(pledge.organisation) == (pledge.consent.listed == "organisation")
    assert pledge.sender == "organisation" or not pledge.organisation
    assert pledge.ways
    recipients = {r.key for r in world.campaigns[pledge.campaign].recipients if pledge.kind in r.kinds}
    assert {way.recipient for way in pledge.ways} <= recipients
    assert pledge.country is None or pledge.country in world.countries


def consistent(talk: Talk) -> None:
    """Raise AssertionError if what is open is not exactly one question, the same whenever one looks."""
    names = [frame.dialogue for frame in open_ones(talk.frames)]
    assert len(names) == len(set(names))
    assert (talk.question is None) == (not names)
    assert parse(dump(talk.frames), list(conversations().dialogues)) == talk.frames
    for frame in talk.frames:
        dialogue = conversations().dialogues[frame.dialogue]
        first, second = (walk(dialogue, frame.answers, furnished()[0]) for _ in range(2))
        assert first == second
        assert set(first.answers) <= set(frame.answers)


def readable(talk: Talk, typed: list[str], said: str) -> None:
    """Raise AssertionError if something that was said shows the machine or fits no platform."""
    for message in talk.last:
        check(message)
        assert units(message) <= TEXT_UNITS
    assert machinery(said, typed) == []


def offered(talk: Talk, press: Press) -> bool:
    """Return whether `press` is a button of the present question."""
    return talk.question is not None and press in [button.press for button in talk.question.buttons]


def go(talk: Talk, actions: list[Act]) -> None:
    """Do all `actions`, and look at everything after each."""
    shown: list[Press] = []
    typed: list[str] = []
    for act in actions:
        happening: Event = event(act, talk, shown)
        typed += [happening.text, *happening.text.split("\n"), " ".join(happening.text.split())]
        tapped_in_vain = happening.press and not offered(talk, happening.press)
        said = talk.do(happening)
        assert said.strip() or tapped_in_vain
        shown += [button.press for button in talk.buttons if button.press]
        consistent(talk)
        readable(talk, typed, said)
        for pledge in talk.records.recorded:
            promised(pledge)


@settings(max_examples=40)
@given(LANGUAGES, st.sampled_from(WAYS), st.lists(acts, min_size=20, max_size=40))
def test_any_order_of_anything(language: str, way: tuple[str, ...], actions: list[Act]) -> None:
    """There is one question or none, an answer to everything, and no pledge beyond what was agreed to."""
    go(Talk(person=Person("wire", "1", language)), [*way, *actions])


@settings(max_examples=25)
@given(LANGUAGES, st.lists(answers, min_size=25, max_size=25))
def test_right_answers_lead_to_the_end(language: str, actions: list[Answer]) -> None:
    """Who always answers comes to an end, whichever way it goes, and to a new beginning after it."""
    go(Talk(person=Person("wire", "1", language)), list(actions))
