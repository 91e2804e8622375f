"""What a homeserver tells, read without trust: whatever is of another kind than it should be is empty."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def inner(value: object, *names: str) -> Json:
    """Return what stands in `value` under these names, one within the other."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return a list."""
    return value if isinstance(value, list) else []


def objects(value: object) -> dict[str, Json]:
    """Return those of the parts of `value` that are objects, by their names."""
    return {name: part for name, part in inner(value).items() if isinstance(part, dict)}


def events(part: object) -> list[Json]:
    """Return the events in a part of what is told."""
    return [event for event in items(inner(part).get("events")) if isinstance(event, dict)]
