"""Values that nobody expects, and what is told with some of them in it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

NESTED: Any = json.loads("[" * 300 + "]" * 300)
NONSENSE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**18, -(10**18), 2**31, 1e300),
    *("", "x", "\ud800", "\u0000", "Ω" * 5000, "10", "/", "/x" * 300, "private", "2026-11-25"),
    *([], {}, [[]], [None], [{}], {"": None}, {"id": {}}, {"id": "x"}, NESTED),
)


def spoil(whole: dict[str, Any], dice: random.Random, spared: str = "") -> None:
    """Put something wrong at a random place of `whole`; nine times in ten not at the one called `spared`."""
    places = list(_places(whole))
    if not places:
        return
    holder, key = dice.choice(places)
    if key == spared and dice.random() < 0.9:
        return
    if isinstance(holder, dict) and dice.random() < 0.2:
        del holder[key]
    else:
        holder[key] = deepcopy(dice.choice(NONSENSE))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place inside `value`: what holds it, and its key there."""
    if value is NESTED:
        return
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, deeper in inside:
        yield value, key
        yield from _places(deeper)
