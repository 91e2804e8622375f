"""`solidarity-bot broadcasts`: an update from files, seen before it goes out, followed, steered and settled."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bot.broadcasts import Fate, State
from bot.store.store import Store
from tests.bot.store.followers import follow, numbered, update
from tests.bot.store.people import ANNA
from tests.botapi import BotApi, User
from tests.broadcast_ordeals import Mailed, beside
from tests.photographs import jpeg, moving
from tests.telegram_program import Program, careless
from tests.terminal import Ended, run

ENGLISH = "They were **reinstated** at [the mine](https://example.org/mine).\n\n- all of them"
NOBODY = "No bot is running"


async def broadcasts(folder: Path, *words: str, typed: tuple[str, ...] = ()) -> Ended:
    """Return what the command says."""
    return await asyncio.to_thread(run, folder, *typed, arguments=["broadcasts", *words])


async def followed(folder: Path, *chats: str) -> None:
    """Let chats on Telegram follow a campaign."""
    store = await Store.open(folder / "solidarity.db")
    try:
        await follow(store, *chats, platform="telegram", campaign="zhanaozen-2011")
    finally:
        await store.close()


def texts(folder: Path, **by_language: str) -> list[str]:
    """Return the files of an update."""
    files = []
    for language, text in by_language.items():
        file = folder / f"update.{language}.md"
        file.write_text(text, encoding="utf-8")
        files.append(str(file))
    return files


async def told(user: User, words: str) -> None:
    """Wait until a message says that to somebody."""
    for _ in range(400):
        if any(words in message.text for message in user.private.bot_messages):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited in vain: {words}, but: {[m.text for m in user.private.bot_messages]}")


async def test_an_update_from_files(tmp_path: Path) -> None:
    """It says who gets what and how long that takes, asks, and follows the running bot until all have it, once."""
    words = texts(tmp_path, en=ENGLISH, ru="Их **восстановили**.")
    data = tmp_path / "data"
    async with BotApi() as server, Program(server, data) as program:
        mailed = await Mailed.prepared(server, program, 0)
        people = [server.user(f"Ada {n}") for n in range(40)]
        for user in people:
            user.started = True
        await followed(data, *(str(user.id) for user in people))
        await program.start()
        asked = ("send", *words, "--campaign", "zhanaozen-2011")
        refused = await broadcasts(data, *asked, typed=("n",))
        assert refused.status == 1
        assert "nothing was sent" in refused.complaint
        assert not any(user.private.bot_count for user in people)
        done = await broadcasts(data, *asked, typed=("y",))
        assert done.status == 0, done.complaint
        assert all(user.private.bot_count == 1 for user in people)
        assert people[0].private.bot_messages[0].text.startswith("They were reinstated at the mine")
        for said in (
            "40  telegram, en",
            "40  in all",
            "about 2 seconds",
            "reinstated",
            "восстановили",
            "40  sent",
        ):
            assert said in done.said
        assert NOBODY not in done.said
        found = await broadcasts(data)
        assert "40 of      40 sent  zhanaozen-2011: has gone out" in found.said
        assert "Update 1 has gone out." in (await broadcasts(data, "show", "1")).said
        assert not (careful := careless(server)), careful
        assert mailed.author.private.bot_count == 0


async def test_more_than_500(tmp_path: Path) -> None:
    """Where there are two organisers at least, one of them has to agree in a chat before anything goes out."""
    words, data = texts(tmp_path, en="Out."), tmp_path / "data"
    async with BotApi() as server:
        olga, otto, ben = (server.user(name, language_code="en") for name in ("Olga", "Otto", "Ben"))
        for user in (olga, otto, ben):
            user.started = True
        both = ",".join(f"telegram:{one.id}" for one in (olga, otto))
        async with Program(server, data, ORGANISERS__ACCOUNTS=both) as program:
            await followed(data, str(ben.id), *numbered("9", range(500)))
            await program.start()
            sending = partial(
                run, data, arguments=["broadcasts", "send", *words, "--campaign", "zhanaozen-2011", "--yes"]
            )
            done = await asyncio.to_thread(sending, ORGANISERS__ACCOUNTS=both)
            assert done.status == 0, done.complaint
            assert "For so many an organiser has to agree" in done.said
            for one in (olga, otto):
                await told(one, "Another organiser wants to tell 501 people something (update 1)")
            await asyncio.sleep(1.5)
            assert ben.private.bot_count == 0
            otto.says("/broadcasts 1")
            await told(otto, "waits for a second organiser")
            otto.presses(otto.private.last, "Agree: send it")
            await told(otto, "Thank you.")
            await told(ben, "Out.")


async def test_nobody_sends_it(tmp_path: Path) -> None:
    """Where no bot is running, that is said, and the broadcast waits for one."""
    await followed(tmp_path / "data", "1")
    words = texts(tmp_path, en="News")
    done = await broadcasts(tmp_path / "data", "send", *words, "--campaign", "zhanaozen-2011", "--yes")
    assert done.status == 0, done.complaint
    assert NOBODY in done.said
    assert "It takes about a second at Telegram's pace." in done.said
    assert ("\nAt once\n" in done.said, "Not before" in done.said) == (True, False)
    assert "\nSet for 20" in (await broadcasts(tmp_path / "data", "show", "1")).said
    assert NOBODY in (await broadcasts(tmp_path / "data")).said
    for command, state in (("pause", "paused"), ("go-on", "running"), ("cancel", "cancelled")):
        said = await broadcasts(tmp_path / "data", command, "1")
        assert said.status == 0, said.complaint
        async with beside(tmp_path / "data") as work:
            found = await work.broadcast(1)
        assert found
        assert found.state == State(state)
    again = await broadcasts(tmp_path / "data", "cancel", "1")
    assert (again.status, again.complaint.strip()) == (1, "update 1: it has ended already")


async def test_a_running_bot_notices(tmp_path: Path) -> None:
    """A pause from the terminal holds a running bot within two seconds, and it goes on when it is told to."""
    async with BotApi() as server, Program(server, tmp_path, LIMITS__PER_SECOND="20") as program:
        mailed = await Mailed.prepared(server, program, 120)
        await mailed.begin()
        await program.start()
        await server.calls.wait_for("sendMessage", 10, within=20)
        assert (await broadcasts(tmp_path, "pause", "1")).status == 0
        paused = (await mailed.found()).people(Fate.SENT, Fate.SENDING)
        await asyncio.sleep(2)
        assert (await mailed.found()).people(Fate.SENT) == paused < 120
        assert (await broadcasts(tmp_path, "go-on", "1")).status == 0
        done = await broadcasts(tmp_path, "show", "1", "--follow")
        assert "120  sent" in done.said
        mailed.check(await mailed.found())


async def test_a_platform_without_an_account(tmp_path: Path) -> None:
    """Who can only be reached where the bot has no account is counted apart, before and after; cancelling ends it."""
    async with BotApi() as server, Program(server, tmp_path) as program:
        mailed = await Mailed.prepared(server, program, 3)
        store = await Store.open(program.database)
        try:
            await follow(store, "@a:x.example", "@b:x.example", platform="matrix")
            await follow(store, "@c:x.example", platform="matrix", campaign="zhanaozen-2011")
            await follow(store, str(mailed.people[0].id), platform="telegram", campaign="zhanaozen-2011")
        finally:
            await store.close()
        await mailed.begin()  # while nobody knows yet which accounts there are
        await program.start()
        await told(mailed.author, "Waiting for Matrix, which is not connected: 2")
        assert all(user.private.bot_count == 1 for user in mailed.people)
        assert "2  wait for Matrix, which is not connected" in (await broadcasts(tmp_path, "show", "1")).said
        assert "3 of       5 sent  iran: is going out; 2 wait for Matrix" in (await broadcasts(tmp_path)).said
        done = await broadcasts(tmp_path, "cancel", "1")
        for said in ("Update 1 was cancelled.", "3  sent", "2  not sent any more"):
            assert said in done.said
        await told(mailed.author, "Update 1 was cancelled: 3 of 5 have got it.")
        words = texts(tmp_path, en="News")
        sent = await broadcasts(tmp_path, "send", *words, "--campaign", "zhanaozen-2011", "--yes")
        for said in ("1  in all", "1  not to be reached: the bot has no account on Matrix", "1  sent"):
            assert said in sent.said


async def test_what_is_not_known_is_settled(tmp_path: Path) -> None:
    """What may have arrived is shown with what to do about it, and left or sent again."""
    store = await Store.open(tmp_path / "solidarity.db")
    try:
        await follow(store, *numbered("", range(5)), platform="telegram")
        async with store.work() as work:
            number = await work.start_broadcast(ANNA, update())
            await work.claim(number, "telegram", 3)
            await work.recover("telegram", repeatable=False)
    finally:
        await store.close()
    shown = await broadcasts(tmp_path, "show", "1")
    assert "3  not known whether it arrived" in shown.said
    assert "broadcasts settle 1 --again" in shown.said
    assert "3 messages are sent again" in (await broadcasts(tmp_path, "settle", "1", "--again")).said
    assert "nothing to decide on" in (await broadcasts(tmp_path, "settle", "1", "--leave")).said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["send", "update.md"], "update.md: call it NAME.LANGUAGE.md, as in update.en.md"),
        (["send", "update.xx.md"], "update.xx.md: xx: must be one of"),
        (["send", "empty.en.md"], "empty.en.md: it says nothing"),
        (["send", "long.en.md"], "characters; 3,500 go into one message everywhere"),
        (["send", "update.en.md", "a.en.md"], "there is a text in this language already"),
        (["send", "update.en.md", "--campaign", "nothing"], "--campaign nothing: name one of these: "),
        (["send", "update.en.md", "--country", "XX"], "--country XX: give the two letters"),
        (["send", "update.en.md", "--at", "soon"], "--at soon: write it like"),
        (
            ["send", "update.en.md", "--at", "2020-01-01 10:00", "--zone", "Asia/Almaty"],
            "--at 2020-01-01 10:00: that is over in Asia/Almaty; leave it out to send now",
        ),
        (["send", "update.en.md", "--at", "0001-01-01 00:00", "--zone", "Asia/Almaty"], "write it like"),
        (["send", "update.en.md", "--quiet", "8-8"], "--quiet 8-8: write two hours, as in 22-8"),
        (["send", "update.en.md", "--zone", "Mars"], "--zone Mars: there is no such time zone"),
        (["send", "update.en.md", "--usual", "ru"], "--usual ru: there is no text in this language"),
        (["send", "update.en.md"], "nobody would get it; nothing was sent"),
        (["send", "update.en.md", "--attach", "broken.jpg"], "this picture cannot be opened; take another"),
        (
            ["send", "update.en.md", "--attach", "moving.jpg"],
            "this picture moves; take one that stands still",
        ),
        (["send", "update.en.md", "--attach", "large.jpg"], "10,000,001 bytes; it may have up to 10,000,000"),
        (["show", "7"], "update 7: there is none of this number; `solidarity-bot broadcasts` lists them"),
        (["pause", "7"], "update 7: there is none of this number"),
    ],
)
async def test_mistakes(tmp_path: Path, words: list[str], complaint: str) -> None:
    """Each mistake is one line that says what to do, and nothing is sent."""
    await (await Store.open(tmp_path / "data" / "solidarity.db")).close()
    files = {"update.md": "x", "update.xx.md": "x", "empty.en.md": " ", "long.en.md": "x" * 3501}
    for name, text in {**files, "update.en.md": "News", "a.en.md": "News"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "broken.jpg").write_bytes(jpeg()[:200])
    (tmp_path / "moving.jpg").write_bytes(moving("PNG"))
    (tmp_path / "large.jpg").write_bytes(jpeg().ljust(10_000_001))
    given = [str(tmp_path / word) if word.endswith((".md", ".jpg")) else word for word in words]
    if words[0] == "send" and "--campaign" not in words:
        given += ["--campaign", "zhanaozen-2011"]
    done = await broadcasts(tmp_path / "data", *given, typed=("y",))
    assert done.status == 1
    assert complaint in done.complaint
    assert done.complaint.count("\n") == 1


async def test_no_database(tmp_path: Path) -> None:
    """Where the bot was never started there is nothing to look at, and one line says so."""
    done = await broadcasts(tmp_path)
    assert done.status == 1
    assert "there is no database yet" in done.complaint
