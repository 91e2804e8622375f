"""A thousand supporters who write the same letter, many without any answer; and which of their letters look alike."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations

from bot.campaigns import Campaign, Question, Sender
from bot.chance import Chance
from bot.events import Chat, Event, Person
from bot.frames import token_of
from bot.letters import Letter
from bot.similarity import shingles
from tests.door import NOW

SUPPORTERS = 1000
ALIKE = 0.9
"""The part of their runs of words that two letters share, from which on they look the same to whoever opens them."""
SILENT = 0.5
"""The part of the supporters who skip whatever may be skipped."""
WORDS = {
    "name": ("Ada Berg", "Luis Ortega", "Mei Tanaka", "Jo Brown", "Olga Belova"),
    "organisation": ("Dockers of Hamburg", "Teachers’ Union", "Unite Branch 7", "SUD Rail"),
    "members": ("40", "350", "1200", "15000"),
    "town": ("Leeds", "Hamburg", "Lyon", "Osaka", "Porto"),
    "country": ("GB", "DE", "FR", "JP", "PT", "US"),
    "line": ("nurse", "bus driver", "teacher", "I work in a warehouse", "electrician"),
    "paragraph": (
        "My father was a miner, and I know what a strike costs a family.",
        "I buy fuel every week and do not want it to come at this price.",
        "Our union was founded after a strike like this one.",
    ),
}
"""Answers by the type of the question."""


def letters(
    campaign: Campaign, kind: str, supporters: int = SUPPORTERS, silent: float = SILENT
) -> Iterator[Letter]:
    """Yield the letter of each supporter to the first recipient; the same ones every time."""
    draw = random.Random(kind)
    recipient = campaign.addressees(kind, "DE")[0].recipient.key
    for number in range(supporters):
        sender: Sender = "organisation" if draw.random() < 0.2 else "person"
        share = 0.0 if draw.random() < silent else draw.random()
        asked = campaign.questions_for(kind, sender)
        answers = {q.key: _answer(q, draw) for q in asked if not q.optional or draw.random() < share}
        began = Event(f"event-{number}", Person("wire", "1"), Chat("wire", "1"), NOW)
        yield Letter(campaign, kind, "open", sender, answers, recipient, Chance(token_of(began)))


def _answer(question: Question, draw: random.Random) -> str:
    facts = tuple(fact.key for fact in question.facts)
    return draw.choice(facts or WORDS[question.type])


def alike(texts: Sequence[str]) -> int:
    """Return how many pairs of `texts` look the same."""
    runs = [shingles(text) for text in texts]
    places = {run: place for place, run in enumerate(sorted(frozenset().union(*runs)))}
    sets = [(sum(1 << places[run] for run in found), len(found)) for found in runs]  # to be compared fast
    least = ALIKE / (1 + ALIKE)
    return sum((a & b).bit_count() >= least * (m + n) for (a, m), (b, n) in combinations(sets, 2))
