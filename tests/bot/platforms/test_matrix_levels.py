"""Who may do what in a room on Matrix: as a real homeserver has it, and whatever stands in the levels."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix_calls import Calls, path
from bot.platforms.matrix_levels import Levels
from tests.homeserver.asking import Json, RefusedError
from tests.homeserver.chat import Chat
from tests.homeserver.person import People, Person

ADA, BEN = "@ada:here", "@ben:here"
TOPIC, LEVELS, TOMBSTONE = "m.room.topic", "m.room.power_levels", "m.room.tombstone"

no_level = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(),
    st.sampled_from(("100", "-1", "1e9", "inf", "NaN", "٣")),
    st.integers(min_value=2**53),
    st.integers(max_value=-(2**53)),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(), st.integers(), max_size=2),
)
"""What is no level of power."""
no_object = no_level.filter(lambda value: not isinstance(value, dict))


def state(kind: str, content: object, sender: object = ADA) -> Json:
    """Return an event that holds for a room."""
    return {"type": kind, "state_key": "", "sender": sender, "content": content}


def levels(version: object, content: object, **made: object) -> Levels:
    """Return the levels of a room of that version that Ada has made; None if nobody has set them."""
    create = state("m.room.create", {"room_version": version, **made})
    return Levels([create] if content is None else [create, state(LEVELS, content)])


async def seen_by(bot: Person, room: Chat) -> Levels:
    """Return the levels of a room as the bot asks for them."""
    return Levels(await Calls(bot.client).listed(path("rooms", room.id, "state")))


async def lets(person: Person, room: Chat, kind: str) -> bool:
    """Return whether the homeserver lets somebody set a kind of state."""
    known = await person.ask("GET", path("rooms", room.id, "state", LEVELS))
    pings = known.get("notifications", {}).get("room", 50) - 1
    contents: dict[str, Json] = {
        TOPIC: {"topic": person.id},
        LEVELS: {**known, "notifications": {"room": pings}},
        TOMBSTONE: {"body": person.id, "replacement_room": "!new:here"},
    }
    try:
        await Chat(person, room.id).sets(kind, contents[kind])
    except RefusedError:
        return False
    return True


@pytest.mark.parametrize("version", ["10", "12"])
async def test_as_the_homeserver_has_it(people: People, version: str) -> None:
    """Creators, administrators, moderators and members may set what the homeserver lets them, in old and new rooms."""
    ada, ben, cy, dan, bot = [await people.meet(name) for name in ("Ada", "Ben", "Cy", "Dan", "Bot")]
    room = await ada.makes_room(asks=[ben.id, cy.id, dan.id, bot.id], version=version)
    for person in (ben, cy, dan, bot):
        await person.accepts(ada.id)
    await room.gives_power(cy.id, 100)
    await room.gives_power(ben.id, 50)
    found = await seen_by(bot, room)
    for person in (ada, ben, cy, dan):
        for kind in (TOPIC, LEVELS, TOMBSTONE):
            assert found.may_set(person.id, kind) == await lets(person, room, kind), (person.name, kind)
    assert [found.administrator(p.id) for p in (ada, ben, cy, dan)] == [True, False, True, False]
    assert [found.power(p.id) for p in (ben, cy, dan)] == [50, 100, 0]
    assert found.power(ada.id) == (math.inf if version == "12" else 100)
    assert found.may_set(cy.id, TOMBSTONE) == (version == "10")


async def test_creators_of_version_12(people: People) -> None:
    """All who have made a room of version 12 together are its administrators; nobody can take that from them."""
    ada, ben, bot = await people.meet("Ada"), await people.meet("Ben"), await people.meet("Bot")
    told: Json = {"room_version": "12", "creation_content": {"additional_creators": [ben.id]}}
    made = await ada.ask("POST", path("createRoom"), {**told, "invite": [ben.id, bot.id]})
    room = await ada.entered(made["room_id"])
    await ben.accepts(ada.id)
    await bot.accepts(ada.id)
    with pytest.raises(RefusedError):
        await room.gives_power(ben.id, 0)
    found = await seen_by(bot, room)
    assert found.power(ben.id) == math.inf
    assert found.administrator(ben.id)
    assert await lets(ben, room, TOMBSTONE)


async def test_a_creator_who_steps_down(people: People) -> None:
    """In a room of version 10, whoever made it is its administrator only as long as the levels say so."""
    ada, bot = await people.meet("Ada"), await people.meet("Bot")
    room = await ada.makes_room(asks=[bot.id], version="10")
    await bot.accepts(ada.id)
    assert (await seen_by(bot, room)).administrator(ada.id)
    await room.gives_power(ada.id, 0)
    assert not (await seen_by(bot, room)).administrator(ada.id)


def test_without_levels() -> None:
    """Where nobody has set levels, whoever made the room has power: named by it, or as its sender from 11 on."""
    for version in ("1", "10"):
        found = levels(version, None, creator=BEN)
        assert (found.administrator(BEN), found.administrator(ADA)) == (True, False)
    for version in ("11", "12"):
        found = levels(version, None, creator=BEN)
        assert (found.administrator(BEN), found.administrator(ADA)) == (False, True)
    assert levels("11", None).power(ADA) == 100
    assert Levels([]).administrator(ADA) is False


def test_what_the_levels_leave_out() -> None:
    """Who is not named has the level of all others, or none; what is not named needs that of all state, or 50."""
    given = {"users": {ADA: 50}, "users_default": 20, "events": {TOPIC: 20}}
    assert [levels("10", given).may_set(BEN, kind) for kind in (TOPIC, LEVELS)] == [True, False]
    assert levels("10", given).may_set(ADA, LEVELS)
    assert not levels("10", {**given, "state_default": 51}).may_set(ADA, LEVELS)
    assert levels("10", {"users": {ADA: 49}}).power(BEN) == 0
    assert not levels("10", {"users": {ADA: 49}}).may_set(ADA, TOPIC)


def test_numbers_in_words() -> None:
    """A level that is written as text counts in rooms of the versions before 10, and nowhere else."""
    given = {"users": {ADA: " +0100 ", BEN: "many"}, "events": {LEVELS: "100"}}
    assert levels("9", given).administrator(ADA)
    assert levels("9", {**given, "users": {BEN: 99}}).administrator(BEN) is False
    assert levels("9", given).power(BEN) == -math.inf
    assert not levels("10", given).administrator(ADA)
    assert not levels("9", {"users": {ADA: "9" * 5000}}).administrator(ADA)


def test_unknown_versions() -> None:
    """In a room of which it is not known how it works, what the levels say counts, and having made it nothing."""
    for version in ("org.example.new", "0", "-1", "1²", 12, None, ["12"]):
        assert not levels(version, None, creator=ADA, additional_creators=[ADA]).administrator(ADA)
        assert levels(version, {"users": {BEN: 100}}).administrator(BEN)


@given(no_level, st.sampled_from(("10", "11", "12")))
def test_malformed_levels(junk: object, version: str) -> None:
    """A level that is none, wherever it stands, raises nothing and gives nobody a right."""
    fair: Json = {
        "users": {BEN: 0},
        "users_default": 0,
        "events": {TOPIC: 50, LEVELS: 100},
        "state_default": 50,
    }
    spoilt = [
        {**fair, "users": {BEN: junk}},
        {**fair, "users": {}, "users_default": junk},
        {**fair, "users": {BEN: 49}, "events": {TOPIC: junk, LEVELS: junk}},
        {**fair, "users": {BEN: 49}, "events": {}, "state_default": junk},
        {"users": {BEN: junk}, "events": {TOPIC: junk, LEVELS: junk}},
    ]
    for content in spoilt:
        found = levels(version, content)
        assert not found.may_set(BEN, TOPIC), content
        assert not found.administrator(BEN), content
        assert found.administrator(ADA) == (version == "12")


@given(no_object, st.sampled_from(("9", "10", "12")))
def test_malformed_parts(junk: object, version: str) -> None:
    """Where the levels, a part of them, or who made the room is no such thing, nobody gets a right by that."""
    unbound = version == "12"
    for content in (junk or 0, {"users": junk, "users_default": 100}, {"users": {BEN: 100}, "events": junk}):
        found = levels(version, content)
        assert not found.administrator(BEN), content
        assert found.administrator(ADA) == unbound
    odd = Levels([state("m.room.create", junk, junk), state(LEVELS, {}), state(str(junk), junk)])
    assert not odd.administrator(BEN)
    assert not levels(version, {}, additional_creators=junk, creator=junk).administrator(BEN)
    assert levels("12", {}, additional_creators=[junk, BEN]).administrator(BEN)
    assert not Levels([{"type": junk, "state_key": junk}, {}]).administrator(BEN)
