"""Invitations on Matrix: the bot comes, though not as often as somebody likes, and hears what was said meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.platforms import matrix_rooms
from bot.platforms.matrix_rooms import HOUR, MOST, MOST_BY_ONE, Patience
from tests.bot.platforms.matrix_bot import ADDRESSES, Running, bot_on, is_answered, private_chat
from tests.homeserver import faults
from tests.homeserver.chat import Chat
from tests.homeserver.gate import Gate
from tests.homeserver.person import People, Person
from tests.homeserver.synapse import Account, Synapse


def test_patience() -> None:
    """So many invitations of one person, and of all, are accepted in an hour, and as many in the next."""
    now = 0.0
    patience = Patience(lambda: now)
    for _ in range(2):
        assert [patience.admits("@mallory:x") for _ in range(MOST_BY_ONE + 2)] == [True] * MOST_BY_ONE + [
            False
        ] * 2
        rest = MOST - MOST_BY_ONE
        assert all(patience.admits(f"@{number}:x") for number in range(rest))
        assert not patience.admits("@ada:x")
        now += HOUR + 1


async def test_too_many(running: Running, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks the bot in too often is let wait; somebody else is answered."""
    monkeypatch.setattr(matrix_rooms, "MOST_BY_ONE", 1)
    mallory, ada = await people.meet("Mallory"), await people.meet("Ada")
    first = await mallory.makes_room(asks=[running.id])
    await first.meets(running.id)
    second = await mallory.makes_room(asks=[running.id])
    await is_answered(await private_chat(ada, running, encrypted=True))
    await mallory.caught_up()
    assert running.id not in second.members


async def test_withdrawn(running: Running, people: People, gate: Gate) -> None:
    """An invitation that is withdrawn before the bot has come changes nothing."""
    ada, bob = await people.meet("Ada"), await people.meet("Bob")
    rule = gate.fails(faults.error_page(), "/join/", times=None)
    room = await ada.makes_room(asks=[running.id])
    await gate.calls.wait_for("/join/")
    await room.kicks(running.id)
    rule.cancel()
    await is_answered(await private_chat(bob, running, encrypted=True))
    await ada.caught_up()
    assert running.id not in room.members


async def test_what_was_said_before(running: Running, people: People) -> None:
    """In a room in which much was said before, the bot answers what was said since it was asked in, and no more."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await ada.makes_room(asks=[ben.id], public=True)
    old = [await room.says(ADDRESSES) for _ in range(3)]
    await room.asks_in(running.id)
    await ada.until(lambda: bool(room.messages(running.id)), "an introduction")
    said = await room.says(ADDRESSES)
    (answer, *_) = await room.answered(said, quiet=0.25)
    assert answer.replies_to == said
    assert not [m for m in room.messages(running.id) if m.replies_to in old]


@pytest.mark.parametrize(("others", "encrypted"), [(0, True), (130, False)])
async def test_asked_in_while_it_was_down(
    homeserver: Synapse,
    account: Account,
    people: People,
    tmp_path: Path,
    log: Path,
    others: int,
    encrypted: bool,
) -> None:
    """Whoever begins a chat while the bot is down is answered once when it is back, however much they wrote since."""
    async with bot_on(homeserver, account, tmp_path / "bot", log=log):
        pass
    ada = await people.meet("Ada")
    chat = await ada.begins_chat(account.user_id, encrypted=encrypted)
    said = await chat.says("!help")
    for number in range(others):
        path = f"/_matrix/client/v3/rooms/{chat.id}/send/m.room.message/other{number}"
        await ada.ask("PUT", path, {"msgtype": "m.notice", "body": "not for you"})
    async with bot_on(homeserver, account, tmp_path / "bot", log=log):
        (answer,) = await chat.answered(said, quiet=0.5)
        assert "!letter" in answer.body
        await is_answered(chat)


async def test_refused(running: Running, people: People, gate: Gate) -> None:
    """Where the bot may open no private chat, it has said among the others how to begin one."""
    his = await among_others(people, running)
    gate.fails(faults.refusal(403, "M_FORBIDDEN"), "/createRoom")
    await is_led_to_a_chat(his, running)
    await begins_by_themselves(his.person, running)


async def test_declined(running: Running, people: People, gate: Gate) -> None:
    """Whoever declines the bot's own invitation at once is not asked again, and can begin a chat by themselves."""
    his = await among_others(people, running)
    ben = his.person
    slow = gate.fails(faults.Delay(2), "/sync$", times=None)  # so that it hears of both together
    await is_led_to_a_chat(his, running)
    await ben.until(lambda: running.id in ben.reader.invitations.values(), "an invitation")
    (invitation,) = ben.reader.invitations
    await ben.ask("POST", f"/_matrix/client/v3/rooms/{invitation}/leave", {})
    slow.cancel()
    await is_answered(his, ADDRESSES)
    await ben.caught_up()
    assert not ben.reader.invitations
    await begins_by_themselves(ben, running)


async def among_others(people: People, running: Running) -> Chat:
    """Return a room of Ada, Ben and the bot, as Ben sees it."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    room = await ada.makes_room(asks=[ben.id, running.id])
    his = await ben.accepts(ada.id)
    await ada.until(lambda: bool(room.messages(running.id)), "an introduction")
    return his


async def is_led_to_a_chat(his: Chat, running: Running) -> None:
    """See that the bot says where a letter is written."""
    (pointer,) = await his.answered(await his.says("!letter"))
    assert f"→ {running.id}: letter" in pointer.body
    assert f'href="https://matrix.to/#/{running.id}"' in str(pointer.formatted_body)


async def begins_by_themselves(person: Person, running: Running) -> None:
    """See that whoever begins a private chat goes on there with what they began among others."""
    chat = await private_chat(person, running, encrypted=True)
    begun, question = await chat.answered(await chat.says("letter"), lambda told: len(told) > 1)
    assert begun.body.startswith("You had begun this already")
    assert question.body.startswith("Which appeal?")
